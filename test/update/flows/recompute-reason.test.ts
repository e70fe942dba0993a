import { describe, expect, test } from 'vitest'
import { read } from '../../../src/dataframe/index.ts'
import { parseExpression, parseQuery } from '../../../src/sql/index.ts'
import { mayGiveOtherRows, recomputeReason } from '../../../src/update/flows/recompute-reason.ts'

test.each([
  ['SELECT id FROM t', null],
  ['SELECT id, current_timestamp() AS seen FROM t', null],
  ['SELECT * FROM (SELECT id, now() AS seen FROM t) AS s', null],
  ['SELECT id, now() AS n FROM t UNION ALL SELECT id, now() FROM u', null],
  ['SELECT id FROM t WHERE time > now()', 'TIME_FUNCTION'],
  ['SELECT id FROM t WHERE time > (SELECT max(now()) FROM u)', 'TIME_FUNCTION'],
  ['SELECT id FROM t WHERE id IN (SELECT id FROM u WHERE day = current_date())', 'TIME_FUNCTION'],
  ['SELECT current_date() AS day, count(*) AS n FROM t GROUP BY current_date()', 'TIME_FUNCTION'],
  ['SELECT max(now() - time) AS age FROM t', 'TIME_FUNCTION'],
  ['SELECT DISTINCT now() AS n FROM t', 'TIME_FUNCTION'],
  ['SELECT id FROM (SELECT id, now() AS seen FROM t) AS s WHERE seen > time', 'TIME_FUNCTION'],
  ['SELECT t.id FROM t JOIN u ON t.id = u.id AND u.day = current_date()', 'TIME_FUNCTION'],
  ['SELECT id FROM t UNION SELECT now()', 'TIME_FUNCTION'],
  ['SELECT id, rand() AS r FROM t', 'NON_DETERMINISTIC_EXPRESSION'],
  ['SELECT id, uuid() AS u, now() AS n FROM t WHERE time > now()', 'NON_DETERMINISTIC_EXPRESSION'],
  ['SELECT id FROM t WHERE id > (SELECT rand())', 'NON_DETERMINISTIC_EXPRESSION'],
])('%s: %s', (query, reason) => {
  expect(recomputeReason(parseQuery(query))).toBe(reason)
})

describe('the time in or below a rule', () => {
  const seen = 'SELECT id, now() AS seen FROM t'
  test.each([
    ['SELECT id, time FROM t', 'time <= now()', 'TIME_FUNCTION'],
    ['SELECT id, time FROM t', 'rand() < 0.5', 'NON_DETERMINISTIC_EXPRESSION'],
    ['SELECT id, time FROM t', 'id IN (SELECT id FROM u WHERE day = current_date())', 'TIME_FUNCTION'],
    [seen, 'id > 0', null],
    [seen, 'SEEN > time', 'TIME_FUNCTION'],
    [`SELECT id, date(seen) AS day FROM (${seen}) AS s`, 'day > time', 'TIME_FUNCTION'],
    [`SELECT id, s.seen FROM (${seen}) AS s`, 'seen > time', 'TIME_FUNCTION'],
    [`WITH s AS (${seen}) SELECT *, seen AS at FROM s`, 'at > time', 'TIME_FUNCTION'],
    [`SELECT * FROM (${seen}) AS s(a, b)`, 'b > time', 'TIME_FUNCTION'],
    ['SELECT id, time FROM t UNION ALL SELECT id, now() AS n FROM u', 'time > 0', 'TIME_FUNCTION'],
    ['SELECT id, now() FROM t', '`now()` > time', 'TIME_FUNCTION'],
    [seen, 'size(array(struct(*))) > 0', 'TIME_FUNCTION'],
    [seen, 'EXISTS (SELECT 1 FROM u WHERE u.time < seen)', 'TIME_FUNCTION'],
  ])('%s with %s: %s', (query, rule, reason) => {
    const rules = [{ name: 'rule', condition: parseExpression(rule), action: 'drop' as const }]
    const input = parseQuery(query)
    expect(recomputeReason({ kind: 'Expect', input, dataset: 'v', rules })).toBe(reason)
  })
})

describe('a query over the same rows at the same time', () => {
  test.each([
    'SELECT id, now() AS seen FROM t WHERE time > now()',
    'SELECT DISTINCT id FROM t',
    'SELECT id, max(time) AS last, sum(n) AS n FROM t GROUP BY id',
  ])('gives the same rows: %s', (query) => {
    expect(mayGiveOtherRows(parseQuery(query))).toBe(false)
  })

  test.each([
    'SELECT id, rand() AS r FROM t',
    'SELECT id FROM t WHERE id IN (SELECT shuffle(ids)[0] FROM u)',
    'SELECT id, first(name) AS name FROM t GROUP BY id',
    'SELECT id FROM t JOIN (SELECT collect_list(id) AS ids FROM u) ON true',
  ])('may give others: %s', (query) => {
    expect(mayGiveOtherRows(parseQuery(query))).toBe(true)
  })

  test('may give others where one row of several is kept', () => {
    const { relation } = read.table('t').dropDuplicates(['id'])
    expect(mayGiveOtherRows(relation)).toBe(true)
    expect(mayGiveOtherRows(read.table('t').dropDuplicates().relation)).toBe(false)
  })
})
