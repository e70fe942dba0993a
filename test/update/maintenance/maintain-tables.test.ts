import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Catalog } from '../../../src/catalog/index.ts'
import { LazyEngine } from '../../../src/engine/lazy-engine.ts'
import { localStorage } from '../../../src/storage/index.ts'
import { systemClock } from '../../../src/update/clock.ts'
import { acquireLease, type Lease } from '../../../src/update/lease/lease.ts'
import { maintainTables } from '../../../src/update/maintenance/maintain-tables.ts'
import type { UpdateRun } from '../../../src/update/run.ts'
import { type OpenTable, Tables } from '../../../src/update/tables/tables.ts'

let folder: string
let lease: Lease
let tables: Tables

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-maintenance-'))
  const storage = localStorage(folder)
  lease = await acquireLease(storage, { pipelineId: 'shop', updateId: 'u', clock: systemClock, folder })
  const catalog = new Catalog({
    warehouse: join(folder, 'warehouse'),
    storage: folder,
    tables: {},
    defaultCatalog: 'main',
    defaultSchema: 'shop',
  })
  const { deltaPort: port } = new LazyEngine(() => Promise.reject(new Error('nothing is due')))
  tables = new Tables({ catalog, port, pipelineId: 'shop', lease })
})

afterEach(async () => {
  await lease.release()
  rmSync(folder, { recursive: true, force: true })
})

async function tableOf(name: string): Promise<OpenTable> {
  return tables.create(`main.shop.${name}`, { schema: { kind: 'struct', fields: [] } })
}

const write = (table: OpenTable) => table.commit(() => {}, { operation: 'WRITE' })

/** One round that is stopped behind a table. Gives the tables that it reached. */
async function round({ stopBehind = '' } = {}): Promise<string[]> {
  const stop = new AbortController()
  const run = { tables, clock: systemClock, stopping: stop.signal } as UpdateRun
  const reached: string[] = []
  await maintainTables(run, async (table, work) => {
    reached.push(table.split('.').at(-1)!)
    await work()
    if (table === `main.shop.${stopBehind}`) stop.abort()
  })
  return reached
}

test('tables that a round does not reach come first in the next one', async () => {
  const [a, b, c] = [await tableOf('a'), await tableOf('b'), await tableOf('c')]
  for (const table of [a, b, c]) await write(table)
  expect(await round({ stopBehind: 'a' })).toEqual(['a'])
  await write(a)
  expect(await round()).toEqual(['b', 'c', 'a'])
  expect(await round()).toEqual([])
})

test('a table that is written while it is looked after has its turn in the next round', async () => {
  const table = await tableOf('a')
  await write(table)
  const run = { tables, clock: systemClock, stopping: new AbortController().signal } as UpdateRun
  await maintainTables(run, async (_, work) => {
    await work()
    await write(table)
  })
  expect(await round()).toEqual(['a'])
})
