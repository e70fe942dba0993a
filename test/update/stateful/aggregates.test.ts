import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Value } from '../../../src/engine/engine.ts'
import { Workbench } from './batches.ts'

let workbench: Workbench
beforeAll(async () => {
  workbench = await Workbench.open()
})
afterAll(() => workbench.close())

const sorted = (outputs: readonly (readonly (readonly Value[])[])[]) =>
  outputs.map((rows) => rows.map((row) => row.map(String).join(' ')).sort())

const SALES = 'country, city, n'
const FIRST = "('FR', 'Paris', 3), ('FR', 'Paris', 2), ('FR', 'Lyon', 9), ('DE', 'Bonn', 1)"
const SECOND = "('FR', 'Lyon', 9), ('FR', 'Lyon', 4), ('DE', 'Ulm', 5), ('DE', 'Ulm', 6)"

describe('QUALIFY over the whole result after each batch', () => {
  test.each([
    ['an aggregate that it computes itself', 'count(*) AS c', 'ORDER BY count(*) DESC'],
    ['an output by its name', 'count(*) AS c', 'ORDER BY c DESC'],
    ['an aggregate that keeps the rows', 'count(DISTINCT n) AS c', 'ORDER BY count(DISTINCT n) DESC, city'],
  ])('%s: the best city of each country', async (_, aggregate, order) => {
    const query = `SELECT country, city, ${aggregate} FROM STREAM(input) GROUP BY country, city
      QUALIFY row_number() OVER (PARTITION BY country ${order}) = 1`
    expect(sorted(await workbench.run(query, SALES, [FIRST, SECOND]))).toEqual([
      ['DE Bonn 1', 'FR Paris 2'],
      aggregate === 'count(*) AS c' ? ['DE Ulm 2', 'FR Lyon 3'] : ['DE Ulm 2', 'FR Lyon 2'],
    ])
  })

  test('after HAVING, over windows of aggregates', async () => {
    const query = `SELECT country, city, sum(n) AS s, sum(sum(n)) OVER (PARTITION BY country) AS country_sum
      FROM STREAM(input) GROUP BY country, city HAVING s > 1 QUALIFY s > 0.5 * sum(sum(n)) OVER (PARTITION BY country)`
    expect(sorted(await workbench.run(query, SALES, [FIRST, SECOND]))).toEqual([
      ['FR Lyon 9 14'],
      ['DE Ulm 11 11', 'FR Lyon 22 27'],
    ])
  })
})

test('an aggregate of a grouping key', async () => {
  const query = 'SELECT city, max(city) AS m, count(DISTINCT city) AS c FROM STREAM(input) GROUP BY city'
  const mergeable = 'SELECT country, max(country) AS m, 5 AS five FROM STREAM(input) GROUP BY ALL'
  const paris = "('FR', 'Paris', 1)"
  expect(await workbench.run(query, SALES, [paris])).toEqual([[['Paris', 'Paris', 1n]]])
  expect(await workbench.run(mergeable, SALES, [paris])).toEqual([[['FR', 'FR', 5]]])
})

describe('a grouping key may be called by any name of its column', () => {
  const place = (city: string, n: number) => `(named_struct('city', '${city}'), '${city}', ${n})`
  const run = (query: string) =>
    workbench.run(query, 'place, city, n', [
      `${place('Paris', 3)}, ${place('Lyon', 9)}`,
      `${place('Paris', 2)}`,
    ])

  test.each([
    ['in the output', 'SELECT o.city, count(*) AS c FROM STREAM(input) o GROUP BY city'],
    ['in GROUP BY', 'SELECT city, count(*) AS c FROM STREAM(input) o GROUP BY o.city'],
    [
      'in an expression',
      'SELECT lower(upper(o.city)), count(*) AS c FROM STREAM(input) o GROUP BY upper(city)',
    ],
    ['before its field', 'SELECT o.place.city, count(*) AS c FROM STREAM(input) o GROUP BY place'],
    ['as a field', 'SELECT place.city, count(*) AS c FROM STREAM(input) o GROUP BY o.place.city'],
    ['beside DISTINCT', 'SELECT o.city, count(DISTINCT o.n) AS c FROM STREAM(input) o GROUP BY city'],
    ['in HAVING', "SELECT city, count(*) AS c FROM STREAM(input) o GROUP BY city HAVING o.city <> ''"],
    [
      'in a window',
      `SELECT city, count(*) AS c FROM STREAM(input) o GROUP BY city
        QUALIFY row_number() OVER (PARTITION BY o.city ORDER BY count(*)) = 1`,
    ],
    [
      'under an alias that is the name of another column',
      'SELECT o.city AS n, count(*) AS c FROM STREAM(input) o GROUP BY city HAVING o.city = n',
    ],
  ])('%s', async (_, query) => {
    const lowerCase = sorted(await run(query)).map((rows) => rows.map((row) => row.toLowerCase()))
    expect(lowerCase).toEqual([
      ['lyon 1', 'paris 1'],
      ['lyon 1', 'paris 2'],
    ])
  })

  test('of two columns of one name each is its own key', async () => {
    const query = `SELECT b.city AS to, a.city AS from, count(*) AS c
      FROM STREAM(input) a JOIN (VALUES ('Paris', 'Rome')) AS b(origin, city) ON a.city = b.origin
      GROUP BY a.city, b.city`
    expect(sorted(await run(query))).toEqual([['Rome Paris 1'], ['Rome Paris 2']])
  })
})

