import { describe, expect, it } from 'vitest'
import { DeltaTable, type Protocol } from '../../src/delta/index.ts'
import { memoryStorage } from '../../src/storage/index.ts'
import { field, LONG, STRING, type StructField, struct, TIMESTAMP_NTZ } from '../../src/types/data-type.ts'
import { printSchemaJson } from '../../src/types/schema-json.ts'
import { fileInLog, noParquet } from '../support/delta.ts'

const writer = (...writerFeatures: string[]): Protocol => ({
  minReaderVersion: 1,
  minWriterVersion: 7,
  writerFeatures,
})
const reader = (...features: string[]): Protocol => ({
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures: features,
  writerFeatures: features,
})
const legacy = (minReaderVersion: number, minWriterVersion: number): Protocol => ({
  minReaderVersion,
  minWriterVersion,
})

/** A table that another system made, with one column and the given protocol. */
async function foreignTable(
  protocol: Protocol,
  more: { configuration?: Record<string, string>; column?: Partial<StructField> } = {},
): Promise<DeltaTable> {
  const storage = memoryStorage()
  const schemaString = printSchemaJson(struct([{ ...field('id', LONG), ...more.column }]))
  const { configuration = {} } = more
  const metaData = {
    id: 'x',
    format: { provider: 'parquet', options: {} },
    schemaString,
    partitionColumns: [],
    configuration,
  }
  const lines = [{ protocol }, { metaData }].map((each) => `${JSON.stringify(each)}\n`)
  await storage.put('_delta_log/00000000000000000000.json', new TextEncoder().encode(lines.join('')))
  return DeltaTable.open(storage, noParquet)
}

const append = (table: DeltaTable) =>
  table.startTransaction().addFile(fileInLog('a')).commit({ operation: 'WRITE' })

describe('a table of another system', () => {
  it.each<[string, Protocol, Parameters<typeof foreignTable>[1]]>([
    ['protocol (1,1)', legacy(1, 1), {}],
    ['protocol (1,6), nothing of it used', legacy(1, 6), {}],
    ['column mapping that is off', legacy(2, 5), { configuration: { 'delta.columnMapping.mode': 'none' } }],
    ['check constraints that it does not have', writer('appendOnly', 'checkConstraints', 'invariants'), {}],
    [
      'deletion vectors',
      reader('deletionVectors'),
      { configuration: { 'delta.enableDeletionVectors': 'true' } },
    ],
    ['V2 checkpoints, with the classic policy', reader('v2Checkpoint'), {}],
    ['clustering', writer('clustering', 'domainMetadata'), {}],
    ['a change feed', legacy(1, 4), { configuration: { 'delta.enableChangeDataFeed': 'true' } }],
    ['type widening', reader('typeWidening'), {}],
    ['check constraints', legacy(1, 3), { configuration: { 'delta.constraints.positive': 'id > 0' } }],
    ['generated columns', legacy(1, 4), { column: { metadata: { 'delta.generationExpression': '1' } } }],
    ['identity columns', legacy(1, 6), { column: { metadata: { 'delta.identity.start': 1 } } }],
    ['defaults', writer('allowColumnDefaults'), { column: { metadata: { CURRENT_DEFAULT: '1' } } }],
    ['icebergCompatV2 that is off', writer('icebergCompatV2'), {}],
    ['row tracking', writer('domainMetadata', 'rowTracking'), {}],
  ])('is appended to with %s', async (_case, protocol, more) => {
    const table = await foreignTable(protocol, more)
    await append(table)
    expect(table.snapshot).toMatchObject({ version: 1, protocol })
  })

  it.each<[string, Protocol, Parameters<typeof foreignTable>[1]]>([
    [
      'icebergCompatV2',
      writer('icebergCompatV2'),
      { configuration: { 'delta.enableIcebergCompatV2': 'true' } },
    ],
    ['materializePartitionColumns', writer('materializePartitionColumns'), {}],
    ['collations', writer('collations'), {}],
    ['futureWriterFeature', writer('futureWriterFeature'), {}],
  ])('is read and not written to where %s would have to be kept up', async (features, protocol, more) => {
    const table = await foreignTable(protocol, more)
    expect(table.snapshot.version).toBe(0)
    await expect(append(table)).rejects.toMatchObject({
      condition: 'DELTA_UNSUPPORTED_FEATURES_FOR_WRITE',
      parameters: { table: 'memory:', features },
    })
  })

  it.each<[Protocol, string, object]>([
    [
      reader('futureFeature', 'deletionVectors'),
      'DELTA_UNSUPPORTED_FEATURES_FOR_READ',
      { features: 'futureFeature' },
    ],
    [legacy(4, 7), 'DELTA_INVALID_PROTOCOL_VERSION', { reader: '4', writer: '7' }],
  ])('is not read with %j', async (protocol, condition, parameters) => {
    await expect(foreignTable(protocol)).rejects.toMatchObject({ condition, parameters })
  })

  it('keeps the features that its old version implied when it gets a new one', async () => {
    const table = await foreignTable(legacy(1, 3))
    await table
      .startTransaction()
      .updateMetadata({ schema: struct([field('id', LONG), field('at', TIMESTAMP_NTZ)]) })
      .commit({ operation: 'ADD COLUMNS' })
    expect(table.snapshot.protocol).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['timestampNtz'],
      writerFeatures: ['appendOnly', 'checkConstraints', 'invariants', 'timestampNtz'],
    })
  })

  it('that Databricks created without a schema has no columns yet', async () => {
    const storage = memoryStorage()
    const lines =
      '{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}\n{"metaData":{"id":"x","partitionColumns":[]}}\n'
    await storage.put('_delta_log/00000000000000000000.json', new TextEncoder().encode(lines))
    const table = await DeltaTable.open(storage, noParquet)
    expect(table.snapshot.metadata.schema.fields).toEqual([])
    await table
      .startTransaction()
      .updateMetadata({ schema: struct([field('s', STRING)]) })
      .commit({ operation: 'DLT SETUP' })
    expect(table.snapshot.metadata.schema.fields).toHaveLength(1)
  })
})
