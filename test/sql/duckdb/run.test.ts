import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Expression } from '../../../src/plan/expression.ts'
import type { Relation } from '../../../src/plan/relation.ts'
import { identifier } from '../../../src/sql/duckdb/identifier.ts'
import { parseExpression } from '../../../src/sql/index.ts'
import { failureOf, openDatabase, printed, rowsOf, scan } from './run-query.ts'

let connection: DuckDBConnection
let close: () => void

beforeAll(async () => {
  ;({ connection, close } = await openDatabase())
  await connection.run(
    `INSERT INTO orders SELECT i, i % 3, i + 0.5, 's' || i, TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_days(i::INTEGER), ['a', 'b'] FROM range(100) AS r(i)`,
  )
  await connection.run("INSERT INTO customers VALUES (0, 'ann'), (1, 'bob')")
})

afterAll(() => close())

describe('an error while a query runs has the condition that Spark gives it', () => {
  test.each([
    ['SELECT 1 / (id - 5) FROM orders', 'DIVIDE_BY_ZERO', {}],
    ['SELECT amount / (id - 5) FROM orders', 'DIVIDE_BY_ZERO', {}],
    ['SELECT id % (customer - 2) FROM orders', 'REMAINDER_BY_ZERO', {}],
    [
      'SELECT customer + 2147483647 FROM orders',
      'ARITHMETIC_OVERFLOW',
      { detail: 'Overflow in addition of INT32 (1 + 2147483647)' },
    ],
    [
      'SELECT sum(9223372036854775807L) FROM orders',
      'ARITHMETIC_OVERFLOW',
      { detail: 'sum 922337203685477580700' },
    ],
    [
      'SELECT CAST(status AS INT) FROM orders',
      'CAST_INVALID_INPUT',
      { expression: 's0', sourceType: 'STRING', targetType: 'INT' },
    ],
    [
      "SELECT CAST('12x' AS DECIMAL(10,2))",
      'CAST_INVALID_INPUT',
      { expression: '12x', sourceType: 'STRING', targetType: 'DECIMAL' },
    ],
    [
      "SELECT CAST('1234' AS DECIMAL(3,1))",
      'NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION',
      { value: '1234', type: 'DECIMAL(3,1)' },
    ],
    [
      'SELECT CAST(amount * 1000 AS DECIMAL(4,2)) FROM orders',
      'NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION',
      { value: '500.00', type: 'DECIMAL(4,2)' },
    ],
    [
      'SELECT CAST(id + 100 AS TINYINT) FROM orders',
      'CAST_OVERFLOW',
      { value: '128', sourceType: 'BIGINT', targetType: 'TINYINT' },
    ],
    ['SELECT tags[2] FROM orders', 'INVALID_ARRAY_INDEX', { indexValue: '2', arraySize: '2' }],
    ['SELECT (SELECT id FROM orders)', 'SCALAR_SUBQUERY_TOO_MANY_ROWS', {}],
  ])('%s', async (query, condition, parameters) => {
    expect(await failureOf(connection, query)).toEqual([condition, parameters])
  })
})

describe('a condition guards what stands behind it', () => {
  test.each([
    'SELECT id FROM orders WHERE id <> 5 AND 10 / (id - 5) > 9',
    'SELECT id FROM (SELECT * FROM orders WHERE id <> 5) WHERE 10 / (id - 5) > 9',
    'SELECT id FROM orders WHERE CASE WHEN id = 5 THEN false ELSE 10 / (id - 5) > 9 END',
    'SELECT id FROM orders WHERE if(id = 5, 0, 10 / (id - 5)) > 9',
  ])('%s', async (query) => {
    expect(await rowsOf(connection, query)).toEqual([['6']])
  })
})

test('each kind of row that a deduplication keeps is whole', async () => {
  const query: Relation = {
    kind: 'Deduplicate',
    input: scan('orders'),
    columns: ['customer'],
    withinWatermark: false,
  }
  const reader = await connection.runAndReadAll(
    `SELECT count(*), count(DISTINCT customer), bool_and(status = 's' || id AND amount = id + 0.5) FROM (${printed(query)})`,
  )
  expect(reader.getRowsJson()).toEqual([['3', '3', true]])
})

