import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { appendRows } from '../../../src/delta/index.ts'
import { parseQuery } from '../../../src/sql/index.ts'
import {
  array,
  BOOLEAN,
  DATE,
  field,
  INTEGER,
  LONG,
  map,
  STRING,
  type StructField,
  type StructType,
  struct,
  TIMESTAMP,
} from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

let count = 0
const tableOf = (fields: readonly StructField[], configuration: Record<string, string> = {}) =>
  tables.create(`t${++count}`, { schema: struct(fields), configuration })

describe('columns', () => {
  it('are matched by name without case, cast, and put in the order of the table', async () => {
    const table = await tableOf([field('id', LONG), field('name', STRING)])
    await tables.append(table, "SELECT 'x' AS NAME, 1 AS Id")
    expect(await tables.rows(table)).toEqual([[1n, 'x']])
  })

  it('that a query lacks get their default, else NULL', async () => {
    const table = await tableOf([
      field('id', LONG),
      field('state', STRING, true, { CURRENT_DEFAULT: "'new'" }),
      field('note', STRING),
    ])
    await tables.append(table, 'SELECT 1 AS id')
    expect(await tables.rows(table)).toEqual([[1n, 'new', null]])
  })

  it('of structs are matched by the names of their fields, in arrays and maps too', async () => {
    const point = struct([field('x', INTEGER), field('y', LONG)])
    const table = await tableOf([
      field('p', point),
      field('ps', array(point)),
      field('pm', map(STRING, point)),
    ])
    await tables.append(
      table,
      `SELECT named_struct('y', 2, 'x', 1) AS p, array(named_struct('y', 4, 'x', 3), NULL) AS ps,
              map('k', named_struct('x', 5)) AS pm`,
    )
    await tables.append(table, 'SELECT CAST(NULL AS STRUCT<y: INT>) AS p')
    expect(await tables.rows(table, 'p, ps, pm')).toEqual([
      [null, null, null],
      [{ x: 1, y: 2n }, [{ x: 3, y: 4n }, null], new Map([['k', { x: 5, y: null }]])],
    ])
  })
})

describe('generated columns', () => {
  const day = field('day', DATE, true, { 'delta.generationExpression': 'CAST(at AS DATE)' })

  it('are computed where the query lacks them', async () => {
    const table = await tableOf([field('at', TIMESTAMP), day])
    await tables.append(table, "SELECT TIMESTAMP'2026-01-31 10:00:00' AS at")
    expect(await tables.rows(table, 'day')).toEqual([['2026-01-31']])
  })

  it('see the table’s columns, as they are stored', async () => {
    const table = await tableOf([
      field('a', INTEGER),
      field('b', STRING, true, { 'delta.generationExpression': "concat(a, '!')" }),
    ])
    await tables.append(table, "SELECT '07' AS a")
    expect(await tables.rows(table)).toEqual([[7, '7!']])
  })

  it('that are given must be what they would be computed as', async () => {
    const table = await tableOf([field('at', TIMESTAMP), day])
    const at = "SELECT TIMESTAMP'2026-01-31 10:00:00' AS at"
    await tables.append(table, `${at}, DATE'2026-01-31' AS day`)
    await expect(tables.append(table, `${at}, DATE'2026-02-01' AS day`)).rejects.toMatchObject({
      condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
      parameters: {
        constraintName: 'Generated Column',
        expression: 'day <=> CAST(at AS DATE)',
        tableName: 't',
        values: ' - day : 2026-02-01\n - at : 2026-01-31 10:00:00',
      },
    })
    await tables.append(table, 'SELECT CAST(NULL AS TIMESTAMP) AS at, CAST(NULL AS DATE) AS day')
    expect(await tables.rows(table, 'day')).toEqual([[null], ['2026-01-31']])
  })
})

