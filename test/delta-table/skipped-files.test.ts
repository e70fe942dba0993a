import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runScript } from '../../src/delta-table/statements/run-statement.ts'
import { Workspace } from '../../src/delta-table/workspace.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { LazyEngine } from '../../src/engine/lazy-engine.ts'
import { walk } from '../../src/plan/rewrite.ts'
import { parseQuery } from '../../src/sql/index.ts'
import type { Row } from '../../src/types/row.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-skipped-'))
const engine = new LazyEngine(() => openDuckdbEngine({ threads: 2 }))
const workspace = new Workspace({ engine, folder })

/** The rows of the last statement. */
async function run(text: string): Promise<Row[]> {
  let rows: Row[] = []
  for await (const { chunks } of runScript(text, workspace)) rows = (await Array.fromAsync(chunks)).flat()
  return rows
}

beforeAll(async () => {
  await run('CREATE TABLE delta.`sales` (day DATE, id BIGINT) USING DELTA PARTITIONED BY (day)')
  for (let day = 1; day <= 4; day++) {
    const values = `SELECT DATE '2026-01-0${day}', id FROM range(${day * 100}, ${day * 100 + 100})`
    await run(`INSERT INTO delta.\`sales\` ${values}`)
  }
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

/** How many files each read of a table in a query opens. */
async function filesOf(sql: string): Promise<number[]> {
  const counts: number[] = []
  for (const node of walk(await workspace.bind(parseQuery(sql)))) {
    if (node.kind === 'Scan' && node.input.kind === 'delta') counts.push(node.input.files.length)
  }
  return counts
}

it.each<[string, number[]]>([
  ['SELECT * FROM delta.`sales`', [4]],
  ["SELECT * FROM delta.`sales` WHERE day = '2026-01-02'", [1]],
  ['SELECT * FROM delta.`sales` WHERE id = 350', [1]],
  ['SELECT * FROM delta.`sales` WHERE day < current_date() - INTERVAL 36500 DAYS', [0]],
  [
    'WITH v AS (SELECT day AS d, id FROM delta.`sales`) SELECT d, count(*) FROM v WHERE id > 320 GROUP BY d',
    [2],
  ],
  [
    'SELECT * FROM delta.`sales` AS a JOIN delta.`sales` AS b ON a.id = b.id + 1 WHERE a.id < 150 AND b.id > 380',
    [1, 2],
  ],
  ['SELECT * FROM delta.`sales` VERSION AS OF 2 WHERE id > 0', [2]],
])('%s opens %j files', async (sql, expected) => {
  expect(await filesOf(sql)).toEqual(expected)
})

it('rows are those of all files', async () => {
  expect(await run('SELECT count(*), max(id) FROM delta.`sales` WHERE id BETWEEN 150 AND 349')).toEqual([
    [200n, 349n],
  ])
})
