import { bound, type Macro } from './macro.ts'
import { raise } from './raise.ts'

const HALF = '10000000000000000000::HUGEINT'

/** Arithmetic and element access with Spark's errors. */
export const arithmeticMacros: readonly Macro[] = [
  bound('modulus', ['d'], `CASE WHEN {d} = 0 THEN ${raise('REMAINDER_BY_ZERO')} ELSE {d} END`),
  bound('divisor_or_null', ['d'], 'CASE WHEN {d} <> 0 THEN {d} END'),
  bound('divisor', ['d'], `CASE WHEN {d} = 0 THEN ${raise('DIVIDE_BY_ZERO')} ELSE {d} END`),
  // Half away from zero: (2n ± d) / 2d, truncated.
  bound('divide_half_up', ['n', 'd'], '(2 * {n} + sign({n}) * abs({d}::HUGEINT)) // (2 * {d}::HUGEINT)'),
  // The whole part apart, so that `unit` takes it no further than the result goes.
  bound(
    'average',
    ['sum', 'count', 'unit'],
    '({sum} // {count}) * {unit} + millrace.divide_half_up({sum} % {count} * {unit}, {count})',
  ),
  // Of 19-digit halves: 128 bits hold each partial product. `power` is what is dropped, `rest` the rest of 38 digits.
  bound(
    'multiply_wide_sum',
    ['high', 'middle', 'carry', 'low', 'power', 'rest'],
    `({high} + {carry} + {middle} // ${HALF}) * {rest} + ({middle} % ${HALF} * ${HALF} + {low} + {power} // 2) // {power}`,
  ),
  bound(
    'multiply_wide_parts',
    ['xh', 'xl', 'yh', 'yl', 'power', 'rest'],
    `millrace.multiply_wide_sum({xh} * {yh}, {xh} * {yl} % ${HALF} + {xl} * {yh} % ${HALF} + {xl} * {yl} // ${HALF}, {xh} * {yl} // ${HALF} + {xl} * {yh} // ${HALF}, {xl} * {yl} % ${HALF}, {power}, {rest})`,
  ),
  bound(
    'multiply_wide',
    ['x', 'y', 'power', 'rest'],
    `sign({x})::HUGEINT * sign({y})::HUGEINT * millrace.multiply_wide_parts(abs({x}) // ${HALF}, abs({x}) % ${HALF}, abs({y}) // ${HALF}, abs({y}) % ${HALF}, {power}, {rest})`,
  ),
  bound(
    'unscaled',
    ['x', 'power', 'scale'],
    `CAST(trunc({x}) AS HUGEINT) * {power} + CAST(rpad(split_part({x}::VARCHAR, '.', 2), {scale}, '0') AS HUGEINT) * CASE WHEN {x} < 0 THEN -1 ELSE 1 END`,
  ),
  // A 128-bit product, cut to the width; flipping the sign bit and taking it off again extends the sign.
  bound(
    'shift_left',
    ['x', 'n', 'width'],
    `xor(({x}::HUGEINT * (1::HUGEINT << ({n} & ({width} - 1)))) & ((1::HUGEINT << {width}) - 1), 1::HUGEINT << ({width} - 1)) - (1::HUGEINT << ({width} - 1))`,
  ),
  bound('shift_right', ['x', 'n', 'width'], '{x} >> ({n} & ({width} - 1))'),
  bound(
    'shift_right_unsigned',
    ['x', 'n', 'width'],
    `xor((({x}::HUGEINT & ((1::HUGEINT << {width}) - 1)) >> ({n} & ({width} - 1))), 1::HUGEINT << ({width} - 1)) - (1::HUGEINT << ({width} - 1))`,
  ),
  bound(
    'array_item',
    ['list', 'i'],
    `CASE WHEN {i} < 0 OR {i} >= len({list}) THEN ${raise('INVALID_ARRAY_INDEX', { indexValue: '{i}', arraySize: 'len({list})' })} ELSE {list}[{i} + 1] END`,
  ),
  bound('rows_or_null', ['list'], 'CASE WHEN len({list}) > 0 THEN {list} ELSE [NULL] END'),
  bound('get_item', ['list', 'i'], 'CASE WHEN {i} >= 0 THEN {list}[{i} + 1] END'),
]

/** Windows of event time; `us`, `size`, `slide` and `start` are microseconds. */
export const timeWindowMacros: readonly Macro[] = [
  bound('window', ['first', 'size'], "{'start': {first}, 'end': {first} + to_microseconds({size})}"),
  sliding('sliding_windows', 'make_timestamptz'),
  sliding('sliding_windows_ntz', 'make_timestamp'),
]

/** The last window that begins at or before the time and those before it, as far as they still hold it. */
function sliding(name: string, make: string): Macro {
  const last = '{us} - (({us} - {start}) % {slide} + {slide}) % {slide}'
  const starts = `list_transform(range(({size} + {slide} - 1) // {slide}), lambda i: ${last} - i * {slide})`
  const holding = `list_filter(${starts}, lambda first: {us} < first + {size})`
  return bound(
    name,
    ['us', 'size', 'slide', 'start'],
    `list_transform(${holding}, lambda first: {'start': ${make}(first), 'end': ${make}(first + {size})})`,
  )
}
