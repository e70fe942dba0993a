import { beforeEach, describe, expect, it } from 'vitest'
import { type CreateTableOptions, DeltaTable } from '../../src/delta/index.ts'
import { memoryStorage, type Storage } from '../../src/storage/index.ts'
import { DATE, field, LONG, STRING, struct, TIMESTAMP_NTZ } from '../../src/types/data-type.ts'
import { fileInLog, noParquet, paths } from '../support/delta.ts'

const schema = struct([field('id', LONG), field('day', DATE)])
const NOW = 1_800_000_000_000

let storage: Storage
beforeEach(() => {
  storage = memoryStorage(() => NOW)
})

const open = () => DeltaTable.open(storage, noParquet, () => NOW)

async function create(options: Partial<CreateTableOptions> = {}): Promise<DeltaTable> {
  await DeltaTable.create(storage, noParquet, { schema, ...options }, () => NOW).commit({
    operation: 'CREATE TABLE',
  })
  return open()
}

async function linesOf(version: number): Promise<Record<string, Record<string, unknown>>[]> {
  const bytes = await storage.read(`_delta_log/${version.toString().padStart(20, '0')}.json`)
  const text = new TextDecoder().decode(bytes)
  expect(text.endsWith('\n')).toBe(true)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('creating a table', () => {
  it('writes protocol and metadata as version 0, readable by everyone', async () => {
    const options = {
      schema,
      partitionColumns: ['day'],
      configuration: { quality: 'bronze' },
      name: 'orders',
      description: 'Raw orders',
    }
    await DeltaTable.create(storage, noParquet, options, () => NOW).commit({
      operation: 'CREATE TABLE',
      operationParameters: { partitionBy: ['day'], isManaged: true, description: null },
    })
    const lines = await linesOf(0)
    expect(lines).toEqual([
      {
        commitInfo: {
          timestamp: NOW,
          operation: 'CREATE TABLE',
          operationParameters: { partitionBy: '["day"]', isManaged: 'true', description: null },
          isolationLevel: 'Serializable',
          isBlindAppend: true,
          checksum: expect.stringMatching(/^crc32-[0-9a-f]{8}$/),
          operationMetrics: {},
          engineInfo: expect.stringMatching(/^Millrace\/\d+\.\d+\.\d+/),
          txnId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      },
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      {
        metaData: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          name: 'orders',
          description: 'Raw orders',
          format: { provider: 'parquet', options: {} },
          schemaString: expect.stringContaining('"name":"id","type":"long"'),
          partitionColumns: ['day'],
          configuration: { quality: 'bronze' },
          createdTime: NOW,
        },
      },
    ])
  })

  it('takes its first data in the same commit', async () => {
    const transaction = DeltaTable.create(storage, noParquet, { schema })
    const result = await transaction
      .addFile(fileInLog('a.parquet'))
      .commit({ operation: 'CREATE TABLE AS SELECT' })
    expect(result.version).toBe(0)
    expect(paths(result.snapshot)).toEqual(['a.parquet'])
    expect(paths((await open()).snapshot)).toEqual(['a.parquet'])
  })

  it('fails where another was first', async () => {
    const transaction = DeltaTable.create(storage, noParquet, { schema })
    await create()
    await expect(transaction.commit({ operation: 'CREATE TABLE' })).rejects.toMatchObject({
      condition: 'DELTA_PROTOCOL_CHANGED',
      parameters: { version: '0', operation: 'CREATE TABLE' },
    })
  })

  it.each<[string, Partial<CreateTableOptions>, object]>([
    [
      'a feature list for the change feed',
      { configuration: { 'delta.enableChangeDataFeed': 'true' } },
      {
        minReaderVersion: 1,
        minWriterVersion: 7,
        writerFeatures: ['appendOnly', 'changeDataFeed', 'invariants'],
      },
    ],
    [
      'one for clustering, with the domain that it needs',
      { clusteringColumns: [['id']] },
      {
        minReaderVersion: 1,
        minWriterVersion: 7,
        writerFeatures: ['appendOnly', 'clustering', 'domainMetadata', 'invariants'],
      },
    ],
    [
      'one that readers must know for timestamps without zone',
      { schema: struct([field('at', TIMESTAMP_NTZ)]) },
      {
        minReaderVersion: 3,
        minWriterVersion: 7,
        readerFeatures: ['timestampNtz'],
        writerFeatures: ['appendOnly', 'invariants', 'timestampNtz'],
      },
    ],
  ])('asks for %s and nothing more', async (_case, options, protocol) => {
    expect((await create(options)).snapshot.protocol).toEqual(protocol)
  })

  it('stores clustering keys as lists of names', async () => {
    const table = await create({ clusteringColumns: [['id'], ['day']] })
    expect(table.snapshot.clusteringColumns).toEqual([['id'], ['day']])
    expect((await linesOf(0)).at(-1)).toEqual({
      domainMetadata: {
        domain: 'delta.clustering',
        configuration: '{"clusteringColumns":[["id"],["day"]]}',
        removed: false,
      },
    })
  })

  it.each<[string, Partial<CreateTableOptions>, object]>([
    [
      'columns that differ in case only',
      { schema: struct([field('id', LONG), field('ID', LONG)]) },
      {
        condition: 'DELTA_DUPLICATE_COLUMNS_FOUND',
        parameters: { column: 'ID' },
      },
    ],
    [
      'a name with a space',
      { schema: struct([field('order id', LONG)]) },
      {
        condition: 'DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME',
        parameters: { column: 'order id' },
      },
    ],
    [
      'an unknown partition column',
      { partitionColumns: ['dya'] },
      {
        condition: 'DELTA_COLUMN_NOT_FOUND_IN_SCHEMA',
        parameters: { column: 'dya', columns: 'id, day', suggestion: 'day' },
      },
    ],
    [
      'no column left for the files',
      { partitionColumns: ['id', 'day'] },
      {
        condition: 'DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION',
      },
    ],
    [
      'clustering beside partitions',
      { partitionColumns: ['day'], clusteringColumns: [['id']] },
      {
        condition: 'DELTA_CLUSTERING_WITH_PARTITION',
        parameters: { partitionColumns: 'day' },
      },
    ],
    [
      'a nested partition column',
      {
        schema: struct([field('id', LONG), field('s', struct([field('x', STRING)]))]),
        partitionColumns: ['s'],
      },
      { condition: 'DELTA_INVALID_PARTITION_COLUMN_TYPE', parameters: { name: 's', dataType: 'struct' } },
    ],
  ])('refuses %s', (_case, options, error) => {
    expect(() => DeltaTable.create(storage, noParquet, { schema, ...options })).toThrow(
      expect.objectContaining(error),
    )
  })

  it.each([
    ['delta.enableIcebergCompatV1', 'true', 'icebergCompatV1'],
    ['delta.enableVariantShredding', 'true', 'variantShredding'],
  ])('refuses %s, whose feature it cannot write', async (property, value, feature) => {
    await expect(create({ configuration: { [property]: value } })).rejects.toMatchObject({
      condition: 'DELTA_UNSUPPORTED_FEATURES_FOR_WRITE',
      parameters: { features: feature },
    })
    expect(await DeltaTable.latestVersion(storage)).toBeUndefined()
  })
})

describe('committing', () => {
  it('appends', async () => {
    const table = await create()
    await table.startTransaction().addFile(fileInLog('a.parquet')).commit({ operation: 'WRITE' })
    const { version, snapshot } = await table
      .startTransaction()
      .addFiles([fileInLog('b.parquet'), fileInLog('c.parquet')])
      .commit({
        operation: 'STREAMING UPDATE',
        operationMetrics: { numOutputRows: 12n, numAddedFiles: 2 },
        extra: { millrace: { batch: 3 } },
      })
    expect({ version, files: paths(snapshot), sizeBytes: snapshot.sizeBytes }).toEqual({
      version: 2,
      files: ['a.parquet', 'b.parquet', 'c.parquet'],
      sizeBytes: 300,
    })
    expect((await linesOf(2))[0]).toMatchObject({
      commitInfo: {
        operation: 'STREAMING UPDATE',
        readVersion: 1,
        isBlindAppend: true,
        operationMetrics: { numOutputRows: '12', numAddedFiles: '2' },
        millrace: { batch: 3 },
      },
    })
  })

  it('replaces all files in one commit, with full tombstones', async () => {
    const table = await create({ partitionColumns: ['day'] })
    const old = fileInLog('old.parquet', { partitionValues: { day: '2026-01-31' }, tags: { a: 'b' } })
    await table.startTransaction().addFile(old).commit({ operation: 'WRITE' })
    const before = table.snapshot
    const overwrite = table.startTransaction().readsWholeTable().removeFiles(table.snapshot.files())
    await overwrite.addFile(fileInLog('new.parquet')).commit({ operation: 'WRITE' })
    expect(paths(table.snapshot)).toEqual(['new.parquet'])
    expect(paths(before)).toEqual(['old.parquet'])
    expect((await linesOf(2)).slice(1)).toEqual([
      {
        remove: {
          path: 'old.parquet',
          deletionTimestamp: NOW,
          dataChange: true,
          extendedFileMetadata: true,
          partitionValues: { day: '2026-01-31' },
          size: 100,
          tags: { a: 'b' },
        },
      },
      { add: fileInLog('new.parquet') },
    ])
    expect((await linesOf(2))[0]).toMatchObject({ commitInfo: { isBlindAppend: false } })
  })

  it('adds a column with the data that needs it, and keeps what it does not know of the metadata', async () => {
    const table = await create()
    await storage.put(
      '_delta_log/00000000000000000001.json',
      new TextEncoder().encode(
        `${JSON.stringify({ metaData: { ...table.snapshot.metadata.action, futureField: { a: 1 } } })}\n`,
      ),
    )
    await table.refresh()
    const wider = struct([...schema.fields, field('note', STRING)])
    await table
      .startTransaction()
      .updateMetadata({ schema: wider })
      .addFile(fileInLog('b.parquet'))
      .commit({ operation: 'WRITE' })
    expect(table.snapshot.metadata.schema).toEqual(wider)
    expect((await linesOf(2))[1]).toMatchObject({ metaData: { futureField: { a: 1 }, createdTime: NOW } })
    expect((await linesOf(2)).some((line) => 'protocol' in line)).toBe(false)
  })

  it('upgrades the protocol when a new property needs it', async () => {
    const table = await create()
    await table
      .startTransaction()
      .updateMetadata({ configuration: { 'delta.enableChangeDataFeed': 'true' } })
      .commit({ operation: 'SET TBLPROPERTIES' })
    expect(table.snapshot.protocol).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: ['appendOnly', 'changeDataFeed', 'invariants'],
    })
  })

  it('records the batch of an application, 64 bits wide', async () => {
    const table = await create()
    await table.startTransaction().setTransaction('flow', 9007199254740993n).commit({ operation: 'WRITE' })
    expect(table.snapshot.transactionVersion('flow')).toBe(9007199254740993n)
    expect((await open()).snapshot.transactionVersion('flow')).toBe(9007199254740993n)
    expect(table.snapshot.transactionVersion('other')).toBeUndefined()
  })

  it('gives growing in-commit timestamps to tables that ask for them', async () => {
    const table = await create({ configuration: { 'delta.enableInCommitTimestamps': 'true' } })
    for (let index = 1; index <= 3; index++) {
      await table
        .startTransaction()
        .addFile(fileInLog(`${index}`))
        .commit({ operation: 'WRITE' })
    }
    expect(table.snapshot.timestampMs).toBe(NOW + 3)
    expect((await open()).snapshot.timestampMs).toBe(NOW + 3)
    expect((await table.snapshotAt({ timestampMs: NOW + 2 })).version).toBe(2)
  })

  it('does not remove data from an append-only table', async () => {
    const table = await create({ configuration: { 'delta.appendOnly': 'true' } })
    await table.startTransaction().addFile(fileInLog('a')).commit({ operation: 'WRITE' })
    const remove = table.startTransaction().removeFiles(table.snapshot.files())
    await expect(remove.commit({ operation: 'DELETE' })).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_MODIFY_APPEND_ONLY',
    })
    const compact = table.startTransaction().removeFiles(table.snapshot.files(), { dataChange: false })
    await compact.addFile(fileInLog('b', { dataChange: false })).commit({ operation: 'OPTIMIZE' })
    expect(paths(table.snapshot)).toEqual(['b'])
  })
})

describe('a table that is deleted while it is written', () => {
  it('is not begun again in the middle of its log', async () => {
    const table = await create()
    await storage.deleteAll('_delta_log')
    const transaction = table.startTransaction().addFile(fileInLog('a'))
    await expect(transaction.commit({ operation: 'WRITE' })).rejects.toMatchObject({
      condition: 'DELTA_PATH_DOES_NOT_EXIST',
      parameters: { path: storage.name },
    })
    expect(await DeltaTable.latestVersion(storage)).toBeUndefined()
  })

  it('is another case than a newest version whose commit is in a checkpoint alone', async () => {
    const table = await create()
    const log = '_delta_log/00000000000000000000'
    await storage.put(`${log}.checkpoint.parquet`, new Uint8Array())
    await storage.delete([`${log}.json`])
    await table.startTransaction().addFile(fileInLog('a')).commit({ operation: 'WRITE' })
    expect(await storage.stat('_delta_log/00000000000000000001.json')).toBeDefined()
  })
})
