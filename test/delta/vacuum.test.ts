import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cleanLog, type DeltaPort, DeltaTable, vacuum } from '../../src/delta/index.ts'
import { memoryStorage, type Storage } from '../../src/storage/index.ts'
import { field, LONG, struct } from '../../src/types/data-type.ts'
import { fileInLog, openTestDuckdb, type TestDuckdb } from '../support/delta.ts'

const DAY_MS = 86_400_000
const START_MS = Date.UTC(2026, 0, 1)

let duckdb: TestDuckdb
let port: DeltaPort
beforeAll(async () => {
  duckdb = await openTestDuckdb()
  port = duckdb.port
})
afterAll(() => duckdb.close())

let nowMs: number
let storage: Storage
let table: DeltaTable

beforeEach(() => create({}))

async function create(configuration: Record<string, string>): Promise<void> {
  nowMs = START_MS
  storage = memoryStorage(() => nowMs)
  const options = { schema: struct([field('id', LONG)]), configuration }
  await DeltaTable.create(storage, port, options, () => nowMs).commit({ operation: 'CREATE TABLE' })
  table = await DeltaTable.open(storage, port, () => nowMs)
}

async function put(path: string): Promise<void> {
  await storage.put(path, new Uint8Array(100))
}

async function add(path: string): Promise<void> {
  await put(path)
  await table
    .startTransaction()
    .addFile(fileInLog(encodeURI(path)))
    .commit({ operation: 'WRITE' })
}

async function remove(path: string): Promise<void> {
  const file = [...table.snapshot.files()].find((each) => each.path === encodeURI(path))!
  await table.startTransaction().removeFile(file).commit({ operation: 'DELETE' })
}

async function logFiles(): Promise<string[]> {
  const files = await Array.fromAsync(storage.list('_delta_log'))
  return files.map((file) => file.path.slice('_delta_log/'.length))
}

describe('vacuum', () => {
  it('deletes what was removed a week ago, not what is live or was removed since', async () => {
    await add('live.parquet')
    await add('day=a b/old.parquet')
    await add('recent.parquet')
    await remove('day=a b/old.parquet')
    nowMs += 1
    await remove('recent.parquet')
    nowMs = START_MS + 7 * DAY_MS
    expect(await vacuum(table, storage, nowMs)).toEqual(['day=a b/old.parquet'])
    expect(await storage.stat('day=a b/old.parquet')).toBeUndefined()
    expect(await vacuum(table, storage, nowMs)).toEqual([])
    nowMs += 1
    expect(await vacuum(table, storage, nowMs)).toEqual(['recent.parquet'])
  })

  it('spares a file that was removed lately although it was written long ago', async () => {
    await add('a.parquet')
    nowMs += 365 * DAY_MS
    await remove('a.parquet')
    nowMs += 7 * DAY_MS - 1
    expect(await vacuum(table, storage, nowMs)).toEqual([])
  })

  it('deletes what a writer left that never committed, but only when it is old', async () => {
    await put('orphan.parquet')
    expect(await vacuum(table, storage, nowMs)).toEqual([])
    nowMs += 7 * DAY_MS
    await put('being-written.parquet')
    expect(await vacuum(table, storage, nowMs)).toEqual(['orphan.parquet'])
  })

  it('leaves the log, hidden folders and foreign files alone', async () => {
    for (const path of ['_delta_log/x.parquet', '_index/x.parquet', '.staging/x.parquet', 'notes.txt'])
      await put(path)
    nowMs += 365 * DAY_MS
    expect(await vacuum(table, storage, nowMs)).toEqual([])
  })

  it('takes the time from delta.deletedFileRetentionDuration', async () => {
    await create({ 'delta.deletedFileRetentionDuration': 'interval 1 hour' })
    await put('orphan.parquet')
    nowMs += 3_599_999
    expect(await vacuum(table, storage, nowMs)).toEqual([])
    nowMs += 1
    expect(await vacuum(table, storage, nowMs)).toEqual(['orphan.parquet'])
  })
})

describe('cleaning the log', () => {
  async function commits(count: number): Promise<void> {
    for (let i = 0; i < count; i++)
      await table.startTransaction().setTransaction('a', BigInt(i)).commit({ operation: 'W' })
  }

  it('deletes what stands before the newest checkpoint that is older than 30 days', async () => {
    await commits(20)
    nowMs += 30 * DAY_MS
    await commits(11)
    await cleanLog(table, storage, nowMs)
    const left = await logFiles()
    expect(left.slice(0, 3)).toEqual([
      '00000000000000000020.checkpoint.parquet',
      '00000000000000000020.json',
      '00000000000000000021.json',
    ])
    const reopened = await DeltaTable.open(storage, port)
    expect(reopened.snapshot.version).toBe(31)
    expect((await reopened.snapshotAt({ version: 20 })).version).toBe(20)
    await expect(reopened.snapshotAt({ version: 19 })).rejects.toMatchObject({
      condition: 'DELTA_VERSION_NOT_FOUND',
    })
  })

  it('deletes nothing while no checkpoint is that old', async () => {
    await commits(20)
    nowMs += 30 * DAY_MS - 1
    const before = await logFiles()
    await cleanLog(table, storage, nowMs)
    expect(await logFiles()).toEqual(before)
  })
})
