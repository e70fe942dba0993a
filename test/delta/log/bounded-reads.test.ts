import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeltaTable } from '../../../src/delta/table.ts'
import { memoryStorage, type ObjectInfo, type Storage } from '../../../src/storage/index.ts'
import { field, LONG, struct } from '../../../src/types/data-type.ts'
import { countingStorage } from '../../support/counting-storage.ts'
import { fileInLog, openTestDuckdb, type TestDuckdb } from '../../support/delta.ts'
import { logPath, putText } from './log-files.ts'

const COMMITS = 500_000

let duckdb: TestDuckdb
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => duckdb.close())

/** The log of a small table, its versions moved up so that `COMMITS` others stand before them, of which only names exist. */
async function longLog(): Promise<Storage> {
  const small = memoryStorage()
  const schema = struct([field('id', LONG)])
  const configuration = { 'delta.checkpointInterval': '5' }
  await DeltaTable.create(small, duckdb.port, { schema, configuration }).commit({ operation: 'CREATE TABLE' })
  const table = await DeltaTable.open(small, duckdb.port)
  for (let version = 1; version <= 7; version++) {
    await table
      .startTransaction()
      .addFile(fileInLog(`f${version}`))
      .commit({ operation: 'WRITE' })
  }
  const moved = memoryStorage()
  for (const [version, rest] of [
    [5, 'checkpoint.parquet'],
    [5, 'json'],
    [6, 'json'],
    [7, 'json'],
  ] as const) {
    await moved.put(logPath(COMMITS + version, rest), (await small.read(logPath(version, rest)))!)
  }
  await putText(moved, '_delta_log/_last_checkpoint', `{"version":${COMMITS + 5},"size":8}`)
  return { ...methodsOf(moved), list: (prefix, options) => listing(moved, prefix, options?.startAfter) }
}

function methodsOf(storage: Storage): Storage {
  return countingStorage(storage).storage
}

async function* listing(storage: Storage, prefix: string, startAfter = ''): AsyncIterable<ObjectInfo> {
  for (let version = 0; version < COMMITS + 5; version++) {
    const path = logPath(version)
    if (path > startAfter) yield { path, sizeBytes: 1, modifiedMs: version }
  }
  yield* storage.list(prefix, { startAfter })
}

describe(`a log of ${COMMITS} commits`, () => {
  it('is opened by what follows its checkpoint', async () => {
    const { storage, reads, lists, listed } = countingStorage(await longLog())
    const { snapshot } = await DeltaTable.open(storage, duckdb.port)
    expect(snapshot).toMatchObject({ version: COMMITS + 7, numFiles: 7 })
    expect(lists).toEqual(['_delta_log'])
    expect(listed).toHaveLength(5)
    expect(reads).toEqual([
      '_delta_log/_last_checkpoint',
      logPath(COMMITS + 5, 'checkpoint.parquet'),
      logPath(COMMITS + 6),
      logPath(COMMITS + 7),
      logPath(COMMITS + 7, 'crc'),
    ])
  })

  it('tells its newest version without a listing', async () => {
    const { storage, lists, stats } = countingStorage(await longLog())
    expect(await DeltaTable.latestVersion(storage)).toBe(COMMITS + 7)
    expect(lists).toEqual([])
    expect(stats).toEqual([5, 6, 7, 8].map((version) => logPath(COMMITS + version)))
  })

  it('costs a held table one look at the next version, and a new commit no more', async () => {
    const { storage, reads, lists, stats } = countingStorage(await longLog())
    const table = await DeltaTable.open(storage, duckdb.port)
    const forget = () => {
      for (const each of [reads, lists, stats]) each.splice(0)
    }
    forget()
    await table.refresh()
    expect({ reads, lists, stats }).toEqual({ reads: [logPath(COMMITS + 8)], lists: [], stats: [] })
    forget()
    await table.startTransaction().addFile(fileInLog('a')).commit({ operation: 'WRITE' })
    expect(lists).toEqual([])
    expect(reads).toEqual([logPath(COMMITS + 8), logPath(COMMITS + 9)])
    forget()
    const { checkpointError } = await appendTwice(table)
    expect(checkpointError).toBeUndefined()
    expect(await storage.stat(logPath(COMMITS + 10, 'checkpoint.parquet'))).toBeDefined()
  })

  it('costs a commit that others overtook their commits', async () => {
    const { storage, reads, lists } = countingStorage(await longLog())
    const table = await DeltaTable.open(storage, duckdb.port)
    const late = table.startTransaction().addFile(fileInLog('late'))
    await (await DeltaTable.open(storage, duckdb.port))
      .startTransaction()
      .addFile(fileInLog('first'))
      .commit({ operation: 'WRITE' })
    reads.splice(0)
    lists.splice(0)
    expect((await late.commit({ operation: 'WRITE' })).version).toBe(COMMITS + 9)
    expect(lists).toEqual([])
    expect(new Set(reads)).toEqual(new Set([8, 9, 10].map((version) => logPath(COMMITS + version))))
  })

  async function appendTwice(table: DeltaTable) {
    await table.startTransaction().addFile(fileInLog('b')).commit({ operation: 'WRITE' })
    return table.startTransaction().addFile(fileInLog('c')).commit({ operation: 'WRITE' })
  }
})
