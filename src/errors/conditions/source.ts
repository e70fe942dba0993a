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
} as const