test.each([
  ['id >= 0', 1],
  ['id < 0', 0],
])('a deduplication by no columns keeps one row where there are any: %s', async (condition, rows) => {
  const input: Relation = { kind: 'Filter', input: scan('orders'), condition: parseExpression(condition) }
  const one: Relation = { kind: 'Deduplicate', input, columns: [], withinWatermark: false }
  const above: Relation = { kind: 'Filter', input: one, condition: parseExpression('amount > -1') }
  const read = await Promise.all(
    [one, above].map(async (query) => (await connection.runAndReadAll(printed(query))).getRowsJson()),
  )
  expect(read.map((each) => each.length)).toEqual([rows, rows])
})

test('rules between a query and its readers let pass where they are true', async () => {
  const query: Relation = {
    kind: 'Aggregate',
    groupType: 'groupby',
    grouping: [],
    expressions: [parseExpression('count(*)')],
    input: {
      kind: 'Expect',
      input: scan('orders'),
      dataset: 'orders',
      rules: [
        { name: 'first', condition: parseExpression('id < 50'), action: 'drop' },
        { name: 'second', condition: parseExpression('nullif(customer, 1) >= 0'), action: 'fail' },
        { name: 'third', condition: parseExpression('id < 0'), action: 'warn' },
      ],
    },
  }
  const reader = await connection.runAndReadAll(printed(query))
  expect(reader.getRowsJson()).toEqual([['33']])
})

describe('long chains', () => {
  const chain = (depth: number, column: (i: number) => [string, Expression]): Relation =>
    Array.from({ length: depth }, (_, i) => column(i)).reduce<Relation>(
      (input, [name, expression]) => ({ kind: 'WithColumns', input, columns: [{ name, expression }] }),
      scan('customers'),
    )

  test('300 columns that each use the last one twice stay small and give their value', async () => {
    const query = chain(300, () => ['customer', parseExpression('(customer + customer) % 1000')])
    const sql = printed(query)
    expect(sql.length).toBeLessThan(50_000)
    const reader = await connection.runAndReadAll(`SELECT customer FROM (${sql}) ORDER BY 1`)
    let expected = 1
    for (let i = 0; i < 300; i++) expected = (expected * 2) % 1000
    expect(reader.getRowsJson()).toEqual([[0], [expected]])
  })

  test('300 columns beside each other are one SELECT', async () => {
    const query = chain(300, (i) => [`c${i}`, parseExpression(`customer + ${i}`)])
    const sql = printed(query)
    expect(sql.match(/SELECT/g)).toHaveLength(1)
    expect((await connection.runAndReadAll(sql)).columnCount).toBe(302)
  })

  test('300 filters and an expression 300 levels deep', async () => {
    const filters = Array.from({ length: 300 }, (_, i) => parseExpression(`customer > ${-i - 1}`))
    const query = filters.reduce<Relation>(
      (input, condition) => ({ kind: 'Filter', input, condition }),
      scan('customers'),
    )
    expect((await connection.runAndReadAll(printed(query))).getRowsJson()).toHaveLength(2)
    const deep = `SELECT ${'1 + ('.repeat(120)}1${')'.repeat(120)} AS x`
    expect(await rowsOf(connection, deep)).toEqual([[121]])
  })
})

test('every word that DuckDB reserves is quoted as a name', async () => {
  const reader = await connection.runAndReadAll('SELECT keyword_name FROM duckdb_keywords()')
  const words = reader.getRowsJson().map((row) => String(row[0]))
  const columns = words.map((word, i) => `${i} AS ${identifier(word)}`).join(', ')
  const names = words.map(identifier).join(', ')
  const rows = await connection.runAndReadAll(`SELECT ${names} FROM (SELECT ${columns})`)
  expect(rows.columnNames()).toEqual(words)
})

