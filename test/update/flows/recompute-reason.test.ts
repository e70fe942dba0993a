import { expect, test } from 'vitest'
import { parseQuery } from '../../../src/sql/index.ts'
import { recomputeReason } from '../../../src/update/flows/recompute-reason.ts'

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
