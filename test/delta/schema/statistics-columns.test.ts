import { expect, it } from 'vitest'
import { DeltaTable } from '../../../src/delta/index.ts'
import { memoryStorage } from '../../../src/storage/index.ts'
import { array, BOOLEAN, field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { fileInLog, noParquet } from '../../support/delta.ts'

const schema = struct([
  field('id', LONG),
  field('day', STRING),
  field('flag', BOOLEAN),
  field('odd.name', STRING),
  field('inner', struct([field('x', LONG), field('list', array(LONG))])),
])

/** Sets the property where the table is made, and where it is there. */
async function define(columns: string): Promise<string[]> {
  const configuration = { 'delta.dataSkippingStatsColumns': columns }
  const storage = memoryStorage()
  const options = { schema, partitionColumns: ['day'] }
  const { snapshot } = await DeltaTable.create(storage, noParquet, options).commit({
    operation: 'CREATE TABLE',
  })
  expect(snapshot.version).toBe(0)
  const table = await DeltaTable.open(storage, noParquet)
  const altered = await table
    .startTransaction()
    .updateMetadata({ configuration })
    .commit({ operation: 'ALTER' })
  const created = DeltaTable.create(memoryStorage(), noParquet, { ...options, configuration })
  return [altered.snapshot.metadata.configuration, created.metadata.configuration].map(
    (each) => each['delta.dataSkippingStatsColumns']!,
  )
}

it.each(['id', 'ID, inner.x', '`odd.name`', ''])("statistics of '%s' are kept", async (columns) => {
  expect(await define(columns)).toEqual([columns, columns])
})

it.each([
  [
    'idd',
    'DELTA_COLUMN_NOT_FOUND_IN_SCHEMA',
    { column: 'idd', columns: 'id, day, flag, odd.name, inner', suggestion: 'id' },
  ],
  ['inner.y', 'DELTA_COLUMN_NOT_FOUND_IN_SCHEMA', { column: 'inner.y', columns: 'x, list', suggestion: 'x' }],
  ['id, day', 'DELTA_COLUMN_DATA_SKIPPING_NOT_SUPPORTED_PARTITIONED_COLUMN', { column: 'day' }],
  ['flag', 'DELTA_COLUMN_DATA_SKIPPING_NOT_SUPPORTED_TYPE', { column: 'flag', dataType: 'boolean' }],
  [
    'inner',
    'DELTA_COLUMN_DATA_SKIPPING_NOT_SUPPORTED_TYPE',
    { column: 'inner.list', dataType: 'array<bigint>' },
  ],
  ['id, ID', 'DELTA_DUPLICATE_DATA_SKIPPING_COLUMNS', { columns: 'id' }],
])("statistics of '%s' are refused: %s", async (columns, condition, parameters) => {
  await expect(define(columns)).rejects.toMatchObject({ condition, parameters })
})

it('a table that another gave unknown columns stays writable', async () => {
  const storage = memoryStorage()
  const { metadata } = DeltaTable.create(storage, noParquet, { schema })
  const metaData = { ...metadata.action, configuration: { 'delta.dataSkippingStatsColumns': 'gone' } }
  const protocol = { minReaderVersion: 1, minWriterVersion: 2 }
  const lines = [{ protocol }, { metaData }].map((each) => `${JSON.stringify(each)}\n`).join('')
  await storage.putIfAbsent('_delta_log/00000000000000000000.json', new TextEncoder().encode(lines))
  const transaction = (await DeltaTable.open(storage, noParquet)).startTransaction()
  const { version } = await transaction
    .updateMetadata({ description: 'ours' })
    .addFile(fileInLog('a'))
    .commit({ operation: 'WRITE' })
  expect(version).toBe(1)
})
