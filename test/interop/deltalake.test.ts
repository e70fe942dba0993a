import { readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addFileFrom, type CreateTableOptions, DeltaTable, deltaScanOf } from '../../src/delta/index.ts'
import { copyToParquet } from '../../src/engine/duckdb/write.ts'
import { localStorage, type Storage } from '../../src/storage/index.ts'
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INTEGER,
  LONG,
  map,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from '../../src/types/data-type.ts'
import { canonicalRows } from '../support/canonical-rows.ts'
import { deltaRelation, openTestDuckdb, type TestDuckdb, temporaryFolder } from '../support/delta.ts'
import { type Deltalake, hasDeltalake, startDeltalake } from './peer.ts'

const folder = temporaryFolder()
let duckdb: TestDuckdb
let deltalake: Deltalake
beforeAll(async () => {
  if (hasDeltalake) deltalake = startDeltalake()
  duckdb = await openTestDuckdb()
})
afterAll(() => {
  deltalake?.close()
  duckdb.close()
  folder.remove()
})

let path: string
let storage: Storage
let count = 0
beforeEach(() => {
  path = join(folder.path, `table ${count++}`)
  storage = localStorage(path)
})

async function create(options: CreateTableOptions): Promise<DeltaTable> {
  await DeltaTable.create(storage, duckdb.port, options).commit({ operation: 'CREATE TABLE' })
  return DeltaTable.open(storage, duckdb.port)
}

/** Writes a query's rows as the engine does, statistics and partitions included, without committing them. */
async function write(table: DeltaTable, sql: string) {
  const { metadata } = table.snapshot
  const staged = await storage.stagingPath('')
  const described = await duckdb.connection.runAndReadAll(`DESCRIBE ${sql}`)
  const schema = struct(described.getRowsJson().map(([name]) => field(String(name), STRING)))
  const { partitionColumns } = metadata
  const target = { schema: metadata.schema, partitionColumns, folder: staged }
  const files = await copyToParquet(duckdb.connection, { schema, sql }, target)
  const named = files.map((written) => ({ written, path: relative(staged, written.localPath) }))
  await storage.publish(named.map((each) => ({ local: each.written.localPath, path: each.path })))
  return named.map((each) => addFileFrom(each.written, each.path, metadata))
}

async function append(table: DeltaTable, sql: string): Promise<void> {
  const files = await write(table, sql)
  await table.startTransaction().addFiles(files).commit({ operation: 'WRITE' })
}

async function ownRows(table: DeltaTable, version?: number): Promise<string[]> {
  const snapshot = version === undefined ? table.snapshot : await table.snapshotAt({ version })
  const { schema } = snapshot.metadata
  const relation = await deltaRelation(duckdb.connection, await deltaScanOf(snapshot, storage), schema)
  return (await canonicalRows(duckdb.connection, relation, schema)).map(String)
}

const primitives = [
  field('b', BYTE),
  field('s', SHORT),
  field('i', INTEGER),
  field('l', LONG),
  field('m', decimal(18, 3)),
  field('t', BOOLEAN),
  field('x', STRING),
  field('day', DATE),
  field('at', TIMESTAMP),
]
const allTypes = struct([
  ...primitives,
  field('f', FLOAT),
  field('d', DOUBLE),
  field('large', decimal(38, 10)),
  field('y', BINARY),
  field('list', array(LONG)),
  field('dictionary', map(STRING, decimal(10, 2))),
  field('nested', struct([field('x', LONG), field('y', struct([field('z', array(STRING))]))])),
])

