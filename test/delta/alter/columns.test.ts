import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addColumns,
  changeColumn,
  createTable,
  dropColumns,
  type NewColumn,
  renameColumn,
  replaceColumns,
  syncIdentity,
  type TableContext,
  type TableDefinition,
} from '../../../src/delta/index.ts'
import {
  array,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INTEGER,
  LONG,
  map,
  STRING,
  struct,
  TIMESTAMP_NTZ,
} from '../../../src/types/data-type.ts'
import { printSchema } from '../../../src/types/ddl.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const column = (name: string, dataType: DataType, more: Partial<NewColumn> = {}): NewColumn => ({
  path: name.split('.'),
  dataType,
  ...more,
})
const MAPPED = { 'delta.columnMapping.mode': 'name' }

let count = 0
async function tableOf(
  columns: readonly NewColumn[],
  more: Partial<TableDefinition> = {},
): Promise<TableContext> {
  const name = `t${++count}`
  await createTable(tables.storage(name), tables.engine, { columns, ...more })
  return tables.open(name)
}
const columnsOf = ({ table }: TableContext) => printSchema(table.snapshot.metadata.schema)
const operationOf = async ({ table }: TableContext) => (await table.history(1))[0]!

describe('ADD COLUMNS', () => {
  it('puts them where they are to stand; rows that are there hold NULL', async () => {
    const table = await tableOf([column('a', LONG), column('s', struct([field('x', LONG)]))])
    await tables.append(table, "SELECT 1 AS a, named_struct('x', 2) AS s")
    await addColumns(table, [
      column('first', STRING, { place: 'first', comment: 'C' }),
      column('after', STRING, { place: { after: 'A' } }),
      column('s.y', LONG, { place: 'first' }),
      column('last', LONG),
    ])
    expect(columnsOf(table)).toBe(
      "first STRING COMMENT 'C', a BIGINT, after STRING, s STRUCT<y: BIGINT, x: BIGINT>, last BIGINT",
    )
    expect(await tables.rows(table)).toEqual([[null, 1n, null, { y: null, x: 2n }, null]])
    expect(await operationOf(table)).toMatchObject({
      operation: 'ADD COLUMNS',
      operationParameters: { columns: expect.stringContaining('"position":"FIRST"') },
    })
  })

  it('reaches structs in arrays and maps', async () => {
    const point = struct([field('x', LONG)])
    const table = await tableOf([column('l', array(point)), column('m', map(STRING, point))])
    await addColumns(table, [column('l.element.y', LONG), column('m.value.y', LONG)])
    expect(columnsOf(table)).toBe(
      'l ARRAY<STRUCT<x: BIGINT, y: BIGINT>>, m MAP<STRING, STRUCT<x: BIGINT, y: BIGINT>>',
    )
  })

  it.each<[string, NewColumn, object]>([
    [
      'an existing name',
      column('A', LONG),
      { condition: 'DELTA_DUPLICATE_COLUMNS_FOUND', parameters: { column: 'A' } },
    ],
    [
      'an unknown parent',
      column('nope.x', LONG),
      { condition: 'DELTA_COLUMN_NOT_FOUND_IN_SCHEMA', parameters: { column: 'nope', columns: 'a' } },
    ],
    [
      'a default',
      column('b', LONG, { defaultValue: '1' }),
      {
        condition: 'WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED',
        parameters: { columnName: 'b' },
      },
    ],
    [
      'NOT NULL',
      column('b', LONG, { nullable: false }),
      {
        condition: 'DELTA_OPERATION_NOT_ALLOWED',
        parameters: { operation: 'NOT NULL in ALTER TABLE ADD COLUMNS (b)' },
      },
    ],
  ])('refuses %s', async (_, added, error) => {
    const table = await tableOf([column('a', LONG)])
    await expect(addColumns(table, [added])).rejects.toMatchObject(error)
    expect((await table.table.refresh()).version).toBe(0)
  })

  it('IF NOT EXISTS leaves columns that are there', async () => {
    const table = await tableOf([column('a', LONG)])
    await addColumns(table, [column('a', STRING), column('b', STRING)], { ifNotExists: true })
    expect(columnsOf(table)).toBe('a BIGINT, b STRING')
  })
})

