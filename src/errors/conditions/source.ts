/** Conditions of reading files and tables as sources. */
export const sourceConditions = {
  'FAILED_READ_FILE.FILE_NOT_EXIST': {
    message: "Error while reading file '{path}'. File does not exist: it vanished after it was listed.",
    hint: 'Put the file back, or set the option ignoreMissingFiles to true to go on without it.',
    sqlState: 'KD001',
  },
  'FAILED_READ_FILE.NO_HINT': {
    message: "Error while reading file '{path}': {reason}.",
    hint: 'The file was damaged or is still being written. Put a whole copy in its place; a Delta table can be RESTOREd to a version without it.',
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
  CF_FILE_FORMAT_REQUIRED: {
    message: 'Please provide the source file format with the option cloudFiles.format.',
    sqlState: '42000',
  },
  CF_UNSUPPORTED_FORMAT: {
    message: "Files of the format '{format}' cannot be read.",
    hint: '{suggestion}',
    sqlState: '0A000',
  },
  CF_USE_DELTA_FORMAT: {
    message: 'Reading from a Delta table is not supported with this syntax.',
    hint: "Use format('delta') or the table's name.",
    sqlState: '42000',
  },
  CF_UNKNOWN_OPTION_KEYS_ERROR: {
    message: 'Found unknown option keys: {optionList}.',
    hint: '{suggestion}',
    sqlState: '42000',
  },
  CF_OPTION_NOT_SUPPORTED: {
    message: "The option '{option}' is not supported.",
    sqlState: '0A000',
  },
  CF_INVALID_SCHEMA_EVOLUTION_MODE: {
    message: "cloudFiles.schemaEvolutionMode is '{mode}'; it must be one of {modes}.",
    sqlState: '42000',
  },
  CF_ADD_NEW_NOT_SUPPORTED: {
    message: 'Schema evolution mode {mode} is not supported when the schema is specified.',
    hint: 'To use this mode, provide the columns through cloudFiles.schemaHints instead.',
    sqlState: '0A000',
  },
  CF_INVALID_SCHEMA_HINTS_OPTION: {
    message: "The schema hint '{hint}' cannot be used: {detail}.",
    sqlState: '22000',
  },
  CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE: {
    message: "Cannot infer schema when the input path '{path}' is empty.",
    hint: 'Start when there are files in the input path, or specify the schema.',
    sqlState: '42000',
  },
  CF_PATH_DOES_NOT_EXIST: {
    message: "The input path '{path}' does not exist.",
    hint: 'A relative path begins at the folder of the pipeline spec, without a pipeline at the working directory. A folder that is still to be filled must be there.',
    sqlState: '42704',
  },
  CF_SOURCE_DIRECTORY_PATH_REQUIRED: {
    message: 'Please provide the source directory path.',
    sqlState: '42000',
  },
  CF_UNSUPPORTED_PATH_SCHEME: {
    message:
      "The path '{path}' cannot be read: files are read from local paths, '{scheme}:' is not supported.",
    sqlState: '0A000',
  },
  CF_PARTITION_VALUE_MISMATCH: {
    message:
      "The folder '{column}={value}' of the file '{path}' does not fit the type {dataType} of its column.",
    hint: 'Give the column another type with cloudFiles.schemaHints, or rename the folder.',
    sqlState: '22018',
  },
  CF_STATE_INCORRECT: {
    message: "The checkpoint has taken {expected} batches of files from '{path}', its journal knows {found}.",
    hint: 'The folder of the checkpoint was changed from outside. A full refresh starts anew.',
    sqlState: '22000',
  },
  CF_SCHEMA_REQUIRED: {
    message: "Streaming files of the format '{format}' needs a schema.",
    hint: 'Give one, or use the format cloudFiles, which infers it.',
    sqlState: '42000',
  },
  UNKNOWN_SOURCE_OPTION: {
    message: "The {source} source has no option '{option}'.",
    hint: '{suggestion}',
    sqlState: '42616',
  },
  DELTA_SOURCE_TABLE_IGNORE_CHANGES: {
    message:
      "Detected a data update in the source table '{table}' at version {version} (for example in the file '{file}').",
    hint: 'A stream takes appended rows only. To follow changes read the change feed (readChangeFeed); a materialized view, which is replaced whole, is a source for AUTO CDC ... FROM SNAPSHOT. To pass over commits that change rows set the option skipChangeCommits to true; to take the rows of this one again, do a full refresh.',
    sqlState: '0A000',
  },
  DELTA_SOURCE_IGNORE_DELETE: {
    message:
      "Detected deleted data in the source table '{table}' at version {version} (for example in the file '{file}').",
    hint: 'A stream takes appended rows only. To pass over deletes set the option ignoreDeletes to true; to drop the deleted rows downstream too, do a full refresh.',
    sqlState: '0A000',
  },
  DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE: {
    message:
      "The source table '{table}' was dropped and created again: the checkpoint has read the table with id {oldTableId}, now its id is {newTableId}.",
    hint: 'A full refresh starts anew with the new table.',
    sqlState: '55019',
  },
  DELTA_SCHEMA_CHANGED_WITH_VERSION: {
    message:
      "Detected a schema change in version {version} of the source table '{table}'. Columns read: {readSchema}. Columns now: {dataSchema}.",
    hint: 'The flow goes on with the new columns when it is started again.',
    sqlState: 'KD007',
  },
  DELTA_STREAMING_INCOMPATIBLE_SCHEMA_CHANGE: {
    message:
      "Version {version} of the source table '{table}' has columns that the table no longer has, or has with another type. Columns then: {dataSchema}. Columns read: {readSchema}.",
    hint: 'A stream follows added columns only. A full refresh starts anew with the columns of now.',
    sqlState: '42KD4',
  },
  DELTA_LOG_FILE_NOT_FOUND_FOR_STREAMING_SOURCE: {
    message:
      "The log of the source table '{table}' no longer has version {version}, which the stream has still to read: it lags behind the log's retention.",
    hint: 'A full refresh starts anew. To go on with what is left, and lose what is gone, set the option failOnDataLoss to false.',
    sqlState: '42K03',
  },
  INVALID_OPTION_VALUE: {
    message: "The option '{option}' has the value '{value}'; expected {expected}.",
    sqlState: '42616',
  },
} as const