/** Rows of all types; every seventh is null. No negative decimals: deltalake fails on them as partition values, its own too. */
const values = (rows: number, from = 0) => `
  SELECT n AS id, CASE WHEN n % 7 <> 3 THEN n % 100 END AS b, CASE WHEN n % 7 <> 3 THEN n * 3 END AS s,
    CASE WHEN n % 7 <> 3 THEN n * 100000 END AS i, CASE WHEN n % 7 <> 3 THEN 9007199254740993 + n END AS l,
    CASE WHEN n % 7 <> 3 THEN n * 1.5 END AS m, CASE WHEN n % 7 <> 3 THEN n % 2 = 0 END AS t,
    CASE WHEN n % 7 <> 3 THEN 'é' || n || ' %/=+"' || chr(39) END AS x,
    CASE WHEN n % 7 <> 3 THEN DATE '1969-12-01' + n::INTEGER END AS day,
    CASE WHEN n % 7 <> 3 THEN TIMESTAMPTZ '1969-12-31 23:59:59.999999Z' + to_microseconds(n * 1000001) END AS "at",
    CASE WHEN n % 7 <> 3 THEN n / 10 END AS f, CASE WHEN n % 7 <> 3 THEN n / 7 END AS d,
    CASE WHEN n % 7 <> 3 THEN 1234567890123456789012345678.0123456789::DECIMAL(38, 10) + n END AS large,
    CASE WHEN n % 7 <> 3 THEN '\\xFF\\x00'::BLOB END AS y,
    CASE WHEN n % 7 <> 3 THEN [n, NULL, n * 2] END AS list,
    CASE WHEN n % 7 <> 3 THEN MAP {'k': n / 4, 'é': NULL} END AS dictionary,
    CASE WHEN n % 7 <> 3 THEN {'x': n, 'y': {'z': ['a', NULL]}} END AS nested
  FROM range(${from}, ${from + rows}) AS r(n)`

