import { describe, expect, test } from 'vitest'
import { parseColumnDefinitions, parseStatements, type Statement } from '../../src/sql/index.ts'
import { printDataType } from '../../src/types/ddl.ts'
import { shortForm, shortRelation } from './short-form.ts'

/** The statement as data, its trees in short form, without positions and what is empty. */
function statement(text: string): unknown {
  const [only, ...more] = parseStatements(text)
  expect(more).toEqual([])
  return plain(only!)
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const isEmpty = typeof each === 'object' && each !== null && Object.keys(each).length === 0
      if (key === 'position' || each === undefined || isEmpty) return []
      if (key === 'query' || key === 'table') return [[key, shortRelation(each)]]
      if (key === 'condition' || key === 'expression' || key === 'defaultValue')
        return [[key, shortForm(each)]]
      return [[key, key === 'dataType' ? printDataType(each) : plain(each)]]
    }),
  )
}

const kindOf = (text: string) => {
  const { type, isPrivate } = parseStatements(text)[0] as Extract<Statement, { kind: 'CreateDataset' }>
  return isPrivate ? `private ${type}` : type
}

test('a streaming table with all clauses', () => {
  const text = `
    CREATE OR REFRESH STREAMING TABLE sales.orders (
      order_id BIGINT NOT NULL COMMENT 'key',
      amount DECIMAL(10,2) DEFAULT 0,
      day DATE GENERATED ALWAYS AS (CAST(ts AS DATE)),
      CONSTRAINT valid_id EXPECT (order_id IS NOT NULL),
      CONSTRAINT valid_amount EXPECT (amount > 0 AND /* at most */ amount < 100) ON VIOLATION DROP ROW,
      CONSTRAINT pk PRIMARY KEY (order_id) NOT ENFORCED RELY)
    USING DELTA
    TBLPROPERTIES ('quality' = 'bronze', delta.appendOnly = true, pipelines.n 5)
    CLUSTER BY (region, address.city)
    COMMENT 'Raw; orders'
    AS SELECT * FROM STREAM read_files('/data')`
  expect(statement(text)).toEqual({
    kind: 'CreateDataset',
    type: 'streaming_table',
    name: ['sales', 'orders'],
    isPrivate: false,
    columns: [
      { name: 'order_id', dataType: 'bigint', isNullable: false, comment: 'key' },
      { name: 'amount', dataType: 'decimal(10,2)', isNullable: true, defaultValue: '0:int' },
      {
        name: 'day',
        dataType: 'date',
        isNullable: true,
        generatedAs: { expression: '(cast ts date)', text: 'CAST(ts AS DATE)' },
      },
    ],
    expectations: [
      { name: 'valid_id', condition: '(isnotnull order_id)', text: 'order_id IS NOT NULL', action: 'warn' },
      {
        name: 'valid_amount',
        condition: '(and (> amount 0:int) (< amount 100:int))',
        text: 'amount > 0 AND /* at most */ amount < 100',
        action: 'drop',
      },
    ],
    comment: 'Raw; orders',
    tableProperties: { quality: 'bronze', 'delta.appendOnly': 'true', 'pipelines.n': '5' },
    clusterBy: ['region', 'address.city'],
    query: 'Project[*](DataSource[stream read_files /data])',
    once: false,
  })
})

describe('every spelling of a dataset', () => {
  test.each([
    ['CREATE STREAMING TABLE t', 'streaming_table'],
    ['CREATE OR REFRESH PRIVATE STREAMING TABLE t', 'private streaming_table'],
    ['CREATE TEMPORARY STREAMING TABLE t', 'private streaming_table'],
    ['CREATE OR REFRESH STREAMING LIVE TABLE t', 'streaming_table'],
    ['CREATE INCREMENTAL LIVE TABLE t', 'streaming_table'],
    ['CREATE MATERIALIZED VIEW t AS SELECT 1', 'materialized_view'],
    ['CREATE PRIVATE MATERIALIZED VIEW IF NOT EXISTS t AS SELECT 1', 'private materialized_view'],
    ['CREATE OR REFRESH LIVE TABLE t AS SELECT 1', 'materialized_view'],
    ['CREATE TEMPORARY LIVE TABLE t AS SELECT 1', 'private materialized_view'],
    ['CREATE LIVE VIEW t AS SELECT 1', 'temporary_view'],
    ['CREATE STREAMING LIVE VIEW t AS SELECT 1', 'temporary_view'],
    ['CREATE TEMPORARY STREAMING LIVE VIEW t AS SELECT 1', 'temporary_view'],
    ['CREATE OR REFRESH TEMPORARY VIEW t AS SELECT 1', 'temporary_view'],
    ['CREATE OR REPLACE TEMP VIEW t AS SELECT 1', 'temporary_view'],
    ['CREATE VIEW t AS SELECT 1', 'persisted_view'],
  ])('%s', (text, expected) => expect(kindOf(text)).toBe(expected))
})

test.each([
  ['ON VIOLATION DROP ROW', 'drop'],
  ['ON VIOLATION FAIL UPDATE', 'fail'],
  ['ON VIOLATION FAIL', 'fail'],
  ['ON VIOLATION WARN', 'warn'],
  ['', 'warn'],
])("an expectation's action: %s", (clause, action) => {
  const text = `CREATE LIVE VIEW v (CONSTRAINT c EXPECT (a) ${clause}) AS SELECT 1`
  expect(statement(text)).toMatchObject({ expectations: [{ name: 'c', text: 'a', action }] })
})

