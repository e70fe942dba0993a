import { beforeEach, describe, expect, it } from 'vitest'
import {
  type AddFile,
  type Commit,
  DeltaTable,
  dropFeature,
  type RowEngine,
  setTableProperties,
  type TableContext,
  type Transaction,
} from '../../../src/delta/index.ts'
import { memoryStorage, type Storage } from '../../../src/storage/index.ts'
import { field, LONG, STRING, type StructField, struct } from '../../../src/types/data-type.ts'
import { fileInLog, noParquet, openTestDuckdb } from '../../support/delta.ts'

/** What a commit becomes behind another that came first: `ours` is prepared on version 0, `theirs` is version 1. */
const schema = struct([field('id', LONG), field('s', struct([field('inner', STRING)]))])
const RECORDS = { stats: '{"numRecords":10}' }
const START = 1_000_000

let storage: Storage
let clock: number
const now = () => clock

/** A table with the files a and b of 10 rows each. */
async function create(
  configuration: Record<string, string> = {},
  prepare: (each: Transaction) => Transaction = (each) => each,
): Promise<void> {
  storage = memoryStorage()
  clock = START
  const transaction = DeltaTable.create(storage, noParquet, { schema, configuration }, now)
  transaction.addFiles([fileInLog('a', RECORDS), fileInLog('b', RECORDS)])
  await prepare(transaction).commit({ operation: 'CREATE TABLE AS SELECT' })
}
beforeEach(() => create())

const open = () => DeltaTable.open(storage, noParquet, now)
/** For commands that change the definition alone and run no query. */
const contextOf = (table: DeltaTable): TableContext => ({ table, storage, engine: {} as RowEngine })
const fileOf = (table: DeltaTable, path: string): AddFile =>
  [...table.snapshot.files()].find((each) => each.path === path)!

async function commitAt(version: number): Promise<Commit> {
  for await (const commit of (await open()).changes(version, version)) return commit
  throw new Error(`no version ${version}`)
}

/** Prepares ours, lets theirs win, commits ours as version 2 and returns it. */
async function behind(
  theirs: (context: TableContext) => Promise<unknown>,
  ours: (transaction: Transaction, table: DeltaTable) => Transaction,
): Promise<Commit> {
  const table = await open()
  const late = ours(table.startTransaction(), table)
  await theirs(contextOf(await open()))
  expect((await late.commit({ operation: 'WRITE' })).version).toBe(2)
  return commitAt(2)
}
const setting = (property: string, value: string) => (context: TableContext) =>
  setTableProperties(context, { [property]: value })
const append = (transaction: Transaction) => transaction.addFile(fileInLog('c', RECORDS))

describe('behind a commit that turned row tracking on', () => {
  const tracking = setting('delta.enableRowTracking', 'true')

  it('files get ids above those that the winner gave, and the commit says that it kept none', async () => {
    const commit = await behind(tracking, append)
    expect(commit.adds).toMatchObject([{ path: 'c', baseRowId: 20, defaultRowCommitVersion: 2 }])
    expect(commit.domains.map((each) => each.configuration)).toEqual(['{"rowIdHighWaterMark":29}'])
    expect(commit.commitInfo?.tags).toEqual({ 'delta.rowTracking.preserved': 'false' })
  })

  it('files that are removed or added again have the ids that the winner gave them', async () => {
    const vector = { storageType: 'i', pathOrInlineDv: 'x', sizeInBytes: 4, cardinality: 1 } as const
    const commit = await behind(tracking, (each, table) =>
      each
        .readFiles(table.snapshot.files())
        .removeFiles(table.snapshot.files())
        .addFile({ ...fileOf(table, 'b'), deletionVector: vector }),
    )
    const known = (await commitAt(1)).adds.map(({ path, baseRowId }) => [path, baseRowId])
    expect(commit.removes.map(({ path, baseRowId }) => [path, baseRowId])).toEqual(known)
    expect(commit.adds.map(({ path, baseRowId }) => [path, baseRowId])).toEqual(known.slice(1))
    expect(commit.adds[0]!.defaultRowCommitVersion).toBe(1)
  })

  it('a second commit of the winner moves the mark on', async () => {
    const commit = await (async () => {
      const late = append((await open()).startTransaction())
      const other = contextOf(await open())
      await tracking(other)
      await other.table.startTransaction().addFile(fileInLog('d', RECORDS)).commit({ operation: 'WRITE' })
      await late.commit({ operation: 'WRITE' })
      return commitAt(3)
    })()
    expect(commit.adds).toMatchObject([{ path: 'c', baseRowId: 30, defaultRowCommitVersion: 3 }])
  })

  it('row tracking itself gives way to files that have no ids', async () => {
    storage = memoryStorage()
    await DeltaTable.create(storage, noParquet, { schema }, now).commit({ operation: 'CREATE TABLE' })
    const table = await open()
    beforeCommit(async () => append((await open()).startTransaction()).commit({ operation: 'WRITE' }))
    await expect(tracking(contextOf(table))).rejects.toMatchObject({
      condition: 'DELTA_CONCURRENT_APPEND',
      parameters: { detail: 'it added c' },
    })
  })
})