test('any text is a column name', async () => {
  const rows = await rowsOf(connection, 'SELECT `a "b" \'c\'` FROM (SELECT 1 AS `a "b" \'c\'`)')
  expect(rows).toEqual([[1]])
})

test('an aggregate of all rows that nothing reads is one row all the same', async () => {
  const none = 'SELECT sum(id) AS s FROM orders WHERE false'
  expect(await rowsOf(connection, `SELECT count(*) FROM (${none})`)).toEqual([['1']])
  expect(await rowsOf(connection, `SELECT 7 AS seven FROM (${none})`)).toEqual([[7]])
  expect(await rowsOf(connection, `SELECT 7 AS seven FROM (${none} HAVING count(*) > 0)`)).toEqual([])
})

test('a constant is no position to sort by', async () => {
  const query = 'SELECT id FROM (SELECT id, 5 AS five, 9 AS nine FROM orders) ORDER BY five, nine, id LIMIT 2'
  expect(await rowsOf(connection, query)).toEqual([['0'], ['1']])
})

test('a column that a union takes twice has a name for each', async () => {
  const twice = '(SELECT id, id FROM orders WHERE id < 2) AS twice(a, b)'
  const query = `SELECT a, b + 1 FROM (SELECT * FROM ${twice} UNION ALL SELECT 7, 8) ORDER BY a`
  expect(await rowsOf(connection, query)).toEqual([
    ['0', '1'],
    ['1', '2'],
    ['7', '9'],
  ])
})

test('ORDER BY ALL sorts by every column of the output, from the left', async () => {
  const query = 'SELECT b, a FROM VALUES (1, 2), (2, 1), (0, 2) AS t(a, b) ORDER BY ALL DESC'
  expect(await rowsOf(connection, query)).toEqual([
    [2, 1],
    [2, 0],
    [1, 2],
  ])
})

test('exploded rows are there though nothing reads their column', async () => {
  expect(
    await rowsOf(connection, 'SELECT count(*) FROM (SELECT id, explode(tags) AS tag FROM orders)'),
  ).toEqual([['200']])
})

test('a subquery may read an aggregate of the query around it', async () => {
  const query =
    'SELECT customer FROM (SELECT customer, max(id) AS last FROM orders GROUP BY customer) o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.customer + 98 = o.last) ORDER BY customer'
  expect(await rowsOf(connection, query)).toEqual([[0], [2]])
})

test('current_timestamp is that of the batch', async () => {
  expect(await rowsOf(connection, 'SELECT current_timestamp() AS now')).toEqual([['1970-01-01 00:00:00+00']])
})

describe('an aggregate is over rows of the input, whatever outputs have the names of its columns', () => {
  const SOLD = `FROM VALUES ('x', 1, 100), ('y', 100, 1) AS sold(k, a, b) GROUP BY k`

  test.each([
    [`SELECT k, sum(a) AS b ${SOLD} HAVING sum(b) > 10`, [['x', '1']]],
    [`SELECT k, count(*) AS a, max(b) AS b ${SOLD} HAVING max(a) > 10`, [['y', '1', 1]]],
    [`SELECT k, sum(a) AS b ${SOLD} HAVING b > 10`, [['y', '100']]],
    [
      `SELECT k, sum(a) AS b ${SOLD} ORDER BY sum(b)`,
      [
        ['y', '100'],
        ['x', '1'],
      ],
    ],
    [
      `SELECT k, sum(a) AS b ${SOLD} ORDER BY rank() OVER (ORDER BY sum(b))`,
      [
        ['y', '100'],
        ['x', '1'],
      ],
    ],
    [`SELECT k, sum(a) AS b ${SOLD} QUALIFY sum(b) OVER () > 100 AND b > 1`, [['y', '100']]],
  ])('%s', async (query, rows) => {
    expect(await rowsOf(connection, query)).toEqual(rows)
  })

  test('an output is no row of it', async () => {
    const query = `SELECT k, sum(a) AS total ${SOLD} HAVING max(total) > 10`
    await expect(async () => rowsOf(connection, query)).rejects.toMatchObject({
      condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      parameters: { objectName: 'total', proposal: 'k, a, b' },
    })
  })
})

