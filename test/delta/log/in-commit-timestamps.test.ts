import { beforeEach, describe, expect, it } from 'vitest'
import { versionAsOf } from '../../../src/delta/log/time-travel.ts'
import { DeltaTable } from '../../../src/delta/table.ts'
import { memoryStorage, type Storage } from '../../../src/storage/index.ts'
import { field, LONG, struct } from '../../../src/types/data-type.ts'
import { countingStorage } from '../../support/counting-storage.ts'
import { fileInLog, noParquet } from '../../support/delta.ts'

const START = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000

/** The writer's clock is two hours ahead of the storage's, so that one cannot be taken for the other. */
let clock: number
let storage: Storage
beforeEach(() => {
  clock = START
  storage = memoryStorage(() => clock - 2 * HOUR)
})

const open = () => DeltaTable.open(storage, noParquet, () => clock)
const ENABLED = { 'delta.enableInCommitTimestamps': 'true' }

async function create(configuration: Record<string, string>): Promise<DeltaTable> {
  const schema = struct([field('id', LONG)])
  await DeltaTable.create(storage, noParquet, { schema, configuration }, () => clock).commit({
    operation: 'CREATE TABLE',
  })
  return open()
}

async function append(table: DeltaTable): Promise<void> {
  clock += HOUR
  await table
    .startTransaction()
    .addFile(fileInLog(`at ${clock}`))
    .commit({ operation: 'WRITE' })
}

async function enable(table: DeltaTable): Promise<void> {
  clock += HOUR
  const configuration = { ...table.snapshot.metadata.configuration, ...ENABLED }
  await table.startTransaction().updateMetadata({ configuration }).commit({ operation: 'SET TBLPROPERTIES' })
}

const times = async (table: DeltaTable) =>
  (await table.history()).map(({ timestamp }) => (timestamp - START) / HOUR)

describe('in-commit timestamps', () => {
  it('are the time of the writer, and grow when its clock stands still or goes back', async () => {
    const table = await create(ENABLED)
    clock -= 10 * HOUR
    await table.startTransaction().addFile(fileInLog('a')).commit({ operation: 'WRITE' })
    expect((await table.history()).map(({ timestamp }) => timestamp - START)).toEqual([1, 0])
    expect(table.snapshot.timestampMs).toBe(START + 1)
    expect(table.snapshot.protocol).toMatchObject({
      writerFeatures: expect.arrayContaining(['inCommitTimestamp']),
    })
    expect(table.snapshot.metadata.configuration).toEqual(ENABLED)
  })

  it('of a table that had none count from the version that enabled them', async () => {
    const table = await create({})
    await append(table)
    await enable(table)
    await append(table)
    expect(table.snapshot.metadata.configuration).toEqual({
      ...ENABLED,
      'delta.inCommitTimestampEnablementVersion': '2',
      'delta.inCommitTimestampEnablementTimestamp': (START + 2 * HOUR).toString(),
    })
    expect(await times(table)).toEqual([3, 2, -1, -2])
    const at = async (hours: number) =>
      (await table.snapshotAt({ timestampMs: START + hours * HOUR })).version
    expect([await at(-1.5), await at(-1), await at(1.9), await at(2), await at(3)]).toEqual([0, 1, 1, 2, 3])
    expect((await open()).snapshot.timestampMs).toBe(START + 3 * HOUR)
    expect((await table.snapshotAt({ version: 1 })).timestampMs).toBe(START - HOUR)
  })

  it('of many commits are searched, not all read', async () => {
    const table = await create(ENABLED)
    for (let version = 1; version <= 64; version++) await append(table)
    const { storage: counted, reads } = countingStorage(storage)
    expect(await versionAsOf(counted, { timestampMs: START + 40.5 * HOUR })).toBe(40)
    expect(reads.length).toBeLessThan(25)
  })

  it('are enabled in the version that the commit takes after others came first', async () => {
    const table = await create({})
    const late = table.startTransaction().updateMetadata({ configuration: ENABLED })
    await append(await open())
    await append(await open())
    await late.commit({ operation: 'SET TBLPROPERTIES' })
    expect((await open()).snapshot.metadata.configuration).toMatchObject({
      'delta.inCommitTimestampEnablementVersion': '3',
      'delta.inCommitTimestampEnablementTimestamp': clock.toString(),
    })
  })
})
