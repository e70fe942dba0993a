import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendRows, overwriteRows, type TableContext, truncateTable } from '../../../src/delta/index.ts'
import { parseExpression, parseQuery } from '../../../src/sql/index.ts'
import { DOUBLE, field, INTEGER, LONG, STRING, struct, TIMESTAMP } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const schema = struct([field('id', LONG), field('name', STRING), field('p', STRING)])

async function tableOf(configuration: Record<string, string> = {}, query?: string): Promise<TableContext> {
  const context = await tables.create(crypto.randomUUID(), { schema, partitionColumns: ['p'], configuration })
  if (query !== undefined) await appendRows(context, parseQuery(query))
  return context
}

const THREE = "SELECT * FROM VALUES (1L, 'a', 'x'), (2L, 'b', 'x'), (3L, 'c', 'y') AS t(id, name, p)"

async function commitInfo({ table }: TableContext): Promise<Record<string, unknown>> {
  const [commit] = await Array.fromAsync(table.changes(table.snapshot.version))
  const { operation, operationParameters, operationMetrics, userMetadata } = commit!.commitInfo!
  const exact = Object.entries(operationMetrics as Record<string, string>).filter(
    ([name]) => !/Ms$|Bytes$/.test(name),
  )
  return { operation, operationParameters, metrics: Object.fromEntries(exact), userMetadata }
}

describe('appending', () => {
  it('adds rows, columns matched by name and cast', async () => {
    const context = await tableOf()
    const result = await appendRows(context, parseQuery("SELECT 'y' AS P, '7' AS id"), {
      userMetadata: 'why',
    })
    expect(result).toMatchObject({ version: 1, numInsertedRows: 1n })
    expect(await tables.rows(context)).toEqual([[7n, null, 'y']])
    expect(await commitInfo(context)).toEqual({
      operation: 'WRITE',
      operationParameters: { mode: 'Append', partitionBy: '["p"]' },
      metrics: { numFiles: '1', numOutputRows: '1' },
      userMetadata: 'why',
    })
  })

  it.each([
    ['a column', "SELECT 1L AS id, 'q' AS nmae", 'nmae'],
    ['a column in another place', "SELECT 2 AS extra, 1L AS id, 'a' AS name", 'extra'],
  ])('refuses %s that the table lacks', async (_case, query, column) => {
    const context = await tableOf()
    await expect(appendRows(context, parseQuery(query))).rejects.toMatchObject({
      condition: 'DELTA_METADATA_MISMATCH',
      parameters: { column, columns: 'id, name, p' },
    })
    expect(context.table.snapshot.version).toBe(0)
  })

  it('refuses a field of a struct that the table lacks', async () => {
    const nested = struct([field('s', struct([field('x', INTEGER)]))])
    const context = await tables.create(crypto.randomUUID(), { schema: nested })
    const query = parseQuery("SELECT named_struct('x', 1, 'y', 2) AS s")
    await expect(appendRows(context, query)).rejects.toMatchObject({ parameters: { column: 's.y' } })
    await appendRows(context, query, { mergeSchema: true })
    expect(await tables.rows(context)).toEqual([[{ x: 1, y: 2 }]])
  })

  it('refuses a column that comes twice', async () => {
    await expect(appendRows(await tableOf(), parseQuery('SELECT 1L AS id, 2L AS ID'))).rejects.toMatchObject({
      condition: 'DELTA_DUPLICATE_COLUMNS_FOUND',
      parameters: { column: 'ID' },
    })
  })

  it('adds columns to the table with mergeSchema', async () => {
    const context = await tableOf({}, THREE)
    await appendRows(context, parseQuery("SELECT 4L AS id, 'z' AS p, 1.5 AS score"), { mergeSchema: true })
    expect((await tables.rows(context, 'id, score')).slice(-2)).toEqual([
      [3n, null],
      [4n, '1.5'],
    ])
  })

  it('widens types with mergeSchema where the table allows it', async () => {
    const narrow = await tables.create(crypto.randomUUID(), {
      schema: struct([field('n', INTEGER)]),
      configuration: { 'delta.enableTypeWidening': 'true' },
    })
    await appendRows(narrow, parseQuery('SELECT 1 AS n'))
    await appendRows(narrow, parseQuery('SELECT 3000000000 AS n'), { mergeSchema: true })
    expect(await tables.rows(narrow)).toEqual([[1n], [3000000000n]])
  })

  it('refuses a value that the column cannot hold', async () => {
    const small = await tables.create(crypto.randomUUID(), { schema: struct([field('n', INTEGER)]) })
    await expect(appendRows(small, parseQuery('SELECT 3000000000 AS n'))).rejects.toMatchObject({
      condition: 'CAST_OVERFLOW',
    })
    await expect(appendRows(small, parseQuery("SELECT 'x' AS n"))).rejects.toMatchObject({
      condition: 'CAST_INVALID_INPUT',
    })
  })

  it("writes an application's numbered write once", async () => {
    const context = await tableOf()
    const write = (version: bigint) =>
      appendRows(context, parseQuery(THREE), { application: { id: 'loader', version } })
    expect((await write(5n)).numInsertedRows).toBe(3n)
    expect(await write(5n)).toMatchObject({ version: 1, numInsertedRows: 0n })
    expect(await write(4n)).toMatchObject({ version: 1, numInsertedRows: 0n })
    expect(await write(6n)).toMatchObject({ version: 2, numInsertedRows: 3n })
  })
})