/** Lets another commit before the next commit file is put. */
function beforeCommit(first: () => Promise<unknown>): void {
  const put = storage.putIfAbsent.bind(storage)
  storage.putIfAbsent = async (...file) => {
    storage.putIfAbsent = put
    await first()
    return put(...file)
  }
}

describe('in-commit timestamps', () => {
  const times = setting('delta.enableInCommitTimestamps', 'true')

  it('are said behind a commit that turned them on, later than its own, whatever the clock says', async () => {
    const table = await open()
    const late = append(table.startTransaction())
    clock = START + 60_000
    await times(contextOf(await open()))
    clock = START
    const { snapshot } = await late.commit({ operation: 'WRITE' })
    const [theirs, ours] = [await commitAt(1), await commitAt(2)]
    expect(Number(ours.commitInfo?.inCommitTimestamp)).toBe(Number(theirs.commitInfo?.inCommitTimestamp) + 1)
    expect(snapshot.metadata.configuration).toMatchObject({
      'delta.inCommitTimestampEnablementVersion': '1',
      'delta.inCommitTimestampEnablementTimestamp': String(theirs.commitInfo?.inCommitTimestamp),
    })
  })

  it('begin with the version that turns them on, not with the one that it was prepared for', async () => {
    const commit = await behind(
      ({ table }) => append(table.startTransaction()).commit({ operation: 'WRITE' }),
      (each) => each.updateMetadata({ configuration: { 'delta.enableInCommitTimestamps': 'true' } }),
    )
    expect(commit.metaData?.configuration).toEqual({
      'delta.enableInCommitTimestamps': 'true',
      'delta.inCommitTimestampEnablementVersion': '2',
      'delta.inCommitTimestampEnablementTimestamp': String(commit.commitInfo?.inCommitTimestamp),
    })
  })

  it('of two commits behind each other grow', async () => {
    await create({ 'delta.enableInCommitTimestamps': 'true' })
    const commit = await behind(
      ({ table }) => append(table.startTransaction()).commit({ operation: 'WRITE' }),
      (each) => each.addFile(fileInLog('d')),
    )
    expect(commit.commitInfo?.inCommitTimestamp).toBe(START + 2)
  })
})

describe('column mapping', () => {
  it('that keeps the names in files is followed', async () => {
    const commit = await behind(setting('delta.columnMapping.mode', 'name'), append)
    expect(commit.metaData).toBeUndefined()
    expect((await open()).snapshot.metadata.configuration['delta.columnMapping.mode']).toBe('name')
  })

  it('with other names in files is a conflict', async () => {
    const mapped = (each: StructField, id: number): StructField => ({
      ...each,
      metadata: { 'delta.columnMapping.id': id, 'delta.columnMapping.physicalName': `col-${id}` },
    })
    const renaming = ({ table }: TableContext) =>
      table
        .startTransaction()
        .updateMetadata({
          schema: struct([mapped(schema.fields[0]!, 1), schema.fields[1]!]),
          configuration: { 'delta.columnMapping.mode': 'name' },
        })
        .commit({ operation: 'WRITE' })
    await expect(behind(renaming, append)).rejects.toMatchObject({ condition: 'DELTA_METADATA_CHANGED' })
  })
})

it.each([
  ['delta.enableDeletionVectors', 'true', 'false'],
  ['delta.checkpointPolicy', 'v2', 'classic'],
  ['delta.enableInCommitTimestamps', 'true', 'false'],
  ['delta.enableRowTracking', 'true', 'false'],
])('%s may be turned on meanwhile, not off', async (property, on, off) => {
  expect((await behind(setting(property, on), append)).adds.map((each) => each.path)).toEqual(['c'])
  await create({ [property]: on })
  await expect(behind(setting(property, off), append)).rejects.toMatchObject({
    condition: 'DELTA_METADATA_CHANGED',
  })
})

