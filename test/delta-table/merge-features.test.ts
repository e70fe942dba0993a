import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runScript } from '../../src/delta-table/statements/run-statement.ts'
import { Workspace } from '../../src/delta-table/workspace.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { LazyEngine } from '../../src/engine/lazy-engine.ts'
import type { Row } from '../../src/types/row.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-merge-'))
const engine = new LazyEngine(() => openDuckdbEngine({ threads: 2 }))
const workspace = new Workspace({ engine, folder })
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The rows of the last statement. */
async function run(text: string): Promise<Row[]> {
  let rows: Row[] = []
  for await (const { chunks } of runScript(text, workspace)) rows = (await Array.fromAsync(chunks)).flat()
  return rows
}

let count = 0
/** A table of rows 1 'a', 2 'b', 3 'c' with these properties. */
async function stock(properties: string, columns = 'id BIGINT, name STRING'): Promise<string> {
  const table = `delta.\`t${count++}\``
  await run(`CREATE TABLE ${table} (${columns}) TBLPROPERTIES (${properties});
    INSERT INTO ${table} (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c')`)
  return table
}

const upsert = (table: string) => `
  MERGE INTO ${table} AS t USING (VALUES (2, 'B'), (4, 'd')) AS s(id, name) ON t.id = s.id
  WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)`

describe.each([
  ['copy on write', ''],
  ['deletion vectors', ', delta.enableDeletionVectors = true'],
])('a MERGE by %s', (_mode, mode) => {
  test('keeps the ids of rows, and the versions of those that it leaves alone', async () => {
    const table = await stock(`delta.enableRowTracking = true${mode}`)
    const ids = `SELECT id, _metadata.row_id, _metadata.row_commit_version FROM ${table} ORDER BY id`
    const before = new Map((await run(ids)).map(([id, row]) => [id, row]))
    await run(upsert(table))
    const after = await run(ids)
    expect(after.slice(0, 3)).toEqual([
      [1n, before.get(1n), 1n],
      [2n, before.get(2n), 2n],
      [3n, before.get(3n), 1n],
    ])
    expect(after[3]![2]).toBe(2n)
    expect([...before.values()]).not.toContain(after[3]![1])
  })

  test('writes columns and their changes under physical names', async () => {
    const table = await stock(`delta.columnMapping.mode = 'name', delta.enableChangeDataFeed = true${mode}`)
    await run(`ALTER TABLE ${table} RENAME COLUMN name TO \`full name\``)
    await run(`
      MERGE WITH SCHEMA EVOLUTION INTO ${table} AS t USING (SELECT 2L AS id, 'B' AS \`full name\`, 7 AS extra) AS s
      ON t.id = s.id WHEN MATCHED THEN UPDATE SET *`)
    expect(await run(`SELECT * FROM ${table} ORDER BY id`)).toEqual([
      [1n, 'a', null],
      [2n, 'B', 7],
      [3n, 'c', null],
    ])
    const path = table.slice('delta.`'.length, -1)
    expect(
      await run(
        `SELECT id, \`full name\`, extra, _change_type FROM table_changes_by_path('${path}', 3) ORDER BY ALL`,
      ),
    ).toEqual([
      [2n, 'B', 7, 'update_postimage'],
      [2n, 'b', null, 'update_preimage'],
    ])
  })

  test('numbers new rows and leaves the numbers of others', async () => {
    const columns = 'id BIGINT, name STRING, n BIGINT GENERATED ALWAYS AS IDENTITY'
    const table = await stock(`quality = 'x'${mode}`, columns)
    const numbers = async () => (await run(`SELECT id, n FROM ${table} ORDER BY id`)) as [bigint, bigint][]
    const before = await numbers()
    await run(upsert(table))
    const after = await numbers()
    expect(after.slice(0, 3)).toEqual(before)
    expect(after[3]![1]).toBeGreaterThan(before.map(([, n]) => n).reduce((a, b) => (a > b ? a : b)))
  })

  test('keeps the rules of the table', async () => {
    const table = await stock(`quality = 'x'${mode}`)
    await run(`ALTER TABLE ${table} ADD CONSTRAINT short CHECK (length(name) < 3)`)
    const long = `MERGE INTO ${table} AS t USING (SELECT 2L AS id) AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = 'long'`
    await expect(run(long)).rejects.toMatchObject({ condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES' })
    expect(await run(`SELECT name FROM ${table} ORDER BY id`)).toEqual([['a'], ['b'], ['c']])
  })
})