test.each([
  ['PARTITIONED BY (a, b)', { partitionedBy: ['a', 'b'] }],
  ['CLUSTER BY AUTO', { clusterBy: 'auto' }],
  ['REFRESH POLICY INCREMENTAL STRICT', { refreshPolicy: 'incremental_strict' }],
  ['REFRESH POLICY full', { refreshPolicy: 'full' }],
  ["TBLPROPERTIES ('a' = 'x' 'y')", { tableProperties: { a: 'xy' } }],
])('the clause %s', (clause, expected) => {
  expect(statement(`CREATE MATERIALIZED VIEW m ${clause} AS SELECT 1`)).toMatchObject(expected)
})

test('columns of a view have comments but no types', () => {
  expect(statement("CREATE VIEW v (a COMMENT 'x', b) AS SELECT 1, 2")).toMatchObject({
    columns: [
      { name: 'a', isNullable: true, comment: 'x' },
      { name: 'b', isNullable: true },
    ],
  })
})

test('keys are read and have no effect', () => {
  const text = `CREATE STREAMING TABLE t (
    a INT PRIMARY KEY, b INT CONSTRAINT fk REFERENCES u (b), CONSTRAINT f FOREIGN KEY (b) REFERENCES cat.s.u (b) RELY)`
  expect(statement(text)).toMatchObject({ columns: [{ name: 'a' }, { name: 'b' }] })
})

test('a list of columns can be read alone', () => {
  const [id, day] = parseColumnDefinitions('id BIGINT NOT NULL, d DATE GENERATED ALWAYS AS (date(ts))')
  expect(id).toMatchObject({ name: 'id', isNullable: false })
  expect(day!.generatedAs!.text).toBe('date(ts)')
})

describe('flows', () => {
  const query = 'Project[*](Read[stream u])'
  test.each([
    ['CREATE FLOW f AS INSERT INTO t BY NAME SELECT * FROM STREAM u', { once: false }],
    ['CREATE FLOW f AS INSERT INTO t SELECT * FROM STREAM u', { once: false }],
    ['CREATE FLOW f AS INSERT INTO ONCE t BY NAME SELECT * FROM STREAM u', { once: true }],
    ['CREATE FLOW f AS INSERT ONCE INTO t BY NAME SELECT * FROM STREAM u', { once: true }],
    ['CREATE FLOW f ONCE AS INSERT INTO t BY NAME SELECT * FROM STREAM u', { once: true }],
    [
      "CREATE FLOW f COMMENT 'x' AS INSERT INTO LIVE.t BY NAME SELECT * FROM STREAM u",
      { once: false, comment: 'x' },
    ],
  ])('%s', (text, expected) => {
    expect(statement(text)).toEqual({ kind: 'CreateFlow', name: ['f'], target: ['t'], query, ...expected })
  })

  test("a table's own flow", () => {
    const text = 'CREATE STREAMING TABLE t FLOW INSERT ONCE BY NAME SELECT * FROM STREAM u'
    expect(statement(text)).toMatchObject({ kind: 'CreateDataset', once: true, query })
  })
})

describe('settings, scope and inspection', () => {
  test.each([
    ["SET startDate='2026-01-01'", { kind: 'SetConfiguration', key: 'startDate', value: "'2026-01-01'" }],
    ['SET a.b-c = s3://x/y z ', { kind: 'SetConfiguration', key: 'a.b-c', value: 's3://x/y z' }],
    ['SET catalog = x', { kind: 'SetConfiguration', key: 'catalog', value: 'x' }],
    ['SET CATALOG main', { kind: 'UseCatalog', catalog: 'main' }],
    ['USE CATALOG main', { kind: 'UseCatalog', catalog: 'main' }],
    ['USE SCHEMA sales', { kind: 'UseSchema', name: ['sales'] }],
    ['USE DATABASE main.sales', { kind: 'UseSchema', name: ['main', 'sales'] }],
    ['USE sales', { kind: 'UseSchema', name: ['sales'] }],
    ['USE catalog', { kind: 'UseSchema', name: ['catalog'] }],
    ['DESCRIBE t', { kind: 'DescribeStatement', what: 'columns', table: 'Read[t]' }],
    ['DESC TABLE EXTENDED a.t', { kind: 'DescribeStatement', what: 'extended', table: 'Read[a.t]' }],
    ['DESCRIBE FORMATTED t', { kind: 'DescribeStatement', what: 'extended', table: 'Read[t]' }],
    [
      'DESCRIBE DETAIL delta.`/x`',
      { kind: 'DescribeStatement', what: 'detail', table: 'DataSource[delta /x]' },
    ],
    ['DESCRIBE detail', { kind: 'DescribeStatement', what: 'columns', table: 'Read[detail]' }],
    [
      'DESCRIBE HISTORY t LIMIT 3',
      { kind: 'DescribeStatement', what: 'history', table: 'Read[t]', limit: 3 },
    ],
    ['SHOW TBLPROPERTIES t', { kind: 'DescribeStatement', what: 'properties', table: 'Read[t]' }],
    ['(SELECT 1) LIMIT 1', { kind: 'QueryStatement', query: 'Limit[1:int](Project[1:int](LocalRelation))' }],
  ])('%s', (text, expected) => expect(statement(text)).toEqual(expected))
})

test('statements are split at semicolons outside of strings, names and comments', () => {
  const text = `;-- one; two
    SELECT ';' AS \`a;b\` /* ; /* nested; */ */ ;; SET x = 1; USE s;`
  expect(parseStatements(text).map(({ kind }) => kind)).toEqual([
    'QueryStatement',
    'SetConfiguration',
    'UseSchema',
  ])
})

test('a file without statements', () => {
  expect(parseStatements('-- nothing yet\n')).toEqual([])
})
