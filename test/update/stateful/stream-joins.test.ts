import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workbench } from './batches.ts'

let workbench: Workbench
beforeAll(async () => {
  workbench = await Workbench.open()
})
afterAll(() => workbench.close())

const RUNS = process.env.MILLRACE_TEST === 'all' ? 20 : 5

/** An ad that was shown, or a click on one: its time in minutes, or none. */
interface Event {
  readonly id: number
  readonly ad: string | null
  readonly minute: number | null
}

interface Events {
  readonly shown: readonly Event[]
  readonly clicks: readonly Event[]
}

const literal = (text: string | null) => (text === null ? 'CAST(NULL AS STRING)' : `'${text}'`)
const time = (minute: number | null) =>
  minute === null
    ? 'CAST(NULL AS TIMESTAMP)'
    : `TIMESTAMP'${new Date(minute * 60_000).toISOString().slice(0, -5)}'`

function rows(events: readonly Event[]): string {
  const none = `SELECT 0 AS id, '' AS ad, ${time(0)} AS t WHERE false`
  if (events.length === 0) return none
  const values = events.map(({ id, ad, minute }) => `(${id}, ${literal(ad)}, ${time(minute)})`)
  return `SELECT * FROM VALUES ${values.join(', ')} AS e(id, ad, t)`
}

const inputs = ({ shown, clicks }: Events) => ({ shown: rows(shown), clicks: rows(clicks) })

/** A click counts for an ad that was shown up to ten minutes before. */
const query = (join: string, columns = 's.id, c.id') => `
  SELECT ${columns} FROM STREAM(shown) AS s WATERMARK t DELAY OF INTERVAL 5 MINUTES
  ${join} JOIN STREAM(clicks) AS c WATERMARK t DELAY OF INTERVAL 5 MINUTES
  ON s.ad = c.ad AND c.t BETWEEN s.t AND s.t + INTERVAL 10 MINUTES`

/** Far later than all others, with ads that meet nothing: they close everything before them. */
const END: Events = {
  shown: [{ id: 1000, ad: 'end of ads', minute: 10_000 }],
  clicks: [{ id: 1000, ad: 'end of clicks', minute: 10_000 }],
}
const NOTHING: Events = { shown: [], clicks: [] }

/** The rows that are not late: a batch is judged by the newest times of the batches before it, of the slower side. */
function onTime(batches: readonly Events[]): { kept: Events; late: number } {
  const newest = { shown: undefined as number | undefined, clicks: undefined as number | undefined }
  const kept = { shown: [] as Event[], clicks: [] as Event[] }
  let late = 0
  let watermark = Number.NEGATIVE_INFINITY
  for (const batch of batches) {
    for (const side of ['shown', 'clicks'] as const) {
      for (const event of batch[side]) {
        if (event.minute !== null && event.minute <= watermark) late += 1
        else kept[side].push(event)
      }
    }
    for (const side of ['shown', 'clicks'] as const) {
      const minutes = batch[side].flatMap(({ minute }) => minute ?? [])
      newest[side] = minutes.reduce<number | undefined>((a, b) => Math.max(a ?? b, b), newest[side])
    }
    if (newest.shown !== undefined && newest.clicks !== undefined)
      watermark = Math.max(watermark, Math.min(newest.shown, newest.clicks) - 5)
  }
  return { kept, late }
}

const matches = (s: Event, c: Event) =>
  s.ad !== null &&
  s.ad === c.ad &&
  s.minute !== null &&
  c.minute !== null &&
  c.minute >= s.minute &&
  c.minute <= s.minute + 10

const JOINS = {
  INNER: { left: false, right: false },
  LEFT: { left: true, right: false },
  RIGHT: { left: false, right: true },
  FULL: { left: true, right: true },
}

function joined({ shown, clicks }: Events, { left, right }: { left: boolean; right: boolean }): unknown[][] {
  const pairs = shown.flatMap((s) => clicks.filter((c) => matches(s, c)).map((c) => [s.id, c.id]))
  const alone = shown.filter((s) => !clicks.some((c) => matches(s, c))).map(({ id }) => [id, null])
  const clicked = clicks.filter((c) => !shown.some((s) => matches(s, c))).map(({ id }) => [null, id])
  return [...pairs, ...(left ? alone : []), ...(right ? clicked : [])]
}

const sorted = (all: readonly unknown[][]) => all.map((row) => row.join(' | ')).sort()

