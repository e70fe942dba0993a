/** Conditions of reading files and tables as sources. */
export const sourceConditions = {
  'FAILED_READ_FILE.FILE_NOT_EXIST': {
    message: "Error while reading file '{path}'. File does not exist: it vanished after it was listed.",
    hint: 'Put the file back, or set the option ignoreMissingFiles to true to go on without it.',
    sqlState: 'KD001',
  },
  'FAILED_READ_FILE.NO_HINT': {
    message: "Error while reading file '{path}': {reason}.",
    sqlState: 'KD001',
  },
  'FAILED_READ_FILE.UNSUPPORTED_COMPRESSION': {
    message: "Error while reading file '{path}'. Its compression is not supported.",
    hint: 'Files may end in .gz, .zst or .deflate, or be plain.',
    sqlState: 'KD001',
  },
  'UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE': {
    message: 'Encountered unknown fields during parsing: [{unknownFieldBlob}].',
    hint: 'With schemaEvolutionMode addNewColumns the schema has been evolved, and the next attempt reads them. With failOnNewColumns, add the fields to the schema or remove the files that hold them.',
    sqlState: 'KD003',
  },
  'MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION': {
    message: "Malformed records are detected in record parsing: {badRecord} (in '{path}').",
    hint: 'Parse mode: FAILFAST. To process malformed records as null result, set the option mode to PERMISSIVE.',
    sqlState: '22023',
  },
  INVALID_OPTION_VALUE: {
    message: "The option '{option}' has the value '{value}'; expected {expected}.",
    sqlState: '42616',
  },
  UNKNOWN_SOURCE_OPTION: {
    message: "The {source} source has no option '{option}'.",
    hint: '{suggestion}',
    sqlState: '42616',
  },
  DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE: {
    message:
      'The stream reads another Delta table than before under the name {table}: id {newTableId} instead of {oldTableId}.',
    hint: 'Start over with a full refresh of the table that the flow writes.',
    sqlState: '55019',
  },
  DELTA_SOURCE_IGNORE_DELETE: {
    message: 'Version {version} of the streaming source {table} deletes rows that were given already.',
    hint: "Set the option 'skipChangeCommits' to true to leave such commits out, or fully refresh the tables that read {table}.",
    sqlState: '0A000',
  },
  DELTA_SOURCE_TABLE_IGNORE_CHANGES: {
    message: 'Version {version} of the streaming source {table} changes rows that were given already.',
    hint: "Set the option 'skipChangeCommits' to true to leave such commits out, read {table} as a table in a materialized view, or fully refresh the tables that read it.",
    sqlState: '0A000',
  },
} as const
