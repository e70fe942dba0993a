import { beforeEach, describe, expect, it } from 'vitest'
import { DeltaTable, type Transaction } from '../../src/delta/index.ts'
import { memoryStorage, type Storage } from '../../src/storage/index.ts'
import { field, LONG, STRING, struct } from '../../src/types/data-type.ts'
import { fileInLog, noParquet, paths } from '../support/delta.ts'

const schema = struct([field('id', LONG), field('p', STRING)])

let storage: Storage
let ours: DeltaTable
let theirs: DeltaTable
const open = () => DeltaTable.open(storage, noParquet)

/** Two writers on the same version of a table with the files a and b. */
beforeEach(async () => {
  storage = memoryStorage()
  await DeltaTable.create(storage, noParquet, { schema })
    .addFiles([fileInLog('a'), fileInLog('b')])
    .setTransaction('flow', 1n)
    .commit({ operation: 'CREATE TABLE AS SELECT' })
  ours = await open()
  theirs = await open()
})

type Prepare = (transaction: Transaction) => Transaction

const only = (table: DeltaTable, path: string) =>
  [...table.snapshot.files()].filter((each) => each.path === path)
const append =
  (path: string): Prepare =>
  (transaction) =>
    transaction.addFile(fileInLog(path))
const overwrite =
  (path: string): Prepare =>
  (transaction) =>
    transaction.readsWholeTable().removeFiles(transaction.readSnapshot!.files()).addFile(fileInLog(path))
const rewrite =
  (path: string, to: string): Prepare =>
  (transaction) =>
    transaction.readFiles(only(ours, path)).removeFiles(only(ours, path)).addFile(fileInLog(to))
const compact: Prepare = (transaction) =>
  transaction
    .removeFiles(transaction.readSnapshot!.files(), { dataChange: false })
    .addFile(fileInLog('compacted', { dataChange: false }))
const addColumn: Prepare = (transaction) =>
  transaction.updateMetadata({ schema: struct([...schema.fields, field('note', STRING)]) })

/** Prepares ours, lets theirs win, then commits ours. */
async function race(first: Prepare, second: Prepare): Promise<string[]> {
  const late = second(ours.startTransaction())
  await first(theirs.startTransaction()).commit({ operation: 'WRITE' })
  const { snapshot } = await late.commit({ operation: 'WRITE' })
  return paths(snapshot)
}