const event = fc.record({
  id: fc.nat({ max: 999 }),
  ad: fc.constantFrom('a', 'b', null),
  minute: fc.option(fc.nat({ max: 60 }), { freq: 12 }),
})
const batches = fc.array(
  fc.record({ shown: fc.array(event, { maxLength: 5 }), clicks: fc.array(event, { maxLength: 5 }) }),
  { minLength: 1, maxLength: 5 },
)

describe('over all batches, in whatever cuts, the rows are those of one join over all that is not late', () => {
  test.each(Object.entries(JOINS))('%s JOIN', async (join, preserved) => {
    await fc.assert(
      fc.asyncProperty(batches, async (given) => {
        const all = [...given, END, NOTHING]
        const { kept, late } = onTime(all)
        const streamed = await workbench.stream(query(join), all.map(inputs))
        const before = { shown: kept.shown.slice(0, -1), clicks: kept.clicks.slice(0, -1) }
        expect(sorted(streamed.outputs.flat())).toEqual(sorted(joined(before, preserved)))
        expect(streamed.late.reduce((a, b) => a + b)).toBe(late)
      }),
      { numRuns: RUNS },
    )
  })

  test('LEFT SEMI JOIN', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (given) => {
        const all = [...given, END, NOTHING]
        const { kept } = onTime(all)
        const { outputs } = await workbench.stream(query('LEFT SEMI', 's.id'), all.map(inputs))
        const clicked = kept.shown.filter((s) => kept.clicks.some((c) => matches(s, c)))
        expect(sorted(outputs.flat())).toEqual(sorted(clicked.map(({ id }) => [id])))
      }),
      { numRuns: RUNS },
    )
  })
})

const shown = (id: number, minute: number): Event => ({ id, ad: 'a', minute })

describe('a row without a match', () => {
  test('is given out once, by the batch whose watermark has passed the last time of a match', async () => {
    const { outputs } = await workbench.stream(query('LEFT'), [
      inputs({ shown: [shown(1, 0)], clicks: [shown(1, 0), shown(2, 50)] }),
      inputs({ shown: [shown(2, 14)], clicks: [] }),
      inputs({ shown: [shown(3, 28)], clicks: [] }),
      inputs(NOTHING),
      inputs({ shown: [shown(4, 29)], clicks: [] }),
      inputs(NOTHING),
      inputs(NOTHING),
    ])
    // 2 waits until the watermark, the newest time less 5 minutes, has reached 24.
    expect(outputs).toEqual([[[1, 1]], [], [], [], [], [[2, null]], []])
  })

  test('that has no time to be bound by is given out at once', async () => {
    const { outputs } = await workbench.stream(query('FULL'), [
      inputs({ shown: [{ id: 1, ad: 'a', minute: null }], clicks: [{ id: 2, ad: 'a', minute: null }] }),
    ])
    expect(sorted(outputs[0]!)).toEqual([' | 2', '1 | '])
  })
})

test('rows leave the state when their time is over', async () => {
  const many = Array.from({ length: 40 }, (_, i) => ({
    shown: [shown(i, i * 10)],
    clicks: [shown(i, i * 10 + 1)],
  }))
  const { states } = await workbench.stream(query('INNER'), many.map(inputs))
  const sizes = states.map((each) => each.reduce((a, b) => a + b))
  expect(Math.max(...sizes)).toBeLessThan(40)
})

test('dates of times are no bound: a row finds its match later on the same day', async () => {
  const { outputs } = await workbench.stream(
    `SELECT s.id, c.id FROM STREAM(shown) AS s WATERMARK t DELAY OF INTERVAL 5 MINUTES
     JOIN STREAM(clicks) AS c WATERMARK t DELAY OF INTERVAL 5 MINUTES
     ON s.ad = c.ad AND CAST(c.t AS DATE) = CAST(s.t AS DATE)`,
    [
      inputs({ shown: [shown(1, 60)], clicks: [] }),
      inputs({ shown: [{ id: 2, ad: 'b', minute: 300 }], clicks: [{ id: 3, ad: 'c', minute: 300 }] }),
      inputs({ shown: [], clicks: [shown(4, 400)] }),
    ],
  )
  expect(outputs.flat()).toEqual([[1, 4]])
})

