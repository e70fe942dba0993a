/** Conditions of the command line beyond its grammar. */
export const cliConditions = {
  DATASET_NOT_FOUND: {
    message: "The pipeline has no dataset '{dataset}'.",
    hint: '{suggestion}',
    sqlState: '42P01',
  },
  FOLDER_NOT_EMPTY: {
    message: 'The folder {folder} is not empty.',
    hint: 'Name a folder that does not exist yet.',
    sqlState: '42710',
  },
  'INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT': {
    message: "The time travel timestamp '{expr}' is no timestamp.",
    hint: "Write it as '2026-01-31' or '2026-01-31 10:00:00'; without a zone it is UTC.",
    sqlState: '42K0E',
  },
  DROP_EXTERNAL_TABLE: {
    message: 'The table at {path} is not of the warehouse, so its files are not dropped.',
    hint: 'Remove the folder yourself; if the spec names it under `tables:`, take it out there.',
    sqlState: '42809',
  },
  INVALID_ROWS: {
    message: '{value} is no source of rows.',
    hint: 'Give an array or an iterable of objects, the text of a query, or a DataFrame. Wait for a promise of them first.',
    sqlState: '22000',
  },
  UNKNOWN_METHOD_OPTION: {
    message: "{method} has no option '{option}'.",
    hint: '{suggestion}',
    sqlState: '42616',
  },
  INVALID_CONDITION: {
    message: '{value} is no condition.',
    hint: 'Give SQL text, as in "status = \'open\'", or a Column of millrace/functions.',
    sqlState: '22000',
  },
  INVALID_ROW: {
    message: 'Row {row} is {value}, which is no object.',
    hint: 'A row is an object whose fields are its columns.',
    sqlState: '22000',
  },
  ROW_COLUMN_TOO_LATE: {
    message: "Row {row} has the column '{column}', which none of the first {count} rows has.",
    hint: 'The columns of an iterable are those of its first rows. Give the column there, as null where it has no value, or give an array.',
    sqlState: '22000',
  },
  INVALID_ROW_VALUE: {
    message: "Row {row} has {value} in the column '{column}', which is no value of the type {dataType}.",
    hint: 'Give a value that fits the type exactly: nothing is rounded or converted.',
    sqlState: '22000',
  },
  MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED: {
    message:
      'The operation {operation} is not allowed: {tableName} is a materialized view, which only its pipeline writes.',
    hint: 'Change its query, or the tables that it reads; an update computes it anew.',
    sqlState: '42601',
  },
  STREAMING_TABLE_OPERATION_NOT_ALLOWED: {
    message:
      'The operation {operation} is not allowed: {tableName} is a streaming table, which its pipeline defines.',
    hint: 'Take its definition out of the pipeline first; or empty and fill it anew with millrace run --full-refresh {tableName}.',
    sqlState: '42601',
  },
  NOT_A_CONSOLE_QUERY: {
    message:
      'The console runs queries and the statements that read or change tables, and this is {statement}.',
    hint: "Definitions belong into the pipeline's files.",
    sqlState: '0A000',
  },
  UPDATE_NOT_FOUND: {
    message: "The event log has no update whose id is, or begins with, '{update}'.",
    hint: 'The newest are {newest}.',
    sqlState: '42704',
  },
  NO_UPDATE_YET: {
    message: "The pipeline '{pipeline}' has never been updated.",
    hint: "Start with 'millrace run'.",
    sqlState: '02000',
  },
} as const
