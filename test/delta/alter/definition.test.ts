import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addConstraint,
  addFeature,
  clusterBy,
  createTable,
  dropConstraint,
  dropFeature,
  type NewColumn,
  setComment,
  setTableProperties,
  type TableContext,
  type TableDefinition,
  unsetTableProperties,
  upgradeProtocol,
} from '../../../src/delta/index.ts'
import { type DataType, field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const column = (name: string, dataType: DataType = LONG, more: Partial<NewColumn> = {}): NewColumn => ({
  path: [name],
  dataType,
  ...more,
})
let count = 0
const nextName = () => `d${++count}`
async function tableOf(definition: Partial<TableDefinition> = {}): Promise<TableContext> {
  const name = nextName()
  await createTable(tables.storage(name), tables.engine, {
    columns: [column('id'), column('x', STRING)],
    ...definition,
  })
  return tables.open(name)
}
const propertiesOf = ({ table }: TableContext) => table.snapshot.metadata.configuration
const protocolOf = ({ table }: TableContext) => table.snapshot.protocol
const operationOf = async ({ table }: TableContext) => {
  const [newest] = await table.history(1)
  return { operation: newest!.operation, operationParameters: newest!.operationParameters }
}

describe('CREATE TABLE', () => {
  it('writes columns, layout, rules and comment', async () => {
    const name = nextName()
    const table = await createTable(tables.storage(name), tables.engine, {
      columns: [
        column('id', LONG, { identity: { start: 1n, step: 2n, allowExplicitInsert: false } }),
        column('day', STRING, { nullable: false, comment: 'when' }),
        column('n', LONG, { defaultValue: '7' }),
        column('twice', LONG, { generatedAs: 'n * 2' }),
      ],
      clusteringColumns: [['day']],
      properties: { 'DELTA.APPENDONLY': 'false', owner: 'me' },
      constraints: [{ name: 'Small', expression: 'n < 100' }],
      comment: 'A table',
    })
    const { metadata, protocol, clusteringColumns } = table.snapshot
    expect(metadata.schema).toEqual(
      struct([
        field('id', LONG, true, {
          'delta.identity.start': 1,
          'delta.identity.step': 2,
          'delta.identity.allowExplicitInsert': false,
        }),
        field('day', STRING, false, { comment: 'when' }),
        field('n', LONG, true, { CURRENT_DEFAULT: '7' }),
        field('twice', LONG, true, { 'delta.generationExpression': 'n * 2' }),
      ]),
    )
    expect(metadata).toMatchObject({
      description: 'A table',
      configuration: { 'delta.appendOnly': 'false', owner: 'me', 'delta.constraints.small': 'n < 100' },
    })
    expect(clusteringColumns).toEqual([['day']])
    expect(protocol).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: [
        'allowColumnDefaults',
        'appendOnly',
        'checkConstraints',
        'clustering',
        'domainMetadata',
        'generatedColumns',
        'identityColumns',
        'invariants',
      ],
    })
  })

  it('IF NOT EXISTS leaves a table as it is, OR REPLACE keeps its history', async () => {
    const name = nextName()
    const storage = tables.storage(name)
    const create = (
      columns: NewColumn[],
      mode: 'create' | 'createIfNotExists' | 'createOrReplace' | 'replace',
    ) => createTable(storage, tables.engine, { columns }, { mode })
    await expect(create([column('a')], 'replace')).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_REPLACE_MISSING_TABLE',
    })
    const first = await create([column('a')], 'createOrReplace')
    await tables.append(await tables.open(name), 'SELECT 1 AS a')
    await expect(create([column('b')], 'create')).rejects.toMatchObject({
      condition: 'DELTA_TABLE_ALREADY_EXISTS',
    })
    expect((await create([column('b')], 'createIfNotExists')).snapshot.version).toBe(1)
    const replaced = await create([column('b')], 'createOrReplace')
    expect(replaced.snapshot).toMatchObject({ version: 2, numFiles: 0 })
    expect(replaced.snapshot.metadata.id).toBe(first.snapshot.metadata.id)
    expect(replaced.snapshot.metadata.schema).toEqual(struct([field('b', LONG)]))
    expect((await replaced.history(1))[0]!.operation).toBe('CREATE OR REPLACE TABLE')
  })

  it.each<[string, Partial<TableDefinition>, object]>([
    [
      'an identity that is no BIGINT',
      { columns: [column('i', STRING, { identity: { start: 1n, step: 1n, allowExplicitInsert: true } })] },
      { condition: 'DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE', parameters: { dataType: 'STRING' } },
    ],
    [
      'an identity without steps',
      { columns: [column('i', LONG, { identity: { start: 1n, step: 0n, allowExplicitInsert: true } })] },
      { condition: 'DELTA_IDENTITY_COLUMNS_ILLEGAL_STEP' },
    ],
    [
      'a generated column of a generated column',
      {
        columns: [
          column('a'),
          column('b', LONG, { generatedAs: 'a + 1' }),
          column('c', LONG, { generatedAs: 'b' }),
        ],
      },
      {
        condition: 'DELTA_INVALID_GENERATED_COLUMN_REFERENCES',
        parameters: { columnName: 'c', references: 'b' },
      },
    ],
    [
      'an expression over an unknown column',
      { columns: [column('a'), column('b', LONG, { generatedAs: 'aa' })] },
      { condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION', parameters: { objectName: 'aa', proposal: 'a' } },
    ],
    [
      'an unknown Delta property',
      { properties: { 'delta.enableChangeDataFed': 'true' } },
      {
        condition: 'DELTA_UNKNOWN_CONFIGURATION',
        parameters: { suggestion: "Did you mean 'delta.enableChangeDataFeed'?" },
      },
    ],
    [
      'an unknown feature',
      { properties: { 'delta.feature.deletionVector': 'supported' } },
      {
        condition: 'DELTA_UNSUPPORTED_FEATURES_IN_CONFIG',
        parameters: { feature: 'deletionVector', suggestion: "Did you mean 'deletionVectors'?" },
      },
    ],
    [
      'a condition that is no boolean',
      { constraints: [{ name: 'c', expression: 'id + 1' }] },
      {
        condition: 'DELTA_NON_BOOLEAN_CHECK_CONSTRAINT',
        parameters: { name: 'c', expr: 'id + 1', dataType: 'BIGINT' },
      },
    ],
  ])('refuses %s', async (_, definition, error) => {
    await expect(tableOf(definition)).rejects.toMatchObject(error)
  })
})