describe('constraints', () => {
  const positive = { 'delta.constraints.positive': 'amount > 0 AND state IS NOT NULL' }

  it('let rows pass where they are TRUE', async () => {
    const table = await tableOf([field('amount', INTEGER), field('state', STRING)], positive)
    await tables.append(table, "SELECT * FROM VALUES (1, 'a'), (2, 'b') AS v(amount, state)")
    expect(await tables.rows(table)).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
  })

  it.each([
    ['FALSE', "-5 AS amount, 'a|name=b' AS state", ' - amount : -5\n - state : a|name=b'],
    ['NULL', "CAST(NULL AS INT) AS amount, 'a' AS state", ' - amount : null\n - state : a'],
  ])('stop a write with a row where they are %s', async (_, row, values) => {
    const table = await tableOf([field('amount', INTEGER), field('state', STRING)], positive)
    await expect(tables.append(table, `SELECT ${row}`)).rejects.toMatchObject({
      condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
      parameters: {
        constraintName: 'positive',
        expression: 'amount > 0 AND state IS NOT NULL',
        tableName: 't',
        values,
      },
    })
    expect((await table.table.refresh()).version).toBe(0)
  })

  it('do not see rows that the query leaves out', async () => {
    const table = await tableOf([field('amount', INTEGER), field('state', STRING)], positive)
    await tables.append(
      table,
      "SELECT amount, 'a' AS state FROM VALUES (1), (-1), (NULL) AS v(amount) WHERE amount > 0",
    )
    expect(await tables.rows(table)).toEqual([[1, 'a']])
  })

  it('of length hold for CHAR and VARCHAR', async () => {
    const code = field('code', STRING, true, { __CHAR_VARCHAR_TYPE_STRING: 'varchar(3)' })
    const table = await tableOf([field('x', INTEGER), code])
    await tables.append(table, "SELECT 1 AS x, 'äbc' AS code")
    await expect(tables.append(table, "SELECT 2 AS x, 'abcd' AS code")).rejects.toMatchObject({
      condition: 'EXCEED_LIMIT_LENGTH',
      parameters: { columnName: 'code', limit: '3' },
    })
  })

  it('of a column, as old writers keep them, hold too', async () => {
    const invariant = '{"expression":{"expression":"x > 3"}}'
    const table = await tableOf([field('x', INTEGER, true, { 'delta.invariants': invariant })])
    await tables.append(table, 'SELECT 4 AS x')
    await expect(tables.append(table, 'SELECT 3 AS x')).rejects.toMatchObject({
      condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
      parameters: { expression: 'x > 3', values: ' - x : 3' },
    })
  })
})

describe('NOT NULL', () => {
  const violated = (columnName: string, rows: string) => ({
    condition: 'DELTA_NOT_NULL_CONSTRAINT_VIOLATED',
    parameters: { columnName, count: rows },
  })

  it('counts the rows of a plain column', async () => {
    const table = await tableOf([field('id', LONG, false), field('x', LONG)])
    await expect(tables.append(table, 'SELECT * FROM VALUES (1, 1), (NULL, 2), (NULL, 3) AS v(id, x)'))
      .rejects //
      .toMatchObject(violated('id', '2'))
    await expect(tables.append(table, 'SELECT 1 AS x')).rejects.toMatchObject(violated('id', '1'))
  })

  it.each([
    ['a struct', 's', 'CAST(NULL AS STRUCT<a: INT>) AS s', field('s', struct([field('a', INTEGER)]), false)],
    [
      'a field',
      's.a',
      "named_struct('a', CAST(NULL AS INT)) AS s",
      field('s', struct([field('a', INTEGER, false)])),
    ],
    ['an element', 'l.element', 'array(1, NULL) AS l', field('l', array(INTEGER, false))],
    [
      'a value of a map',
      'm.value',
      "map('a', CAST(NULL AS INT)) AS m",
      field('m', map(STRING, INTEGER, false)),
    ],
    [
      'a field in an array',
      'l.element.a',
      "array(named_struct('a', 1), named_struct('a', CAST(NULL AS INT))) AS l",
      field('l', array(struct([field('a', INTEGER, false)]))),
    ],
  ])('holds for %s', async (_, path, row, column) => {
    const table = await tableOf([column, field('x', INTEGER)])
    await expect(tables.append(table, `SELECT ${row}, 1 AS x`)).rejects.toMatchObject(violated(path, 'some'))
  })

  it('does not ask for fields of a struct that is NULL itself', async () => {
    const table = await tableOf([field('s', struct([field('a', INTEGER, false)])), field('x', INTEGER)])
    await tables.append(table, 'SELECT 1 AS x')
    expect(await tables.rows(table)).toEqual([[null, 1]])
  })
})

