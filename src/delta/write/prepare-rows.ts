import { PipelineError } from '../../errors/index.ts'
import {
  alias,
  attribute,
  call,
  caseWhen,
  cast,
  conjunction,
  longLiteral,
  nullLiteral,
  project,
  stringLiteral,
} from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { fieldNamed, LONG, type StructField, type StructType } from '../../types/data-type.ts'
import type { RowEngine } from '../row-engine.ts'
import {
  CONSTRAINT_PREFIX,
  defaultOf,
  generationExpressionOf,
  type Identity,
  identityOf,
  invariantOf,
} from '../schema/column-rules.ts'
import type { Metadata } from '../schema/metadata.ts'
import { fitColumn } from './fit-column.ts'
import {
  checkedRows,
  conditionCheck,
  constraintChecks,
  lengthChecks,
  nestedNotNullChecks,
  type RowCheck,
} from './row-checks.ts'

export interface PrepareOptions {
  /** The table as errors name it. */
  readonly tableName: string
  /** Columns of the query that pass behind the table's own, such as row ids and change types. */
  readonly keep?: readonly string[]
  /**
   * TRUE for rows that are new to the table, over the query's columns; the others are rows of the table that are written
   * again and keep their identity values. By default all rows are new.
   */
  readonly newRows?: Expression
}

/**
 * A query's rows as a table stores them: its columns in its order, matched by name and cast; columns that the query lacks get
 * their generated value, their next identity value, their default or NULL; every row is checked against constraints, given
 * values of generated columns and NOT NULL inside of nested columns. `writeRows` checks the NOT NULL of plain columns, by the
 * statistics of the files, and gives the identity marks that are to be committed with them.
 *
 * Running it throws DELTA_VIOLATE_CONSTRAINT_WITH_VALUES and DELTA_NOT_NULL_CONSTRAINT_VIOLATED for the first row that
 * breaks a rule. Throws DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED at once.
 */
export function prepareRows(
  query: Relation,
  metadata: Metadata,
  engine: RowEngine,
  options: PrepareOptions,
): Relation {
  const given = engine.schemaOf(query)
  const { fields } = metadata.schema
  const keep = options.keep ?? []
  const isComputed = (field: StructField) =>
    generationExpressionOf(field) !== undefined && fieldNamed(given, field.name) === undefined
  const stored = project(query, [
    ...fields
      .filter((each) => !isComputed(each))
      .map((each) => storedColumn(each, metadata, given, engine, options)),
    ...keep.map((name) => attribute(name)),
  ])
  const names = [...fields.map((each) => each.name), ...keep]
  const whole = fields.some(isComputed)
    ? project(stored, [
        ...fields.map((each) => (isComputed(each) ? computedColumn(each, engine) : attribute(each.name))),
        ...keep.map((name) => attribute(name)),
      ])
    : stored
  const checks = [
    ...nestedNotNullChecks(metadata.schema, options.tableName),
    ...lengthChecks(metadata.schema),
    ...generatedChecks(metadata.schema, given, engine, options.tableName),
    ...constraintChecks(metadata, engine, options.tableName),
  ]
  return checkedRows(whole, names, carrierOf(metadata), checks)
}

/** False for tables that take any rows of their types as they are: then `prepareRows` only puts columns in order. */
export function hasRowRules({ schema, configuration }: Metadata): boolean {
  return (
    schema.fields.some(
      (each) =>
        generationExpressionOf(each) !== undefined ||
        identityOf(each) !== undefined ||
        defaultOf(each) !== undefined ||
        invariantOf(each) !== undefined,
    ) ||
    Object.keys(configuration).some((key) => key.startsWith(CONSTRAINT_PREFIX)) ||
    nestedNotNullChecks(schema, '').length > 0 ||
    lengthChecks(schema).length > 0
  )
}

/** The value that a column has where a row brings none, for DEFAULT in an INSERT, UPDATE or MERGE. */
export function defaultValue(field: StructField, engine: Pick<RowEngine, 'parseExpression'>): Expression {
  const text = defaultOf(field)
  return text === undefined ? nullLiteral(field.dataType) : cast(engine.parseExpression(text), field.dataType)
}

/** A partition cannot hold an empty text, which is NULL there: for the checks already. */
function storedColumn(
  field: StructField,
  { partitionColumns }: Metadata,
  given: StructType,
  engine: RowEngine,
  options: PrepareOptions,
): Expression {
  const found = fieldNamed(given, field.name)
  const identity = identityOf(field)
  if (identity !== undefined) return alias(identityColumn(field, identity, found, options), field.name)
  const value =
    found === undefined
      ? defaultValue(field, engine)
      : fitColumn(attribute(found.name), found.dataType, field.dataType)
  const isPartitionText = field.dataType.kind === 'string' && partitionColumns.includes(field.name)
  return alias(isPartitionText ? call('nullif', value, stringLiteral('')) : value, field.name)
}

/** The mark is moved by the step for each new row; rows that come with a value keep it. */
function identityColumn(
  field: StructField,
  identity: Identity,
  given: StructField | undefined,
  { newRows }: PrepareOptions,
): Expression {
  const own =
    given === undefined ? undefined : fitColumn(attribute(given.name), given.dataType, field.dataType)
  if (own !== undefined && newRows === undefined) {
    if (identity.allowExplicitInsert) return own
    throw new PipelineError('DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED', { colName: field.name })
  }
  if (own === undefined) return nextValue(field, identity, newRows)
  const isNew = conjunction([newRows!, call('isnull', own)])
  return caseWhen([[isNew, nextValue(field, identity, isNew)]], own)
}

function nextValue(
  field: StructField,
  { start, step, highWaterMark }: Identity,
  isNew?: Expression,
): Expression {
  const counted =
    isNew === undefined ? longLiteral(1n) : caseWhen([[isNew, longLiteral(1n)]], nullLiteral(LONG))
  const position: Expression = {
    kind: 'WindowExpression',
    function: call('count', counted),
    partitionBy: [],
    orderBy: [],
    frame: { type: 'rows', lower: { kind: 'unboundedPreceding' }, upper: { kind: 'currentRow' } },
  }
  const before = highWaterMark ?? start - step
  return cast(call('+', longLiteral(before), call('*', position, longLiteral(step))), field.dataType)
}

function computedColumn(field: StructField, engine: RowEngine): Expression {
  const expression = engine.parseExpression(generationExpressionOf(field)!)
  return alias(cast(expression, field.dataType), field.name)
}

/** Generated columns that the query gives must hold what they would be computed as; NULL equals NULL. */
function generatedChecks(
  { fields }: StructType,
  given: StructType,
  engine: RowEngine,
  tableName: string,
): RowCheck[] {
  return fields.flatMap((field) => {
    const text = generationExpressionOf(field)
    if (text === undefined || fieldNamed(given, field.name) === undefined) return []
    const computed = cast(engine.parseExpression(text), field.dataType)
    return [
      conditionCheck(call('<=>', attribute(field.name), computed), {
        name: 'Generated Column',
        text: `${field.name} <=> ${text}`,
        tableName,
      }),
    ]
  })
}

/** The column that checks are computed with: of a plain type, so that carrying them costs little. */
function carrierOf({ schema: { fields } }: Metadata): string {
  const isPlain = ({ dataType: { kind } }: StructField) =>
    !['struct', 'array', 'map', 'variant', 'void', 'string', 'binary'].includes(kind)
  const carrier = fields.find(isPlain) ?? fields.find((each) => each.dataType.kind !== 'void')
  return (carrier ?? fields[0])?.name ?? ''
}
