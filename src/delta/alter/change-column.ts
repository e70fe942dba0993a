import { PipelineError } from '../../errors/index.ts'
import { aggregate, attribute, call, conjunction } from '../../plan/build.ts'
import { type DataType, fieldNamed, type StructField, type StructType } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { sameType } from '../../types/same-type.ts'
import { dataTypeToJson } from '../../types/schema-json.ts'
import { CURRENT_DEFAULT, identityOf } from '../schema/column-rules.ts'
import {
  type ColumnPath,
  type ColumnPlace,
  fieldAt,
  moveField,
  ownerOf,
  replaceField,
} from '../schema/edit-schema.ts'
import type { Metadata } from '../schema/metadata.ts'
import { allowsWidening, canWiden, widenField } from '../schema/type-widening.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { CommitResult, Transaction } from '../transaction.ts'
import { withIdentityMarks } from '../write/identity-marks.ts'
import { alterTable, countQuery, queryTable } from './alter-table.ts'
import { checkNotReferenced } from './column-references.ts'

/** What is to change; what is left out stays. */
export interface ColumnChange {
  readonly dataType?: DataType
  readonly nullable?: boolean
  readonly comment?: string
  /** SQL text of DEFAULT; null takes it away. */
  readonly defaultValue?: string | null
  readonly place?: ColumnPlace
}

/**
 * ALTER TABLE ALTER | CHANGE COLUMN. Types can be widened where `delta.enableTypeWidening` is on; NOT NULL can be lifted, and
 * set where no row holds NULL. Throws DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP, DELTA_NOT_NULL_CONSTRAINT_VIOLATED,
 * DELTA_COLUMN_NOT_FOUND_IN_SCHEMA, and for a column that others are computed from what `checkNotReferenced` throws.
 */
export function changeColumn(
  context: TableContext,
  column: ColumnPath,
  asked: ColumnChange,
): Promise<CommitResult> {
  const operationParameters = { column: changeJson(column, asked), ...placeJson(asked) }
  return alterTable(
    context,
    { operation: 'CHANGE COLUMN', operationParameters },
    async (transaction, snapshot) => {
      const { metadata } = snapshot
      const { path, dataType } = ownerOf(metadata.schema, column, asked.dataType)
      const change = dataType === undefined ? asked : { ...asked, dataType }
      const before = fieldAt(metadata.schema, path)
      if (change.dataType !== undefined && !sameType(before.dataType, change.dataType)) {
        checkNotReferenced(metadata, context.engine, path, 'alter')
      }
      const after = changedField(before, path, change, metadata)
      if (before.nullable && !after.nullable) await checkHoldsNoNull(context, snapshot, transaction, path)
      const schema = replaceField(metadata.schema, path, () => after)
      transaction.updateMetadata({
        schema: change.place === undefined ? schema : moveField(schema, path, change.place),
      })
    },
  )
}

/**
 * ALTER TABLE ALTER COLUMN SYNC IDENTITY: the next value follows the largest that is there.
 * Throws DELTA_IDENTITY_COLUMNS_ALTER_NON_IDENTITY_COLUMN.
 */
export function syncIdentity(context: TableContext, column: string): Promise<CommitResult> {
  const operation = { operation: 'SYNC IDENTITY', operationParameters: { columnName: column } }
  return alterTable(context, operation, async (transaction, snapshot) => {
    const field = fieldAt(snapshot.metadata.schema, [column])
    const identity = identityOf(field)
    if (identity === undefined) {
      throw new PipelineError('DELTA_IDENTITY_COLUMNS_ALTER_NON_IDENTITY_COLUMN', { columnName: column })
    }
    const furthest = call(identity.step > 0n ? 'max' : 'min', attribute(field.name))
    const [row] = await queryTable(context, snapshot, transaction, (input) =>
      aggregate(input, [], [furthest]),
    )
    const value = row![0]
    if (typeof value === 'bigint') {
      transaction.updateMetadata({ schema: synced(snapshot.metadata.schema, field.name, value) })
    }
  })
}

function synced(schema: StructType, name: string, value: bigint): StructType {
  const { start, step } = identityOf(fieldNamed(schema, name)!)!
  const steps = (value - start) / step
  const reached = start + steps * step
  const isShort = step > 0n ? reached < value : reached > value
  return withIdentityMarks(schema, { [name]: isShort ? reached + step : reached })
}

function changedField(
  before: StructField,
  path: ColumnPath,
  { dataType, nullable = before.nullable, comment, defaultValue }: ColumnChange,
  metadata: Metadata,
): StructField {
  const typed = dataType === undefined ? before : retyped(before, path, dataType, metadata)
  const { [CURRENT_DEFAULT]: oldDefault, ...rest } = typed.metadata
  const newDefault = defaultValue === undefined ? oldDefault : defaultValue
  return {
    ...typed,
    nullable,
    metadata: {
      ...rest,
      ...(newDefault != null && { [CURRENT_DEFAULT]: newDefault }),
      ...(comment !== undefined && { comment }),
    },
  }
}

function retyped(before: StructField, path: ColumnPath, to: DataType, metadata: Metadata): StructField {
  const mayWiden = allowsWidening(metadata)
  const widened = widenField(before, to, mayWiden ? canWiden : () => false)
  if (widened !== undefined) return widened
  const isWidening = widenField(before, to) !== undefined
  throw new PipelineError('DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP', {
    fieldPath: path.join('.'),
    oldField: printSqlType(before.dataType),
    newField: printSqlType(to),
    alternative: isWidening
      ? "Set the table property delta.enableTypeWidening to 'true' first."
      : 'Only widenings are possible, such as INT to BIGINT. Add a column of the new type, or overwrite the table.',
  })
}

async function checkHoldsNoNull(
  context: TableContext,
  snapshot: Snapshot,
  transaction: Transaction,
  path: ColumnPath,
): Promise<void> {
  const parents = path.slice(1).map((_, i) => call('isnotnull', attribute(...path.slice(0, i + 1))))
  const isMissing = conjunction([...parents, call('isnull', attribute(...path))])
  const [row] = await queryTable(context, snapshot, transaction, (table) => countQuery(table, isMissing))
  if (row![0] === 0n) return
  throw new PipelineError('DELTA_NOT_NULL_CONSTRAINT_VIOLATED', {
    columnName: path.join('.'),
    tableName: context.storage.name,
    count: `${row![0]}`,
  })
}

function changeJson(path: ColumnPath, { dataType, ...rest }: ColumnChange): object {
  const { place: _place, ...said } = rest
  return { name: path.join('.'), ...(dataType !== undefined && { type: dataTypeToJson(dataType) }), ...said }
}

function placeJson({ place }: ColumnChange): object {
  return place === undefined ? {} : { position: place === 'first' ? 'FIRST' : `AFTER ${place.after}` }
}
