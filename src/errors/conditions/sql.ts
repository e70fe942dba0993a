/** Conditions of reading SQL text: statements, queries, expressions and types, before any name is resolved. */
export const sqlConditions = {
  PARSE_SYNTAX_ERROR: {
    message: 'Syntax error at or near {error}: expected {expected}.',
    hint: '{suggestion}',
    sqlState: '42601',
  },
  UNCLOSED_BRACKETED_COMMENT: {
    message: 'Found an unclosed bracketed comment.',
    hint: 'Append */ at the end of the comment.',
    sqlState: '42601',
  },
  UNCLOSED_QUOTE: {
    message: 'The {what} that begins here has no closing {quote}.',
    sqlState: '42601',
  },
  FAILED_TO_PARSE_TOO_COMPLEX: {
    message: 'The statement is too complex to parse: it is nested more than {limit} levels deep.',
    hint: 'Divide it into several smaller ones, for example with common table expressions or views.',
    sqlState: '54001',
  },
  'UNSUPPORTED_FEATURE.STATEMENT': {
    message: 'The statement {statement} is not supported.',
    hint: '{alternative}',
    sqlState: '0A000',
  },
  'UNSUPPORTED_FEATURE.CLAUSE': {
    message: '{clause} is not supported.',
    hint: '{alternative}',
    sqlState: '0A000',
  },
  'UNSUPPORTED_FEATURE.SPARK_SQL_FORM': {
    message: '{node} has no form in Spark SQL.',
    hint: '{alternative}',
    sqlState: '0A000',
  },
  INVALID_IDENTIFIER: {
    message: 'The unquoted identifier {ident} is invalid and must be back quoted as: `{ident}`.',
    sqlState: '42602',
  },
  DUPLICATE_CLAUSES: {
    message: 'Found duplicate clauses: {clauseName}. Please, remove one of them.',
    sqlState: '42614',
  },
  DUPLICATE_KEY: {
    message: "Found duplicate keys '{keyColumn}'.",
    sqlState: '23505',
  },
  INCOMPATIBLE_JOIN_TYPES: {
    message: 'The join types {joinType1} and {joinType2} are incompatible.',
    sqlState: '42613',
  },
  MISSING_WINDOW_SPECIFICATION: {
    message: 'Window specification is not defined in the WINDOW clause for {windowName}.',
    sqlState: '42P20',
  },
  REPETITIVE_WINDOW_DEFINITION: {
    message: 'The definition of window {windowName} is repetitive.',
    sqlState: '42P20',
  },
  DUPLICATED_CTE_NAMES: {
    message: "CTE definition can't have duplicate names: {duplicateNames}.",
    sqlState: '42602',
  },
  'INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH': {
    message: 'Inline table expected {expectedNumCols} columns but found {actualNumCols} columns in a row.',
    sqlState: '42000',
  },
  INVALID_NUMERIC_LITERAL_RANGE: {
    message:
      'Numeric literal {literal} is outside the valid range for {typeName} with minimum value of {minValue} and maximum value of {maxValue}.',
    hint: 'Adjust the value or use the suffix of a wider type.',
    sqlState: '22003',
  },
  INVALID_TYPED_LITERAL: {
    message: 'The value of the typed literal {valueType} is invalid: {value}.',
    hint: '{expected}',
    sqlState: '42604',
  },
  INVALID_INTERVAL_FORMAT: {
    message: "Cannot parse '{input}' to a valid interval: {reason}.",
    sqlState: '22006',
  },
  UNSUPPORTED_DATATYPE: {
    message: 'Unsupported data type {typeName}.',
    hint: '{suggestion}',
    sqlState: '0A000',
  },
  INVALID_DECIMAL_TYPE: {
    message: 'The type decimal({precision},{scale}) is invalid: precision is 1 to 38, scale 0 to precision.',
    sqlState: '42K01',
  },
  MERGE_INSERT_VALUE_COUNT_MISMATCH: {
    message: 'INSERT names {columns} columns and gives {values} values.',
    hint: 'Give each column one value, or write INSERT *.',
    sqlState: '21S01',
  },
  'INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS': {
    message:
      'Cannot write to {tableName}: not enough data columns. Table columns: {tableColumns}. Data columns: {dataColumns}.',
    hint: 'Name the columns that the rows are for, INSERT INTO t (a, b), or write BY NAME.',
    sqlState: '21S01',
  },
  'INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS': {
    message:
      'Cannot write to {tableName}: too many data columns. Table columns: {tableColumns}. Data columns: {dataColumns}.',
    hint: 'Leave columns out, or write INSERT WITH SCHEMA EVOLUTION for new ones.',
    sqlState: '21S01',
  },
} as const