describe('TBLPROPERTIES', () => {
  it('are set in their own spelling and unset without case', async () => {
    const table = await tableOf()
    await setTableProperties(table, { 'delta.APPENDONLY': 'true', Label: 'x' })
    expect(propertiesOf(table)).toEqual({ 'delta.appendOnly': 'true', Label: 'x' })
    expect(await operationOf(table)).toEqual({
      operation: 'SET TBLPROPERTIES',
      operationParameters: { properties: '{"delta.appendOnly":"true","Label":"x"}' },
    })
    await unsetTableProperties(table, ['DELTA.appendonly'])
    expect(propertiesOf(table)).toEqual({ Label: 'x' })
    await expect(unsetTableProperties(table, ['label'])).rejects.toMatchObject({
      condition: 'DELTA_UNSET_NON_EXISTENT_PROPERTY',
      parameters: { property: 'label', properties: 'Label' },
    })
    await unsetTableProperties(table, ['label'], { ifExists: true })
  })

  it.each<[string, string, object]>([
    ['delta.checkpointInterval', '0', { condition: 'INVALID_TABLE_PROPERTY', parameters: { actual: '0' } }],
    ['delta.logRetentionDuration', 'interval 1 month', { condition: 'INVALID_TABLE_PROPERTY' }],
    ['delta.constraints.c', 'id > 0', { condition: 'DELTA_ADD_CONSTRAINTS' }],
    ['delta.columnMapping.maxColumnId', '9', { condition: 'DELTA_CANNOT_MODIFY_TABLE_PROPERTY' }],
    [
      'delta.columnMapping.mode',
      'id',
      {
        condition: 'DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE',
        parameters: { oldMode: 'none', newMode: 'id' },
      },
    ],
    ['delta.feature.clustering', 'maybe', { condition: 'DELTA_UNSUPPORTED_FEATURE_STATUS' }],
    ['delta.minWriterVersion', '8', { condition: 'INVALID_TABLE_PROPERTY', parameters: { actual: '8' } }],
  ])('%s = %s is refused', async (key, value, error) => {
    const table = await tableOf()
    const set = async () => setTableProperties(table, { [key]: value })
    await expect(set()).rejects.toMatchObject(error)
  })

  it('that ask for features are acted upon and not stored', async () => {
    const table = await tableOf({ properties: { 'delta.feature.deletionVectors': 'supported' } })
    await setTableProperties(table, { 'delta.minReaderVersion': '3', 'delta.minWriterVersion': '7' })
    expect(propertiesOf(table)).toEqual({})
    expect(protocolOf(table)).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['deletionVectors'],
      writerFeatures: ['appendOnly', 'deletionVectors', 'invariants'],
    })
  })

  it('the comment of a table is set and taken away', async () => {
    const table = await tableOf({ comment: 'old' })
    await setComment(table, 'new')
    expect(table.table.snapshot.metadata.description).toBe('new')
    await setComment(table, undefined)
    expect(table.table.snapshot.metadata.description).toBe('')
  })
})