it('a feature that is turned on beside another property is a conflict', async () => {
  const both = (context: TableContext) =>
    setTableProperties(context, { 'delta.enableDeletionVectors': 'true', 'delta.appendOnly': 'false' })
  await expect(behind(both, append)).rejects.toMatchObject({ condition: 'DELTA_METADATA_CHANGED' })
})

it('a checkpoint that is due is of the kind that was asked for meanwhile', async () => {
  const duckdb = await openTestDuckdb()
  try {
    await create({ 'delta.checkpointInterval': '2' })
    const table = await DeltaTable.open(storage, duckdb.port, now)
    const late = append(table.startTransaction())
    await setting('delta.checkpointPolicy', 'v2')(contextOf(await open()))
    expect(await late.commit({ operation: 'WRITE' })).not.toHaveProperty('checkpointError')
    const names: string[] = []
    for await (const { path } of storage.list('_delta_log')) names.push(path)
    expect(names).toContainEqual(expect.stringMatching(/0002\.checkpoint\.[-0-9a-f]{36}\.(parquet|json)$/))
  } finally {
    duckdb.close()
  }
})

describe('protocols', () => {
  it('a feature that is turned on is kept by who changes the definition behind its listing', async () => {
    const commit = await behind(
      ({ table }) =>
        table
          .startTransaction()
          .requestProtocol({ features: ['vacuumProtocolCheck'], minReaderVersion: 1, minWriterVersion: 1 })
          .commit({ operation: 'UPGRADE PROTOCOL' }),
      (each) => each.updateMetadata({ configuration: { owner: 'ann' } }),
    )
    expect(commit.protocol).toBeUndefined()
    const { protocol, metadata } = (await open()).snapshot
    expect(protocol.writerFeatures).toEqual(['appendOnly', 'invariants', 'vacuumProtocolCheck'])
    expect(metadata.configuration).toEqual({ owner: 'ann' })
  })

  it('a feature that we do not know stops us', async () => {
    const protocol = {
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: ['adaptiveMetadata-preview'],
    }
    const stranger = () =>
      storage.putIfAbsent(
        '_delta_log/00000000000000000001.json',
        new TextEncoder().encode(
          `{"commitInfo":{"operation":"UPGRADE PROTOCOL"}}\n${JSON.stringify({ protocol })}`,
        ),
      )
    await expect(behind(stranger, append)).rejects.toMatchObject({
      condition: 'DELTA_UNSUPPORTED_FEATURES_FOR_WRITE',
      parameters: { features: 'adaptiveMetadata-preview' },
    })
  })

  it('two that create a table do not both', async () => {
    storage = memoryStorage()
    const creating = () => DeltaTable.create(storage, noParquet, { schema }, now)
    const late = creating()
    await creating().commit({ operation: 'CREATE TABLE' })
    await expect(late.commit({ operation: 'CREATE TABLE' })).rejects.toMatchObject({
      condition: 'DELTA_PROTOCOL_CHANGED',
      parameters: { version: '0', operation: 'CREATE TABLE', detail: 'it created the table' },
    })
  })

  it('a feature is not dropped behind what may use it', async () => {
    await create({ 'delta.columnMapping.mode': 'name' }, (each) =>
      each.requestProtocol({ features: ['domainMetadata'], minReaderVersion: 1, minWriterVersion: 1 }),
    )
    const using = ({ table }: TableContext) =>
      table
        .startTransaction()
        .setDomainMetadata({ domain: 'x', configuration: '{}', removed: false })
        .commit({ operation: 'WRITE' })
    const dropping = behind(using, (each) => each.dropFeatures(['domainMetadata']))
    await expect(dropping).rejects.toMatchObject({
      condition: 'DELTA_PROTOCOL_CHANGED',
      parameters: { detail: 'it may use the feature domainMetadata, which is being dropped' },
    })
    expect((await dropFeature(contextOf(await open()), 'domainMetadata')).version).toBe(2)
  })

  it('a dropped feature protects the versions before the one that drops it', async () => {
    await create({}, (each) =>
      each.requestProtocol({ features: ['v2Checkpoint'], minReaderVersion: 1, minWriterVersion: 1 }),
    )
    const commit = await behind(
      ({ table }) => table.startTransaction().commit({ operation: 'VACUUM END' }),
      (each) => each.readsWholeTable().dropFeatures(['v2Checkpoint'], { protectsHistory: true }),
    )
    expect(commit.metaData?.configuration).toEqual({
      'delta.requireCheckpointProtectionBeforeVersion': '2',
    })
    expect(commit.protocol?.writerFeatures).toEqual(['appendOnly', 'checkpointProtection', 'invariants'])
  })
})