describe('two writers on one version', () => {
  it.each<[string, Prepare, Prepare, string[]]>([
    ['append, append', append('c'), append('d'), ['a', 'b', 'c', 'd']],
    ['overwrite, append', overwrite('c'), append('d'), ['c', 'd']],
    ['rewrites of different files', rewrite('a', 'a2'), rewrite('b', 'b2'), ['a2', 'b2']],
    ['append, compaction', append('c'), compact, ['c', 'compacted']],
    ['compaction, append', compact, append('c'), ['c', 'compacted']],
    [
      'different applications',
      (each) => append('c')(each).setTransaction('one', 1n),
      (each) => append('d')(each).setTransaction('two', 1n),
      ['a', 'b', 'c', 'd'],
    ],
    [
      'the same fencing token',
      (each) => append('c')(each).setFence('lease', 5n),
      (each) => append('d')(each).setFence('lease', 5n),
      ['a', 'b', 'c', 'd'],
    ],
    [
      'an older fencing token first',
      (each) => append('c')(each).setFence('lease', 4n),
      (each) => append('d')(each).setFence('lease', 5n),
      ['a', 'b', 'c', 'd'],
    ],
    [
      'an append outside of what was read',
      append('c'),
      (each) => each.readFiles([], (file) => file.path.startsWith('z')).addFile(fileInLog('d')),
      ['a', 'b', 'c', 'd'],
    ],
  ])('both commit: %s', async (_case, first, second, files) => {
    expect(await race(first, second)).toEqual(files)
    expect((await open()).snapshot.version).toBe(2)
  })

  it.each<[string, Prepare, Prepare, string, string]>([
    ['append, overwrite', append('c'), overwrite('d'), 'DELTA_CONCURRENT_APPEND', 'it added c'],
    [
      'an append inside of what was read',
      append('zebra'),
      (each) => each.readFiles([], (file) => file.path.startsWith('z')).addFile(fileInLog('d')),
      'DELTA_CONCURRENT_APPEND',
      'it added zebra',
    ],
    [
      'a file that was read is removed',
      (each) => each.removeFiles(only(ours, 'a')),
      (each) => each.readFiles(only(ours, 'a')).addFile(fileInLog('d')),
      'DELTA_CONCURRENT_DELETE_READ',
      'it removed a, which was read',
    ],
    [
      'rewrites of one file',
      rewrite('a', 'a2'),
      rewrite('a', 'a3'),
      'DELTA_CONCURRENT_DELETE_READ',
      'it removed a, which was read',
    ],
    ['compaction, compaction', compact, compact, 'DELTA_CONCURRENT_DELETE_DELETE', 'both removed a'],
    [
      'new column, append',
      addColumn,
      append('d'),
      'DELTA_METADATA_CHANGED',
      'the schema or a table property changed',
    ],
    [
      'the same application',
      (each) => append('c')(each).setTransaction('flow', 2n),
      (each) => append('d')(each).setTransaction('flow', 2n),
      'DELTA_CONCURRENT_TRANSACTION',
      'it set the transaction flow to 2',
    ],
    [
      'a newer fencing token first',
      (each) => append('c')(each).setFence('lease', 6n),
      (each) => append('d')(each).setFence('lease', 5n),
      'DELTA_CONCURRENT_TRANSACTION',
      'it set the transaction lease to 6',
    ],
  ])('the second fails: %s', async (_case, first, second, condition, detail) => {
    await expect(race(first, second)).rejects.toMatchObject({
      condition,
      parameters: { version: '1', operation: 'WRITE', detail },
    })
    expect((await open()).snapshot.version).toBe(1)
  })

  it('WriteSerializable lets an overwrite pass an append that read nothing', async () => {
    const configuration = { 'delta.isolationLevel': 'WriteSerializable' }
    await ours.startTransaction().updateMetadata({ configuration }).commit({ operation: 'SET TBLPROPERTIES' })
    await theirs.refresh()
    expect(await race(append('c'), overwrite('d'))).toEqual(['c', 'd'])
  })

  it('the second to set a domain fails', async () => {
    const setDomain = (configuration: string) => (transaction: Transaction) =>
      transaction.setDomainMetadata({ domain: 'x', configuration, removed: false })
    await setDomain('0')(ours.startTransaction()).commit({ operation: 'WRITE' })
    await theirs.refresh()
    await expect(race(setDomain('1'), setDomain('2'))).rejects.toMatchObject({
      condition: 'DELTA_CONCURRENT_TRANSACTION',
      parameters: { detail: 'both set the metadata domain x' },
    })
    expect((await open()).snapshot.domainMetadata.get('x')?.configuration).toBe('1')
  })

  it('passes any number of winners', async () => {
    const late = append('late')(ours.startTransaction())
    for (const path of ['c', 'd', 'e'])
      await append(path)(theirs.startTransaction()).commit({ operation: 'WRITE' })
    expect((await late.commit({ operation: 'WRITE' })).version).toBe(4)
    expect(paths(ours.snapshot)).toEqual(['a', 'b', 'c', 'd', 'e', 'late'])
  })

  it('a writer behind its fence fails before it writes', async () => {
    await append('c')(ours.startTransaction()).setFence('lease', 6n).commit({ operation: 'WRITE' })
    const stale = append('d')(ours.startTransaction()).setFence('lease', 5n)
    await expect(stale.commit({ operation: 'WRITE' })).rejects.toMatchObject({
      condition: 'DELTA_CONCURRENT_TRANSACTION',
    })
    expect(paths(ours.snapshot)).toEqual(['a', 'b', 'c'])
  })
})