test('HAVING and ORDER BY may ask for the grouping set of a row', async () => {
  const query = `SELECT k, sum(n) AS n FROM VALUES ('a', 1), ('b', 2) AS t(k, n) GROUP BY ROLLUP(k)`
  expect(await rowsOf(connection, `${query} HAVING grouping(k) = 1`)).toEqual([[null, '3']])
  expect(await rowsOf(connection, `${query} ORDER BY grouping_id() DESC, k`)).toEqual([
    [null, '3'],
    ['a', '1'],
    ['b', '2'],
  ])
})

describe('a NULL inside of a struct or an array comes before every value, as in Spark', () => {
  const ROWS = "VALUES (CAST(NULL AS INT), 1, 'x'), (2, 2, NULL), (1, 3, 'y') AS t(a, i, b)"
  const STRUCTS = 'array(struct(1 AS a), NULL, struct(CAST(NULL AS INT) AS a), struct(-1 AS a))'
  const sorted = (order: string) => `SELECT i FROM ${ROWS} ORDER BY ${order}`

  test.each([
    [`SELECT to_json(max(struct(a, i))), to_json(min(struct(a, i))) FROM ${ROWS}`, '{"a":2,"i":2} {"i":1}'],
    [`SELECT max(array(a, i)), min(array(a)) FROM ${ROWS}`, '2,2 '],
    [`SELECT max(struct(a)) FILTER (WHERE i > 5) FROM ${ROWS}`, 'null'],
    [`SELECT max_by(i, struct(a)), min_by(i, struct(a)) FROM ${ROWS}`, '2 1'],
    [sorted('struct(a, b)'), '1 3 2'],
    [sorted('struct(a) DESC'), '2 3 1'],
    [sorted('struct(struct(b, a), array(a)) LIMIT 2'), '2 1'],
    [`SELECT s.a FROM (SELECT DISTINCT struct(a) AS s FROM ${ROWS}) ORDER BY s`, 'null 1 2'],
    [`SELECT i FROM (SELECT i, rank() OVER (ORDER BY struct(a)) AS n FROM ${ROWS}) ORDER BY n`, '1 3 2'],
    [`SELECT listagg(i, '') WITHIN GROUP (ORDER BY struct(a)) FROM ${ROWS}`, '132'],
    [
      `SELECT s.a FROM (SELECT struct(1 AS a) AS s UNION ALL SELECT struct(CAST(NULL AS INT) AS a)) ORDER BY s`,
      'null 1',
    ],
    [
      `SELECT to_json(sort_array(${STRUCTS})), to_json(sort_array(${STRUCTS}, false))`,
      '[null,{},{"a":-1},{"a":1}] [{"a":1},{"a":-1},{},null]',
    ],
    [`SELECT to_json(array_sort(${STRUCTS}))`, '[{},{"a":-1},{"a":1},null]'],
    [`SELECT to_json(array_max(${STRUCTS})), to_json(array_min(${STRUCTS}))`, '{"a":1} {}'],
    [
      `SELECT to_json(greatest(struct(a), struct(a), NULL)), to_json(least(struct(0 AS a), struct(a))) FROM ${ROWS} WHERE i < 3 ORDER BY i`,
      '{} {} {"a":2} {"a":0}',
    ],
    [
      'SELECT array(1, NULL) < array(1, 0), array(1) < array(1, NULL), array(NULL) <= array(NULL), array(0) > array(NULL)',
      'true true true true',
    ],
    [
      `SELECT struct(a) < struct(1 AS a), struct(a) BETWEEN struct(CAST(NULL AS INT) AS a) AND struct(1 AS a) FROM ${ROWS} ORDER BY i`,
      'true true false false false true',
    ],
  ])('%s', async (query, expected) => {
    const rows = await rowsOf(connection, query)
    expect(rows.flat().map(String).join(' ')).toBe(expected)
  })
})