describe('in HAVING, where an output has the name of a column of the input,', () => {
  test.each([
    ['an aggregate is over the column', 'n % 2 AS city, sum(n) AS n', 'n % 2', 'sum(n) > 5', ['0 6', '1 27']],
    [
      'its filter is, too',
      'n % 2 AS n, count(*) AS c',
      'n % 2',
      'count(*) FILTER (WHERE n > 6) > 0',
      ['1 5'],
    ],
    ['aggregates that keep rows are', 'n % 2 AS k, count(DISTINCT n) AS n', 'n % 2', 'max(n) > 6', ['1 4']],
    ['the name alone is the output', 'n % 2 AS k, sum(n) AS n', 'n % 2', 'n < 10', ['0 6']],
  ])('%s', async (_, outputs, key, having, rows) => {
    const query = `SELECT ${outputs} FROM STREAM(input) GROUP BY ${key} HAVING ${having}`
    const values = "('FR', 'Paris', 2), ('FR', 'Lyon', 9), ('DE', 'Bonn', 1), ('DE', 'Ulm', 4)"
    const more = "('FR', 'Lyon', 9), ('DE', 'Ulm', 5), ('DE', 'Ulm', 3)"
    expect(sorted(await workbench.run(query, SALES, [values, more])).at(-1)).toEqual(rows)
  })
})

describe('grouping sets', () => {
  const HOURS = `SELECT date_format(window.start, 'HH:mm') AS start, region, count(*) AS c
    FROM STREAM(events) WATERMARK t DELAY OF INTERVAL 10 MINUTES GROUP BY`
  const batches = [['08:10 EU', '08:20 US'], ['09:10 EU'], ['09:30 EU', '10:15 US'], []].map((each) => ({
    events:
      each.length === 0
        ? "SELECT TIMESTAMP'2026-01-01' AS t, '' AS region WHERE false"
        : `SELECT * FROM VALUES ${each
            .map((event) => event.split(' '))
            .map(([time, region]) => `(TIMESTAMP'2026-01-01 ${time}:00', '${region}')`)
            .join(', ')} AS e(t, region)`,
  }))

  test('tell of themselves', async () => {
    const query =
      'SELECT country, grouping(country) AS g, grouping_id() AS id, count(*) AS c FROM STREAM(input) GROUP BY'
    expect(sorted(await workbench.run(`${query} ROLLUP(country)`, SALES, [FIRST]))).toEqual([
      ['DE 0 0 1', 'FR 0 0 3', 'null 1 1 4'],
    ])
    await expect(workbench.run(`${query} country`, SALES, [FIRST])).rejects.toMatchObject({
      condition: 'UNSUPPORTED_GROUPING_EXPRESSION',
    })
  })

  test.each([
    ['beside', "window(t, '1 hour'), ROLLUP(region)"],
    ['listed in each', "GROUPING SETS ((window(t, '1 hour'), region), (window(t, '1 hour')))"],
  ])('that all have the window (%s) come out once, when it is over', async (_, grouping) => {
    const { outputs } = await workbench.stream(`${HOURS} ${grouping}`, batches)
    expect(sorted(outputs)).toEqual([
      [],
      [],
      ['08:00 EU 1', '08:00 US 1', '08:00 null 2'],
      ['09:00 EU 2', '09:00 null 2'],
    ])
  })

  test.each([
    ['ROLLUP', "ROLLUP(window(t, '1 hour'), region)"],
    ['GROUPING SETS', "GROUPING SETS ((window(t, '1 hour'), region), (window(t, '1 hour')), ())"],
  ])('of which one lacks the window (%s) are the whole result after each batch', async (_, grouping) => {
    const { outputs, late } = await workbench.stream(`${HOURS} ${grouping}`, batches.slice(0, 2), {
      isComplete: true,
    })
    expect(sorted(outputs)).toEqual([
      ['08:00 EU 1', '08:00 US 1', '08:00 null 2', 'null null 2'],
      ['08:00 EU 1', '08:00 US 1', '08:00 null 2', '09:00 EU 1', '09:00 null 1', 'null null 3'],
    ])
    expect(late).toEqual([0, 0])
  })
})
