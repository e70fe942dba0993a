import { beforeEach, describe, expect, it } from 'vitest'
import { DeltaTable } from '../../../src/delta/table.ts'
import { memoryStorage, type Storage } from '../../../src/storage/index.ts'
import { field, LONG, struct } from '../../../src/types/data-type.ts'
import { countingStorage } from '../../support/counting-storage.ts'
import { fileInLog, noParquet, paths } from '../../support/delta.ts'
import { logPath, putText } from './log-files.ts'

let storage: Storage
beforeEach(async () => {
  storage = memoryStorage()
  const schema = struct([field('id', LONG)])
  const configuration = { 'delta.checkpointInterval': '100' }
  await DeltaTable.create(storage, noParquet, { schema, configuration }).commit({ operation: 'CREATE TABLE' })
  const table = await DeltaTable.open(storage, noParquet)
  for (let version = 1; version <= 6; version++) {
    await table
      .startTransaction()
      .addFile(fileInLog(`f${version}`))
      .commit({ operation: 'WRITE' })
    // These compactions say other things than their commits, which the checksums would find.
    await storage.delete([logPath(version, 'crc')])
  }
})

const compaction = (from: number, to: number) =>
  logPath(from, `${to.toString().padStart(20, '0')}.compacted.json`)

/** A compaction whose file `as` shows that it was read. */
async function compact(from: number, to: number, as: string): Promise<void> {
  const lines = [
    { txn: { appId: 'a', version: to } },
    { remove: { path: 'f1', dataChange: true, deletionTimestamp: 5 } },
    { add: fileInLog(as) },
  ]
  await putText(storage, compaction(from, to), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

describe('a log compaction', () => {
  it('stands for its commits, which are not read, with its removed files', async () => {
    await compact(2, 5, 'c')
    const { storage: counted, reads } = countingStorage(storage)
    const table = await DeltaTable.open(counted, noParquet)
    expect(paths(table.snapshot)).toEqual(['c', 'f6'])
    expect(table.snapshot.transactionVersion('a')).toBe(5n)
    expect([...table.removedAfter(0)].map(({ path }) => path)).toEqual(['f1'])
    expect(reads.filter((path) => /\d{20}\.json$/.test(path))).toEqual(
      [0, 1, 6].map((version) => logPath(version)),
    )
    expect(reads).toContain(compaction(2, 5))
  })

  it('gives way to a longer one of the same start', async () => {
    await compact(2, 3, 'short')
    await compact(2, 5, 'long')
    expect(paths((await DeltaTable.open(storage, noParquet)).snapshot)).toEqual(['f6', 'long'])
  })

  it('that ends behind the version wanted is not used', async () => {
    await compact(2, 5, 'c')
    const table = await DeltaTable.open(storage, noParquet)
    expect(paths(await table.snapshotAt({ version: 4 }))).toEqual(['f1', 'f2', 'f3', 'f4'])
    expect(paths(await table.snapshotAt({ version: 5 }))).toEqual(['c'])
  })

  it('that begins within another is not used', async () => {
    await compact(2, 4, 'first')
    await compact(3, 6, 'overlapping')
    expect(paths((await DeltaTable.open(storage, noParquet)).snapshot)).toEqual(['f5', 'f6', 'first'])
  })

  it('that is damaged is named', async () => {
    await putText(storage, compaction(2, 5), '{"add":{"path":"x"')
    await expect(DeltaTable.open(storage, noParquet)).rejects.toMatchObject({
      condition: 'DELTA_INVALID_LOG_FILE',
      parameters: { place: `line 1 of memory:/${compaction(2, 5)}` },
    })
  })

  it('counts the first action of a file, which is the newest', async () => {
    const lines = [
      { remove: { path: 'f2', dataChange: true } },
      { add: fileInLog('f2') },
      { add: fileInLog('f3') },
      { remove: { path: 'f3', dataChange: true } },
    ]
    await putText(storage, compaction(2, 3), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const table = await DeltaTable.open(storage, noParquet)
    expect(paths(await table.snapshotAt({ version: 3 }))).toEqual(['f1', 'f3'])
  })
})
