import { describe, expect, it } from 'vitest'
import { type AddFile, DeltaTable, type Transaction } from '../../../src/delta/index.ts'
import { PipelineError } from '../../../src/errors/index.ts'
import { memoryStorage, type Storage } from '../../../src/storage/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { fileInLog, noParquet } from '../../support/delta.ts'

/**
 * Every pair of operations on one version of a table with the files a (day 1) and b (day 2): a row is the one that commits
 * first, a column the one that comes second. `.` both commit; a letter is why the second fails.
 */
const REASONS = {
  A: 'DELTA_CONCURRENT_APPEND',
  R: 'DELTA_CONCURRENT_DELETE_READ',
  D: 'DELTA_CONCURRENT_DELETE_DELETE',
  T: 'DELTA_CONCURRENT_TRANSACTION',
  M: 'DELTA_METADATA_CHANGED',
  P: 'DELTA_PROTOCOL_CHANGED',
} as const

const SERIALIZABLE = `
                append1 append2 batch  domain delete1 update1 update2 scan   vector1 overwrite optimize1 schema feature
  append1       .       .       .      .      A       A       .       A      A       A         .         .      .
  append2       .       .       .      .      .       .       A       A      .       A         .         .      .
  batch         .       .       T      .      A       A       .       A      A       A         .         .      .
  domain        .       .       .      T      A       A       .       A      A       A         .         .      .
  delete1       .       .       .      .      R       R       .       R      R       R         D         .      .
  update1       .       .       .      .      A       A       .       A      A       A         D         .      .
  update2       .       .       .      .      .       .       A       A      .       A         .         .      .
  scan          .       .       .      .      R       R       .       R      R       R         D         .      .
  vector1       .       .       .      .      A       A       .       A      A       A         D         .      .
  overwrite     .       .       .      .      A       A       R       A      A       A         D         .      .
  optimize1     .       .       .      .      R       R       .       R      R       R         D         .      .
  schema        M       M       M      M      M       M       M       M      M       M         M         M      M
  feature       P       P       P      P      P       P       P       P      P       P         P         P      P`

/** WriteSerializable: appends that read nothing may be thought to have come later. */
const WRITE_SERIALIZABLE = `
                append1 append2 batch  domain delete1 update1 update2 scan   vector1 overwrite optimize1 schema feature
  append1       .       .       .      .      .       .       .       .      .       .         .         .      .
  append2       .       .       .      .      .       .       .       .      .       .         .         .      .
  batch         .       .       T      .      .       .       .       .      .       .         .         .      .
  domain        .       .       .      T      .       .       .       .      .       .         .         .      .
  delete1       .       .       .      .      R       R       .       R      R       R         D         .      .
  update1       .       .       .      .      A       A       .       A      A       A         D         .      .
  update2       .       .       .      .      .       .       A       A      .       A         .         .      .
  scan          .       .       .      .      R       R       .       R      R       R         D         .      .
  vector1       .       .       .      .      A       A       .       A      A       A         D         .      .
  overwrite     .       .       .      .      A       A       R       A      A       A         D         .      .
  optimize1     .       .       .      .      R       R       .       R      R       R         D         .      .
  schema        M       M       M      M      M       M       M       M      M       M         M         M      M
  feature       P       P       P      P      P       P       P       P      P       P         P         P      P`

type Operation = (transaction: Transaction) => Transaction

const onDay = (day: string) => (file: AddFile) => file.partitionValues.day === day
const live = (transaction: Transaction, matches: (file: AddFile) => boolean) =>
  [...transaction.readSnapshot!.files()].filter(matches)
const fileOf = (day: string, more: Partial<AddFile> = {}) =>
  fileInLog(`new-${crypto.randomUUID()}`, { partitionValues: { day }, ...more })
/** Reads a day and removes its files. */
const takeAway = (transaction: Transaction, day: string) =>
  transaction.readFiles(live(transaction, onDay(day)), onDay(day)).removeFiles(live(transaction, onDay(day)))

const vector = { storageType: 'i', pathOrInlineDv: 'x', sizeInBytes: 4, cardinality: 1 } as const

