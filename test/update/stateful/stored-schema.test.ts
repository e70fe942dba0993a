import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { field, struct, VOID } from '../../../src/types/data-type.ts'
import { scanRowFiles } from '../../../src/update/checkpoint/row-files.ts'
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

describe('a state keeps intervals as they are, which those of Parquet cannot be', () => {
  const WAITS = `SELECT id, array(timestamp '2026-01-01 00:00:00' - timestamp '2026-01-01 00:00:00.000001') AS waits,
    interval '-1' month AS month FROM STREAM(input)`
  const batches = [{ input: 'SELECT 1 AS id' }, { input: 'SELECT 1 AS id UNION ALL SELECT 2' }]

  test.each([
    ['in a dedupe', `SELECT DISTINCT * FROM (${WAITS})`, [[[1, [-1n], -1n]], [[2, [-1n], -1n]]]],
    [
      'on a side of a join',
      `SELECT r.id, l.waits, l.month FROM (${WAITS}) AS l JOIN STREAM(input) AS r ON l.id = r.id - 1`,
      [
        [],
        [
          [2, [-1n], -1n],
          [2, [-1n], -1n],
        ],
      ],
    ],
  ])('%s', async (_, query, expected) => {
    expect((await workbench.stream(query, batches)).outputs).toEqual(expected)
  })
})

test('files from before have intervals of Parquet, and no columns for NULLs without a type', async () => {
  const file = join(workbench.folder, 'before.parquet')
  const database = await DuckDBInstance.create(':memory:')
  const connection = await database.connect()
  await connection.run(`COPY (SELECT INTERVAL '1 second' AS wait) TO '${file}' (FORMAT parquet)`)
  database.closeSync()
  const schema = struct([field('wait', { kind: 'interval day to second' }), field('note', VOID)])
  const rows = await scanRowFiles(workbench.storage, ['before.parquet'], schema)
  expect(await workbench.session.rows(rows)).toEqual([[1_000_000n, null]])
})
