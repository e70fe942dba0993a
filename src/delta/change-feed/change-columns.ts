import { PipelineError } from '../../errors/index.ts'
import {
  field,
  LONG,
  STRING,
  type StructField,
  type StructType,
  struct,
  TIMESTAMP,
} from '../../types/data-type.ts'
import type { Metadata } from '../schema/metadata.ts'

/** What happened to a row: a column of change data files, and of the feed. */
export const CHANGE_TYPE = '_change_type'
export const COMMIT_VERSION = '_commit_version'
export const COMMIT_TIMESTAMP = '_commit_timestamp'

/** What a change feed adds to the table's columns. */
export const CHANGE_COLUMNS: readonly StructField[] = [
  field(CHANGE_TYPE, STRING),
  field(COMMIT_VERSION, LONG),
  field(COMMIT_TIMESTAMP, TIMESTAMP),
]

/** Columns of the feed of a table with these columns. */
export function changeFeedSchema(table: StructType): StructType {
  return struct([...table.fields, ...CHANGE_COLUMNS])
}

/** True where a reader's options ask for the changes of a table in place of its rows. */
export function readsChangeFeed(options: Readonly<Record<string, string>>): boolean {
  return Object.entries(options).some(
    ([name, value]) => name.toLowerCase() === 'readchangefeed' && value.toLowerCase() === 'true',
  )
}

/** Throws RESERVED_CDC_COLUMNS_ON_WRITE for a table that records its changes and has a column of a feed's own names. */
export function checkChangeColumns({
  schema,
  configuration,
}: Pick<Metadata, 'schema' | 'configuration'>): void {
  const property = 'delta.enableChangeDataFeed'
  if (configuration[property]?.toLowerCase() !== 'true') return
  const own = CHANGE_COLUMNS.map((each) => each.name)
  const taken = schema.fields.map((each) => each.name).filter((each) => own.includes(each.toLowerCase()))
  if (taken.length === 0) return
  throw new PipelineError('RESERVED_CDC_COLUMNS_ON_WRITE', { columnList: taken.join(', '), config: property })
}
