import { expect, expectTypeOf, test } from 'vitest'
import {
  aggregate,
  arraySort,
  type Column,
  callFunction,
  coalesce,
  col,
  concatWs,
  count,
  countDistinct,
  currentTimestamp,
  dateTrunc,
  exists,
  expr,
  filter,
  fromJson,
  lag,
  lit,
  log,
  namedStruct,
  rowNumber,
  split,
  substring,
  sum,
  sumDistinct,
  toDate,
  toTimestamp,
  transform,
  Window,
  when,
  window,
} from '../../src/functions.ts'
import { printSparkExpression } from '../../src/sql/index.ts'

const amount = col('amount')

/** What TypeScript writes, and the Spark SQL that it is. */
const columns: readonly (readonly [Column, string])[] = [
  [col('o.amount'), 'o.amount'],
  [col('`a.b`.c'), '`a.b`.c'],
  [col('*'), '*'],
  [col('o.*'), 'o.*'],
  [lit(1), '1'],
  [lit(1.5), '1.5D'],
  [lit(2 ** 40), '1099511627776L'],
  [lit(5n), '5L'],
  [lit("it's"), "'it\\'s'"],
  [lit(null), 'NULL'],
  [lit(new Date('2024-01-05T10:00:00.120Z')), "TIMESTAMP '2024-01-05 10:00:00.120+00:00'"],
  [amount.as('net'), 'amount AS net'],
  [amount.cast('decimal(10,2)'), 'CAST(amount AS DECIMAL(10,2))'],
  [amount.tryCast('bigint'), 'TRY_CAST(amount AS BIGINT)'],
  [amount.gt(0).and(amount.leq(col('most'))), 'amount > 0 AND amount <= most'],
  [amount.eq(1).or(amount.isNull()).not(), 'NOT (amount = 1 OR amount IS NULL)'],
  [amount.eqNullSafe(null), 'amount <=> NULL'],
  [amount.plus(1).multiply(2), '(amount + 1) * 2'],
  [col('status').isIn('a', 'b'), "status IN ('a', 'b')"],
  [amount.between(1, 10), 'amount BETWEEN 1 AND 10'],
  [col('name').like('A%'), "name LIKE 'A%'"],
  [col('event').getField('hour'), '(event).hour'],
  [col('tags').getItem(0), 'tags[0]'],
  [
    when(amount.gt(100), 'big').when(amount.gt(10), 'some').otherwise('few'),
    "CASE WHEN amount > 100 THEN 'big' WHEN amount > 10 THEN 'some' ELSE 'few' END",
  ],
  [count('*'), 'count(*)'],
  [countDistinct('customer_id', 'region'), 'count(DISTINCT customer_id, region)'],
  [sum('amount').as('total'), 'sum(amount) AS total'],
  [sumDistinct(amount), 'sum(DISTINCT amount)'],
  [toDate('order_date'), 'to_date(order_date)'],
  [toTimestamp('order_date', 'dd/MM/yyyy'), "to_timestamp(order_date, 'dd/MM/yyyy')"],
  [dateTrunc('hour', 'ts'), "date_trunc('hour', ts)"],
  [window('ts', '10 minutes', '5 minutes'), "window(ts, '10 minutes', '5 minutes')"],
  [currentTimestamp(), 'current_timestamp()'],
  [coalesce('a', lit('none')), "coalesce(a, 'none')"],
  [concatWs('-', 'a', 'b'), "concat_ws('-', a, b)"],
  [split('text', ',', 2), "split(text, ',', 2)"],
  [substring('text', 1, 3), 'substring(text, 1, 3)'],
  [log(2, 'n'), 'log(2, n)'],
  [log('n'), 'log(n)'],
  [fromJson('payload', 'a INT'), "from_json(payload, 'a INT')"],
  [
    namedStruct({ id: 'order_id', total: amount.plus(1) }),
    "named_struct('id', order_id, 'total', amount + 1)",
  ],
  [transform('xs', (x) => x.plus(1)), 'transform(xs, x_0 -> x_0 + 1)'],
  [filter('xs', (x, i) => x.gt(i)), 'filter(xs, (x_0, y_0) -> x_0 > y_0)'],
  [exists('xs', (x) => exists('ys', (y) => x.eq(y))), 'exists(xs, x_0 -> exists(ys, x_1 -> x_0 = x_1))'],
  [aggregate('xs', 0, (all, x) => all.plus(x)), 'aggregate(xs, 0, (x_0, y_0) -> x_0 + y_0)'],
  [arraySort('xs'), 'array_sort(xs)'],
  [callFunction('SOUNDEX', col('name')), 'soundex(name)'],
  [expr('amount * 2 AS double_amount'), 'amount * 2 AS double_amount'],
]

test.each(columns.map(([column, sql]) => [sql, column] as const))('%s', (sql, column) => {
  expect(printSparkExpression(column.expression)).toBe(sql)
})

test('a window function over a window', () => {
  const byRegion = Window.partitionBy('region').orderBy(amount.desc(), 'id')
  const latest = rowNumber().over(byRegion)
  const running = sum('amount').over(byRegion.rowsBetween('unboundedPreceding', 0))
  const before = lag('amount', 1, 0).over(byRegion)
  expect([latest, running, before].map((each) => printSparkExpression(each.expression))).toEqual([
    'row_number() OVER (PARTITION BY region ORDER BY amount DESC, id)',
    'sum(amount) OVER (PARTITION BY region ORDER BY amount DESC, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)',
    'lag(amount, 1, 0) OVER (PARTITION BY region ORDER BY amount DESC, id)',
  ])
})

test('a column is never changed', () => {
  const before = structuredClone(amount.expression)
  amount.plus(1).as('more').desc()
  expect(amount.expression).toEqual(before)
})

test('a name with an open backtick is refused', () => {
  expect(() => col('`a.b')).toThrow(
    expect.objectContaining({ condition: 'INVALID_ATTRIBUTE_NAME_SYNTAX', parameters: { name: '`a.b' } }),
  )
})

test('a whole number beyond 38 digits is refused', () => {
  expect(() => lit(10n ** 38n)).toThrow(
    expect.objectContaining({
      condition: 'DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION',
      parameters: { precision: '39', maxPrecision: '38' },
    }),
  )
})

test('the types know the name that a column comes out under', () => {
  expectTypeOf(col('o.amount')).toEqualTypeOf<Column<'amount'>>()
  expectTypeOf(amount.as('net')).toEqualTypeOf<Column<'net'>>()
  expectTypeOf(amount.cast('int')).toEqualTypeOf<Column<'amount'>>()
  expectTypeOf(col('event').getField('hour')).toEqualTypeOf<Column<'hour'>>()
})
