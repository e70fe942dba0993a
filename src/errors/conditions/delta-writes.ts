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
  DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED: {
    message: 'Non-deterministic functions are not supported in the {operation} {expression}.',
    hint: 'Write the rows that the function chooses to a table first, and use that table in the condition.',
    sqlState: '0AKDC',
  },
} as const
