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

const RUNS = process.env.MILLRACE_TEST === 'all' ? 30 : 8

interface Event {
  readonly key: string | null
  readonly minute: number
  readonly n: number
}

const time = (minute: number) => `TIMESTAMP'${new Date(minute * 60_000).toISOString().slice(0, -5)}'`
const key = (name: string | null) => (name === null ? 'CAST(NULL AS STRING)' : `'${name}'`)

function rows(events: readonly Event[]): string {
  if (events.length === 0) return `SELECT '' AS k, ${time(0)} AS t, 0 AS n WHERE false`
  const values = events.map((each) => `(${key(each.key)}, ${time(each.minute)}, ${each.n})`)
  return `SELECT * FROM VALUES ${values.join(', ')} AS e(k, t, n)`
}

const DELAY = 5
/** Sessions with a gap of ten minutes; times in minutes. */
const query = (input: string, aggregates: string) => `
  SELECT k, CAST(unix_seconds(session_window.start) / 60 AS INT) AS start,
    CAST(unix_seconds(session_window.end) / 60 AS INT) AS end, ${aggregates}
  FROM ${input} GROUP BY k, session_window(t, '10 minutes')`
const streamed = (aggregates: string) =>
  query(`STREAM(events) WATERMARK t DELAY OF INTERVAL ${DELAY} MINUTES`, aggregates)

/** Batches without the events that the watermark has passed, and one at the end that closes all sessions. */
function onTime(batches: readonly (readonly Event[])[]): Event[][] {
  let newest = Number.NEGATIVE_INFINITY
  const kept = batches.map((batch) => {
    const watermark = newest - DELAY
    for (const { minute } of batch) newest = Math.max(newest, minute)
    return batch.filter(({ minute }) => minute > watermark)
  })
  return [...kept, [{ key: 'end', minute: 10_000, n: 0 }], []]
}

const sorted = (found: readonly (readonly Value[])[]) =>
  found.map((each) => each.map(String).join(' ')).sort()

const event = fc.record({
  key: fc.constantFrom('a', 'b', null),
  minute: fc.integer({ min: 0, max: 60 }),
  n: fc.integer({ min: 0, max: 3 }),
})
const batches = fc.array(fc.array(event, { maxLength: 4 }), { minLength: 1, maxLength: 5 })

describe('sessions over any batches are those over all rows at once', () => {
  test.each([
    ['of mergeable aggregates', 'count(*) AS c, sum(n) AS s, max(n) AS m'],
    ['of aggregates that keep the rows', 'count(DISTINCT n) AS c, min(n) AS m'],
  ])('%s', async (_, aggregates) => {
    await fc.assert(
      fc.asyncProperty(batches, async (given) => {
        const kept = onTime(given)
        const { outputs } = await workbench.stream(
          streamed(aggregates),
          kept.map((each) => ({ events: rows(each) })),
        )
        const all = kept.flat().filter(({ key }) => key !== 'end')
        const atOnce = await workbench.session.rows(parseQuery(query(`(${rows(all)})`, aggregates)))
        expect(sorted(outputs.flat())).toEqual(sorted(atOnce))
      }),
      { numRuns: RUNS },
    )
  })
})

describe('a session', () => {
  const at = (minute: number, name: string | null = 'a'): Event => ({ key: name, minute, n: 1 })
  const run = (...given: readonly (readonly Event[])[]) =>
    workbench.stream(
      streamed('count(*) AS c'),
      given.map((each) => ({ events: rows(each) })),
    )

  test('goes on where the next row comes before the gap is over, or just then', async () => {
    const { outputs } = await run([at(0), at(10)], [at(21)], [at(100)], [])
    expect(outputs.map(sorted)).toEqual([[], [], [], ['a 0 20 2', 'a 21 31 1']])
  })

  test('two sessions become one by rows between them', async () => {
    const { outputs } = await run([at(0), at(3)], [at(21)], [at(17), at(12)], [at(100)], [])
    expect(outputs.map(sorted)).toEqual([[], [], [], [], ['a 0 31 5']])
  })

  test('a row is late when the watermark has reached its own end', async () => {
    const { outputs, late } = await run([at(30)], [at(15), at(16)], [at(100)], [])
    expect(late).toEqual([0, 1, 0, 0])
    expect(outputs.flatMap(sorted)).toEqual(['a 16 26 1', 'a 30 40 1'])
  })

  test('leaves the state when it is given out', async () => {
    const { states } = await run([at(0), at(1)], [at(100)], [at(101)])
    expect(states).toEqual([[2], [3], [1]])
  })
})
