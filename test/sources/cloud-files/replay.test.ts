import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FileJournal } from '../../../src/sources/cloud-files/file-journal.ts'
import type { FoundFile } from '../../../src/sources/cloud-files/list-files.ts'
import { SeenSet } from '../../../src/sources/cloud-files/seen-set.ts'
import { memoryStorage } from '../../../src/storage/index.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import { drain, Landing } from './landing.ts'

const row = '{"id":1}\n'

test('a batch that was planned and not recorded is planned again with the same files', async () => {
  await using landing = await Landing.open()
  landing.land('a.json', row)
  const before = landing.source()
  const planned = await before.plan(undefined, await before.latest())
  landing.land('b.json', row)
  const after = landing.source()
  expect(await after.plan(undefined, await after.latest())).toMatchObject({
    range: planned!.range,
    end: planned!.end,
  })
})

test('a recorded range gives the same rows in another process, whatever has landed since', async () => {
  await using landing = await Landing.open()
  landing.land('a.json', '{"id":1}\n{"id":2}\n')
  const options = { 'cloudFiles.inferColumnTypes': 'true' }
  const before = landing.source({ options })
  const planned = await before.plan(undefined, await before.latest())
  const rows = await landing.rows(await before.read(planned!.range))
  landing.land('b.json', '{"id":3}\n')
  const stored = JSON.parse(JSON.stringify(planned!.range)) as unknown
  expect(await landing.rows(await landing.source({ options }).read(stored))).toEqual(rows)
  expect(rows.map((each) => each.id)).toEqual(['1', '2'])
})

test('commit is idempotent, and makes good a journal that lost its last batch', async () => {
  await using landing = await Landing.open()
  landing.land('a.json', row)
  const source = landing.source()
  const planned = await source.plan(undefined, await source.latest())
  await source.commit?.(planned!.range)
  await source.commit?.(planned!.range)
  expect((await drain(landing.source(), planned!.end)).batches).toEqual([])

  landing.state = emptied()
  await landing.source().commit?.(planned!.range)
  expect((await drain(landing.source(), planned!.end)).batches).toEqual([])
})

test('a checkpoint that is ahead of its journal is refused', async () => {
  await using landing = await Landing.open()
  landing.land('a.json', row)
  await expect(landing.source().plan({ sequence: 3 }, {})).rejects.toMatchObject({
    condition: 'CF_STATE_INCORRECT',
    parameters: { path: 'in', expected: '3', found: '0' },
  })
})

function emptied(): Storage {
  return memoryStorage()
}

/** A storage whose process dies within the n-th write: nothing of it, or a torn part of an append, is left. */
function dyingStorage(inner: Storage, writesLeft: number, torn: number): Storage {
  let left = writesLeft
  const write = async (bytes: Uint8Array, run: (bytes: Uint8Array) => Promise<unknown>, canTear: boolean) => {
    if (left < 0) throw new Error('dead')
    if (left-- > 0) return run(bytes)
    if (canTear && torn > 0) await run(bytes.subarray(0, Math.min(torn, bytes.length - 1)))
    throw new Error('dead')
  }
  return {
    ...inner,
    name: inner.name,
    read: (path) => inner.read(path),
    list: (prefix, options) => inner.list(prefix, options),
    delete: (paths) => (left < 0 ? Promise.reject(new Error('dead')) : inner.delete(paths)),
    put: async (path, bytes) => void (await write(bytes, (all) => inner.put(path, all), false)),
    append: async (path, bytes) => void (await write(bytes, (all) => inner.append(path, all), true)),
  }
}

test('however often the process dies, every file comes in exactly one recorded batch', async () => {
  const crash = fc.record({ writes: fc.nat(3), torn: fc.nat(60) })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3), { maxLength: 6 }),
      fc.array(crash, { maxLength: 6 }),
      async (landed, crashes) => {
        const storage = memoryStorage()
        const recorded: string[][] = []
        const pending = landed.flatMap((count, i) => Array.from({ length: count }, (_, k) => `${i}-${k}`))
        let sequence = 0
        const step = async (state: Storage) => {
          const journal = await FileJournal.open(state, (file) => file.path)
          for (;;) {
            const fresh = pending
              .map(found)
              .filter((each) => !journal.has(each))
              .slice(0, 2)
            const batch =
              journal.pending(sequence) ?? (fresh.length > 0 ? await journal.append(fresh) : undefined)
            if (batch === undefined) return
            recorded.push(batch.files.map((each) => each.path))
            sequence = batch.sequence
          }
        }
        for (const { writes, torn } of crashes)
          await step(dyingStorage(storage, writes, torn)).catch(ignoreDeath)
        await step(storage)
        expect(recorded.flat().sort()).toEqual(pending.sort())
      },
    ),
  )
})

function ignoreDeath(error: unknown): void {
  if (!(error instanceof Error) || error.message !== 'dead') throw error
}

function found(path: string): FoundFile {
  return { path, sizeBytes: 1, modifiedMs: 1000 }
}

test('a journal is folded into a snapshot, and what it knew is still known', async () => {
  const storage = memoryStorage()
  const names = Array.from({ length: 90_000 }, (_, i) => `/data/landing/orders/part-${i}.json`)
  const journal = await FileJournal.open(storage, (file) => file.path)
  for (let i = 0; i < names.length; i += 1000) await journal.append(names.slice(i, i + 1000).map(found))
  const files: string[] = []
  for await (const { path } of storage.list('')) files.push(path.replace(/\d+$/, 'N'))
  expect(files).toEqual(['journal-N', 'seen-N'])
  const reopened = await FileJournal.open(storage, (file) => file.path)
  expect(reopened.size).toBe(90_000)
  expect(reopened.lastSequence).toBe(90)
  expect(names.every((name) => reopened.has(found(name)))).toBe(true)
  expect(reopened.has(found('/data/landing/orders/part-90000.json'))).toBe(false)
})

test('a journal of a newer version is refused by name', async () => {
  const storage = memoryStorage()
  await storage.put('journal-000000000001', Buffer.from('{"format":"millrace.files-journal","version":2}\n'))
  await expect(FileJournal.open(storage, (file) => file.path)).rejects.toMatchObject({
    condition: 'UNSUPPORTED_FORMAT_VERSION',
    parameters: { path: 'journal-000000000001', found: '2', supported: '1' },
  })
})

test('the set of seen files tells alike names apart and survives its bytes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ maxLength: 20 }), { maxLength: 200 }), (names) => {
      const half = names.slice(0, names.length / 2)
      const set = new SeenSet()
      for (const name of half) set.add(name, 5000)
      const again = SeenSet.fromBytes(set.toBytes())
      expect(names.map((name) => again.has(name))).toEqual(names.map((name) => half.includes(name)))
    }),
  )
})
