import { describe, expect, it } from 'vitest'
import { type AddFile, DeltaTable, type Transaction } from '../../../src/delta/index.ts'
import { identityMetadata } from '../../../src/delta/schema/column-rules.ts'
import { withIdentityMarks } from '../../../src/delta/write/identity-marks.ts'
import { PipelineError } from '../../../src/errors/index.ts'
import { memoryStorage, type Storage } from '../../../src/storage/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { fileInLog, noParquet } from '../../support/delta.ts'

/**
 * Every pair of operations on one version of a table with the files a (day 1) and b (day 2), whose rows have ids: a row is
 * the one that commits first, a column the one that comes second. `.` both commit; a letter is why the second fails.
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
            append1 append2 batch domain identity delete1 update1 update2 scan vector1 overwrite restore optimize1 vacuum
  append1   .       .       .     .      .        A       A       .       A    A       A         A       .         .
  append2   .       .       .     .      .        .       .       A       A    .       A         A       .         .
  batch     .       .       T     .      .        A       A       .       A    A       A         A       .         .
  domain    .       .       .     T      .        A       A       .       A    A       A         A       .         .
  identity  .       .       .     .      M        A       A       .       A    A       A         A       .         .
  delete1   .       .       .     .      .        R       R       .       R    R       R         R       D         .
  update1   .       .       .     .      .        A       A       .       A    A       A         A       D         .
  update2   .       .       .     .      .        .       .       A       A    .       A         A       .         .
  scan      .       .       .     .      .        R       R       .       R    R       R         R       D         .
  vector1   .       .       .     .      .        A       A       .       A    A       A         A       D         .
  overwrite .       .       .     .      .        A       A       R       A    A       A         A       D         .
  restore   .       .       .     .      .        .       .       A       A    .       A         A       .         .
  optimize1 .       .       .     .      .        R       R       .       R    R       R         R       D         .
  vacuum    .       .       .     .      .        .       .       .       .    .       .         .       .         .`

/** WriteSerializable: appends that read nothing may be thought to have come later. */
const WRITE_SERIALIZABLE = `
            append1 append2 batch domain identity delete1 update1 update2 scan vector1 overwrite restore optimize1 vacuum
  append1   .       .       .     .      .        .       .       .       .    .       .         .       .         .
  append2   .       .       .     .      .        .       .       .       .    .       .         .       .         .
  batch     .       .       T     .      .        .       .       .       .    .       .         .       .         .
  domain    .       .       .     T      .        .       .       .       .    .       .         .       .         .
  identity  .       .       .     .      M        .       .       .       .    .       .         .       .         .
  delete1   .       .       .     .      .        R       R       .       R    R       R         R       D         .
  update1   .       .       .     .      .        A       A       .       A    A       A         A       D         .
  update2   .       .       .     .      .        .       .       A       A    .       A         A       .         .
  scan      .       .       .     .      .        R       R       .       R    R       R         R       D         .
  vector1   .       .       .     .      .        A       A       .       A    A       A         A       D         .
  overwrite .       .       .     .      .        A       A       R       A    A       A         A       D         .
  restore   .       .       .     .      .        .       .       A       A    .       A         A       .         .
  optimize1 .       .       .     .      .        R       R       .       R    R       R         R       D         .
  vacuum    .       .       .     .      .        .       .       .       .    .       .         .       .         .`

/** Rows that change before the definition does matter to who looked at them, or at what uses a feature. */
const ROWS_FIRST = `
            property column check idle duty feed drop cluster times vectors v2 mapping tracking
  append1   .        .      A     .    .    .    .    .       .     .       .  .       .
  append2   .        .      A     .    .    .    .    .       .     .       .  .       .
  batch     .        .      A     .    .    .    .    .       .     .       .  .       .
  domain    .        .      A     .    .    .    P    .       .     .       .  .       .
  identity  M        M      M     .    .    M    P    .       M     M       M  M       M
  delete1   .        .      R     .    .    .    .    .       .     .       .  .       .
  update1   .        .      A     .    .    .    .    .       .     .       .  .       .
  update2   .        .      A     .    .    .    .    .       .     .       .  .       .
  scan      .        .      R     .    .    .    .    .       .     .       .  .       .
  vector1   .        .      A     .    .    .    .    .       .     .       .  .       .
  overwrite .        .      A     .    .    .    .    .       .     .       .  .       .
  restore   .        .      A     .    .    .    .    .       .     .       .  .       .
  optimize1 .        .      R     .    .    .    .    .       .     .       .  .       .
  vacuum    .        .      .     .    .    .    .    .       .     .       .  .       .`

/** Who changes rows follows a definition that asks nothing more of them. */
const DEFINITION_FIRST = `
            append1 append2 batch domain identity delete1 update1 update2 scan vector1 overwrite restore optimize1 vacuum
  property  M       M       M     M      M        M       M       M       M    M       M         M       M         M
  column    M       M       M     M      M        M       M       M       M    M       M         M       M         M
  check     P       P       P     P      P        P       P       P       P    P       P         P       P         P
  idle      .       .       .     .      .        .       .       .       .    .       .         .       .         .
  duty      P       P       P     P      P        P       P       P       P    P       P         P       P         P
  feed      P       P       P     P      P        P       P       P       P    P       P         P       P         P
  drop      P       P       P     P      P        P       P       P       P    P       P         P       P         P
  cluster   .       .       .     .      .        .       .       .       .    .       .         .       .         .
  times     .       .       .     .      M        .       .       .       .    .       .         .       .         .
  vectors   .       .       .     .      M        .       .       .       .    .       .         .       .         .
  v2        .       .       .     .      M        .       .       .       .    .       .         .       .         .
  mapping   .       .       .     .      M        .       .       .       .    .       .         .       .         .
  tracking  .       .       .     .      M        .       .       .       .    .       .         .       .         .`

