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
  CANNOT_DECODE_URL: {
    message: "The URL '{url}' cannot be decoded.",
    hint: "Use 'try_url_decode' to get NULL instead.",
    sqlState: '22546',
  },
  CONVERSION_INVALID_INPUT: {
    message: "The value '{str}' cannot be converted to {targetType} because it is malformed as '{fmt}'.",
    hint: "Use 'try_to_binary' to get NULL instead.",
    sqlState: '22018',
  },
  INVALID_INDEX_OF_ZERO: {
    message: 'The index 0 is invalid: an index is smaller than 0 or larger, the first element has index 1.',
    sqlState: '22003',
  },
  'INVALID_JSON_OPTIONS.NOT_CONSTANT': {
    message: 'The options of {functionName} must be a map of constant texts.',
    hint: "Write them as map('timestampFormat', 'dd/MM/yyyy').",
    sqlState: '42K06',
  },
  'INVALID_JSON_OPTIONS.UNKNOWN': {
    message: "{functionName} has no option '{option}'.",
    hint: '{suggestion}',
    sqlState: '42K06',
  },
  'INVALID_PARAMETER_VALUE.BINARY_FORMAT': {
    message: "The format of {functionName} cannot be '{value}'.",
    hint: 'Expected one of {allowed}.',
    sqlState: '22023',
  },
  'INVALID_PARAMETER_VALUE.BIT_LENGTH': {
    message: 'The bit length of {functionName} cannot be {value}.',
    hint: 'Expected one of {allowed}.',
    sqlState: '22023',
  },
  'INVALID_PARAMETER_VALUE.CHARSET': {
    message: "The charset of {functionName} cannot be '{charset}'.",
    hint: 'Expected one of {charsets}.',
    sqlState: '22023',
  },
  'INVALID_PARAMETER_VALUE.PATTERN': {
    message: "The regular expression of {functionName} is invalid: '{value}'.",
    sqlState: '22023',
  },
  'INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX': {
    message:
      'The group index {groupIndex} is not between 0 and {groupCount}, the groups of the regular expression.',
    sqlState: '22023',
  },
  REMAINDER_BY_ZERO: {
    message: 'Remainder by zero.',
    hint: "Use 'try_mod' to tolerate a divisor of 0 and get NULL instead.",
    sqlState: '22012',
  },
  UNSUPPORTED_REGEXP: {
    message: "The regular expression '{regexp}' has {construct}, which this engine cannot match.",
    hint: 'Patterns are matched in linear time (RE2): lookaround, back references and possessive quantifiers have no equivalent.',
    sqlState: '0A000',
  },
  CANNOT_PARSE_TIMESTAMP: {
    message: "The text '{text}' does not have the form '{pattern}'.",
    hint: "Use 'try_to_timestamp' to get NULL instead.",
    sqlState: '22007',
  },
  'DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING': {
    message: 'Field names must be constant text that is not NULL, got {inputExprs}.',
    sqlState: '42K09',
  },
  'DATATYPE_MISMATCH.INVALID_JSON_SCHEMA': {
    message: 'The input of JSON must be a struct, an array, a map or a variant, got {schema}.',
    sqlState: '42K09',
  },
  'DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE': {
    message: 'The {exprName} must be between {valueRange}, got {currentValue}.',
    sqlState: '42K09',
  },
  'DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION': {
    message: 'There is no such date or time: {value}.',
    hint: "Use 'try_make_timestamp' to get NULL instead.",
    sqlState: '22023',
  },
  DUPLICATED_MAP_KEY: {
    message: 'The map key {key} was found twice.',
    hint: 'Keep one entry of each key before the map is made.',
    sqlState: '23505',
  },
  ILLEGAL_DAY_OF_WEEK: {
    message: "'{string}' is no day of the week.",
    hint: "Expected a name such as 'Monday', 'MON' or 'MO'.",
    sqlState: '22009',
  },
  ILLEGAL_SEQUENCE_BOUNDARIES: {
    message: 'A sequence from {start} to {stop} by {step} has no end.',
    sqlState: '22023',
  },
  INVALID_ARRAY_INDEX_IN_ELEMENT_AT: {
    message: 'The index {indexValue} is out of bounds. The array has {arraySize} elements.',
    hint: "Use 'try_element_at' to get NULL instead.",
    sqlState: '22003',
  },
  'INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER': {
    message: "The datetime pattern '{pattern}' has '{c}', which has no meaning there.",
    hint: "Text stands in single quotes; the letters are those of Spark's datetime patterns without the week-based ones.",
    sqlState: '22007',
  },
  'INVALID_DATETIME_PATTERN.LENGTH': {
    message: "The datetime pattern '{pattern}' repeats a letter too often.",
    sqlState: '22007',
  },
  INVALID_EXTRACT_FIELD: {
    message: "Cannot extract '{field}'.",
    hint: 'Expected one of {fields}.',
    sqlState: '42601',
  },
  'INVALID_FORMAT.MISMATCH_INPUT': {
    message: "The input '{input}' of the type {inputType} does not match the format '{format}'.",
    hint: "Use 'try_to_number' to get NULL instead.",
    sqlState: '42601',
  },
  'INVALID_FORMAT.WRONG_NUM_DIGIT': {
    message: "The number format '{format}' is not valid.",
    hint: "A format has digits 0 or 9, and around them '.', ',', '$' and one of 'S', 'MI', 'PR'.",
    sqlState: '42601',
  },
  'INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE': {
    message: 'The bit position {invalidValue} is not between 0 and {upper}.',
    sqlState: '22023',
  },
  'INVALID_PARAMETER_VALUE.DATETIME_UNIT': {
    message: "'{invalidValue}' is no unit of time.",
    hint: 'Expected one of {units}.',
    sqlState: '22023',
  },
  'INVALID_PARAMETER_VALUE.FORMAT_STRING': {
    message: "The format '{format}' has '{specifier}', which does not fit its argument.",
    hint: 'Known are %s, %d, %x, %o, %f, %e, %c, %b, %n and %%; %d takes a whole number, %f any number.',
    sqlState: '22023',
  },
  'INVALID_PARAMETER_VALUE.LENGTH': {
    message: 'The length of slice must be 0 or more, got {length}.',
    sqlState: '22023',
  },
  'INVALID_PARAMETER_VALUE.START': {
    message: 'The start of slice cannot be 0: positions count from 1.',
    sqlState: '22023',
  },
  INVALID_TIMEZONE: {
    message: "The time zone '{timeZone}' is not known.",
    hint: "Expected a name such as 'Europe/Berlin', or an offset such as '+02:00'.",
    sqlState: '22009',
  },
  MAP_ARRAYS_DIFFERENT_LENGTH: {
    message: 'The arrays of keys ({keys}) and of values ({values}) of a map must have the same length.',
    sqlState: '22023',
  },
  NULL_MAP_KEY: {
    message: 'A map key cannot be NULL.',
    sqlState: '2200E',
  },
} as const
