import { asNullable } from '../types/as-nullable.ts'
import { array, field, LONG, STRING, type StructType, struct, TIMESTAMP } from '../types/data-type.ts'

/**
 * What a quarantine table says of each rejected row, behind the columns of the row itself. The names begin with `_`, so that
 * they meet no column of the user's; flow and batch tell which run of the dataset's query rejected the row.
 */
const ADDED_COLUMNS = [
  field('_failed_expectations', array(STRING)),
  field('_quarantine_flow', STRING),
  field('_quarantine_batch', LONG),
  field('_quarantine_timestamp', TIMESTAMP),
]

/** The columns of the table that takes the rejected rows of a query with that schema. */
export function quarantineSchema(query: StructType): StructType {
  const schema = struct([...asNullable(query).fields, ...ADDED_COLUMNS])
  return query.open ? { ...schema, open: true } : schema
}

/** What a table's columns may be, in which its quarantine has to follow it. */
const COLUMN_PROPERTIES = ['delta.columnMapping.mode', 'delta.enableTypeWidening']

/** The properties of the table that takes the rejected rows of a dataset with those properties. */
export function quarantineProperties(
  properties: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => COLUMN_PROPERTIES.includes(key)))
}
