import { bound, type Macro, plain } from './macro.ts'
import { raise } from './raise.ts'

const INTEGERS = {
  tinyint: ['TINYINT', 'TINYINT'],
  smallint: ['SMALLINT', 'SMALLINT'],
  integer: ['INTEGER', 'INT'],
  bigint: ['BIGINT', 'BIGINT'],
} as const

/**
 * Casts of strings with the forms that Spark takes and DuckDB's own casts do not keep to: no `1e3`, `0x1F` or `1_000` for
 * whole numbers, `yes` and `n` for booleans, `2024` and `2024-1-5 7:30` for times. `to_x` raises, `try_to_x` gives NULL.
 */
export const castMacros: readonly Macro[] = [
  ...Object.entries(INTEGERS).flatMap(([name, [type, shown]]) => {
    // What reads back as it was written needs no closer look.
    const value = (otherwise: string) =>
      `CASE WHEN TRY_CAST({s} AS ${type})::VARCHAR = {s} THEN TRY_CAST({s} AS ${type}) WHEN regexp_full_match({s}, '\\s*[+-]?[0-9]+\\s*') AND TRY_CAST({s} AS ${type}) IS NOT NULL THEN TRY_CAST({s} AS ${type}) WHEN {s} IS NOT NULL THEN ${otherwise} END`
    return pair(name, shown, value)
  }),
  ...pair(
    'number',
    'DECIMAL',
    (otherwise) =>
      `CASE WHEN NOT regexp_matches({s}, '[_xX]') THEN {s} WHEN {s} IS NOT NULL THEN ${otherwise} END`,
  ),
  ...pair(
    'double',
    'DOUBLE',
    (otherwise) =>
      `CASE WHEN NOT contains({s}, '_') AND TRY_CAST({s} AS DOUBLE) IS NOT NULL THEN TRY_CAST({s} AS DOUBLE) WHEN regexp_full_match({s}, '\\s*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?[dDfF]\\s*') THEN TRY_CAST(rtrim(trim({s}), 'dDfF') AS DOUBLE) WHEN {s} IS NOT NULL THEN ${otherwise} END`,
  ),
  ...pair(
    'boolean',
    'BOOLEAN',
    (otherwise) =>
      `CASE WHEN lower(trim({s})) IN ('t', 'true', 'y', 'yes', '1') THEN true WHEN lower(trim({s})) IN ('f', 'false', 'n', 'no', '0') THEN false WHEN {s} IS NOT NULL THEN ${otherwise} END`,
  ),
  bound(
    'time_parts',
    ['s'],
    `regexp_extract({s}, '^\\s*([0-9]{4,7})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[ T](.*))?)?)?\\s*$', ['y', 'm', 'd', 'rest'])`,
  ),
  bound(
    'clock_parts',
    ['s'],
    `regexp_extract({s}, '^([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2}(?:[.][0-9]*)?))?)?\\s*([^0-9:.].*)?$', ['h', 'n', 's', 'zone'])`,
  ),
  bound(
    'day_text',
    ['p'],
    `CASE WHEN {p}.y <> '' THEN concat_ws('-', {p}.y, lpad(coalesce(nullif({p}.m, ''), '1'), 2, '0'), lpad(coalesce(nullif({p}.d, ''), '1'), 2, '0')) END`,
  ),
  // DuckDB takes `Z` and `+01:00` right behind the time only, a zone's name only behind a space.
  bound(
    'clock_text',
    ['p'],
    `CASE WHEN {p}.h <> '' AND {p}.h <> '24' THEN concat_ws(':', lpad({p}.h, 2, '0'), lpad({p}.n, 2, '0'), coalesce(nullif({p}.s, ''), '00')) || CASE WHEN regexp_full_match(trim({p}.zone), '(Z|[+-].*)?') THEN trim({p}.zone) ELSE ' ' || trim({p}.zone) END END`,
  ),
  plain('date_text', ['s'], 'millrace.day_text(millrace.time_parts({s}))'),
  bound(
    'timestamp_text_of',
    ['p'],
    `millrace.day_text({p}) || ' ' || CASE WHEN {p}.rest = '' THEN '00:00:00' ELSE millrace.clock_text(millrace.clock_parts({p}.rest)) END`,
  ),
  plain('timestamp_text', ['s'], 'millrace.timestamp_text_of(millrace.time_parts({s}))'),
  ...pair(
    'date',
    'DATE',
    (otherwise) =>
      `CASE WHEN {s} LIKE '____-__-__' AND TRY_CAST({s} AS DATE) IS NOT NULL THEN TRY_CAST({s} AS DATE) WHEN TRY_CAST(millrace.date_text({s}) AS DATE) IS NOT NULL THEN TRY_CAST(millrace.date_text({s}) AS DATE) WHEN {s} IS NOT NULL THEN ${otherwise} END`,
  ),
  ...timestamps('timestamp', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE'),
  ...timestamps('timestamp_ntz', 'TIMESTAMP_NTZ', 'TIMESTAMP'),
  bound(
    'scientific_digits',
    ['digits', 'e'],
    `{digits}[1] || '.' || coalesce(nullif(rtrim({digits}[2:], '0'), ''), '0') || 'E' || {e}`,
  ),
  bound(
    'scientific',
    ['t', 'e'],
    `CASE WHEN starts_with({t}, '-') THEN '-' ELSE '' END || millrace.scientific_digits(ltrim(replace(ltrim({t}, '-'), '.', ''), '0'), {e} + CASE WHEN regexp_matches({t}, '^-?0[.]') THEN -1 - length(regexp_extract({t}, '^-?0[.](0*)', 1)) ELSE length(split_part(ltrim({t}, '-'), '.', 1)) - 1 END)`,
  ),
  // DuckDB's shortest digits in Java's layout: 1.0E10, 1.0E-5, NaN, Infinity.
  bound(
    'java_number',
    ['t'],
    `CASE WHEN {t} IN ('nan', '-nan') THEN 'NaN' WHEN {t} IN ('inf', '-inf') THEN replace({t}, 'inf', 'Infinity') WHEN contains({t}, 'e') THEN millrace.scientific(split_part({t}, 'e', 1), CAST(split_part({t}, 'e', 2) AS INTEGER)) WHEN abs(CAST({t} AS DOUBLE)) >= 1e7 THEN millrace.scientific({t}, 0) WHEN abs(CAST({t} AS DOUBLE)) < 1e-3 AND CAST({t} AS DOUBLE) <> 0 THEN millrace.scientific({t}, 0) ELSE {t} END`,
  ),
]

/** Both forms of a cast: the raising one and the one that gives NULL. */
function pair(name: string, shown: string, body: (otherwise: string) => string): readonly Macro[] {
  const refusal = raise('CAST_INVALID_INPUT', {
    expression: '{s}',
    sourceType: "'STRING'",
    targetType: `'${shown}'`,
  })
  return [bound(`to_${name}`, ['s'], body(refusal)), bound(`try_to_${name}`, ['s'], body('NULL'))]
}

/** A whole date in front is what DuckDB reads as Spark does; the rest is brought to that form first. */
function timestamps(name: string, shown: string, type: string): readonly Macro[] {
  return pair(
    name,
    shown,
    (otherwise) =>
      `CASE WHEN {s} LIKE '____-__-__%' AND NOT contains({s}, '24:') AND TRY_CAST({s} AS ${type}) IS NOT NULL THEN TRY_CAST({s} AS ${type}) WHEN TRY_CAST(millrace.timestamp_text({s}) AS ${type}) IS NOT NULL THEN TRY_CAST(millrace.timestamp_text({s}) AS ${type}) WHEN {s} IS NOT NULL THEN ${otherwise} END`,
  )
}
