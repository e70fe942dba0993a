import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runScript } from '../../src/delta-table/statements/run-statement.ts'
import { Workspace } from '../../src/delta-table/workspace.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { LazyEngine } from '../../src/engine/lazy-engine.ts'
import type { Row } from '../../src/types/row.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-changes-'))
const engine = new LazyEngine(() => openDuckdbEngine({ threads: 2 }))
const workspace = new Workspace({ engine, folder })

/** The rows of the last statement. */
async function run(text: string): Promise<Row[]> {
  let rows: Row[] = []
  for await (const { chunks } of runScript(text, workspace)) rows = (await Array.fromAsync(chunks)).flat()
  return rows
}

beforeAll(() =>
  run(`
    CREATE TABLE delta.\`stock\` (item STRING, amount INT) TBLPROPERTIES (delta.enableChangeDataFeed = true);
    INSERT INTO delta.\`stock\` VALUES ('nut', 1), ('bolt', 2);
    UPDATE delta.\`stock\` SET amount = amount + 10 WHERE item = 'nut';
    DELETE FROM delta.\`stock\` WHERE item = 'bolt'`),
)
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const select = (from: string) =>
  run(`SELECT item, amount, _change_type, _commit_version FROM ${from} ORDER BY ALL`)

test('the changes of INSERT, UPDATE and DELETE statements', async () => {
  expect(await select("table_changes_by_path('stock', 0)")).toEqual([
    ['bolt', 2, 'delete', 3n],
    ['bolt', 2, 'insert', 1n],
    ['nut', 1, 'insert', 1n],
    ['nut', 1, 'update_preimage', 2n],
    ['nut', 11, 'update_postimage', 2n],
  ])
  expect(await select("table_changes_by_path('stock', 3, 3)")).toEqual([['bolt', 2, 'delete', 3n]])
})

test('the changes joined with the table, by name of their columns', async () => {
  const query =
    "SELECT c.item, s.amount FROM table_changes_by_path('stock', 2, 2) c JOIN delta.`stock` s ON s.item = c.item AND s.amount = c.amount"
  expect(await run(query)).toEqual([['nut', 11]])
})

test('a range that the log does not hold names what there is', async () => {
  await expect(select("table_changes_by_path('stock', 9)")).rejects.toMatchObject({
    condition: 'DELTA_VERSION_NOT_FOUND',
    parameters: { userVersion: '9', latest: '3' },
  })
  await expect(select("table_changes_by_path('stock')")).rejects.toMatchObject({
    condition: 'DELTA_NO_START_FOR_CDC_READ',
  })
})
