import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DeltaTable } from '../../../src/delta/index.ts'
import { isCondition } from '../../../src/errors/index.ts'
import { memoryStorage, type Storage } from '../../../src/storage/index.ts'
import { field, STRING, struct } from '../../../src/types/data-type.ts'
import { noParquet } from '../../support/delta.ts'
import { type Fault, faultyStorage, scheduledStorage, type Write } from '../../support/faulty-storage.ts'
import { checkHistory, type Operation, prepare } from './units.ts'

/** What each writer does, in order. */
type Programme = readonly Operation[]

const operation = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Operation>({ kind: 'append' }) },
  { weight: 2, arbitrary: fc.constant<Operation>({ kind: 'compact' }) },
  { weight: 2, arbitrary: fc.constant<Operation>({ kind: 'delete' }) },
  { weight: 1, arbitrary: fc.constant<Operation>({ kind: 'overwrite' }) },
)
const programmes = fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 4,
})
const faults = fc.infiniteStream(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Fault | undefined>(undefined) },
    { weight: 1, arbitrary: fc.constantFrom<Fault>('before', 'after', 'repeated', 'full') },
  ),
)

async function emptyTable(): Promise<Storage> {
  const storage = memoryStorage()
  await DeltaTable.create(storage, noParquet, {
    schema: struct([field('unit', STRING)]),
    configuration: { 'delta.checkpointInterval': '1000000' },
  }).commit({ operation: 'CREATE TABLE' })
  return storage
}

/** Runs a programme to its end, whatever fails: a batch that the table holds is done, another is tried again. */
async function run(writer: string, programme: Programme, storage: Storage): Promise<void> {
  const table = await patiently(() => DeltaTable.open(storage, noParquet))
  for (const [index, each] of programme.entries()) {
    const batch = BigInt(index + 1)
    const isDone = () => (table.snapshot.transactionVersion(writer) ?? 0n) >= batch
    while (!isDone()) {
      await patiently(() => table.refresh())
      if (isDone()) break
      try {
        const transaction = table.startTransaction().setTransaction(writer, batch)
        const options = await prepare(each, transaction, storage, `${writer}.${batch}`)
        await transaction.commit(options)
      } catch (error) {
        expect(isExpected(error), String(error)).toBe(true)
      }
    }
  }
}

/** Conflicts and faults of the storage; everything else is a defect. */
function isExpected(error: unknown): boolean {
  if (isCondition(error, 'STORAGE_FULL')) return true
  // A file that was published already cannot be published again.
  if (isCondition(error, 'STORAGE_ERROR') && error.message.startsWith('Cannot publish')) return true
  if (error instanceof Error && /^(putIfAbsent|publish|put) .* failed (before|after)$/.test(error.message))
    return true
  return (
    isCondition(error, 'DELTA_CONCURRENT_APPEND') ||
    isCondition(error, 'DELTA_CONCURRENT_DELETE_READ') ||
    isCondition(error, 'DELTA_CONCURRENT_DELETE_DELETE')
  )
}

async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      expect(isExpected(error), String(error)).toBe(true)
    }
  }
}

describe('writers on a storage that lies, delays, repeats and fills up', () => {
  test('lose nothing, double nothing and delete no data file, in 500 schedules', async () => {
    await fc.assert(
      fc.asyncProperty(programmes, faults, fc.scheduler(), async (all, fault, scheduler) => {
        const storage = await emptyTable()
        const deleted: string[] = []
        const decide = (operation: Write, path: string) => {
          if (operation === 'delete' || operation === 'deleteAll') deleted.push(path)
          return fault.next().value
        }
        const done = all.map((programme, index) => {
          const shaky = scheduledStorage(faultyStorage(storage, decide), (call) =>
            scheduler.schedule(Promise.resolve(), call),
          )
          return run(`w${index}`, programme, shaky)
        })
        await scheduler.waitFor(Promise.all(done))

        const { units, batches } = await checkHistory(storage)
        expect(deleted.filter((path) => path.endsWith('.parquet'))).toEqual([])
        expect(batches.size).toBe(all.flat().length)
        expect(new Set(units).size).toBe(units.length)
        if (all.flat().every(({ kind }) => kind === 'append' || kind === 'compact')) {
          const appended = all.flatMap((programme, writer) =>
            programme.flatMap(({ kind }, index) => (kind === 'append' ? [`w${writer}.${index + 1}`] : [])),
          )
          expect(units).toEqual(appended.toSorted())
        }
      }),
      { numRuns: 500, seed: 20_240_229 },
    )
  }, 120_000)
})