const operations: Readonly<Record<string, Operation>> = {
  append1: (each) => each.addFile(fileOf('1')),
  append2: (each) => each.addFile(fileOf('2')),
  /** A batch of a stream, which both writers believe to be theirs. */
  batch: (each) => each.setTransaction('flow', 7n).addFile(fileOf('1')),
  domain: (each) =>
    each.setDomainMetadata({ domain: 'x', configuration: '{}', removed: false }).addFile(fileOf('1')),
  delete1: (each) => takeAway(each, '1'),
  update1: (each) => takeAway(each, '1').addFile(fileOf('1')),
  update2: (each) => takeAway(each, '2').addFile(fileOf('2')),
  /** DELETE by a column of the data: every file is looked into, rows are found in a only. */
  scan: (each) =>
    each
      .readFiles(
        live(each, () => true),
        () => true,
      )
      .removeFiles(live(each, onDay('1'))),
  vector1: (each) =>
    takeAway(each, '1').addFiles(live(each, onDay('1')).map((file) => ({ ...file, deletionVector: vector }))),
  overwrite: (each) => each.readsWholeTable().removeFiles(each.readSnapshot!.files()).addFile(fileOf('1')),
  optimize1: (each) =>
    each
      .removeFiles(live(each, onDay('1')), { dataChange: false })
      .addFile(fileOf('1', { dataChange: false })),
  schema: (each) => each.updateMetadata({ schema: struct([...schema.fields, field('note', STRING)]) }),
  feature: (each) =>
    each.updateMetadata({
      configuration: { ...each.metadata.configuration, 'delta.enableChangeDataFeed': 'true' },
    }),
}

const schema = struct([field('id', LONG), field('day', STRING)])

async function tableOf(isolation: string): Promise<Storage> {
  const storage = memoryStorage()
  await DeltaTable.create(storage, noParquet, {
    schema,
    partitionColumns: ['day'],
    configuration: {
      'delta.isolationLevel': isolation,
      'delta.enableDeletionVectors': 'true',
    },
  })
    .setDomainMetadata({ domain: 'y', configuration: '{}', removed: false })
    .addFiles([
      fileInLog('a', { partitionValues: { day: '1' } }),
      fileInLog('b', { partitionValues: { day: '2' } }),
    ])
    .commit({ operation: 'CREATE TABLE AS SELECT' })
  return storage
}

/** What happens to the second operation: `.` or the letter of its condition. */
async function outcomeOf(isolation: string, first: Operation, second: Operation): Promise<string> {
  const storage = await tableOf(isolation)
  const winner = await DeltaTable.open(storage, noParquet)
  const late = second((await DeltaTable.open(storage, noParquet)).startTransaction())
  await first(winner.startTransaction()).commit({ operation: 'first' })
  try {
    const { version } = await late.commit({ operation: 'second' })
    return version === 2 ? '.' : `version ${version}`
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    expect(error.parameters).toMatchObject({ version: '1', operation: 'first' })
    const letter = Object.entries(REASONS).find(([, condition]) => condition === error.condition)?.[0]
    return letter ?? error.condition
  }
}

function cellsOf(grid: string): { first: string; second: string; expected: string }[] {
  const [head, ...rows] = grid
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return rows.flatMap(([first, ...cells]) =>
    cells.map((expected, index) => ({ first: first!, second: head![index]!, expected })),
  )
}

describe.each([
  ['Serializable', SERIALIZABLE],
  ['WriteSerializable', WRITE_SERIALIZABLE],
])('two operations on one version, %s', (isolation, grid) => {
  it.each(cellsOf(grid))('$first, then $second: $expected', async ({ first, second, expected }) => {
    expect(await outcomeOf(isolation, operations[first]!, operations[second]!)).toBe(expected)
  })

  it('knows every pair', () => {
    const names = Object.keys(operations)
    expect(new Set(cellsOf(grid).map(({ first, second }) => `${first} ${second}`)).size).toBe(
      names.length ** 2,
    )
  })
})