describe('RENAME COLUMN', () => {
  it('renames columns, fields and partitions without touching a file', async () => {
    const table = await tableOf([column('p', STRING), column('s', struct([field('x', LONG)]))], {
      partitionColumns: ['p'],
      properties: { ...MAPPED, 'delta.dataSkippingStatsColumns': 's.x' },
    })
    await tables.append(table, "SELECT 'a' AS p, named_struct('x', 1) AS s")
    const before = [...table.table.snapshot.files()]
    await renameColumn(table, ['p'], 'part')
    await renameColumn(table, ['s', 'x'], 'y')
    const { metadata } = table.table.snapshot
    expect([...table.table.snapshot.files()]).toEqual(before)
    expect(metadata.partitionColumns).toEqual(['part'])
    expect(metadata.configuration['delta.dataSkippingStatsColumns']).toBe('s.y')
    await tables.append(table, "SELECT 'b' AS part, named_struct('y', 2) AS s")
    expect(await tables.rows(table, 'part, s.y')).toEqual([
      ['a', 1n],
      ['b', 2n],
    ])
    expect(await operationOf(table)).toMatchObject({ operation: 'WRITE' })
  })

  it('needs column mapping', async () => {
    const table = await tableOf([column('a', LONG)])
    await expect(renameColumn(table, ['a'], 'b')).rejects.toMatchObject({
      condition: 'DELTA_UNSUPPORTED_RENAME_COLUMN',
    })
  })

  it('refuses a column that others are computed from', async () => {
    const table = await tableOf(
      [column('a', LONG), column('b', LONG, { generatedAs: 'a + 1' }), column('c', LONG)],
      {
        properties: MAPPED,
        constraints: [{ name: 'positive', expression: 'c > 0' }],
      },
    )
    await expect(renameColumn(table, ['a'], 'x')).rejects.toMatchObject({
      condition: 'DELTA_GENERATED_COLUMNS_DEPENDENT_COLUMN_CHANGE',
      parameters: { operation: 'rename', columnName: 'a', generatedColumns: 'b -> a + 1' },
    })
    await expect(renameColumn(table, ['c'], 'x')).rejects.toMatchObject({
      condition: 'DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE',
      parameters: { operation: 'rename', columnName: 'c', constraints: 'positive -> c > 0' },
    })
  })
})

describe('DROP COLUMNS', () => {
  it('forgets the column; one of the same name later does not bring its values back', async () => {
    const table = await tableOf([column('a', LONG), column('b', LONG)], { properties: MAPPED })
    await tables.append(table, 'SELECT 1 AS a, 2 AS b')
    await dropColumns(table, [['b']])
    expect(await tables.rows(table)).toEqual([[1n]])
    await addColumns(table, [column('b', LONG)])
    await tables.append(table, 'SELECT 3 AS a, 4 AS b')
    expect(await tables.rows(table)).toEqual([
      [1n, null],
      [3n, 4n],
    ])
  })

  it.each<[string, string, Partial<TableDefinition>, object]>([
    ['a table without mapping', 'a', { properties: {} }, { condition: 'DELTA_UNSUPPORTED_DROP_COLUMN' }],
    [
      'a partition column',
      'p',
      { partitionColumns: ['p'] },
      { condition: 'DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN', parameters: { columnList: 'p' } },
    ],
    [
      'a clustering column',
      'p',
      { clusteringColumns: [['p']] },
      { condition: 'DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN', parameters: { columnList: 'p' } },
    ],
    [
      'the last field',
      's.x',
      {},
      { condition: 'DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA', parameters: { parent: 's' } },
    ],
    [
      'an unknown column',
      'q',
      {},
      { condition: 'DELTA_COLUMN_NOT_FOUND_IN_SCHEMA', parameters: { column: 'q' } },
    ],
  ])('refuses %s', async (_, dropped, definition, error) => {
    const columns = [column('a', LONG), column('p', STRING), column('s', struct([field('x', LONG)]))]
    const table = await tableOf(columns, { properties: MAPPED, ...definition })
    await expect(dropColumns(table, [dropped.split('.')])).rejects.toMatchObject(error)
  })

  it('IF EXISTS passes over what is not there', async () => {
    const table = await tableOf([column('a', LONG), column('b', LONG)], { properties: MAPPED })
    await dropColumns(table, [['q'], ['b']], { ifExists: true })
    expect(columnsOf(table)).toBe('a BIGINT')
  })
})

