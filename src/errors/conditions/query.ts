/** Conditions of analysing queries. Names, parameters and SQLSTATEs are Spark's. */
export const queryConditions = {
  'INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE': {
    message:
      'The limit like expression "{expr}" is invalid. The {name} expression must be equal to or greater than 0, but got {v}.',
    sqlState: '42K0E',
  },
  'INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE': {
    message:
      'The limit like expression "{expr}" is invalid. The {name} expression must be integer type, but got {dataType}.',
    sqlState: '42K0E',
  },
  'INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL': {
    message:
      'The limit like expression "{expr}" is invalid. The evaluated {name} expression must not be null.',
    sqlState: '42K0E',
  },
  'UNRESOLVED_COLUMN.WITH_SUGGESTION': {
    message: "A column, variable, or function parameter with name '{objectName}' cannot be resolved.",
    hint: 'Did you mean one of the following? [{proposal}]',
    sqlState: '42703',
  },
  'UNRESOLVED_COLUMN.WITHOUT_SUGGESTION': {
    message: "A column, variable, or function parameter with name '{objectName}' cannot be resolved.",
    sqlState: '42703',
  },
  UNRESOLVED_ROUTINE: {
    message: "Cannot resolve routine '{routineName}'.",
    hint: '{suggestion}',
    sqlState: '42883',
  },
  UNRESOLVED_USING_COLUMN_FOR_JOIN: {
    message: 'USING column {colName} cannot be resolved on the {side} side of the join.',
    hint: 'The {side}-side columns: [{suggestion}].',
    sqlState: '42703',
  },
  CANNOT_RESOLVE_STAR_EXPAND: {
    message: 'Cannot resolve {targetString}.* given the input columns [{columns}].',
    hint: 'Check that the specified table or struct exists and is accessible in the input columns.',
    sqlState: '42704',
  },
  INVALID_USAGE_OF_STAR: {
    message: "Invalid usage of '*' in {place}.",
    sqlState: '42000',
  },
  AMBIGUOUS_REFERENCE: {
    message: 'Reference {name} is ambiguous, could be: [{referenceNames}].',
    hint: 'Put the table or its alias in front of the name.',
    sqlState: '42704',
  },
  FIELD_NOT_FOUND: {
    message: 'No such struct field {fieldName} in {fields}.',
    sqlState: '42704',
  },
  INVALID_EXTRACT_BASE_FIELD_TYPE: {
    message: 'Cannot extract a value from "{base}": it needs a struct, array or map, but is {other}.',
    sqlState: '42000',
  },
  'WRONG_NUM_ARGS.WITHOUT_SUGGESTION': {
    message:
      'The function {functionName} requires {expectedNum} parameters but the actual number is {actualNum}.',
    sqlState: '42605',
  },
  NAMED_PARAMETERS_NOT_SUPPORTED: {
    message: 'Named parameters are not supported for the function {functionName}.',
    hint: 'Give the arguments by position.',
    sqlState: '4274K',
  },
  UNRECOGNIZED_PARAMETER_NAME: {
    message: 'The function {routineName} has no parameter named {argumentName}.',
    hint: 'Its parameters: [{proposal}].',
    sqlState: '4274K',
  },
  'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE': {
    message:
      'Cannot resolve "{sqlExpr}": the {paramIndex} parameter requires {requiredType}, but "{inputSql}" is {inputType}.',
    sqlState: '42K09',
  },
  'DATATYPE_MISMATCH.DATA_DIFF_TYPES': {
    message:
      'Cannot resolve "{sqlExpr}": the input to {functionName} should all be the same type, but it is {dataType}.',
    sqlState: '42K09',
  },
  'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES': {
    message: 'Cannot resolve "{sqlExpr}": the operands have incompatible types ({left} and {right}).',
    sqlState: '42K09',
  },
  'DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE': {
    message: 'Cannot resolve "{sqlExpr}": the operator requires {inputType}, not {actualDataType}.',
    sqlState: '42K09',
  },
  'DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION': {
    message: 'Cannot resolve "{sqlExpr}": cannot cast {srcType} to {targetType}.',
    sqlState: '42K09',
  },
  'DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN': {
    message: 'Filter expression "{filter}" of type {type} is not a boolean.',
    sqlState: '42K09',
  },
  'DATATYPE_MISMATCH.NON_FOLDABLE_INPUT': {
    message: 'Cannot resolve "{sqlExpr}": the input {inputName} must be a constant, but is "{inputExpr}".',
    sqlState: '42K09',
  },
  'DATATYPE_MISMATCH.INVALID_ORDERING_TYPE': {
    message: 'Cannot resolve "{sqlExpr}": {functionName} does not support ordering on type {dataType}.',
    sqlState: '42K09',
  },
  'INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH': {
    message:
      'A lambda function with {actualNumArgs} arguments stands where one with {expectedNumArgs} is wanted.',
    sqlState: '42K0D',
  },
  INVALID_WHERE_CONDITION: {
    message: 'The WHERE condition "{condition}" contains invalid expressions: {expressionList}.',
    hint: 'Rewrite the query to avoid window functions, aggregate functions, and generator functions in the WHERE clause.',
    sqlState: '42903',
  },
  UNSUPPORTED_EXPR_FOR_OPERATOR: {
    message: 'A query operator contains unsupported expressions: {invalidExprSqls}.',
    hint: 'Aggregate, window and generator functions have no meaning in {place}.',
    sqlState: '42K0E',
  },
  MISSING_AGGREGATION: {
    message:
      'The non-aggregating expression "{expression}" is based on columns which are not participating in the GROUP BY clause.',
    hint: 'Add the columns or the expression to the GROUP BY, aggregate the expression, or use "{expressionAnyValue}" if you do not care which of the values within a group is returned.',
    sqlState: '42803',
  },
  MISSING_GROUP_BY: {
    message: 'The query does not include a GROUP BY clause.',
    hint: 'Add GROUP BY or turn it into the window functions using OVER clauses.',
    sqlState: '42803',
  },
  UNSUPPORTED_GROUPING_EXPRESSION: {
    message: 'grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup.',
    sqlState: '42K0E',
  },
  GROUP_BY_AGGREGATE: {
    message: 'Aggregate functions are not allowed in GROUP BY, but found {sqlExpr}.',
    sqlState: '42903',
  },
  GROUP_BY_POS_AGGREGATE: {
    message: 'GROUP BY {index} refers to an expression {aggExpr} that contains an aggregate function.',
    sqlState: '42903',
  },
  GROUP_BY_POS_OUT_OF_RANGE: {
    message: 'GROUP BY position {index} is not in select list (valid range is [1, {size}]).',
    sqlState: '42805',
  },
  ORDER_BY_POS_OUT_OF_RANGE: {
    message: 'ORDER BY position {index} is not in select list (valid range is [1, {size}]).',
    sqlState: '42805',
  },
  NESTED_AGGREGATE_FUNCTION: {
    message: 'It is not allowed to use an aggregate function in the argument of another aggregate function.',
    hint: 'Use the inner aggregate function in a sub-query.',
    sqlState: '42607',
  },
  WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE: {
    message: 'Window function {funcName} requires an OVER clause.',
    sqlState: '42601',
  },
  UNSUPPORTED_EXPR_FOR_WINDOW: {
    message: 'Expression {sqlExpr} not supported within a window function.',
    sqlState: '42P20',
  },
  WINDOW_FUNCTION_AND_FRAME_MISMATCH: {
    message: '{funcName} function can only be evaluated in an ordered window.',
    hint: 'Add ORDER BY to the OVER clause.',
    sqlState: '42P20',
  },
  'INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX': {
    message: 'The function {prettyName} does not support {syntax}.',
    sqlState: '42000',
  },
  'UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS': {
    message: 'The generator is not supported: nested in expressions {expression}.',
    hint: 'Call it at the top of the SELECT list or in LATERAL VIEW.',
    sqlState: '42K0E',
  },
  'UNSUPPORTED_GENERATOR.NOT_GENERATOR': {
    message: 'The generator is not supported: {functionName} does not give rows.',
    hint: 'LATERAL VIEW takes explode, posexplode, inline, stack and the like.',
    sqlState: '42K0E',
  },
  NUM_COLUMNS_MISMATCH: {
    message:
      '{operator} can only be performed on inputs with the same number of columns, but the first input has {firstNumColumns} columns and the {invalidOrdinalNum} input has {invalidNumColumns} columns.',
    sqlState: '42826',
  },
  NUM_TABLE_VALUE_ALIASES_MISMATCH: {
    message:
      'Number of given aliases does not match number of output columns: {aliasesNum} aliases, {outColsNum} columns.',
    sqlState: '42826',
  },
  INCOMPATIBLE_COLUMN_TYPE: {
    message:
      '{operator} can only be performed on tables with compatible column types. The {columnOrdinalNumber} column of the {tableOrdinalNumber} table is {dataType1}, which is not compatible with {dataType2} at the same column of the first table.',
    hint: '{hint}',
    sqlState: '42825',
  },
  'UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE': {
    message:
      'Rows with a MAP cannot be compared as DISTINCT, dropDuplicates, UNION, INTERSECT and EXCEPT do, but the type of column `{colName}` is {dataType}.',
    hint: 'Leave the column out, compare to_json of it, or name other columns in dropDuplicates.',
    sqlState: '0A000',
  },
  'UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE': {
    message:
      'Rows with a VARIANT cannot be compared as DISTINCT, dropDuplicates, UNION, INTERSECT and EXCEPT do, but the type of column `{colName}` is {dataType}.',
    hint: 'Leave the column out, compare to_json of it, or name other columns in dropDuplicates.',
    sqlState: '0A000',
  },
  'INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN': {
    message: 'Invalid subquery: scalar subquery must return only one column, but got {number}.',
    sqlState: '42823',
  },
  'DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH': {
    message:
      'The number of columns in the left hand side of an IN subquery ({leftLength}) does not match its output ({rightLength}).',
    sqlState: '42K09',
  },
  INVALID_TIME_WINDOW: {
    message: 'The time window {sqlExpr} is invalid: {reason}.',
    sqlState: '42K09',
  },
  DIVIDE_BY_ZERO: {
    message: 'Division by zero.',
    hint: 'Use try_divide to tolerate a divisor of 0 and return NULL instead.',
    sqlState: '22012',
  },
  ARITHMETIC_OVERFLOW: {
    message: 'The result is beyond the range of its type: {detail}.',
    hint: 'Use try_add, try_subtract, try_multiply or try_sum to return NULL instead, or cast to a wider type.',
    sqlState: '22003',
  },
  'NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION': {
    message: '{value} cannot be represented as {type}.',
    hint: 'Use try_cast to return NULL instead, or a wider type.',
    sqlState: '22003',
  },
  CAST_INVALID_INPUT: {
    message:
      "The value '{expression}' of the type {sourceType} cannot be cast to {targetType} because it is malformed.",
    hint: 'Correct the value, or use try_cast to tolerate malformed input and return NULL instead.',
    sqlState: '22018',
  },
  CAST_OVERFLOW: {
    message: 'The value {value} of the type {sourceType} cannot be cast to {targetType} due to an overflow.',
    hint: 'Use try_cast to tolerate overflow and return NULL instead.',
    sqlState: '22003',
  },
  INVALID_ARRAY_INDEX: {
    message: 'The index {indexValue} is out of bounds. The array has {arraySize} elements.',
    hint: 'Use the SQL function get() to tolerate accessing element at invalid index and return NULL instead.',
    sqlState: '22003',
  },
  SCALAR_SUBQUERY_TOO_MANY_ROWS: {
    message: 'More than one row returned by a subquery used as an expression.',
    sqlState: '21000',
  },
} as const