describe('constraints', () => {
  it('are added where all rows meet them, and hold from then on', async () => {
    const table = await tableOf()
    await tables.append(table, "SELECT 1 AS id, 'a' AS x")
    await addConstraint(table, { name: 'Positive', expression: 'id > 0' })
    expect(await operationOf(table)).toEqual({
      operation: 'ADD CONSTRAINT',
      operationParameters: { name: 'Positive', expr: 'id > 0' },
    })
    await expect(tables.append(table, 'SELECT 0 AS id')).rejects.toMatchObject({
      condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
      parameters: { constraintName: 'positive', values: ' - id : 0' },
    })
    await expect(addConstraint(table, { name: 'POSITIVE', expression: 'id > 1' })).rejects.toMatchObject({
      condition: 'DELTA_CONSTRAINT_ALREADY_EXISTS',
      parameters: { oldConstraint: 'id > 0' },
    })
    await dropConstraint(table, 'positive')
    await tables.append(table, 'SELECT 0 AS id')
  })

  it('are refused with the number of rows that do not meet them', async () => {
    const table = await tableOf()
    await tables.append(table, 'SELECT id FROM VALUES (1), (-1), (NULL) AS v(id)')
    await expect(addConstraint(table, { name: 'positive', expression: 'id > 0' })).rejects.toMatchObject({
      condition: 'DELTA_NEW_CHECK_CONSTRAINT_VIOLATION',
      parameters: { numRows: '2', checkConstraint: 'id > 0' },
    })
  })

  it('that are not there are dropped only IF EXISTS', async () => {
    const table = await tableOf({ constraints: [{ name: 'positive', expression: 'id > 0' }] })
    await dropConstraint(table, 'nope', { ifExists: true })
    await expect(dropConstraint(table, 'positve')).rejects.toMatchObject({
      condition: 'DELTA_CONSTRAINT_DOES_NOT_EXIST',
      parameters: { constraintName: 'positve', suggestion: "Did you mean 'positive'?" },
    })
  })
})

describe('CLUSTER BY', () => {
  it('sets physical names in the domain, and none for NONE', async () => {
    const table = await tableOf({ properties: { 'delta.columnMapping.mode': 'name' } })
    await clusterBy(table, [['x']])
    const [, x] = table.table.snapshot.metadata.schema.fields
    const physical = x!.metadata['delta.columnMapping.physicalName']
    expect(physical).toMatch(/^col-[0-9a-f]{8}-/)
    expect(table.table.snapshot.clusteringColumns).toEqual([[physical]])
    await clusterBy(table, [])
    expect(table.table.snapshot.clusteringColumns).toEqual([])
    expect(await operationOf(table)).toEqual({
      operation: 'CLUSTER BY',
      operationParameters: { oldClusteringColumns: 'x', newClusteringColumns: '' },
    })
  })

  it('does not go with partitions', async () => {
    const table = await tableOf({ partitionColumns: ['x'] })
    await expect(clusterBy(table, [['id']])).rejects.toMatchObject({
      condition: 'DELTA_CLUSTERING_WITH_PARTITION',
    })
  })
})

