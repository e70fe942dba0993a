import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workbench } from './batches.ts'

let workbench: Workbench
beforeAll(async () => {
  workbench = await Workbench.open()
})
afterAll(() => workbench.close())

/** Events `<id> <time of day>`, `-` for no time. */
function batch(...events: readonly string[]): Record<string, string> {
  const values = events
    .map((each) => each.split(' '))
    .map(([id, time]) => `(${id}, ${time === '-' ? 'NULL' : `TIMESTAMP'2026-01-01 ${time}:00'`})`)
  return {
    events: `SELECT id, CAST(t AS TIMESTAMP) AS t FROM VALUES ${values.join(', ')} AS e(id, t)`,
  }
}

describe('keys with an event time', () => {
  const QUERY = `SELECT DISTINCT id, date_format(t, 'HH:mm') AS time, t
    FROM STREAM(events) WATERMARK t DELAY OF INTERVAL 1 HOUR`
  const keysOf = (outputs: readonly (readonly (readonly unknown[])[])[]) =>
    outputs.map((rows) => rows.map(([id, time]) => `${id} ${time ?? '-'}`).sort())

  test('that is NULL pass once, whatever the watermark', async () => {
    const { outputs, late } = await workbench.stream(QUERY, [
      batch('1 -', '2 12:00'),
      batch('1 -'),
      batch('3 15:00'),
      batch('1 -', '2 -', '2 12:00', '3 15:00'),
      batch('1 -', '2 -'),
    ])
    expect(keysOf(outputs)).toEqual([['1 -', '2 12:00'], [], ['3 15:00'], ['2 -'], []])
    expect(late).toEqual([0, 0, 0, 1, 0])
  })

  test('leave the state when the watermark has passed them, those without time never', async () => {
    const hours = Array.from({ length: 10 }, (_, i) => `${String(i + 10)}:00`)
    const { outputs, states } = await workbench.stream(QUERY, [
      ...hours.map((hour, i) => batch(`${i} ${hour}`, `${i} -`)),
      batch('0 -', '9 19:00', '9 -'),
    ])
    expect(keysOf(outputs.slice(-1))).toEqual([[]])
    // The merge of eight runs at 17:00 keeps their NULLs and what lies behind the watermark, 15:00.
    expect(states.map(([rows]) => rows)).toEqual([2, 4, 6, 8, 10, 12, 14, 10, 12, 14, 14])
  })

  test('of runs without NULLs are forgotten run by run', async () => {
    const { states } = await workbench.stream(QUERY, [
      batch('1 10:00', '2 10:30'),
      batch('3 -'),
      batch('4 15:00'),
      batch('5 15:00'),
    ])
    expect(states.map(([rows]) => rows)).toEqual([2, 3, 4, 3])
  })
})

test('keys with an event time beyond the year 9999 pass once', async () => {
  const query = 'SELECT DISTINCT id, t FROM STREAM(events) WATERMARK t DELAY OF INTERVAL 1 HOUR'
  const far = {
    events: 'SELECT 1 AS id, timestamp_seconds(1767225600000) AS t',
  }
  const { outputs, late } = await workbench.stream(query, [far, far, batch('1 12:00')])
  expect(outputs).toEqual([[[1, '+057971-02-25 00:00:00.000000']], [], []])
  expect(late).toEqual([0, 0, 1])
})