describe.skipIf(!hasDeltalake)('tables of ours, read by deltalake', () => {
  it('hold the same rows in every type', async () => {
    const table = await create({ schema: allTypes })
    await append(table, values(30))
    const { version, files, operations } = await deltalake.describe(path)
    expect({ version, files, operations }).toEqual({
      version: 1,
      files: 1,
      operations: ['WRITE', 'CREATE TABLE'],
    })
    const rows = await deltalake.scan(path)
    expect(rows).toEqual(await ownRows(table))
    expect(rows).toHaveLength(30)
  })

  it.each(primitives.map((each) => [each.name]))('hold the same rows partitioned by %s', async (column) => {
    const schema = struct([field('id', LONG), ...primitives])
    const table = await create({ schema, partitionColumns: [column] })
    await append(table, values(12))
    expect(await deltalake.scan(path)).toEqual(await ownRows(table))
  })

  it('hold the same rows with timestamps without zone', async () => {
    const schema = struct([field('id', LONG), field('local', TIMESTAMP_NTZ)])
    const table = await create({ schema })
    await append(table, `SELECT range AS id, TIMESTAMP '2026-01-31 10:00:00.000001' AS local FROM range(3)`)
    expect(await deltalake.scan(path)).toEqual(await ownRows(table))
  })

  it('are skipped by their statistics without losing rows', async () => {
    const table = await create({ schema: struct([field('id', LONG), ...primitives]) })
    for (let from = 0; from < 40; from += 10) await append(table, values(10, from))
    const own = await ownRows(table)
    for (const value of [0, 9, 10, 25, 39, 40]) {
      const expected = own.filter((row) => Number(JSON.parse(row)[0]) >= value)
      expect(await deltalake.scan(path, { filters: [['id', '>=', value]] })).toEqual(expected)
    }
    const matching = own.filter((row) => JSON.parse(row)[7] === `é25 %/=+"'`)
    expect(await deltalake.scan(path, { filters: [['x', '=', `é25 %/=+"'`]] })).toEqual(matching)
    expect(await deltalake.scan(path, { filters: [['x', '=', 'é25']] })).toEqual([])
  })

  it('are found through a checkpoint alone, at any later version', async () => {
    const table = await create({ schema: allTypes, configuration: { 'delta.checkpointInterval': '5' } })
    for (let batch = 1; batch <= 12; batch++) {
      const files = await write(table, values(3, batch * 10))
      const transaction = table.startTransaction().addFiles(files).setTransaction('flow', BigInt(batch))
      expect((await transaction.commit({ operation: 'STREAMING UPDATE' })).checkpointError).toBeUndefined()
    }
    expect(await deltalake.scan(path, { version: 3 })).toEqual(await ownRows(table, 3))
    for (const name of readdirSync(join(path, '_delta_log'))) {
      if (/^0+\d\.json$/.test(name)) rmSync(join(path, '_delta_log', name))
    }
    expect(await deltalake.describe(path, ['flow', 'other'])).toMatchObject({
      version: 12,
      files: 12,
      transactions: { flow: 12, other: null },
    })
    expect(await deltalake.scan(path)).toEqual(await ownRows(table))
    expect(await deltalake.scan(path, { version: 11 })).toEqual(await ownRows(table, 11))
  })

  it('keep their older files when a column is added, and lose them when overwritten', async () => {
    const narrow = struct([field('id', LONG), field('x', STRING)])
    const table = await create({ schema: narrow })
    await append(table, values(3))
    const wide = struct([...narrow.fields, field('d', DOUBLE)])
    const change = table.startTransaction().updateMetadata({ schema: wide })
    await change.commit({ operation: 'ADD COLUMNS' })
    await append(table, values(3, 10))
    expect(await deltalake.scan(path)).toEqual(await ownRows(table))
    const files = await write(table, values(2, 20))
    const overwrite = table
      .startTransaction()
      .readsWholeTable()
      .removeFiles(table.snapshot.files())
      .addFiles(files)
    await overwrite.commit({
      operation: 'WRITE',
      operationParameters: { mode: 'Overwrite', partitionBy: [] },
    })
    expect(await deltalake.describe(path)).toMatchObject({ version: 4, files: 1 })
    expect(await deltalake.scan(path)).toEqual(await ownRows(table))
    expect(await deltalake.scan(path, { version: 3 })).toEqual(await ownRows(table, 3))
  })

  it('are readable with clustering and a change feed', async () => {
    const table = await create({
      schema: struct([field('id', LONG), field('x', STRING)]),
      clusteringColumns: [['id']],
      configuration: { 'delta.enableChangeDataFeed': 'true' },
    })
    await append(table, values(5))
    expect(await deltalake.scan(path)).toEqual(await ownRows(table))
  })
})

describe.skipIf(!hasDeltalake)('tables that deltalake writes to', () => {
  it('take its appends to ours, with our checkpoints before them', async () => {
    const table = await create({
      schema: struct([field('id', LONG), ...primitives]),
      partitionColumns: ['x'],
      configuration: { 'delta.checkpointInterval': '2' },
    })
    await append(table, values(5))
    await append(table, values(5, 10))
    await deltalake.ask('append', { path, query: 'SELECT * FROM t' })
    await table.refresh()
    expect(table.snapshot.version).toBe(3)
    const rows = await deltalake.scan(path)
    expect(rows).toHaveLength(20)
    expect(await ownRows(table)).toEqual(rows)
    await append(table, values(1, 30))
    expect((await DeltaTable.open(storage, duckdb.port)).snapshot.version).toBe(4)
    expect(await deltalake.scan(path)).toEqual(await ownRows(table))
  })

  it.each([[undefined], [['day']], [['name', 'price']]])(
    'are read by us, partitioned by %j',
    async (partitionBy) => {
      await deltalake.ask('generate', { path, rows: 20, partitionBy })
      await deltalake.ask('generate', { path, rows: 20, from: 100, partitionBy })
      await deltalake.ask('checkpoint', { path })
      const table = await DeltaTable.open(storage, duckdb.port)
      expect(table.snapshot.version).toBe(1)
      expect(await ownRows(table)).toEqual(await deltalake.scan(path))
    },
  )
})