/** Two changes of the definition stand together where not both hold a protocol, and not both metadata. */
const DEFINITIONS = `
            property column check idle duty feed drop cluster times vectors v2 mapping tracking
  property  M        M      M     M    M    M    P    M       M     M       M  M       M
  column    M        M      M     M    M    M    P    M       M     M       M  M       M
  check     P        P      P     P    P    P    P    P       P     P       P  P       P
  idle      .        .      P     P    P    P    P    P       P     P       .  P       .
  duty      P        P      P     P    P    P    P    P       P     P       P  P       P
  feed      P        P      P     P    P    P    P    P       P     P       P  P       P
  drop      P        P      P     P    P    P    P    P       P     P       P  P       P
  cluster   .        .      P     P    P    P    P    P       P     P       .  P       .
  times     M        M      P     P    P    P    P    P       P     P       M  P       M
  vectors   M        M      P     P    P    P    P    P       P     P       M  P       M
  v2        M        M      M     .    .    M    P    .       M     M       M  M       M
  mapping   M        M      P     P    P    P    P    P       P     P       M  P       M
  tracking  M        M      M     .    .    M    P    .       M     M       M  M       M`

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

/** Operations on rows. */
const data: Readonly<Record<string, Operation>> = {
  append1: (each) => each.addFile(fileOf('1')),
  append2: (each) => each.addFile(fileOf('2')),
  /** A batch of a stream, which both writers believe to be theirs. */
  batch: (each) => each.setTransaction('flow', 7n).addFile(fileOf('1')),
  domain: (each) =>
    each.setDomainMetadata({ domain: 'x', configuration: '{}', removed: false }).addFile(fileOf('1')),
  /** An append to an identity column, whose mark it moves. */
  identity: (each) =>
    each.updateMetadata({ schema: withIdentityMarks(each.metadata.schema, { n: 7n }) }).addFile(fileOf('1')),
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
  /** RESTORE to a version that had another file of day 2. */
  restore: (each) =>
    each
      .readsWholeTable()
      .removeFiles(live(each, onDay('2')))
      .addFile(fileOf('2')),
  optimize1: (each) =>
    each
      .removeFiles(live(each, onDay('1')), { dataChange: false })
      .addFile(fileOf('1', { dataChange: false })),
  /** VACUUM START and VACUUM END say what they do and change nothing. */
  vacuum: (each) => each,
}

const set = (property: string, value: string) => (transaction: Transaction) =>
  transaction.updateMetadata({
    configuration: { ...transaction.metadata.configuration, [property]: value },
  })
const list = (feature: string) => (transaction: Transaction) =>
  transaction.requestProtocol({ features: [feature], minReaderVersion: 1, minWriterVersion: 1 })

/** Operations on the table's definition. */
const definition: Readonly<Record<string, Operation>> = {
  property: set('owner', 'ann'),
  column: (each) =>
    each.updateMetadata({ schema: struct([...each.metadata.schema.fields, field('note', STRING)]) }),
  /** ADD CONSTRAINT, which looks at every row. */
  check: (each) => set('delta.constraints.positive', 'id > 0')(each).readsWholeTable(),
  /** Features that ask for nothing, and for something, as soon as they are listed. */
  idle: list('vacuumProtocolCheck'),
  duty: list('checkConstraints'),
  feed: set('delta.enableChangeDataFeed', 'true'),
  drop: (each) => each.dropFeatures(['v2Checkpoint']),
  cluster: (each) => each.clusterBy([['id']]),
  times: set('delta.enableInCommitTimestamps', 'true'),
  vectors: set('delta.enableDeletionVectors', 'true'),
  v2: set('delta.checkpointPolicy', 'v2'),
  mapping: set('delta.columnMapping.mode', 'name'),
  tracking: set('delta.enableRowTracking', 'true'),
}

const operations = { ...data, ...definition }

const numbered = identityMetadata({
  start: 1n,
  step: 1n,
  highWaterMark: undefined,
  allowExplicitInsert: false,
})
const schema = struct([
  field('id', LONG),
  { ...field('n', LONG), metadata: { ...numbered } },
  field('day', STRING),
])

async function tableOf(isolation: string): Promise<Storage> {
  const storage = memoryStorage()
  await DeltaTable.create(storage, noParquet, {
    schema,
    partitionColumns: ['day'],
    configuration: { 'delta.isolationLevel': isolation },
  })
    .requestProtocol({ features: ['rowTracking', 'v2Checkpoint'], minReaderVersion: 1, minWriterVersion: 1 })
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
])('two operations on one version, %s', (isolation, rows) => {
  const cells = [rows, ROWS_FIRST, DEFINITION_FIRST, DEFINITIONS].flatMap(cellsOf)

  it.each(cells)('$first, then $second: $expected', async ({ first, second, expected }) => {
    expect(await outcomeOf(isolation, operations[first]!, operations[second]!)).toBe(expected)
  })

  it('knows every pair', () => {
    const pairs = new Set(cells.map(({ first, second }) => `${first} ${second}`))
    expect(pairs.size).toBe(Object.keys(operations).length ** 2)
  })
})
