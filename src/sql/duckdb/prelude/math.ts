import { bind, bound, type Macro, plain } from './macro.ts'
import { raise } from './raise.ts'

const MAX_LONG = '9223372036854775807'

/** Mathematics outside the domain is NaN or NULL in Spark, and an error in DuckDB. */
export const mathMacros: readonly Macro[] = [
  within('acos', '{x} BETWEEN -1 AND 1', 'acos({x})', "'NaN'::DOUBLE"),
  within('asin', '{x} BETWEEN -1 AND 1', 'asin({x})', "'NaN'::DOUBLE"),
  within('atanh', '{x} BETWEEN -1 AND 1', 'atanh({x})', "'NaN'::DOUBLE"),
  within('sqrt', '{x} >= 0', 'sqrt({x})', "'NaN'::DOUBLE"),
  within('ln', '{x} > 0', 'ln({x})', 'NULL::DOUBLE'),
  within('log10', '{x} > 0', 'log10({x})', 'NULL::DOUBLE'),
  within('log2', '{x} > 0', `(ln({x}) / ${Math.LN2})`, 'NULL::DOUBLE'),
  within(
    'log1p',
    '{x} > -1',
    'CASE WHEN abs({x}) < 0.5 THEN 2 * atanh({x} / (2 + {x})) ELSE ln(1 + {x}) END',
    'NULL::DOUBLE',
  ),
  bound('log', ['base', 'x'], 'CASE WHEN {base} > 0 AND {x} > 0 THEN ln({x}) / ln({base}) END'),
  bound(
    'expm1',
    ['x'],
    'CASE WHEN abs({x}) < 0.5 THEN 2 * exp({x} / 2) * sinh({x} / 2) ELSE exp({x}) - 1 END',
  ),
  bound('cbrt', ['x'], 'CASE WHEN pow(round(cbrt({x})), 3) = {x} THEN round(cbrt({x})) ELSE cbrt({x}) END'),
  bound('rint', ['x'], 'round_even({x}, 0)'),
  bound('sign', ['x'], 'CASE WHEN isnan({x}) OR {x} = 0 THEN {x} ELSE sign({x})::DOUBLE END'),
  bound('factorial', ['n'], 'CASE WHEN {n} BETWEEN 0 AND 20 THEN factorial({n})::BIGINT END'),
  bound('nanvl', ['a', 'b'], 'CASE WHEN isnan({a}) THEN {b} ELSE {a} END'),
  bound(
    'to_long',
    ['x'],
    `CASE WHEN isnan({x}) THEN 0 WHEN {x} >= ${MAX_LONG}::DOUBLE THEN ${MAX_LONG}
      WHEN {x} <= -${MAX_LONG}::DOUBLE THEN -${MAX_LONG} - 1 ELSE {x}::BIGINT END`,
  ),
  bound('pmod', ['rest', 'n'], 'CASE WHEN {rest} < 0 THEN ({rest} + {n}) % {n} ELSE {rest} END'),
  bound(
    'bit_get',
    ['x', 'pos', 'bits'],
    `CASE WHEN {pos} < 0 OR {pos} >= {bits}
      THEN ${raise('INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE', { invalidValue: '{pos}', upper: '{bits}' })}
      ELSE ({x} >> {pos}) & 1 END`,
  ),
  bound(
    'width_bucket',
    ['v', 'low', 'high', 'n'],
    `CASE WHEN {v} IS NULL OR {low} IS NULL OR {high} IS NULL OR {n} IS NULL THEN NULL
      WHEN {n} <= 0 OR {n} = ${MAX_LONG} OR isnan({v}) OR {low} = {high} OR NOT isfinite({low}) OR NOT isfinite({high}) THEN NULL
      WHEN {low} < {high} THEN CASE WHEN {v} < {low} THEN 0 WHEN {v} >= {high} THEN {n} + 1
        ELSE floor({n} * ({v} - {low}) / ({high} - {low}))::BIGINT + 1 END
      ELSE CASE WHEN {v} > {low} THEN 0 WHEN {v} <= {high} THEN {n} + 1
        ELSE floor({n} * ({low} - {v}) / ({low} - {high}))::BIGINT + 1 END END`,
  ),
  bound(
    'conv_print',
    ['n', 'base'],
    bind(
      'conv_value',
      {
        v: 'CASE WHEN {base} > 0 AND {n} < 0 THEN {n} + 18446744073709551616::HUGEINT ELSE abs({n}) END',
        b: 'abs({base})',
      },
      `coalesce(nullif(ltrim(millrace.join_text(list_transform(range(63, -1, -1), lambda conv_power:
        CASE WHEN pow({b}::DOUBLE, conv_power) <= 18446744073709551616::DOUBLE
          THEN '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'[({v} // pow({b}::DOUBLE, conv_power)::HUGEINT % {b} + 1)::BIGINT]
        END), ''), '0'), ''), '0')`,
    ).replace(/^/, `CASE WHEN {base} < 0 AND {n} < 0 THEN '-' ELSE '' END || `),
  ),
  bound(
    'conv_read',
    ['s', 'base'],
    `coalesce(list_sum(list_transform(
      string_split(reverse(regexp_extract({s}, '^[' || '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'[1:{base}] || ']*')), ''),
      lambda conv_digit, conv_at: CASE WHEN conv_digit <> ''
        THEN (instr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', conv_digit) - 1) * pow({base}::DOUBLE, conv_at - 1)::HUGEINT END)), 0)`,
  ),
  bound(
    'conv',
    ['s', 'from_base', 'to_base'],
    `CASE WHEN trim({s}, ' ') <> '' AND {from_base} BETWEEN 2 AND 36 AND abs({to_base}) BETWEEN 2 AND 36 THEN
      millrace.conv_print(CASE WHEN trim({s}, ' ')[1] = '-' THEN -1 ELSE 1 END
        * millrace.conv_read(upper(ltrim(trim({s}, ' '), '-')), {from_base}), {to_base}) END`,
  ),
  bound(
    'narrowed',
    ['n', 'low', 'high'],
    `CASE WHEN {n} BETWEEN {low} AND {high} OR {n} IS NULL THEN {n}
      ELSE ${raise('ARITHMETIC_OVERFLOW', { detail: '{n}' })} END`,
  ),
  plain('normal', [], 'sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())'),
]

function within(name: string, domain: string, inside: string, outside: string): Macro {
  return bound(name, ['x'], `CASE WHEN ${domain} THEN ${inside} WHEN {x} IS NOT NULL THEN ${outside} END`)
}
