import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeltaTable } from '../../src/delta/index.ts'
import { memoryStorage, type Storage } from '../../src/storage/index.ts'
import { field, LONG, struct } from '../../src/types/data-type.ts'
import { fileInLog, noParquet, paths } from '../support/delta.ts'
import { faultyStorage } from '../support/faulty-storage.ts'

const schema = struct([field('id', LONG)])

async function emptyTable(): Promise<Storage> {
  const storage = memoryStorage()
  const configuration = { 'delta.checkpointInterval': '1000000' }
  await DeltaTable.create(storage, noParquet, { schema, configuration }).commit({ operation: 'CREATE TABLE' })
  return storage
}

describe('a commit whose answer is lost', () => {
  it('is recognised as its own', async () => {
    const storage = await emptyTable()
    const table = await DeltaTable.open(
      faultyStorage(storage, () => 'after'),
      noParquet,
    )
    const { version } = await table.startTransaction().addFile(fileInLog('a')).commit({ operation: 'WRITE' })
    expect(version).toBe(1)
    expect(paths(table.snapshot)).toEqual(['a'])
  })

  it('is recognised below those that followed it', async () => {
    const storage = await emptyTable()
    const rival = await DeltaTable.open(storage, noParquet)
    const interfering: Storage = {
      ...faultyStorage(storage, () => undefined),
      putIfAbsent: async (path, bytes) => {
        await storage.putIfAbsent(path, bytes)
        await rival.refresh()
        await rival.startTransaction().addFile(fileInLog('theirs')).commit({ operation: 'WRITE' })
        throw new Error('the answer was lost')
      },
    }
    const table = await DeltaTable.open(interfering, noParquet)
    const { version } = await table
      .startTransaction()
      .addFile(fileInLog('ours'))
      .commit({ operation: 'WRITE' })
    expect(version).toBe(1)
    expect(paths(table.snapshot)).toEqual(['ours', 'theirs'])
  })

  it('is not taken for that of a rival', async () => {
    const storage = await emptyTable()
    const rival = await DeltaTable.open(storage, noParquet)
    let failures = 1
    const table = await DeltaTable.open(
      faultyStorage(storage, () => (failures-- > 0 ? 'before' : undefined)),
      noParquet,
    )
    const late = table.startTransaction().addFile(fileInLog('ours'))
    await rival.startTransaction().addFile(fileInLog('theirs')).commit({ operation: 'WRITE' })
    expect((await late.commit({ operation: 'WRITE' })).version).toBe(2)
    expect(paths(table.snapshot)).toEqual(['ours', 'theirs'])
  })

  it('fails with its cause when it did not happen', async () => {
    const storage = await emptyTable()
    const table = await DeltaTable.open(
      faultyStorage(storage, () => 'before'),
      noParquet,
    )
    const commit = table.startTransaction().addFile(fileInLog('a')).commit({ operation: 'WRITE' })
    await expect(commit).rejects.toThrow('putIfAbsent _delta_log/00000000000000000001.json failed before')
    expect((await DeltaTable.open(storage, noParquet)).snapshot.version).toBe(0)
  })

  it('loses and doubles nothing, whatever fails among several writers that retry', async () => {
    const fault = fc.constantFrom('before' as const, 'after' as const, undefined, undefined)
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fault), fc.integer({ min: 2, max: 4 }), async (faults, writers) => {
        const storage = await emptyTable()
        const shaky = faultyStorage(storage, () => faults.next().value)
        const batches = 5
        const write = async (writer: number) => {
          const table = await DeltaTable.open(shaky, noParquet)
          for (let batch = 1; batch <= batches; ) {
            await table.refresh()
            const done = table.snapshot.transactionVersion(`flow-${writer}`) ?? 0n
            if (done >= batch) {
              batch += 1
              continue
            }
            const transaction = table
              .startTransaction()
              .addFile(fileInLog(`${writer}-${batch}-${crypto.randomUUID()}`))
              .setTransaction(`flow-${writer}`, BigInt(batch))
            await transaction.commit({ operation: 'WRITE' }).catch((error: Error) => {
              expect(error.message).toMatch(/failed before/)
            })
          }
        }
        await Promise.all(Array.from({ length: writers }, (_, index) => write(index)))
        const { snapshot } = await DeltaTable.open(storage, noParquet)
        const written = paths(snapshot).map((each) => each.split('-').slice(0, 2).join('-'))
        const expected = Array.from({ length: writers }, (_, writer) =>
          Array.from({ length: batches }, (_, batch) => `${writer}-${batch + 1}`),
        ).flat()
        expect(written).toEqual(expected)
        expect(snapshot.version).toBe(expected.length)
      }),
      { numRuns: 50 },
    )
  })
})