describe('ALTER COLUMN', () => {
  it('changes comment, default and place', async () => {
    const table = await tableOf([column('a', LONG), column('b', LONG, { comment: 'old', defaultValue: '1' })])
    await changeColumn(table, ['b'], { comment: 'new', defaultValue: '2', place: 'first' })
    expect(columnsOf(table)).toBe("b BIGINT COMMENT 'new', a BIGINT")
    await tables.append(table, 'SELECT 1 AS a')
    await changeColumn(table, ['b'], { defaultValue: null })
    await tables.append(table, 'SELECT 2 AS a')
    expect(await tables.rows(table)).toEqual([
      [null, 2n],
      [2n, 1n],
    ])
    expect((await operationOf(table)).operation).toBe('WRITE')
  })

  it('lifts NOT NULL, and sets it where no row holds NULL', async () => {
    const table = await tableOf([column('a', LONG, { nullable: false }), column('b', LONG)])
    await tables.append(table, 'SELECT 1 AS a')
    await changeColumn(table, ['a'], { nullable: true })
    await changeColumn(table, ['a'], { nullable: false })
    expect(columnsOf(table)).toBe('a BIGINT NOT NULL, b BIGINT')
    await expect(changeColumn(table, ['b'], { nullable: false })).rejects.toMatchObject({
      condition: 'DELTA_NOT_NULL_CONSTRAINT_VIOLATED',
      parameters: { columnName: 'b', count: '1' },
    })
  })

  it.each<[DataType, DataType, string, unknown]>([
    [BYTE, INTEGER, '1', 1],
    [INTEGER, LONG, '2147483647', 2147483647n],
    [INTEGER, DOUBLE, '7', 7],
    [FLOAT, DOUBLE, '0.5', 0.5],
    [INTEGER, decimal(12, 2), '5', '5.00'],
    [decimal(4, 2), decimal(8, 4), '1.25', '1.2500'],
    [DATE, TIMESTAMP_NTZ, "DATE'2026-01-31'", '2026-01-31 00:00:00.000000'],
  ])('widens %j to %j, and old files are read as the new type', async (from, to, value, expected) => {
    const table = await tableOf([column('a', from)], { properties: { 'delta.enableTypeWidening': 'true' } })
    await tables.append(table, `SELECT ${value} AS a`)
    await changeColumn(table, ['a'], { dataType: to })
    await tables.append(table, `SELECT ${value} AS a`)
    expect(await tables.rows(table)).toEqual([[expected], [expected]])
  })

  it('notes each widening in the metadata of the field', async () => {
    const table = await tableOf([column('l', array(BYTE))], {
      properties: { 'delta.enableTypeWidening': 'true' },
    })
    await changeColumn(table, ['l'], { dataType: array(INTEGER) })
    await changeColumn(table, ['l', 'element'], { dataType: LONG })
    expect(table.table.snapshot.metadata.schema.fields[0]!.metadata).toEqual({
      'delta.typeChanges': [
        { fromType: 'byte', toType: 'integer', fieldPath: 'element' },
        { fromType: 'integer', toType: 'long', fieldPath: 'element' },
      ],
    })
  })

  it.each<[string, Record<string, string>, DataType, DataType, string]>([
    ['without the property', {}, INTEGER, LONG, 'delta.enableTypeWidening'],
    ['to a narrower type', { 'delta.enableTypeWidening': 'true' }, LONG, INTEGER, 'Only widenings'],
    ['to another kind', { 'delta.enableTypeWidening': 'true' }, LONG, STRING, 'Only widenings'],
    [
      'to fewer digits before the point',
      { 'delta.enableTypeWidening': 'true' },
      LONG,
      decimal(20, 2),
      'Only widenings',
    ],
  ])('refuses another type %s', async (_, properties, from, to, hint) => {
    const table = await tableOf([column('a', from)], { properties })
    await expect(changeColumn(table, ['a'], { dataType: to })).rejects.toMatchObject({
      condition: 'DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP',
      hint: expect.stringContaining(hint),
    })
  })

  it('SYNC IDENTITY goes on behind what was given', async () => {
    const identity = { start: 1n, step: 10n, allowExplicitInsert: true }
    const table = await tableOf([column('id', LONG, { identity }), column('x', LONG)])
    await tables.append(table, 'SELECT 25 AS id, 1 AS x')
    await syncIdentity(table, 'id')
    await tables.append(table, 'SELECT 2 AS x')
    expect(await tables.rows(table)).toEqual([
      [25n, 1n],
      [41n, 2n],
    ])
  })
})

describe('REPLACE COLUMNS', () => {
  it('takes the new list, columns keep what they were', async () => {
    const table = await tableOf([column('a', LONG, { comment: 'kept' }), column('b', LONG)], {
      properties: MAPPED,
    })
    await tables.append(table, 'SELECT 1 AS a, 2 AS b')
    await replaceColumns(table, [column('c', STRING), column('a', LONG)])
    expect(columnsOf(table)).toBe("c STRING, a BIGINT COMMENT 'kept'")
    expect(await tables.rows(table)).toEqual([[null, 1n]])
  })

  it.each<[string, NewColumn[], string]>([
    ['lost columns', [column('a', LONG)], 'dropping columns (b)'],
    ['other types', [column('a', STRING), column('b', LONG)], 'changing the type of a from BIGINT to STRING'],
    ['NOT NULL', [column('a', LONG, { nullable: false }), column('b', LONG)], 'making a NOT NULL'],
  ])('refuses %s', async (_, columns, details) => {
    const table = await tableOf([column('a', LONG), column('b', LONG)])
    await expect(replaceColumns(table, columns)).rejects.toMatchObject({
      condition: 'DELTA_UNSUPPORTED_ALTER_TABLE_REPLACE_COL_OP',
      parameters: { details },
    })
  })
})
