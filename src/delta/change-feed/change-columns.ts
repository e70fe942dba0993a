import {
  field,
  LONG,
  STRING,
  type StructField,
  type StructType,
  struct,
  TIMESTAMP,
} from '../../types/data-type.ts'

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
