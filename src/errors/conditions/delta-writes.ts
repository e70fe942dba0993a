/** Conditions of writing rows to Delta tables. Names and SQLSTATEs are Delta Lake's. */
export const deltaWritesConditions = {
  DELTA_METADATA_MISMATCH: {
    message:
      "A schema mismatch detected when writing to the Delta table {table}: it has no column '{column}'. Its columns: {columns}.",
    hint: 'Leave the column out, or write with the option mergeSchema, which adds it to the table.',
    sqlState: '42KDG',
  },
  DELTA_REPLACE_WHERE_MISMATCH: {
    message:
      'Written data does not conform to partial table overwrite condition or constraint {replaceWhere}. A row has:\n{values}',
    hint: 'Leave such rows out of the query, or widen the condition.',
    sqlState: '44000',
  },
} as const
