import { nearest, PipelineError } from '../../errors/index.ts'
import { call, FALSE } from '../../plan/build.ts'
import { printSqlType } from '../../types/ddl.ts'
import type { RowEngine } from '../row-engine.ts'
import { CONSTRAINT_PREFIX } from '../schema/column-rules.ts'
import type { Metadata } from '../schema/metadata.ts'
import type { TableContext } from '../table-context.ts'
import type { CommitResult } from '../transaction.ts'
import { alterTable, countQuery, queryTable } from './alter-table.ts'
import { typeOf } from './column-references.ts'

/** CONSTRAINT name CHECK (expression). */
export interface Constraint {
  readonly name: string
  /** SQL text. */
  readonly expression: string
}

/**
 * ALTER TABLE ADD CONSTRAINT: the rows that are there are checked first, and a row that another adds meanwhile is a conflict.
 * Throws DELTA_CONSTRAINT_ALREADY_EXISTS, DELTA_NON_BOOLEAN_CHECK_CONSTRAINT, DELTA_NEW_CHECK_CONSTRAINT_VIOLATION.
 */
export function addConstraint(context: TableContext, constraint: Constraint): Promise<CommitResult> {
  const { name, expression: expr } = constraint
  const operation = { operation: 'ADD CONSTRAINT', operationParameters: { name, expr } }
  return alterTable(context, operation, async (transaction, snapshot) => {
    const configuration = withConstraint(snapshot.metadata, constraint, context.engine)
    const fails = call('not', call('coalesce', context.engine.parseExpression(expr), FALSE))
    const [row] = await queryTable(context, snapshot, transaction, (table) => countQuery(table, fails))
    if (row![0] !== 0n) {
      throw new PipelineError('DELTA_NEW_CHECK_CONSTRAINT_VIOLATION', {
        numRows: `${row![0]}`,
        tableName: context.storage.name,
        checkConstraint: expr,
      })
    }
    transaction.updateMetadata({ configuration })
  })
}

/** ALTER TABLE DROP CONSTRAINT. Throws DELTA_CONSTRAINT_DOES_NOT_EXIST unless `ifExists`. */
export function dropConstraint(
  context: TableContext,
  name: string,
  { ifExists = false }: { ifExists?: boolean } = {},
): Promise<CommitResult> {
  const operation = { operation: 'DROP CONSTRAINT', operationParameters: { name } }
  return alterTable(context, operation, (transaction, { metadata: { configuration } }) => {
    const key = constraintKey(configuration, name)
    if (key === undefined && !ifExists) throw unknownConstraint(configuration, name, context.storage.name)
    const rest = Object.entries(configuration).filter(([each]) => each !== key)
    transaction.updateMetadata({ configuration: Object.fromEntries(rest) })
  })
}

/** The properties of a table with one more constraint. Throws as `addConstraint`, rows aside. */
export function withConstraint(
  { configuration, schema }: Metadata,
  { name, expression }: Constraint,
  engine: RowEngine,
): Metadata['configuration'] {
  const known = constraintKey(configuration, name)
  if (known !== undefined) {
    const parameters = { constraintName: name, oldConstraint: configuration[known]! }
    throw new PipelineError('DELTA_CONSTRAINT_ALREADY_EXISTS', parameters)
  }
  const type = typeOf(engine.parseExpression(expression), schema, engine)
  if (type.kind !== 'boolean') {
    const parameters = { name, expr: expression, dataType: printSqlType(type) }
    throw new PipelineError('DELTA_NON_BOOLEAN_CHECK_CONSTRAINT', parameters)
  }
  return { ...configuration, [`${CONSTRAINT_PREFIX}${name.toLowerCase()}`]: expression }
}

function constraintKey(configuration: Metadata['configuration'], name: string): string | undefined {
  const wanted = `${CONSTRAINT_PREFIX}${name}`.toLowerCase()
  return Object.keys(configuration).find((each) => each.toLowerCase() === wanted)
}

function unknownConstraint(
  configuration: Metadata['configuration'],
  constraintName: string,
  tableName: string,
): PipelineError {
  const names = Object.keys(configuration)
    .filter((each) => each.startsWith(CONSTRAINT_PREFIX))
    .map((each) => each.slice(CONSTRAINT_PREFIX.length))
  const near = nearest(constraintName, names)
  const all = names.length === 0 ? 'The table has none.' : `The table has: ${names.join(', ')}.`
  const suggestion = near === undefined ? all : `Did you mean '${near}'?`
  return new PipelineError('DELTA_CONSTRAINT_DOES_NOT_EXIST', { constraintName, tableName, suggestion })
}
