import {
  alias,
  attribute,
  call,
  caseWhen,
  cast,
  FALSE,
  fieldOf,
  intLiteral,
  project,
  stringLiteral,
} from '../../plan/build.ts'
import type { Expression, UnresolvedAttribute } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { walkExpression } from '../../plan/rewrite.ts'
import { type DataType, STRING, type StructField, type StructType } from '../../types/data-type.ts'
import type { RowEngine } from '../row-engine.ts'
import { CONSTRAINT_PREFIX, invariantOf } from '../schema/column-rules.ts'
import type { Metadata } from '../schema/metadata.ts'

/** What a row must not be. */
export interface RowCheck {
  /** TRUE for a row that must not be written. */
  readonly fails: Expression
  /** Raises the condition for such a row. */
  readonly error: Expression
}

/**
 * The same rows, each checked as it is computed: the first that fails a check ends the query with its condition. The checks
 * ride on a column of the output, where no optimizer moves them in front of a filter or join that would have removed the row.
 */
export function checkedRows(
  rows: Relation,
  columns: readonly string[],
  carrier: string,
  checks: readonly RowCheck[],
): Relation {
  if (checks.length === 0) return rows
  return project(
    rows,
    columns.map((name) => {
      if (name !== carrier) return attribute(name)
      const branches = checks.map(({ fails, error }) => [fails, error] as const)
      return alias(caseWhen(branches, attribute(name)), name)
    }),
  )
}

/** CHECK constraints and invariants: a row passes where the condition is TRUE (PROTOCOL.md, CHECK Constraints). */
export function constraintChecks(
  { configuration, schema }: Metadata,
  engine: RowEngine,
  tableName: string,
): RowCheck[] {
  const constraints = Object.entries(configuration)
    .filter(([key]) => key.startsWith(CONSTRAINT_PREFIX))
    .map(([key, text]) => ({ name: key.slice(CONSTRAINT_PREFIX.length), text }))
  const invariants = schema.fields.flatMap((each) => {
    const text = invariantOf(each)
    return text === undefined ? [] : [{ name: `EXPRESSION(${text})`, text }]
  })
  return [...constraints, ...invariants].map(({ name, text }) =>
    conditionCheck(engine.parseExpression(text), { name, text, tableName }),
  )
}

/** Fails where the condition is FALSE or NULL, with the values of the columns that it names. */
export function conditionCheck(
  condition: Expression,
  { name, text, tableName }: { readonly name: string; readonly text: string; readonly tableName: string },
): RowCheck {
  return {
    fails: call('not', call('coalesce', condition, FALSE)),
    error: raise('DELTA_VIOLATE_CONSTRAINT_WITH_VALUES', {
      constraintName: stringLiteral(name),
      expression: stringLiteral(text),
      tableName: stringLiteral(tableName),
      values: shownValues(condition),
    }),
  }
}

/**
 * NOT NULL inside of structs, arrays and maps, and of columns of these types: counts of files do not show it. A field is
 * missing only where what it stands in is there.
 */
export function nestedNotNullChecks(schema: StructType, tableName: string): RowCheck[] {
  return schema.fields.flatMap((each) => {
    if (!isNested(each.dataType)) return []
    const value = attribute(each.name)
    const own = each.nullable ? [] : [{ path: [each.name], isMissing: call('isnull', value) }]
    const all = [...own, ...missingInside(value, each.dataType, [each.name])]
    return all.map(({ path, isMissing }) => ({
      fails: isMissing,
      error: raise('DELTA_NOT_NULL_CONSTRAINT_VIOLATED', {
        columnName: stringLiteral(path.join('.')),
        tableName: stringLiteral(tableName),
        count: stringLiteral('some'),
      }),
    }))
  })
}

/** The length that a column was declared with; Spark keeps it beside the type STRING. */
const DECLARED_TYPE = '__CHAR_VARCHAR_TYPE_STRING'

/** CHAR(n) and VARCHAR(n) hold no longer texts. */
export function lengthChecks(schema: StructType): RowCheck[] {
  return schema.fields.flatMap((each) => {
    const limit = lengthLimitOf(each)
    if (limit === undefined) return []
    return [
      {
        fails: call('>', call('char_length', attribute(each.name)), intLiteral(limit)),
        error: raise('EXCEED_LIMIT_LENGTH', {
          columnName: stringLiteral(each.name),
          limit: stringLiteral(String(limit)),
        }),
      },
    ]
  })
}

function lengthLimitOf({ metadata }: StructField): number | undefined {
  const declared = metadata[DECLARED_TYPE]
  const found = typeof declared === 'string' ? /^(?:var)?char\((\d+)\)$/i.exec(declared) : null
  return found === null ? undefined : Number(found[1])
}

interface Missing {
  readonly path: readonly string[]
  readonly isMissing: Expression
}

function missingInside(value: Expression, type: DataType, path: readonly string[]): readonly Missing[] {
  switch (type.kind) {
    case 'struct':
      return type.fields.flatMap((each) => missingField(value, each, [...path, each.name]))
    case 'array':
      return missingElement(value, type.elementType, type.containsNull, [...path, 'element'])
    case 'map':
      return [
        ...missingElement(call('map_keys', value), type.keyType, true, [...path, 'key']),
        ...missingElement(call('map_values', value), type.valueType, type.valueContainsNull, [
          ...path,
          'value',
        ]),
      ]
    default:
      return []
  }
}

function missingField(parent: Expression, field: StructField, path: readonly string[]): Missing[] {
  const value = fieldOf(parent, field.name)
  const isMissing = call('and', call('isnotnull', parent), call('isnull', value))
  const own = field.nullable ? [] : [{ path, isMissing }]
  return [...own, ...missingInside(value, field.dataType, path)]
}

function missingElement(
  list: Expression,
  type: DataType,
  mayBeNull: boolean,
  path: readonly string[],
): Missing[] {
  const name = `element_${path.length}`
  const some = (body: Expression) =>
    call('exists', list, { kind: 'LambdaFunction', parameters: [name], body })
  const own = mayBeNull ? [] : [{ path, isMissing: some(call('isnull', attribute(name))) }]
  const below = missingInside(attribute(name), type, path)
  return [...own, ...below.map((each) => ({ path: each.path, isMissing: some(each.isMissing) }))]
}

function isNested({ kind }: DataType): boolean {
  return kind === 'struct' || kind === 'array' || kind === 'map'
}

/** ` - amount : -5`, a line for each column that a condition names. */
export function shownValues(condition: Expression): Expression {
  const lines = namedColumns(condition).map((column) =>
    call(
      'concat',
      stringLiteral(` - ${column.parts.join('.')} : `),
      call('coalesce', cast(column, STRING), stringLiteral('null')),
    ),
  )
  return call('concat_ws', stringLiteral('\n'), ...lines)
}

function namedColumns(condition: Expression): UnresolvedAttribute[] {
  const found = new Map<string, UnresolvedAttribute>()
  const bound = new Set<string>()
  for (const node of walkExpression(condition)) {
    if (node.kind === 'LambdaFunction') for (const name of node.parameters) bound.add(name.toLowerCase())
    if (node.kind === 'UnresolvedAttribute') found.set(node.parts.join('.').toLowerCase(), node)
  }
  return [...found.values()].filter((each) => !bound.has(each.parts[0]!.toLowerCase()))
}

/** An expression that ends the query with a condition and its parameters. */
export function raise(condition: string, parameters: Readonly<Record<string, Expression>>): Expression {
  const entries = Object.entries(parameters).flatMap(([name, value]) => [stringLiteral(name), value])
  return call('raise_error', stringLiteral(condition), call('map', ...entries))
}
