/** Conditions of what a name means: how it is written, and who owns the table behind it. */
export const catalogConditions = {
  IDENTIFIER_TOO_MANY_NAME_PARTS: {
    message: "The name '{identifier}' has {count} parts.",
    hint: 'A table has at most three: catalog.schema.table.',
    sqlState: '42601',
  },
  TABLE_MANAGED_BY_OTHER_PIPELINE: {
    message:
      "The table '{tableName}' is managed by pipeline '{owner}', so pipeline '{pipeline}' cannot write it.",
    hint: 'Give the dataset another name, schema or catalog; or remove it from that pipeline and delete the folder {path}.',
    sqlState: '42710',
  },
} as const
