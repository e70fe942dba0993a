import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Value } from '../../../src/engine/engine.ts'
import { parseQuery } from '../../../src/sql/index.ts'
import { Workbench } from './batches.ts'

let workbench: Workbench
beforeAll(async () => {
  workbench = await Workbench.open()
})
afterAll(() => workbench.close())

const RUNS = process.env.MILLRACE_TEST === 'all' ? 30 : 4
const DELAY = 5

interface Event {
  readonly key: string
  readonly minute: number | null
  readonly n: number
}

const time = (minute: number | null) =>
  minute === null
    ? 'CAST(NULL AS TIMESTAMP)'
    : `TIMESTAMP'${new Date(minute * 60_000).toISOString().slice(0, -5)}'`

function rows(events: readonly Event[]): string {
  if (events.length === 0) return `SELECT '' AS k, ${time(0)} AS t, 0 AS n WHERE false`
  const values = events.map((each) => `('${each.key}', ${time(each.minute)}, ${each.n})`)
  return `SELECT * FROM VALUES ${values.join(', ')} AS e(k, t, n)`
}

/** Batches without the events that the watermark has passed, and one at the end that closes all windows. */
function onTime(batches: readonly (readonly Event[])[]): Event[][] {
  let newest = Number.NEGATIVE_INFINITY
  const kept = batches.map((batch) => {
    const watermark = newest - DELAY
    for (const { minute } of batch) newest = Math.max(newest, minute ?? newest)
    return batch.filter(({ minute }) => minute === null || minute > watermark)
  })
  return [...kept, [{ key: 'end', minute: 10_000, n: 0 }], []]
}

const event = fc.record({
  key: fc.constantFrom('a', 'b'),
  minute: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 90 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  n: fc.integer({ min: 0, max: 3 }),
})
const batches = fc.array(fc.array(event, { maxLength: 5 }), { minLength: 1, maxLength: 5 })
const sorted = (found: readonly (readonly Value[])[]) =>
  found.map((each) => each.map(String).join(' ')).sort()

const MINUTES = 'CAST(unix_seconds(window.start) / 60 AS INT) AS start'
test.each([
  [
    'tumbling windows',
    (input: string) =>
      `SELECT k, ${MINUTES}, count(*) AS c, sum(n) AS s FROM ${input} GROUP BY k, window(t, '10 minutes')`,
  ],
  [
    'sliding windows, with aggregates that keep rows',
    (input: string) =>
      `SELECT ${MINUTES}, count(DISTINCT n) AS c, max(n) AS m FROM ${input} GROUP BY window(t, '10 minutes', '5 minutes')`,
  ],
  [
    'windows of windows',
    (input: string) => `SELECT ${MINUTES}, sum(c) AS s, count(*) AS w FROM (
      SELECT window_time(window) AS t, count(*) AS c FROM ${input} GROUP BY k, window(t, '10 minutes'))
      GROUP BY window(t, '30 minutes')`,
  ],
  [
    'windows over the first row of each key',
    (input: string) => `SELECT ${MINUTES}, count(*) AS c FROM (
      SELECT DISTINCT k, t FROM ${input}) GROUP BY window(t, '10 minutes')`,
  ],
])('%s over any batches are those over all rows at once', async (_, query) => {
  await fc.assert(
    fc.asyncProperty(batches, async (given) => {
      const kept = onTime(given)
      const { outputs } = await workbench.stream(
        query(`STREAM(events) WATERMARK t DELAY OF INTERVAL ${DELAY} MINUTES`),
        [...kept, []].map((each) => ({ events: rows(each) })),
      )
      const all = kept.flat().filter(({ key }) => key !== 'end')
      const atOnce = await workbench.session.rows(parseQuery(query(`(${rows(all)})`)))
      expect(sorted(outputs.flat())).toEqual(sorted(atOnce))
    }),
    { numRuns: RUNS },
  )
})

describe('events outside of the years 0001 to 9999', () => {
  const WINDOWS = `SELECT unix_seconds(window.start) AS start, count(*) AS c
    FROM (SELECT timestamp_seconds(s) AS t FROM STREAM(events)) WATERMARK t DELAY OF INTERVAL 5 MINUTES
    GROUP BY window(t, '10 minutes')`
  const at = (...seconds: readonly number[]) => ({
    events: `SELECT CAST(s AS BIGINT) AS s FROM VALUES ${seconds.map((each) => `(${each}L)`).join(', ')} AS e(s)`,
  })

  test.each([
    ['before Christ', -69_999_999_600],
    ['beyond the year 9999', 1_767_225_600_000],
  ])('%s: windows close when the watermark has passed them', async (_, start) => {
    const { outputs, late, states } = await workbench.stream(WINDOWS, [
      at(start, start + 1),
      at(start + 3600),
      at(start + 2, start + 3601),
      at(start + 3602),
    ])
    expect(outputs).toEqual([[], [], [[BigInt(start), 2n]], []])
    expect(late).toEqual([0, 0, 1, 0])
    expect(states.map(([rows]) => rows)).toEqual([1, 2, 3, 4])
  })

  test('one of them moves the watermark as any other does', async () => {
    const [start, milliseconds] = [1_767_225_600, 1_767_225_600_000]
    const { outputs, late } = await workbench.stream(WINDOWS, [
      at(start),
      at(milliseconds),
      at(start + 1000),
      at(milliseconds + 3600),
      at(milliseconds + 3600),
    ])
    expect(outputs).toEqual([[], [], [[BigInt(start), 1n]], [], [[BigInt(milliseconds), 1n]]])
    expect(late).toEqual([0, 0, 1, 0, 0])
  })
})
