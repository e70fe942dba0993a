import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createTable,
  deleteRows,
  deltaScanOf,
  dropFeature,
  renameColumn,
  type TableContext,
  withRowIdentity,
} from '../../../src/delta/index.ts'
import { parseExpression } from '../../../src/sql/index.ts'
import { array, field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import type { Row } from '../../../src/types/row.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

async function tableOf(
  name: string,
  more: Partial<Parameters<typeof createTable>[2]> = {},
): Promise<TableContext> {
  await createTable(tables.storage(name), tables.engine, {
    columns: [
      { path: ['id'], dataType: LONG },
      { path: ['day'], dataType: STRING },
      { path: ['list'], dataType: array(struct([field('x', LONG)])) },
    ],
    ...more,
    properties: { 'delta.columnMapping.mode': 'name', ...more.properties },
  })
  const table = await tables.open(name)
  await tables.append(table, "SELECT id, 'a' AS day, array(named_struct('x', id)) AS list FROM range(3)")
  await tables.append(table, "SELECT 3 AS id, 'b' AS day, array(named_struct('x', 3L)) AS list")
  return table
}

/** Id, row id and row commit version of every row. */
async function identities({ table, storage, engine }: TableContext): Promise<readonly Row[]> {
  const { snapshot } = table
  const files = [...snapshot.files()]
  const input = await deltaScanOf(snapshot, storage, files)
  const scan = { kind: 'Scan', input, schema: struct([field('id', LONG)]) } as const
  const session = await engine.openSession()
  try {
    const rows = await session.rows(withRowIdentity(scan, files, snapshot.metadata))
    return rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))
  } finally {
    await session.close()
  }
}

describe('DROP FEATURE columnMapping', () => {
  it('writes rows under the own names of columns, and leaves a protected checkpoint', async () => {
    const table = await tableOf('plain', { partitionColumns: ['day'] })
    await renameColumn(table, ['day'], 'date')
    const before = await tables.rows(table)
    await dropFeature(table, 'columnMapping')
    expect(await tables.rows(await tables.open('plain'))).toEqual(before)
    const { metadata, protocol, version } = table.table.snapshot
    expect(metadata.schema.fields.map((each) => [each.name, each.metadata])).toEqual([
      ['id', {}],
      ['date', {}],
      ['list', {}],
    ])
    expect(protocol).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: ['appendOnly', 'checkpointProtection', 'invariants'],
    })
    expect(metadata.configuration).toEqual({
      'delta.requireCheckpointProtectionBeforeVersion': String(version),
    })
    const files = [...table.table.snapshot.files()]
    expect(files.map((each) => each.partitionValues).sort()).toEqual([{ date: 'a' }, { date: 'b' }])
    expect(JSON.parse(files[0]!.stats!)).toMatchObject({ minValues: { id: expect.any(Number) } })
    const operations = (await table.table.history(2)).map((each) => each.operation)
    expect(operations).toEqual(['DROP FEATURE', 'REMOVE COLUMN MAPPING'])
  })

  it('keeps row ids and clustering keys, and deleted rows stay deleted', async () => {
    const table = await tableOf('features', {
      clusteringColumns: [['id']],
      properties: { 'delta.enableRowTracking': 'true', 'delta.enableDeletionVectors': 'true' },
    })
    await deleteRows(table, { condition: parseExpression('id = 1') })
    const before = await identities(table)
    await dropFeature(table, 'columnMapping')
    expect(await identities(table)).toEqual(before)
    expect(before).toEqual([
      [0n, 0n, 1n],
      [2n, 2n, 1n],
      [3n, 3n, 2n],
    ])
    expect(table.table.snapshot.clusteringColumns).toEqual([['id']])
    const [commit] = await Array.fromAsync(table.table.changes(4, 4))
    expect(commit!.commitInfo).toMatchObject({
      operation: 'REMOVE COLUMN MAPPING',
      tags: { 'delta.rowTracking.preserved': 'true' },
    })
    expect(commit!.adds.every((each) => each.deletionVector == null && !each.dataChange)).toBe(true)
  })

  it('refuses names that files cannot have', async () => {
    const table = await tableOf('names')
    await renameColumn(table, ['id'], 'the id')
    await expect(dropFeature(table, 'columnMapping')).rejects.toMatchObject({
      condition: 'DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME',
      parameters: { column: 'the id' },
    })
  })
})
