import { bound, type Macro, plain } from './macro.ts'
import { raise } from './raise.ts'

const DISTINCT = (list: string, item: string, at: string) =>
  `list_filter(${list}, lambda ${item}, ${at}: list_position(${list}, ${item}) = ${at})`

/** Arrays keep their order and know NULL as a value; positions count from 1. */
export const arrayMacros: readonly Macro[] = [
  bound(
    'array_contains',
    ['list', 'value'],
    `CASE WHEN list_contains({list}, {value}) THEN true
      WHEN {value} IS NOT NULL AND len({list}) = list_count({list}) THEN false END`,
  ),
  bound('array_distinct', ['list'], DISTINCT('{list}', 'distinct_item', 'distinct_at')),
  bound(
    'array_except',
    ['a', 'b'],
    `CASE WHEN {b} IS NOT NULL THEN list_filter({a}, lambda except_item, except_at:
      list_position({a}, except_item) = except_at AND list_position({b}, except_item) IS NULL) END`,
  ),
  bound(
    'array_intersect',
    ['a', 'b'],
    `CASE WHEN {b} IS NOT NULL THEN list_filter({a}, lambda intersect_item, intersect_at:
      list_position({a}, intersect_item) = intersect_at AND list_position({b}, intersect_item) IS NOT NULL) END`,
  ),
  plain('array_union', ['a', 'b'], 'millrace.array_distinct({a} || {b})'),
  bound(
    'arrays_overlap',
    ['a', 'b'],
    `CASE WHEN list_has_any({a}, {b}) THEN true
      WHEN len({a}) = 0 OR len({b}) = 0 THEN CASE WHEN {a} IS NOT NULL AND {b} IS NOT NULL THEN false END
      WHEN len({a}) = list_count({a}) AND len({b}) = list_count({b}) THEN false END`,
  ),
  bound(
    'array_insert',
    ['list', 'pos', 'value'],
    `CASE WHEN {pos} = 0 THEN ${raise('INVALID_INDEX_OF_ZERO')}
      WHEN {pos} > 0 THEN list_resize({list}, greatest(len({list}), {pos} - 1)::BIGINT)[1:{pos} - 1] || [{value}] || {list}[{pos}:]
      WHEN -{pos} > len({list}) + 1
        THEN [{value}] || list_transform(range(-{pos} - len({list}) - 1), lambda insert_gap: NULL) || {list}
      ELSE {list}[:len({list}) + {pos} + 1] || [{value}] || {list}[len({list}) + {pos} + 2:] END`,
  ),
  bound(
    'array_join',
    ['list', 'sep', 'null_text'],
    `CASE WHEN {list} IS NOT NULL AND {sep} IS NOT NULL THEN millrace.joined(
      list_filter(list_transform({list}, lambda join_item: coalesce(join_item, {null_text})),
        lambda join_text: join_text IS NOT NULL), {sep}) END`,
  ),
  bound(
    'array_position',
    ['list', 'value'],
    `CASE WHEN {list} IS NOT NULL AND {value} IS NOT NULL THEN coalesce(list_position({list}, {value}), 0)::BIGINT END`,
  ),
  bound(
    'array_remove',
    ['list', 'value'],
    'CASE WHEN {value} IS NOT NULL THEN list_filter({list}, lambda remove_item: remove_item IS DISTINCT FROM {value}) END',
  ),
  bound(
    'element_at',
    ['list', 'i'],
    `CASE WHEN {i} = 0 THEN ${raise('INVALID_INDEX_OF_ZERO')}
      WHEN abs({i}) > len({list}) THEN ${raise('INVALID_ARRAY_INDEX_IN_ELEMENT_AT', { indexValue: '{i}', arraySize: 'len({list})' })}
      ELSE {list}[{i}] END`,
  ),
  bound(
    'try_element_at',
    ['list', 'i'],
    `CASE WHEN {i} = 0 THEN ${raise('INVALID_INDEX_OF_ZERO')} ELSE {list}[{i}] END`,
  ),
  bound(
    'any_true',
    ['list'],
    'CASE WHEN list_contains({list}, true) THEN true WHEN len({list}) = list_count({list}) THEN false END',
  ),
  bound(
    'all_true',
    ['list'],
    'CASE WHEN list_contains({list}, false) THEN false WHEN len({list}) = list_count({list}) THEN true END',
  ),
  bound('flatten', ['list'], 'CASE WHEN len({list}) = list_count({list}) THEN flatten({list}) END'),
  bound(
    'slice',
    ['list', 'start', 'length'],
    `CASE WHEN {list} IS NULL OR {start} IS NULL OR {length} IS NULL THEN NULL
      WHEN {start} = 0 THEN ${raise('INVALID_PARAMETER_VALUE.START')}
      WHEN {length} < 0 THEN ${raise('INVALID_PARAMETER_VALUE.LENGTH', { length: '{length}' })}
      WHEN {start} < 0 AND -{start} > len({list}) THEN {list}[1:0]
      WHEN {start} < 0 THEN {list}[len({list}) + {start} + 1:len({list}) + {start} + {length}]
      ELSE {list}[{start}:{start} + {length} - 1] END`,
  ),
  plain(
    'shuffle',
    ['list'],
    `list_transform(list_sort(list_transform({list}, lambda shuffle_item: {'r': random(), 'x': shuffle_item})), lambda shuffled: shuffled.x)`,
  ),
  bound(
    'sequence',
    ['first', 'last', 'step'],
    `CASE WHEN ${illegalSequence('{step}')} ELSE generate_series({first}, {last}, {step}) END`,
  ),
  bound(
    'sequence_by_one',
    ['first', 'last'],
    'generate_series({first}, {last}, CASE WHEN {first} <= {last} THEN 1 ELSE -1 END)',
  ),
  bound(
    'sequence_by_days',
    ['first', 'last', 'day'],
    'generate_series({first}, {last}, CASE WHEN {first} <= {last} THEN {day} ELSE -{day} END)',
  ),
  bound(
    'sequence_of_months',
    ['first', 'last', 'months'],
    `CASE WHEN ${illegalSequence('{months}')} ELSE
      list_filter(list_transform(range(abs(date_diff('month', {first}, {last}) // {months}) + 2), lambda sequence_at:
        {first} + to_months((sequence_at * {months})::INTEGER)),
      lambda sequence_item: CASE WHEN {months} > 0 THEN sequence_item <= {last} ELSE sequence_item >= {last} END) END`,
  ),
]

function illegalSequence(step: string): string {
  return `({first} < {last} AND ${step} <= 0) OR ({first} > {last} AND ${step} >= 0)
    THEN ${raise('ILLEGAL_SEQUENCE_BOUNDARIES', { start: '{first}', stop: '{last}', step })}`
}
