import { readdirSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ChangeFeedOptions,
  changeColumn,
  changeFeedScan,
  type TableContext,
} from '../../../src/delta/index.ts'
import {
  DATE,
  type DataType,
  decimal,
  field,
  INTEGER,
  LONG,
  STRING,
  struct,
  TIMESTAMP_NTZ,
} from '../../../src/types/data-type.ts'
import type { Row } from '../../../src/types/row.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'
import { merge } from '../../support/merge-statement.ts'

const schema = struct([field('id', LONG), field('name', STRING)])
const FEED = { 'delta.enableChangeDataFeed': 'true' }

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

let count = 0
const create = (configuration: Record<string, string> = FEED) =>
  tables.create(`t${count++}`, { schema, configuration })

/** Version 1: rows 1 'a' and 2 'b'. Version 2: 2 becomes 'B', 3 'c' comes. */
async function changed(configuration: Record<string, string> = FEED): Promise<TableContext> {
  const context = await create(configuration)
  await tables.append(context, "SELECT 1L AS id, 'a' AS name UNION ALL SELECT 2L, 'b'")
  await merge(
    context,
    `MERGE INTO t USING (SELECT 2L AS id, 'B' AS name UNION ALL SELECT 3L, 'c') s ON t.id = s.id
     WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
  )
  return context
}

/** Rows of the feed without the time: columns, _change_type, _commit_version; sorted. */
async function feed(context: TableContext, options: ChangeFeedOptions): Promise<Row[]> {
  const { input, schema: columns } = await changeFeedScan(context, options)
  const session = await tables.engine.openSession()
  try {
    const rows = await session.rows({ kind: 'Scan', input, schema: columns })
    const version = columns.fields.length - 2
    const text = (row: Row) => row.slice(0, -1).map(String).join('|')
    return rows
      .toSorted(
        (a, b) => Number((a[version] as bigint) - (b[version] as bigint)) || (text(a) < text(b) ? -1 : 1),
      )
      .map((row) => row.slice(0, -1))
  } finally {
    await session.close()
  }
}

const VERSION_1 = [
  [1n, 'a', 'insert', 1n],
  [2n, 'b', 'insert', 1n],
]
const VERSION_2 = [
  [2n, 'B', 'update_postimage', 2n],
  [2n, 'b', 'update_preimage', 2n],
  [3n, 'c', 'insert', 2n],
]

describe('the change feed of a range of versions', () => {
  it.each([
    ['copy on write', FEED],
    ['deletion vectors', { ...FEED, 'delta.enableDeletionVectors': 'true' }],
  ])('holds both ends: %s', async (_mode, configuration) => {
    const context = await changed(configuration)
    expect(await feed(context, { start: { version: 0 } })).toEqual([...VERSION_1, ...VERSION_2])
    expect(await feed(context, { start: { version: 1 }, end: { version: 1 } })).toEqual(VERSION_1)
    expect(await feed(context, { start: { version: 2 } })).toEqual(VERSION_2)
  })

  it('is told by times as well', async () => {
    const context = await changed()
    const at = (version: number) => Date.UTC(2026, 0, 1, 10 + version)
    for (const version of [0, 1, 2]) {
      const name = `${String(version).padStart(20, '0')}.json`
      utimesSync(join(context.storage.name, '_delta_log', name), at(version) / 1000, at(version) / 1000)
    }
    const between = at(0) + 1000
    expect(await feed(context, { start: { timestampMs: between }, end: { timestampMs: at(1) } })).toEqual(
      VERSION_1,
    )
    expect(await feed(context, { start: { timestampMs: at(2) } })).toEqual(VERSION_2)
    await expect(feed(context, { start: { timestampMs: at(3) } })).rejects.toMatchObject({
      condition: 'DELTA_TIMESTAMP_GREATER_THAN_COMMIT',
    })
    const late = { start: { timestampMs: at(3) }, timestampOutOfRange: true }
    expect(await feed(context, late)).toEqual([])
    const longer = { start: { version: 2 }, end: { timestampMs: at(9) }, timestampOutOfRange: true }
    expect(await feed(context, longer)).toEqual(VERSION_2)
  })

  it('carries the time of each commit', async () => {
    const context = await changed()
    const { input } = await changeFeedScan(context, { start: { version: 1 } })
    const commits = await Array.fromAsync(context.table.changes(1))
    expect(input.files.map((each) => each.change)).toEqual([
      { type: 'insert', version: 1, timestampMs: commits[0]!.timestampMs },
      { version: 2, timestampMs: commits[1]!.timestampMs },
    ])
  })

  it('shows nothing of commits that only move rows', async () => {
    const context = await changed()
    const files = [...context.table.snapshot.files()]
    await context.table
      .startTransaction()
      .removeFiles(files, { dataChange: false })
      .addFiles(files.map((each) => ({ ...each, path: `${each.path}.copy`, dataChange: false })))
      .commit({ operation: 'OPTIMIZE' })
    expect(await feed(context, { start: { version: 3 } })).toEqual([])
  })

  it('has the partition values of changed rows', async () => {
    const partitioned = struct([field('id', LONG), field('part', INTEGER)])
    const context = await tables.create(`t${count++}`, {
      schema: partitioned,
      partitionColumns: ['part'],
      configuration: FEED,
    })
    await tables.append(context, 'SELECT 1L AS id, 7 AS part UNION ALL SELECT 2L, NULL')
    await merge(
      context,
      'MERGE INTO t USING (SELECT 1L AS id UNION ALL SELECT 2L) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET part = t.part + 1',
    )
    expect(await feed(context, { start: { version: 2 } })).toEqual([
      [1n, 7, 'update_preimage', 2n],
      [1n, 8, 'update_postimage', 2n],
      [2n, null, 'update_postimage', 2n],
      [2n, null, 'update_preimage', 2n],
    ])
  })

  it('reads older rows with the columns that were added since', async () => {
    const context = await changed()
    const wider = struct([...schema.fields, field('note', STRING)])
    await context.table
      .startTransaction()
      .updateMetadata({ schema: wider })
      .commit({ operation: 'ADD COLUMNS' })
    expect(await feed(context, { start: { version: 1 }, end: { version: 1 } })).toEqual(VERSION_1)
    const withNote = VERSION_1.map(([id, name, type, version]) => [id, name, null, type, version])
    expect((await feed(context, { start: { version: 1 } })).slice(0, 2)).toEqual(withNote)
  })
})

describe('a change feed over a column that was widened', () => {
  it.each<[DataType, DataType, string, string, unknown, unknown]>([
    [INTEGER, LONG, '1', '2', 1n, 2n],
    [INTEGER, decimal(12, 2), '1', '2', '1.00', '2.00'],
    [DATE, TIMESTAMP_NTZ, "DATE'2026-01-01'", "DATE'2026-01-02'", at('01'), at('02')],
  ])('of %j to %j has the rows from before', async (from, to, first, second, one, two) => {
    const context = await tables.create(`t${count++}`, {
      schema: struct([field('id', LONG), field('value', from)]),
      configuration: { ...FEED, 'delta.enableTypeWidening': 'true' },
    })
    await tables.append(context, `SELECT 1L AS id, ${first} AS value UNION ALL SELECT 2L, ${first}`)
    await merge(
      context,
      `MERGE INTO t USING (SELECT 2L AS id, ${second} AS value) s ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET *`,
    )
    await changeColumn(context, ['value'], { dataType: to })
    expect(await feed(context, { start: { version: 1 } })).toEqual([
      [1n, one, 'insert', 1n],
      [2n, one, 'insert', 1n],
      [2n, one, 'update_preimage', 2n],
      [2n, two, 'update_postimage', 2n],
    ])
  })
})

function at(day: string): string {
  return `2026-01-${day} 00:00:00.000000`
}

describe('a change feed is refused', () => {
  it('where the table did not record its changes', async () => {
    const context = await changed({})
    await context.table
      .startTransaction()
      .updateMetadata({ configuration: FEED })
      .commit({ operation: 'SET TBLPROPERTIES' })
    await tables.append(context, "SELECT 9L AS id, 'z' AS name")
    await expect(feed(context, { start: { version: 2 } })).rejects.toMatchObject({
      condition: 'DELTA_MISSING_CHANGE_DATA',
      parameters: { startVersion: '2', endVersion: '4', version: '2', key: 'delta.enableChangeDataFeed' },
    })
    expect(await feed(context, { start: { version: 3 } })).toEqual([[9n, 'z', 'insert', 4n]])
  })

  it('for an end before the start, and versions that are not there', async () => {
    const context = await changed()
    await expect(feed(context, { start: { version: 2 }, end: { version: 1 } })).rejects.toMatchObject({
      condition: 'DELTA_INVALID_CDC_RANGE',
      parameters: { start: '2', end: '1' },
    })
    for (const options of [{ start: { version: 3 } }, { start: { version: 1 }, end: { version: 3 } }]) {
      await expect(feed(context, options)).rejects.toMatchObject({
        condition: 'DELTA_VERSION_NOT_FOUND',
        parameters: { userVersion: '3', latest: '2' },
      })
    }
  })

  it('where older columns cannot be read as those at the end', async () => {
    const context = await changed()
    const retyped = struct([field('id', STRING), field('name', STRING)])
    await context.table
      .startTransaction()
      .updateMetadata({ schema: retyped })
      .commit({ operation: 'REPLACE COLUMNS' })
    await expect(feed(context, { start: { version: 1 } })).rejects.toMatchObject({
      condition: 'DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA',
      parameters: { incompatibleVersion: '1', start: '1', end: '3' },
    })
  })

  it('where a file of changes was deleted', async () => {
    const context = await changed()
    const folder = join(context.storage.name, '_change_data')
    const [file] = readdirSync(folder)
    rmSync(join(folder, file!))
    await expect(feed(context, { start: { version: 2 } })).rejects.toMatchObject({
      condition: 'DELTA_CHANGE_DATA_FILE_NOT_FOUND',
      parameters: { filePath: `_change_data/${file}`, version: '2' },
    })
  })

  it.each(['_change_type', '_commit_version', '_COMMIT_TIMESTAMP'])(
    'for a table with a column %s',
    async (name) => {
      const reserved = struct([field('id', LONG), field(name, LONG)])
      await expect(
        tables.create(`t${count++}`, { schema: reserved, configuration: FEED }),
      ).rejects.toMatchObject({
        condition: 'RESERVED_CDC_COLUMNS_ON_WRITE',
        parameters: { columnList: name, config: 'delta.enableChangeDataFeed' },
      })
    },
  )
})
