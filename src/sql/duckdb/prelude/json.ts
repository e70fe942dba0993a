import { bind, bound, type Macro, plain } from './macro.ts'

/** JSON text: what is not JSON is NULL, and a value is read only where it has the type. */
export const jsonMacros: readonly Macro[] = [
  plain(
    'json_value',
    ['json', 'path'],
    bind('json_value_', ['json'], 'CASE WHEN json_valid({json}) THEN json_extract_string({json}, path) END'),
  ),
  plain(
    'json_values',
    ['json', 'path'],
    bind(
      'json_values_',
      ['json'],
      `CASE WHEN json_valid({json}) THEN list_transform([json_extract({json}, path)], lambda json_found:
        CASE len(json_found) WHEN 0 THEN NULL WHEN 1 THEN json_extract_string(json_found[1], '$')
          ELSE '[' || millrace.join_text(json_found::VARCHAR[], ',') || ']' END)[1] END`,
    ),
  ),
  bound(
    'json_member',
    ['json', 'name'],
    `CASE WHEN json_valid({json}) AND json_type({json}) = 'OBJECT' THEN json_extract_string({json}, '$."' || {name} || '"') END`,
  ),
  bound(
    'json_array_length',
    ['json'],
    `CASE WHEN json_valid({json}) AND json_type({json}) = 'ARRAY' THEN json_array_length({json}) END`,
  ),
  bound(
    'json_object_keys',
    ['json'],
    `CASE WHEN json_valid({json}) AND json_type({json}) = 'OBJECT' THEN json_keys({json}) END`,
  ),
  bound(
    'json_long',
    ['json'],
    `CASE WHEN json_type({json}) IN ('BIGINT', 'UBIGINT') THEN TRY_CAST(json_extract_string({json}, '$') AS BIGINT) END`,
  ),
  bound(
    'json_number',
    ['json'],
    `CASE WHEN json_type({json}) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN json_extract_string({json}, '$') END`,
  ),
  bound(
    'json_double',
    ['json'],
    `CASE WHEN json_type({json}) IN ('BIGINT', 'UBIGINT', 'DOUBLE')
      OR json_extract_string({json}, '$') IN ('NaN', 'Infinity', '-Infinity', 'INF', '-INF', '+INF')
      THEN TRY_CAST(json_extract_string({json}, '$') AS DOUBLE) END`,
  ),
  bound(
    'json_boolean',
    ['json'],
    `CASE WHEN json_type({json}) = 'BOOLEAN' THEN json_extract_string({json}, '$') = 'true' END`,
  ),
  bound(
    'json_string',
    ['json'],
    `CASE WHEN json_type({json}) = 'VARCHAR' THEN json_extract_string({json}, '$') END`,
  ),
  bound(
    'json_number_text',
    ['s'],
    `CASE WHEN {s} IN ('NaN', 'Infinity', '-Infinity') THEN '"' || {s} || '"' ELSE {s} END`,
  ),
]
