import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DeltaTable } from '../../../src/delta/table.ts'
import { memoryStorage, type Storage } from '../../../src/storage/index.ts'
import { field, LONG, struct } from '../../../src/types/data-type.ts'
import { fileInLog, openTestDuckdb, type TestDuckdb } from '../../support/delta.ts'
import { logNames, logPath, putText, readJson } from './log-files.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 0, 1, 12)

let clock: number
let storage: Storage
let duckdb: TestDuckdb
let table: DeltaTable
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => duckdb.close())

async function create(configuration: Record<string, string> = {}): Promise<void> {
  clock = START
  storage = memoryStorage(() => clock)
  await DeltaTable.create(
    storage,
    duckdb.port,
    { schema: struct([field('id', LONG)]), configuration },
    () => clock,
  ).commit({ operation: 'CREATE TABLE' })
  table = await DeltaTable.open(storage, duckdb.port, () => clock)
}

async function commits(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const file = fileInLog(`f${table.snapshot.version + 1}`)
    const { checkpointError } = await table.startTransaction().addFile(file).commit({ operation: 'WRITE' })
    expect(checkpointError).toBeUndefined()
  }
}

const oldest = async () => (await logNames(storage)).slice(0, 4)

beforeEach(() => create())

describe('cleaning the log', () => {
  it('deletes what stands before the newest checkpoint of 30 days ago, when a checkpoint is written', async () => {
    await commits(25)
    await putText(storage, logPath(3, `${'5'.padStart(20, '0')}.compacted.json`), '{}')
    clock += 31 * DAY
    await commits(4)
    expect((await oldest())[0]).toBe('00000000000000000000.crc')
    await commits(1)
    expect(await oldest()).toEqual([
      '00000000000000000020.checkpoint.parquet',
      '00000000000000000020.crc',
      '00000000000000000020.json',
      '00000000000000000021.crc',
    ])
    const reopened = await DeltaTable.open(storage, duckdb.port)
    expect(reopened.snapshot).toMatchObject({ version: 30, numFiles: 30 })
    expect((await reopened.snapshotAt({ version: 20 })).numFiles).toBe(20)
    await expect(reopened.snapshotAt({ version: 19 })).rejects.toMatchObject({
      condition: 'DELTA_VERSION_NOT_FOUND',
      parameters: { earliest: '20', latest: '30' },
    })
  })

  it('counts from midnight UTC', async () => {
    await commits(10)
    clock = Date.UTC(2026, 0, 31, 23, 59)
    await commits(10)
    expect((await oldest())[0]).toBe('00000000000000000000.crc')
    clock += 60_000
    await commits(10)
    expect((await oldest())[0]).toBe('00000000000000000010.checkpoint.parquet')
  })

  it('counts from the full minute where the retention is less than a day', async () => {
    await create({ 'delta.logRetentionDuration': 'interval 2 minutes' })
    await commits(10)
    clock += 2 * 60_000 - 1
    await commits(10)
    expect((await oldest())[0]).toBe('00000000000000000000.crc')
    clock += 1
    await commits(10)
    expect((await oldest())[0]).toBe('00000000000000000010.checkpoint.parquet')
  })

  it.each([
    ['no checkpoint is that old', {}, 9],
    ['delta.enableExpiredLogCleanup is false', { 'delta.enableExpiredLogCleanup': 'false' }, 15],
    ['delta.logRetentionDuration is longer', { 'delta.logRetentionDuration': 'interval 60 days' }, 15],
    ['a dropped feature protects it', { 'delta.requireCheckpointProtectionBeforeVersion': '11' }, 15],
  ])('deletes nothing while %s', async (_case, configuration, before) => {
    await create(configuration)
    await commits(before)
    clock += 32 * DAY
    await commits(20 - before)
    expect((await oldest())[0]).toBe('00000000000000000000.crc')
  })

  it('deletes what delta.requireCheckpointProtectionBeforeVersion protects only when all of it may go', async () => {
    await create({ 'delta.requireCheckpointProtectionBeforeVersion': '10' })
    await commits(10)
    clock += 32 * DAY
    await commits(10)
    expect((await oldest())[0]).toBe('00000000000000000010.checkpoint.parquet')
  })

  it('is tried once a day', async () => {
    await commits(10)
    clock += 32 * DAY
    await commits(10)
    expect(await readJson(storage, '_delta_log/_last_checkpoint')).toMatchObject({
      tags: { 'millrace.cleanedUpToMs': Date.UTC(2026, 0, 3).toString() },
    })
    const today = clock
    clock = START
    await putText(storage, logPath(2), '{}')
    clock = today
    await commits(10)
    expect(await storage.stat(logPath(2))).toBeDefined()
    clock += DAY
    await commits(10)
    expect(await storage.stat(logPath(2))).toBeUndefined()
  })

  it('deletes sidecars that no checkpoint names, once they are a day old', async () => {
    await create({ 'delta.checkpointPolicy': 'v2' })
    const sidecars = async () => (await logNames(storage)).filter((name) => name.startsWith('_sidecars/'))
    await commits(10)
    const [first] = await sidecars()
    clock += 32 * DAY
    await putText(storage, '_delta_log/_sidecars/being-written.parquet', 'x')
    await commits(10)
    expect(await sidecars()).toHaveLength(3)
    clock += 32 * DAY
    await commits(10)
    const left = await sidecars()
    expect(left).toHaveLength(2)
    expect(left).not.toContain(first)
    expect((await DeltaTable.open(storage, duckdb.port)).snapshot.numFiles).toBe(30)
  })
})

it.each([
  ['near a checkpoint', '10', 47],
  ['far from its checkpoint', '50', 99],
  ['before all checkpoints', '50', 45],
])('an older version is rebuilt %s', async (_, interval, version) => {
  await create({ 'delta.checkpointInterval': interval })
  await commits(101)
  const snapshot = await DeltaTable.snapshotAt(storage, duckdb.port, { version })
  expect(snapshot).toMatchObject({ version, numFiles: version })
})
