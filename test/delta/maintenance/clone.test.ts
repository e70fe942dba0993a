import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  DeltaTable,
  deleteRows,
  shallowClone,
  type TableContext,
  tableDetail,
} from '../../../src/delta/index.ts'
import { parseExpression } from '../../../src/sql/index.ts'
import { localStorage } from '../../../src/storage/index.ts'
import { field, LONG, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const schema = struct([field('id', LONG)])

/** A table whose versions 1 to 3 each append the number of the version. */
async function threeVersions(name: string, options = {}): Promise<TableContext> {
  const context = await tables.create(name, { schema, ...options })
  for (const id of [1, 2, 3]) await tables.append(context, `SELECT ${id}L AS id`)
  await context.table.refresh()
  return context
}

describe('SHALLOW CLONE', () => {
  const targetOf = ({ storage }: TableContext, name: string) => localStorage(`${storage.name} ${name}`)

  async function cloneOf(source: TableContext, name: string, options = {}) {
    const storage = targetOf(source, name)
    const result = await shallowClone(source, storage, options)
    const table = await DeltaTable.open(storage, source.engine.deltaPort)
    return { result, clone: { storage, engine: source.engine, table } satisfies TableContext }
  }

  it("reads the source's files where they are, and writes its own beside its log", async () => {
    const source = await threeVersions('cloned', {
      configuration: { quality: 'gold', 'delta.appendOnly': 'true' },
    })
    const { result, clone } = await cloneOf(source, 'copy', { properties: { quality: 'test' } })
    expect(result).toEqual({
      version: 0,
      sourceTableSize: source.table.snapshot.sizeBytes,
      sourceNumOfFiles: 3,
      numRemovedFiles: 0,
      numCopiedFiles: 0,
      removedFilesSize: 0,
      copiedFilesSize: 0,
    })
    await tables.append(clone, 'SELECT 4L AS id')
    expect(await tables.rows(clone)).toEqual([[1n], [2n], [3n], [4n]])
    expect(await tables.rows(source)).toEqual([[1n], [2n], [3n]])
    const { metadata } = clone.table.snapshot
    expect(metadata.configuration).toEqual({ quality: 'test', 'delta.appendOnly': 'true' })
    expect(metadata.id).not.toBe(source.table.snapshot.metadata.id)
    const [, commit] = await clone.table.history()
    expect(commit).toMatchObject({
      operation: 'CLONE',
      operationParameters: { source: source.storage.name, sourceVersion: '3', isShallow: 'true' },
    })
  })

  it("reads the source's deletion vectors, and adds its own", async () => {
    const source = await tables.create('cloned_vectors', {
      schema,
      configuration: { 'delta.enableDeletionVectors': 'true' },
    })
    await tables.append(source, 'SELECT id FROM range(0, 5)')
    await source.table.refresh()
    await deleteRows(source, { condition: parseExpression('id = 1') })
    const { clone } = await cloneOf(source, 'vectors')
    expect(await tables.rows(clone)).toEqual([[0n], [2n], [3n], [4n]])
    await deleteRows(clone, { condition: parseExpression('id = 3') })
    expect(await tables.rows(clone)).toEqual([[0n], [2n], [4n]])
    expect(await tables.rows(source)).toEqual([[0n], [2n], [3n], [4n]])
  })

  it('takes an older version', async () => {
    const source = await threeVersions('cloned_at')
    const { clone } = await cloneOf(source, 'old', { at: { version: 1 } })
    expect(await tables.rows(clone)).toEqual([[1n]])
  })

  it('replaces a table, keeps one, or refuses, as told', async () => {
    const source = await threeVersions('cloned_again')
    await cloneOf(source, 'twice', { at: { version: 1 } })
    await expect(cloneOf(source, 'twice')).rejects.toMatchObject({
      condition: 'DELTA_TABLE_ALREADY_EXISTS',
      parameters: { tableName: targetOf(source, 'twice').name },
    })
    expect((await cloneOf(source, 'twice', { mode: 'createIfNotExists' })).result.version).toBe(0)
    const { clone, result } = await cloneOf(source, 'twice', { mode: 'replace', at: { version: 2 } })
    expect(result).toMatchObject({ version: 1, sourceNumOfFiles: 2, numRemovedFiles: 1 })
    expect(await tables.rows(clone)).toEqual([[1n], [2n]])
    expect(await clone.table.snapshotAt({ version: 0 })).toMatchObject({ numFiles: 1 })
  })

  it('replaces a table whose columns are mapped otherwise', async () => {
    const plain = await threeVersions('unmapped')
    await cloneOf(plain, 'mapping')
    for (const mode of ['id', 'name', 'none']) {
      const configuration: Record<string, string> =
        mode === 'none' ? {} : { 'delta.columnMapping.mode': mode }
      const source = await tables.create(`mapped_${mode}`, { schema, configuration })
      await tables.append(source, 'SELECT 7L AS id')
      const result = await shallowClone(source, targetOf(plain, 'mapping'), { mode: 'replace' })
      const table = await DeltaTable.open(targetOf(plain, 'mapping'), source.engine.deltaPort)
      expect(await tables.rows({ ...source, storage: targetOf(plain, 'mapping'), table })).toEqual([[7n]])
      expect(result.version).toBe(table.snapshot.version)
    }
  })
})

it('tells what DESCRIBE DETAIL shows', async () => {
  const context = await tables.create('detail', {
    schema,
    description: 'Numbers',
    configuration: { 'delta.enableDeletionVectors': 'true' },
    clusteringColumns: [['id']],
  })
  const { snapshot } = context.table
  expect(tableDetail(context)).toEqual({
    format: 'delta',
    id: snapshot.metadata.id,
    name: null,
    description: 'Numbers',
    location: context.storage.name,
    createdAt: snapshot.metadata.createdTime,
    lastModified: snapshot.timestampMs,
    partitionColumns: [],
    clusteringColumns: ['id'],
    numFiles: 0,
    sizeInBytes: 0,
    properties: { 'delta.enableDeletionVectors': 'true' },
    minReaderVersion: 3,
    minWriterVersion: 7,
    tableFeatures: ['appendOnly', 'clustering', 'deletionVectors', 'domainMetadata', 'invariants'],
  })
})