describe('without a time bound', () => {
  test('an inner join keeps all rows', async () => {
    const { outputs, states } = await workbench.stream(
      'SELECT s.id, c.id FROM STREAM(shown) AS s JOIN STREAM(clicks) AS c ON s.ad = c.ad',
      [inputs({ shown: [shown(1, 0)], clicks: [] }), inputs({ shown: [], clicks: [shown(2, 9000)] })],
    )
    expect(outputs).toEqual([[], [[1, 2]]])
    expect(states.at(-1)).toEqual([1, 1])
  })

  test('a cross join pairs every row with every other', async () => {
    const { outputs } = await workbench.stream(
      'SELECT s.id, c.id FROM STREAM(shown) AS s CROSS JOIN STREAM(clicks) AS c',
      [inputs({ shown: [shown(1, 0)], clicks: [shown(2, 0)] }), inputs({ shown: [shown(3, 0)], clicks: [] })],
    )
    expect(outputs).toEqual([[[1, 2]], [[3, 2]]])
  })
})

describe('names above a join', () => {
  const both = [inputs({ shown: [shown(1, 0)], clicks: [] }), inputs({ shown: [], clicks: [shown(2, 1)] })]

  test.each([
    ['USING', 'SELECT * FROM STREAM(shown) AS s JOIN STREAM(clicks) AS c USING (ad)', ['a', 1, 2]],
    [
      'the second key of USING',
      'SELECT c.ad, s.ad, ad FROM STREAM(shown) AS s JOIN STREAM(clicks) AS c USING (ad)',
      ['a', 'a', 'a'],
    ],
    [
      'both sides',
      'SELECT * FROM STREAM(shown) AS s JOIN STREAM(clicks) AS c ON s.ad = c.ad',
      [1, 'a', 2, 'a'],
    ],
    ['one side', 'SELECT c.* FROM STREAM(shown) AS s JOIN STREAM(clicks) AS c ON s.ad = c.ad', [2, 'a']],
  ])('%s', async (_, text, expected) => {
    const { outputs } = await workbench.stream(text, both)
    expect(outputs[1]![0]!.filter((each) => !String(each).startsWith('1970'))).toEqual(expected)
  })

  test('are those of the query, whatever the state calls its own columns', async () => {
    const text = `SELECT l.__row, r.__ROW, l.__until FROM (SELECT ad, id AS __row, id + 1 AS __until FROM STREAM(shown)) AS l
      JOIN (SELECT ad, id AS __ROW FROM STREAM(clicks)) AS r ON l.ad = r.ad`
    const { outputs } = await workbench.stream(text, both)
    expect(outputs).toEqual([[], [[1, 2, 2]]])
  })

  test('a third stream joins the two', async () => {
    const text = `SELECT s.id, c.id, again.id FROM STREAM(shown) AS s JOIN STREAM(clicks) AS c ON s.ad = c.ad
      JOIN STREAM(shown) AS again ON again.id = s.id AND again.ad = c.ad`
    const { outputs } = await workbench.stream(text, both)
    expect(outputs).toEqual([[], [[1, 2, 1]]])
  })
})

test('what stands above a join has the columns that it uses, whatever for', async () => {
  const pair = [inputs({ shown: [shown(1, 0)], clicks: [shown(2, 1)] })]
  const joined =
    'SELECT s.id, s.ad, c.id AS click, c.t FROM STREAM(shown) AS s JOIN STREAM(clicks) AS c ON s.ad = c.ad'
  const run = async (query: string) => (await workbench.stream(query, pair)).outputs[0]
  expect(await run(`SELECT id FROM (${joined}) WHERE click = 2`)).toEqual([[1]])
  expect(await run(`SELECT id FROM (${joined}) WHERE click = 1`)).toEqual([])
  expect(await run(`SELECT DISTINCT id, upper(ad) FROM (${joined})`)).toEqual([[1, 'A']])
  expect(await run(`SELECT id, n FROM (${joined}) LATERAL VIEW explode(array(upper(ad), ad)) AS n`)).toEqual([
    [1, 'A'],
    [1, 'a'],
  ])
  expect(
    await run(`SELECT j.id, c.ad FROM (${joined}) AS j JOIN STREAM(clicks) AS c ON j.click = c.id`),
  ).toEqual([[1, 'a']])
})

test('rows are late by an event time that nothing else uses', async () => {
  const { late, outputs } = await workbench.stream(
    `SELECT s.id, c.id FROM STREAM(shown) AS s WATERMARK t DELAY OF INTERVAL 5 MINUTES
     JOIN STREAM(clicks) AS c WATERMARK t DELAY OF INTERVAL 5 MINUTES ON s.ad = c.ad`,
    [
      inputs({ shown: [shown(1, 60)], clicks: [shown(2, 60)] }),
      inputs({ shown: [shown(3, 50), shown(4, 56)], clicks: [] }),
    ],
  )
  expect(outputs).toEqual([[[1, 2]], [[4, 2]]])
  expect(late).toEqual([0, 1])
})
