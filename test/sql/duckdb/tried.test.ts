import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DuckdbEngine, openDuckdbEngine } from '../../../src/engine/duckdb/engine.ts'
import { parseQuery } from '../../../src/sql/index.ts'

let engine: DuckdbEngine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 1 })
})
afterAll(() => engine.close())

const ROWS = "VALUES (1, 'a'), (2, 'a'), (5, 'b') AS t(x, k)"

/** Rows of a query, their values as text. */
async function rows(sql: string, ansi: boolean): Promise<string[]> {
  const session = await engine.openSession({ timestampMicros: 0n, ansi })
  const found = await session.rows(parseQuery(sql))
  await session.close()
  return found.map((each) => each.map(String).join(' '))
}

/** What gives NULL where it fails is tried, which DuckDB does not do over aggregates. */
test.each([
  [
    true,
    `SELECT k, try_divide(sum(CAST(x AS DECIMAL(10,2))), count(*)) AS a FROM ${ROWS} GROUP BY k ORDER BY a`,
    ['a 1.50000000000000000000', 'b 5.00000000000000000000'],
  ],
  [true, 'SELECT try_add(max(x), 1), -max(x) FROM VALUES (2147483647) AS t(x)', ['null -2147483647']],
  [
    true,
    `SELECT k, CAST(try_divide(sum(x), 0) AS INT) AS a, upper(k) FROM ${ROWS} GROUP BY k ORDER BY k`,
    ['a null A', 'b null B'],
  ],
  [
    false,
    `SELECT k, sum(x) + count(*) AS a, a + 1 AS b FROM ${ROWS} GROUP BY k HAVING sum(x) - 1 > 0 ORDER BY sum(x) * 2`,
    ['a 5 6', 'b 6 7'],
  ],
  [
    false,
    `SELECT grouping(k) AS g, sum(x) * 2 AS d FROM ${ROWS} GROUP BY ROLLUP (k) ORDER BY d`,
    ['0 6', '0 10', '1 16'],
  ],
])('arithmetic over aggregates, ansi %s: %s', async (ansi, sql, expected) => {
  expect(await rows(sql, ansi)).toEqual(expected)
})

/** Nor does it over window functions. */
test.each([
  [
    false,
    `SELECT x, sum(x) OVER (ORDER BY x) + 1 AS a, x * 2 AS b FROM ${ROWS} ORDER BY x`,
    ['1 2 2', '2 4 4', '5 9 10'],
  ],
  [
    true,
    `SELECT k, try_divide(CAST(x AS DECIMAL(10,2)), sum(x) OVER (PARTITION BY k)) AS a FROM ${ROWS} ORDER BY x`,
    ['a 0.33333333333333333333333', 'a 0.66666666666666666666667', 'b 1.00000000000000000000000'],
  ],
  [true, 'SELECT try_add(max(x) OVER (), 1) AS a FROM VALUES (2147483647) AS t(x)', ['null']],
  [
    false,
    `SELECT x + 1 AS y, -row_number() OVER (ORDER BY x + 1 DESC) AS n, n + 1 AS m FROM ${ROWS} ORDER BY n`,
    ['2 -3 -2', '3 -2 -1', '6 -1 0'],
  ],
  [
    false,
    `SELECT k, sum(sum(x)) OVER (ORDER BY k) * 2 AS a, sum(x) - 1 AS b FROM ${ROWS} GROUP BY k ORDER BY k`,
    ['a 6 2', 'b 16 4'],
  ],
  [
    false,
    `SELECT k, x FROM ${ROWS} QUALIFY x * 2 + 1 > sum(x) OVER (PARTITION BY k) + 1 ORDER BY 0 - row_number() OVER (ORDER BY x)`,
    ['b 5', 'a 2'],
  ],
  [
    false,
    `SELECT x FROM (SELECT x, sum(x) OVER () - x AS rest FROM ${ROWS}) WHERE rest > 3 ORDER BY rest LIMIT 1`,
    ['2'],
  ],
  [
    false,
    `SELECT 1 + count(*) OVER () AS n, s FROM (SELECT DISTINCT k AS s FROM ${ROWS}) ORDER BY s`,
    ['3 a', '3 b'],
  ],
])('arithmetic over windows, ansi %s: %s', async (ansi, sql, expected) => {
  expect(await rows(sql, ansi)).toEqual(expected)
})
