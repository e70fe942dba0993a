import { isCondition, PipelineError } from '../../errors/index.ts'
import { array, type DataType, field, INTEGER, STRING, struct } from '../../types/data-type.ts'
import { parseDataType, parseSchema, printSqlType } from '../../types/ddl.ts'
import { constantOf } from '../analyzer/cast.ts'
import type { Expression } from '../expression.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { printed, rewritten, scalar } from './define.ts'
import { jsonOptions } from './json-options.ts'
import { duckdbJsonPath } from './json-path.ts'
import { printFromJson, READ_OPTIONS } from './json-read.ts'
import { schemaOfJson } from './json-schema.ts'
import { printToJson, WRITE_OPTIONS } from './json-write.ts'
import {
  type FunctionDefinition,
  macro,
  type PrintedCall,
  type ResolveContext,
  type ResolvedArguments,
  signature,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const

/** Functions of JSON text. What is not JSON gives NULL. */
export const jsonFunctions: readonly FunctionDefinition[] = [
  {
    name: 'from_json',
    kind: 'scalar',
    arity: { min: 2, max: 3 },
    resolve: resolveFromJson,
    duckdb: printed((args, call) => printFromJson(args[0]!, call.dataType, call)),
  },
  scalar('get_json_object', signature([STRING, STRING], STRING, ALWAYS), printed(printGetJsonObject)),
  scalar(
    'json_array_length',
    signature([STRING], INTEGER, ALWAYS),
    macro('json_array_length', { cast: true }),
  ),
  scalar('json_object_keys', signature([STRING], array(STRING), ALWAYS), macro('json_object_keys')),
  {
    name: 'json_tuple',
    kind: 'generator',
    arity: { min: 2, max: Number.POSITIVE_INFINITY },
    resolve: resolveJsonTuple,
    duckdb: { kind: 'generator', print: printJsonTuple },
  },
  rewritten('schema_of_json', { min: 1, max: 1 }, ([json]) => schemaLiteral(json!)),
  {
    name: 'to_json',
    kind: 'scalar',
    arity: { min: 1, max: 2 },
    resolve: resolveToJson,
    duckdb: printed((args, call) => printToJson(args[0]!, call.types[0]!, call)),
  },
]

function resolveFromJson(
  [json, schema, options]: readonly ResolvedExpression[],
  context: ResolveContext,
): ResolvedArguments {
  const ddl = constantOf(schema!)
  if (typeof ddl !== 'string') return context.refuse(1, 'a constant schema such as "a INT, b ARRAY<STRING>"')
  jsonOptions('from_json', options, READ_OPTIONS)
  const text = context.cast(json!, STRING)
  return {
    arguments: options === undefined ? [text] : [text, options],
    dataType: schemaType(ddl),
    nullable: true,
  }
}

/** A list of columns, or the DDL of one struct, array or map. */
function schemaType(ddl: string): DataType {
  try {
    return parseSchema(ddl)
  } catch (error) {
    if (isCondition(error, 'PARSE_SYNTAX_ERROR')) return parseDataType(ddl)
    throw error
  }
}

function schemaLiteral(json: Expression): Expression {
  const text = json.kind === 'Literal' ? json.value : undefined
  if (typeof text === 'string') return { kind: 'Literal', value: schemaOfJson(text), dataType: STRING }
  throw new PipelineError(
    'DATATYPE_MISMATCH.NON_FOLDABLE_INPUT',
    { sqlExpr: 'schema_of_json', inputName: 'json', inputExpr: json.kind },
    json.position === undefined ? {} : { position: json.position },
  )
}

function printGetJsonObject([json, path]: readonly string[], { literals, quote }: PrintedCall): string {
  const literal = literals[1]
  if (typeof literal !== 'string') return `millrace.json_value(${json}, ${path})`
  const translated = duckdbJsonPath(literal)
  if (translated === undefined) return 'NULL::VARCHAR'
  const macroName = translated.includes('[*]') ? 'json_values' : 'json_value'
  return `millrace.${macroName}(${json}, ${quote(translated)})`
}

function resolveJsonTuple(args: readonly ResolvedExpression[], context: ResolveContext): ResolvedArguments {
  const fields = args.slice(1).map((_, i) => field(`c${i}`, STRING))
  return { arguments: args.map((arg) => context.cast(arg, STRING)), dataType: struct(fields), nullable: true }
}

function printJsonTuple([json, ...names]: readonly string[]): string {
  const values = names.map((name) => `millrace.json_member(tuple_, ${name})`)
  const row =
    values.length === 1 ? values[0] : `{${values.map((value, i) => `'c${i}': ${value}`).join(', ')}}`
  return `list_transform([${json}], lambda tuple_: ${row})`
}

function resolveToJson([value, options]: readonly ResolvedExpression[]): ResolvedArguments {
  const { kind } = value!.dataType
  if (!['struct', 'array', 'map', 'void', 'unknown'].includes(kind)) {
    throw new PipelineError('DATATYPE_MISMATCH.INVALID_JSON_SCHEMA', {
      schema: printSqlType(value!.dataType),
    })
  }
  jsonOptions('to_json', options, WRITE_OPTIONS)
  return { arguments: options === undefined ? [value!] : [value!, options], dataType: STRING, nullable: true }
}
