import { PipelineError } from '../../errors/index.ts'
import { field, type StructField, struct } from '../../types/data-type.ts'
import { constantOf } from '../analyzer/cast.ts'
import { call } from '../build.ts'
import type { Expression } from '../expression.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { printed, rewritten } from './define.ts'
import type { FunctionDefinition, PrintedCall, ResolvedArguments } from './signature.ts'

/** Structs are made by name and value in turn; `struct` takes the names from its arguments. */
export const structFunctions: readonly FunctionDefinition[] = [
  rewritten('struct', { min: 0, max: Number.POSITIVE_INFINITY }, (args) =>
    call(
      'named_struct',
      ...args.flatMap((arg, i) => {
        const value = arg.kind === 'Alias' ? arg.child : arg
        return [
          { kind: 'Literal', value: nameOf(arg) ?? `col${i + 1}`, dataType: { kind: 'string' } } as const,
          value,
        ]
      }),
    ),
  ),
  {
    name: 'named_struct',
    kind: 'scalar',
    arity: { min: 0, max: Number.POSITIVE_INFINITY },
    resolve: resolveNamedStruct,
    duckdb: printed(printNamedStruct),
  },
]

/** The name that a column brings along. */
function nameOf(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'Alias':
      return expression.name
    case 'UnresolvedAttribute':
      return expression.parts.at(-1)
    case 'UnresolvedExtractValue':
      return expression.isField && expression.extraction.kind === 'Literal'
        ? String(expression.extraction.value)
        : undefined
    default:
      return undefined
  }
}

function resolveNamedStruct(args: readonly ResolvedExpression[]): ResolvedArguments {
  if (args.length % 2 === 1) {
    throw new PipelineError('WRONG_NUM_ARGS.WITHOUT_SUGGESTION', {
      functionName: 'named_struct',
      expectedNum: 'an even number of',
      actualNum: String(args.length),
    })
  }
  const fields: StructField[] = []
  for (let i = 0; i < args.length; i += 2) {
    const name = constantOf(args[i]!)
    if (typeof name !== 'string') {
      throw new PipelineError('DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING', {
        inputExprs: String(name),
      })
    }
    fields.push(field(name, args[i + 1]!.dataType, args[i + 1]!.nullable))
  }
  return { arguments: args, dataType: struct(fields), nullable: false }
}

function printNamedStruct(args: readonly string[], { dataType, quote }: PrintedCall): string {
  const fields = dataType.kind === 'struct' ? dataType.fields : []
  return `{${fields.map((each, i) => `${quote(each.name)}: ${args[2 * i + 1]}`).join(', ')}}`
}