describe('features', () => {
  it('are added with those that they need', async () => {
    const table = await tableOf()
    await addFeature(table, 'ROWTRACKING')
    expect(protocolOf(table).writerFeatures).toEqual([
      'appendOnly',
      'domainMetadata',
      'invariants',
      'rowTracking',
    ])
    expect((await operationOf(table)).operation).toBe('UPGRADE PROTOCOL')
  })

  it('of an old version are kept when it is raised, and no version is lowered', async () => {
    const table = await tableOf()
    await upgradeProtocol(table, 1, 4)
    expect(protocolOf(table)).toEqual({ minReaderVersion: 1, minWriterVersion: 4 })
    await upgradeProtocol(table, 1, 2)
    expect(protocolOf(table)).toEqual({ minReaderVersion: 1, minWriterVersion: 4 })
    await upgradeProtocol(table, 3, 7)
    expect(protocolOf(table)).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: [],
      writerFeatures: ['appendOnly', 'changeDataFeed', 'checkConstraints', 'generatedColumns', 'invariants'],
    })
  })

  it('column mapping alone asks for reader version 2', async () => {
    const table = await tableOf({ properties: { 'delta.columnMapping.mode': 'name' } })
    expect(protocolOf(table)).toEqual({
      minReaderVersion: 2,
      minWriterVersion: 7,
      writerFeatures: ['appendOnly', 'columnMapping', 'invariants'],
    })
  })

  it('are dropped where nothing of them is left, and with the last the table is plain again', async () => {
    const table = await tableOf({ constraints: [{ name: 'positive', expression: 'id > 0' }] })
    await expect(dropFeature(table, 'checkConstraints')).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_DROP_CHECK_CONSTRAINT_FEATURE',
      parameters: { constraints: 'positive' },
    })
    await dropConstraint(table, 'positive')
    await dropFeature(table, 'checkConstraints')
    expect(protocolOf(table)).toEqual({ minReaderVersion: 1, minWriterVersion: 2 })
    await expect(dropFeature(table, 'checkConstraints')).rejects.toMatchObject({
      condition: 'DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT',
    })
  })

  it.each<[string, Record<string, string>, string, string]>([
    [
      'that hold for all columns',
      { 'delta.feature.timestampNtz': 'supported' },
      'timestampNtz',
      'DELTA_FEATURE_DROP_NONREMOVABLE_FEATURE',
    ],
    [
      'that others need',
      { 'delta.enableRowTracking': 'true' },
      'domainMetadata',
      'DELTA_FEATURE_DROP_DEPENDENT_FEATURE',
    ],
  ])('%s are not dropped', async (_, properties, feature, condition) => {
    const table = await tableOf({ properties })
    await expect(dropFeature(table, feature)).rejects.toMatchObject({ condition })
  })

  it.each([
    ['deletionVectors', 'delta.enableDeletionVectors', 'true'],
    ['typeWidening', 'delta.enableTypeWidening', 'true'],
    ['v2Checkpoint', 'delta.checkpointPolicy', 'v2'],
  ])(
    '%s, which older versions need, leaves a protected checkpoint behind',
    async (feature, property, value) => {
      const table = await tableOf({ properties: { [property]: value } })
      await tables.append(table, 'SELECT 1 AS id')
      await dropFeature(table, feature)
      expect(protocolOf(table)).toEqual({
        minReaderVersion: 1,
        minWriterVersion: 7,
        writerFeatures: ['appendOnly', 'checkpointProtection', 'invariants'],
      })
      expect(propertiesOf(table)).toEqual({ 'delta.requireCheckpointProtectionBeforeVersion': '3' })
      expect(await table.storage.stat('_delta_log/00000000000000000002.checkpoint.parquet')).toBeDefined()
      await tables.append(table, 'SELECT 2 AS id')
      expect(await tables.rows(table, 'id')).toEqual([[1n], [2n]])
    },
  )

  it('that the table uses are not dropped', async () => {
    const table = await tableOf({ columns: [column('id'), column('x', LONG, { defaultValue: '1' })] })
    await expect(dropFeature(table, 'allowColumnDefaults')).rejects.toMatchObject({
      condition: 'DELTA_FEATURE_DROP_IN_USE',
      parameters: { feature: 'allowColumnDefaults', use: 'columns have defaults' },
    })
  })

  it('row tracking goes with its properties and its domain', async () => {
    const table = await tableOf({ properties: { 'delta.enableRowTracking': 'true' } })
    await tables.append(table, 'SELECT 1 AS id')
    await dropFeature(table, 'rowTracking')
    expect(propertiesOf(table)).toEqual({})
    expect([...table.table.snapshot.domainMetadata.keys()]).toEqual([])
    await tables.append(table, 'SELECT 2 AS id')
    expect(await tables.rows(table, 'id')).toEqual([[1n], [2n]])
  })
})
