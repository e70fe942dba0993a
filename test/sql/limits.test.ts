import { describe, expect, test } from 'vitest'
import { parseExpression, parseQuery, parseStatements, printSparkExpression } from '../../src/sql/index.ts'

describe('what is nested too deep is refused, whatever it is made of', () => {
  const deep = 20_000
  test.each([
    ['parentheses', () => parseExpression(`${'('.repeat(deep)}1${')'.repeat(deep)}`)],
    ['unclosed parentheses', () => parseExpression('('.repeat(deep))],
    ['calls', () => parseExpression(`${'f('.repeat(deep)}1${')'.repeat(deep)}`)],
    ['NOT', () => parseExpression(`${'NOT '.repeat(deep)}a`)],
    ['minus signs', () => parseExpression(`${'- '.repeat(deep)}a`)],
    ['CASE', () => parseExpression('CASE WHEN a THEN '.repeat(deep))],
    ['a sum', () => parseExpression(Array(deep).fill('a').join(' + '))],
    ['subscripts', () => parseExpression(`a${'[0]'.repeat(deep)}`)],
    ['casts', () => parseExpression(`a${'::int'.repeat(deep)}`)],
    ['types', () => parseExpression(`a::${'ARRAY<'.repeat(deep)}INT`)],
    ['subqueries', () => parseQuery(`${'SELECT * FROM ('.repeat(deep)}SELECT 1${')'.repeat(deep)}`)],
    ['parenthesised queries', () => parseQuery(`${'('.repeat(deep)}SELECT 1${')'.repeat(deep)}`)],
    ['joins', () => parseQuery(`SELECT * FROM a${' JOIN b ON x'.repeat(deep)}`)],
    ['comma joins', () => parseQuery(`SELECT * FROM a${', b'.repeat(deep)}`)],
    ['lateral views', () => parseQuery(`SELECT * FROM a${' LATERAL VIEW explode(x) y'.repeat(deep)}`)],
    ['unions', () => parseQuery(Array(deep).fill('SELECT 1').join(' UNION ALL '))],
  ])('%s', (_, parse) => {
    expect(parse).toThrow(expect.objectContaining({ condition: 'FAILED_TO_PARSE_TOO_COMPLEX' }))
  })
})

test('what is long without being deep is fine', () => {
  const and = Array.from({ length: 20_000 }, (_, i) => `a = ${i}`).join(' AND ')
  const list = `a IN (${Array.from({ length: 20_000 }, (_, i) => i).join(', ')})`
  for (const text of [and, list]) {
    const printed = printSparkExpression(parseExpression(text))
    expect(printSparkExpression(parseExpression(printed))).toBe(printed)
  }
})

test('a thousand files are parsed in an instant', () => {
  const file = (i: number) => `
    CREATE OR REFRESH MATERIALIZED VIEW silver_${i} (
      CONSTRAINT valid_id EXPECT (order_id IS NOT NULL) ON VIOLATION DROP ROW,
      CONSTRAINT valid_amount EXPECT (amount > 0 AND amount < 100000)
    ) COMMENT 'dataset number ${i}' TBLPROPERTIES ('quality' = 'silver')
    AS SELECT o.order_id, CAST(o.amount AS DECIMAL(10,2)) AS amount, upper(o.status) AS status,
      to_timestamp(o.order_date) AS order_date, c.customer_name, current_timestamp() AS loaded_at
    FROM orders_${i} o LEFT JOIN customers c ON o.customer_id = c.customer_id
    WHERE o.status IN ('pending', 'completed', 'cancelled') AND o.amount > 0`
  const files = Array.from({ length: 1000 }, (_, i) => file(i))
  const start = process.cpuUsage()
  for (const text of files) parseStatements(text)
  const { user } = process.cpuUsage(start)
  // Processor time, so that a busy machine does not fail it; ten times what a common one needs.
  expect(user / 1000).toBeLessThan(1500)
})