describe('identity columns', () => {
  const identity = (step: bigint, allowExplicitInsert: boolean) => ({
    'delta.identity.start': 10n,
    'delta.identity.step': step,
    'delta.identity.allowExplicitInsert': allowExplicitInsert,
  })
  const values = 'SELECT x FROM VALUES (1), (2), (3) AS v(x)'

  it.each([
    [5n, [[10n], [15n], [20n], [25n], [30n], [35n]]],
    [-1n, [[5n], [6n], [7n], [8n], [9n], [10n]]],
  ])('number rows by the step of %s from where the last commit ended', async (step, expected) => {
    const table = await tableOf([field('id', LONG, true, identity(step, false)), field('x', LONG)])
    await tables.append(table, values)
    await tables.append(table, values)
    expect(await tables.rows(table, 'id')).toEqual(expected)
    const [mark] = table.table.snapshot.metadata.schema.fields
    expect(mark!.metadata['delta.identity.highWaterMark']).toBe(Number(10n + 5n * step))
  })

  it('take no given values where they are always generated', async () => {
    const table = await tableOf([field('id', LONG, true, identity(1n, false)), field('x', LONG)])
    await expect(tables.append(table, 'SELECT 1 AS id, 2 AS x')).rejects.toMatchObject({
      condition: 'DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED',
      parameters: { colName: 'id' },
    })
  })

  it('do not heed values that rows bring where they are generated by default, as in Spark', async () => {
    const table = await tableOf([field('id', LONG, true, identity(5n, true)), field('x', LONG)])
    await appendRows(table, parseQuery('SELECT 17 AS id, 0 AS x'))
    await appendRows(table, parseQuery(values))
    expect(await tables.rows(table, 'id, x')).toEqual([
      [10n, 1n],
      [15n, 2n],
      [17n, 0n],
      [20n, 3n],
    ])
  })

  it('fail where the type ends', async () => {
    const end = { ...identity(1n, false), 'delta.identity.highWaterMark': 9223372036854775806n }
    const table = await tableOf([field('id', LONG, true, end), field('x', LONG)])
    await expect(tables.append(table, values)).rejects.toMatchObject({ condition: 'ARITHMETIC_OVERFLOW' })
    await tables.append(table, 'SELECT 1 AS x')
    expect(await tables.rows(table, 'id')).toEqual([[9223372036854775807n]])
  })
})

test('identity values go on without a repetition, whatever start, step and batches are', async () => {
  const batch = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.bigInt({ min: -40n, max: 40n }))
  const step = fc.bigInt({ min: -7n, max: 7n }).filter((each) => each !== 0n)
  await fc.assert(
    fc.asyncProperty(
      fc.bigInt({ min: -20n, max: 20n }),
      step,
      fc.array(batch, { maxLength: 4 }),
      async (start, step, batches) => {
        const identity = {
          'delta.identity.start': start,
          'delta.identity.step': step,
          'delta.identity.allowExplicitInsert': true,
        }
        const table = await tableOf([field('id', LONG, true, identity), field('isNew', BOOLEAN)])
        for (const each of batches) {
          const given = `SELECT CAST(${each} AS BIGINT) AS id, false AS isNew`
          const numbered = `SELECT true AS isNew FROM (SELECT explode(sequence(1, ${each})))`
          await tables.append(table, typeof each === 'bigint' ? given : numbered)
        }
        const rows = await tables.rows(table)
        const values = rows.filter((row) => row[1] === true).map((row) => row[0] as bigint)
        expect(new Set(values).size).toBe(values.length)
        for (const value of values) {
          expect((value - start) % step).toBe(0n)
          expect((value - start) / step).toBeGreaterThanOrEqual(0n)
        }
      },
    ),
    { numRuns: 15 },
  )
})

describe('commits of an identity table', () => {
  const identity = {
    'delta.identity.start': 1n,
    'delta.identity.step': 1n,
    'delta.identity.allowExplicitInsert': false,
  }
  const numbered = () => tableOf([field('id', LONG, true, identity), field('x', LONG)])

  it('do not disturb one that numbers no rows', async () => {
    const table = await numbered()
    await tables.append(table, 'SELECT 1 AS x')
    const [file] = [...table.table.snapshot.files()]
    const removal = table.table.startTransaction().readFiles([file!]).removeFile(file!)
    await tables.append(table, 'SELECT 2 AS x')
    await tables.append(table, 'SELECT 3 AS x')
    await removal.commit({ operation: 'DELETE' })
    expect(await tables.rows(table)).toEqual([
      [2n, 2n],
      [3n, 3n],
    ])
  })

  it('are in conflict with one that does', async () => {
    const table = await numbered()
    const other = await tables.open(`t${count}`)
    const { schema } = table.table.snapshot.metadata
    const late = other.table.startTransaction().updateMetadata({ schema: withMark(schema, 5n) })
    await tables.append(table, 'SELECT 1 AS x')
    await expect(late.commit({ operation: 'WRITE' })).rejects.toMatchObject({
      condition: 'DELTA_METADATA_CHANGED',
    })
  })
})

function withMark({ fields }: StructType, mark: bigint): StructType {
  const [id, ...rest] = fields
  return struct([{ ...id!, metadata: { ...id!.metadata, 'delta.identity.highWaterMark': mark } }, ...rest])
}