describe('overwriting', () => {
  it('puts the rows in place of all others, which the query may read', async () => {
    const context = await tableOf({}, THREE)
    const result = await overwriteRows(context, parseQuery("SELECT 9L AS id, 'z' AS p"))
    expect(result).toMatchObject({ version: 2, numInsertedRows: 1n })
    expect(await tables.rows(context)).toEqual([[9n, null, 'z']])
    expect(await commitInfo(context)).toMatchObject({
      operationParameters: { mode: 'Overwrite', partitionBy: '["p"]' },
      metrics: { numFiles: '1', numOutputRows: '1', numRemovedFiles: '2' },
    })
  })

  it("puts the query's columns in place of the table's with overwriteSchema", async () => {
    const context = await tableOf({}, THREE)
    await overwriteRows(context, parseQuery("SELECT 'k' AS key, 1L AS id"), {
      overwriteSchema: true,
      partitionColumns: [],
    })
    expect(context.table.snapshot.metadata.schema.fields.map((each) => each.name)).toEqual(['key', 'id'])
    expect(await tables.rows(context)).toEqual([['k', 1n]])
  })

  it('leaves partitions alone that the query has no rows of, in dynamic mode', async () => {
    const context = await tableOf({}, THREE)
    await overwriteRows(context, parseQuery("SELECT 9L AS id, 'y' AS p"), {
      partitionOverwriteMode: 'dynamic',
    })
    expect(await tables.rows(context, 'id, p')).toEqual([
      [1n, 'x'],
      [2n, 'x'],
      [9n, 'y'],
    ])
    expect((await commitInfo(context)).operationParameters).toMatchObject({
      isDynamicPartitionOverwrite: 'true',
    })
  })

  it('knows a partition by its value, however other writers print it', async () => {
    const context = await tables.create('printed', {
      schema: struct([field('id', LONG), field('at', TIMESTAMP), field('size', DOUBLE)]),
      partitionColumns: ['at', 'size'],
    })
    const row = (id: number, size: string) =>
      parseQuery(`SELECT ${id}L AS id, TIMESTAMP'2026-01-31 00:00:00Z' AS at, ${size} AS size`)
    await appendRows(context, row(1, '1.0D'))
    const [file] = [...context.table.snapshot.files()]
    const partitionValues = { at: '2026-01-31 00:00:00', size: '1' }
    const other = { ...file!, partitionValues }
    await context.table.startTransaction().removeFile(file!).addFile(other).commit({ operation: 'WRITE' })
    await appendRows(context, row(2, '2.0D'))
    await overwriteRows(context, row(3, '1.0D'), { partitionOverwriteMode: 'dynamic' })
    expect(await tables.rows(context, 'id')).toEqual([[2n], [3n]])
  })

  it('keeps the schema where other rows stay', async () => {
    const context = await tableOf({}, THREE)
    const query = parseQuery("SELECT 9L AS id, 'y' AS p")
    await expect(
      overwriteRows(context, query, { overwriteSchema: true, partitionOverwriteMode: 'dynamic' }),
    ).rejects.toMatchObject({ condition: 'DELTA_OVERWRITE_SCHEMA_WITH_DYNAMIC_PARTITION_OVERWRITE' })
    const replaceWhere = parseExpression("p = 'y'")
    await overwriteRows(context, query, { overwriteSchema: true, replaceWhere })
    expect(context.table.snapshot.metadata.schema).toEqual(schema)
    expect(await tables.rows(context, 'id, name')).toEqual([
      [1n, 'a'],
      [2n, 'b'],
      [9n, null],
    ])
  })

  it.each([
    ['of a partition', "p = 'y'", "SELECT 9L AS id, 'y' AS p", [1n, 2n, 9n], '0'],
    ['of data, rewriting files', 'id >= 2', "SELECT 9L AS id, 'x' AS p", [1n, 9n], '1'],
  ])('replaces the rows %s', async (_case, condition, query, ids, numCopiedRows) => {
    const context = await tableOf({}, THREE)
    await overwriteRows(context, parseQuery(query), { replaceWhere: parseExpression(condition) })
    expect(await tables.rows(context, 'id')).toEqual(ids.map((id) => [id]))
    expect(await commitInfo(context)).toMatchObject({
      operationParameters: { mode: 'Overwrite', predicate: condition },
      metrics: { numCopiedRows },
    })
  })

  it('replaces rows by marking them deleted where the table has deletion vectors', async () => {
    const context = await tableOf({ 'delta.enableDeletionVectors': 'true' }, THREE)
    await overwriteRows(context, parseQuery("SELECT 2L AS id, 'new' AS name, 'x' AS p"), {
      replaceWhere: parseExpression('id = 2'),
    })
    expect(await tables.rows(context, 'id, name')).toEqual([
      [1n, 'a'],
      [2n, 'new'],
      [3n, 'c'],
    ])
    expect([...context.table.snapshot.files()].filter((each) => each.deletionVector)).toHaveLength(1)
  })

  it('refuses rows outside of the condition', async () => {
    const context = await tableOf({}, THREE)
    const replaceWhere = parseExpression("p = 'y'")
    await expect(overwriteRows(context, parseQuery(THREE), { replaceWhere })).rejects.toMatchObject({
      condition: 'DELTA_REPLACE_WHERE_MISMATCH',
      parameters: { replaceWhere: "p = 'y'", values: ' - p : x' },
    })
    expect(context.table.snapshot.version).toBe(1)
  })

  it('is refused where rows may only be added', async () => {
    const context = await tableOf({ 'delta.appendOnly': 'true' }, THREE)
    await expect(overwriteRows(context, parseQuery(THREE))).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_MODIFY_APPEND_ONLY',
    })
  })

  it('fails where others added rows meanwhile', async () => {
    const context = await tableOf({}, THREE)
    const other = await tables.open(context.storage.name.split('/').at(-1)!)
    const transaction = other.table
      .startTransaction()
      .readsWholeTable()
      .removeFiles(other.table.snapshot.files())
    await appendRows(context, parseQuery(THREE))
    await expect(transaction.commit({ operation: 'WRITE' })).rejects.toMatchObject({
      condition: 'DELTA_CONCURRENT_APPEND',
    })
  })
})

describe('truncating', () => {
  it('removes all rows', async () => {
    const context = await tableOf({}, THREE)
    expect(await truncateTable(context)).toMatchObject({ version: 2, numAffectedRows: 3n })
    expect(await tables.rows(context)).toEqual([])
    expect(await commitInfo(context)).toMatchObject({
      operation: 'TRUNCATE',
      metrics: { numRemovedFiles: '2' },
    })
  })
})

describe('the form of files', () => {
  const MANY = "SELECT id, CAST(id AS STRING) AS name, concat('p', id % 3) AS p FROM range(3000)"

  it('is one file per partition with optimizeWrite', async () => {
    const context = await tableOf({ 'delta.autoOptimize.optimizeWrite': 'true' }, MANY)
    expect([...context.table.snapshot.files()].map((each) => each.partitionValues.p).sort()).toEqual([
      'p0',
      'p1',
      'p2',
    ])
  })
})