describe('structs of the same types compare, whatever their fields are called', () => {
  const ROWS = 'VALUES (1, 2, 1, 2), (1, NULL, 1, NULL), (1, 2, 1, 3) AS t(a, b, c, d)'

  test.each([
    ['(a, b) = (c, d)', [true, true, false]],
    ['(a, b) <=> (c, d)', [true, true, false]],
    ['(a, b) < (c, d)', [false, false, true]],
    ['(a, b) BETWEEN (0, 0) AND (c, d)', [true, true, true]],
    ['(a, b) IN ((1, 3), (c, d))', [true, true, false]],
    ['CASE (a, b) WHEN (c, d) THEN true ELSE false END', [true, true, false]],
    ['nullif((a, b), (c, d)) IS NULL', [true, true, false]],
    ['array((a, b)) = array((c, d))', [true, true, false]],
  ])('%s', async (condition, expected) => {
    expect((await rowsOf(connection, `SELECT ${condition} FROM ${ROWS}`)).flat()).toEqual(expected)
  })

  test.each(['struct(1 AS x) = struct(1L AS y)', 'struct(1 AS x) = struct(1 AS x, 2 AS y)'])(
    'of other types they are refused: %s',
    (condition) => {
      expect(() => printed(`SELECT ${condition}`)).toThrow(
        expect.objectContaining({ condition: 'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES' }),
      )
    },
  )
})

test('texts of an array without any are joined to an empty text', async () => {
  const query = `SELECT concat_ws(',', a), concat_ws(sep, a, 'x'), array_join(a, ','), array_join(a, sep), array_join(a, ',', 'N')
    FROM VALUES (CAST(array() AS ARRAY<STRING>), '?'), (array(NULL), '!'), (array('', NULL, 'b'), '-'), (NULL, '+'), (array('c', 'd', 'e'), '*') AS t(a, sep)`
  expect(await rowsOf(connection, query)).toEqual([
    ['', 'x', '', '', ''],
    ['', 'x', '', '', 'N'],
    [',b', '-b-x', ',b', '-b', ',N,b'],
    ['', 'x', null, null, null],
    ['c,d,e', 'c*d*e*x', 'c,d,e', 'c*d*e', 'c,d,e'],
  ])
})

test('what is no number stays so, whatever its sign', async () => {
  const query = `SELECT CAST(d AS STRING), CAST(-d AS STRING), to_json(struct(-d AS d)), CAST(signum(d) AS STRING), format_number(d, 1)
    FROM VALUES (double('NaN')), (double('-Infinity')), (-0.0D), (-2.5D) AS t(d)`
  expect(await rowsOf(connection, query)).toEqual([
    ['NaN', 'NaN', '{"d":"NaN"}', 'NaN', 'NaN'],
    ['-Infinity', 'Infinity', '{"d":"Infinity"}', '-1.0', '-∞'],
    ['-0.0', '0.0', '{"d":0.0}', '-0.0', '-0.0'],
    ['-2.5', '2.5', '{"d":2.5}', '-1.0', '-2.5'],
  ])
})

test('unix_timestamp leaves the fraction of a second away, unix_seconds goes down', async () => {
  const query = `SELECT unix_timestamp(t), unix_timestamp(CAST(t AS STRING), 'yyyy-MM-dd HH:mm:ss.S'), unix_seconds(t)
    FROM VALUES (TIMESTAMP'1969-12-31 23:59:58.5'), (TIMESTAMP'1970-01-01 00:00:01.5') AS t(t)`
  expect(await rowsOf(connection, query)).toEqual([
    ['-1', '-1', '-2'],
    ['1', '1', '1'],
  ])
})

test('locate from nowhere finds nothing, whatever it looks for', async () => {
  const query = `SELECT locate('b', s, pos) FROM VALUES ('ab', NULL), (NULL, NULL), (NULL, 1), ('ab', 0), ('ab', 1) AS t(s, pos)`
  expect((await rowsOf(connection, query)).flat()).toEqual([0, 0, null, 0, 2])
})
