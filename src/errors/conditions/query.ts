/** Conditions of parsing and analysing queries. */
export const queryConditions = {
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
} as const
