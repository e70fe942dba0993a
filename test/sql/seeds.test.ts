import { expect, test } from 'vitest'
import { parseExpression, parseQuery, parseStatements } from '../../src/sql/index.ts'
import { shortForm, shortRelation } from './short-form.ts'

/** The SQL that people wrote in the projects that Millrace must be able to run. */

test('a query over the quality metrics of a dataset', () => {
  const text = `
    -- Query expectation metrics
    SELECT
        dataset,
        name as expectation_name,
        passed_records,
        failed_records,
        ROUND(passed_records * 100.0 / (passed_records + failed_records), 2) as pass_rate
    FROM event_log(TABLE(LIVE.silver_orders))
    WHERE details:flow_progress.metrics IS NOT NULL
    ORDER BY failed_records DESC;`
  expect(
    parseStatements(text).map((each) => each.kind === 'QueryStatement' && shortRelation(each.query)),
  ).toEqual([
    'Sort[(desc-nulls-last failed_records)](Project[dataset, (as name expectation_name), passed_records, failed_records, ' +
      '(as (round (/ (* passed_records 100.0:decimal(4,1)) (+ passed_records failed_records)) 2:int) pass_rate)]' +
      "(Filter[(isnotnull (get_json_object details '$.flow_progress.metrics'))]" +
      '(TableValuedFunction[(event_log (table silver_orders))])))',
  ])
})

test('a query over a table by its path', () => {
  const text = `
     SELECT region, SUM(sales_amount) as total_sales
     FROM delta.\`dbfs:/mnt/gold/sales\`
     GROUP BY region`
  expect(shortRelation(parseQuery(text))).toBe(
    'Aggregate[region, (as (sum sales_amount) total_sales) by region](DataSource[delta dbfs:/mnt/gold/sales])',
  )
})

test('the maintenance of a table', () => {
  expect(parseStatements('DESCRIBE DETAIL medallion_db.silver_orders;')).toMatchObject([
    {
      kind: 'DescribeStatement',
      what: 'detail',
      table: { kind: 'Read', name: ['medallion_db', 'silver_orders'] },
    },
  ])
  const optimize = `
    -- Legacy Z-ordering (manual)
    OPTIMIZE medallion_db.silver_orders
    ZORDER BY (customer_id, order_date);`
  expect(() => parseStatements(optimize)).toThrow(
    expect.objectContaining({ condition: 'UNSUPPORTED_FEATURE.STATEMENT', position: { line: 3, column: 5 } }),
  )
})

test.each([
  ['order_id IS NOT NULL', '(isnotnull order_id)'],
  ['amount > 0 AND amount < 100000', '(and (> amount 0:int) (< amount 100000:int))'],
  ["status IN ('pending', 'completed', 'cancelled')", "(in status 'pending' 'completed' 'cancelled')"],
  ['customer_id IS NOT NULL', '(isnotnull customer_id)'],
  [
    "order_id IS NULL OR amount IS NULL OR amount <= 0 OR amount >= 100000 OR status NOT IN ('pending', 'completed', 'cancelled')",
    "(or (or (or (or (isnull order_id) (isnull amount)) (<= amount 0:int)) (>= amount 100000:int)) (not (in status 'pending' 'completed' 'cancelled')))",
  ],
  ["status = 'completed'", "(= status 'completed')"],
  ["order_status = 'COMPLETE'", "(= order_status 'COMPLETE')"],
  ['__END_AT IS NULL', '(isnull __END_AT)'],
])('the condition %s', (text, expected) => {
  expect(shortForm(parseExpression(text))).toBe(expected)
})
