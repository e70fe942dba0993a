/** Conditions of writing rows to Delta tables. Names and SQLSTATEs are Delta Lake's. */
export const deltaWritesConditions = {
  DELTA_METADATA_MISMATCH: {
    message:
      "A schema mismatch detected when writing to the Delta table {table}: it has no column '{column}'. Its columns: {columns}.",
    hint: '{suggestion}Leave the column out, or write with the option mergeSchema, which adds it to the table.',
    sqlState: '42KDG',
  },
  DELTA_OVERWRITE_SCHEMA_WITH_DYNAMIC_PARTITION_OVERWRITE: {
    message:
      "'overwriteSchema' cannot be used in dynamic partition overwrite mode: other partitions keep their columns.",
    hint: "Leave 'overwriteSchema' out, or overwrite the whole table with partitionOverwriteMode 'static'.",
    sqlState: '42613',
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
