/** Conditions of calling a function: bad names and literals before a query runs, bad values while it runs. */
export const functionConditions = {
  DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION: {
    message: 'Decimal precision {precision} exceeds max precision {maxPrecision}.',
    sqlState: '22003',
  },
  INVALID_ATTRIBUTE_NAME_SYNTAX: {
    message: "Syntax error in the attribute name '{name}'.",
    hint: 'Backticks must appear in pairs: a part of a name that holds a dot is written `a.b`.',
    sqlState: '42601',
  },
} as const
