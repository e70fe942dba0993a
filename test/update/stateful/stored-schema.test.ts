import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workbench } from './batches.ts'

let workbench: Workbench
beforeAll(async () => {
  workbench = await Workbench.open()
})
afterAll(() => workbench.close())

describe('a state keeps NULLs without a type, which Parquet has no column for', () => {
  const batches = [{ input: 'SELECT 1 AS id' }, { input: 'SELECT 1 AS id UNION ALL SELECT 2' }]

  test.each([
    ['in a dedupe', 'SELECT DISTINCT id, NULL AS note FROM STREAM(input)', [[[1, null]], [[2, null]]]],
    ['alone in a dedupe', 'SELECT DISTINCT NULL AS note FROM STREAM(input)', [[[null]], []]],
    [
      'inside of other values',
      'SELECT DISTINCT id, array() AS notes, struct(NULL AS note) AS more FROM STREAM(input)',
      [[[1, [], { note: null }]], [[2, [], { note: null }]]],
    ],
    [
      'on a side of a join',
      `SELECT r.id, l.note FROM (SELECT id, NULL AS note FROM STREAM(input)) AS l
       JOIN STREAM(input) AS r ON l.id = r.id - 1`,
      [
        [],
        [
          [2, null],
          [2, null],
        ],
      ],
    ],
    [
      'as a key',
      'SELECT id, note, max(id) FROM (SELECT id, NULL AS note FROM STREAM(input)) GROUP BY ALL',
      [
        [[1, null, 1]],
        [
          [1, null, 1],
          [2, null, 2],
        ],
      ],
    ],
  ])('%s', async (_, query, expected) => {
    const { outputs } = await workbench.stream(query, batches, { isComplete: true })
    expect(outputs.map((rows) => rows.toSorted())).toEqual(expected)
  })
})
