import { describe, expect, test } from 'vitest'
import type { Relation } from '../../../src/plan/relation.ts'
import { parseExpression } from '../../../src/sql/index.ts'
import { printed, scan } from './run-query.ts'

const lines = (...text: readonly string[]) => text.join('\n')

describe('relations fold into one SELECT as far as the order of clauses allows', () => {
  test('filter and projection', () => {
    expect(printed("SELECT id, amount * 2 AS twice FROM orders WHERE status = 'paid' AND amount > 5")).toBe(
      lines(
        'SELECT id, CAST(amount * 2::DECIMAL(1,0) AS DECIMAL(12,2)) AS twice',
        'FROM orders AS t1',
        "WHERE status = 'paid' AND amount > 5::DECIMAL(10,2)",
      ),
    )
  })

  test('groups, HAVING, ORDER BY and LIMIT', () => {
    expect(
      printed(
        'SELECT customer, count(*) AS n FROM orders GROUP BY customer HAVING count(*) > 1 ORDER BY n DESC LIMIT 3',
      ),
    ).toBe(
      lines(
        'SELECT customer, count(*) AS n',
        'FROM orders AS t1',
        'GROUP BY customer',
        'HAVING count(*) > 1::BIGINT',
        'ORDER BY n DESC NULLS LAST',
        'LIMIT 3',
      ),
    )
  })

  test('a chain of joins', () => {
    expect(
      printed(
        'SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON o.customer = c.customer LEFT SEMI JOIN customers d ON d.name = c.name',
      ),
    ).toBe(
      lines(
        'SELECT t1.id, t2.name',
        'FROM orders AS t1',
        'LEFT JOIN customers AS t2 ON t1.customer = t2.customer',
        'SEMI JOIN customers AS t3 ON t3.name = t2.name',
      ),
    )
  })

  test('withColumns over withColumns, where no computed column is used twice', () => {
    const first: Relation = {
      kind: 'WithColumns',
      input: scan('customers'),
      columns: [{ name: 'loud', expression: parseExpression('upper(name)') }],
    }
    const second: Relation = {
      kind: 'WithColumns',
      input: first,
      columns: [{ name: 'customer', expression: parseExpression('customer + 1') }],
    }
    expect(printed(second)).toBe(
      lines('SELECT customer + 1 AS customer, name, upper(name) AS loud', 'FROM customers AS t1'),
    )
  })
})

describe('what may not move stays in a SELECT of its own', () => {
  test('a filter on a computed column', () => {
    expect(printed("SELECT * FROM (SELECT upper(name) AS loud FROM customers) WHERE loud = 'ANN'")).toBe(
      lines(
        'SELECT loud',
        'FROM (',
        '  SELECT upper(name) AS loud',
        '  FROM customers AS t1',
        ') AS t2',
        "WHERE loud = 'ANN'",
      ),
    )
  })

  test('a filter on a window function, and one below it', () => {
    expect(
      printed(
        'SELECT id FROM (SELECT id, row_number() OVER (ORDER BY amount) AS n FROM orders WHERE amount > 0) WHERE n = 1',
      ),
    ).toBe(
      lines(
        'SELECT id',
        'FROM (',
        '  SELECT id, CAST((row_number() OVER (ORDER BY amount NULLS FIRST)) AS INTEGER) AS n',
        '  FROM orders AS t1',
        '  WHERE amount > 0::DECIMAL(10,2)',
        ') AS t2',
        'WHERE n = 1',
      ),
    )
  })

  test('a grouping expression is a column before it is grouped by', () => {
    expect(printed('SELECT customer % 2 AS odd, max(id) FROM orders GROUP BY odd')).toBe(
      lines(
        'SELECT odd, max(id) AS "max(id)"',
        'FROM (',
        '  SELECT id, customer % 2 AS odd',
        '  FROM orders AS t1',
        ') AS t2',
        'GROUP BY odd',
      ),
    )
  })

  test('a computed column that a lambda reads for each element', () => {
    expect(
      printed(
        'SELECT transform(tags, t -> concat(t, loud)) x FROM (SELECT tags, upper(status) AS loud FROM orders)',
      ),
    ).toBe(
      lines(
        'SELECT list_transform(tags, lambda v1_, v2_: (v1_ || t2.loud)) AS x',
        'FROM (',
        '  SELECT tags, upper(status) AS loud',
        '  FROM orders AS t1',
        ') AS t2',
      ),
    )
  })

  test('an exploded array', () => {
    expect(printed('SELECT id, explode(tags) AS tag FROM orders')).toBe(
      lines('SELECT id, tag', 'FROM (', '  SELECT id, unnest(tags) AS tag', '  FROM orders AS t1', ') AS t2'),
    )
  })
})

test('a computed column that ends in a column of its own name is named all the same', () => {
  const sql = 'SELECT a.id + b.id AS id FROM orders AS a JOIN orders AS b ON a.id = b.id'
  expect(printed(sql).split('\n')[0]).toBe('SELECT t1.id + t2.id AS id')
})

test('columns that nothing reads are left out on the way', () => {
  expect(printed('SELECT n FROM (SELECT *, upper(status) AS loud, id + 1 AS n FROM orders LIMIT 5)')).toBe(
    lines('SELECT id + 1::BIGINT AS n', 'FROM orders AS t1', 'LIMIT 5'),
  )
})

test('common table expressions keep their names, apart from those of tables', () => {
  expect(
    printed('WITH big AS (SELECT id FROM orders) SELECT a.id FROM big a JOIN big b ON a.id = b.id'),
  ).toBe(
    lines(
      'WITH cte_big AS (',
      '  SELECT id',
      '  FROM orders AS t1',
      ')',
      'SELECT t2.id',
      'FROM cte_big AS t2',
      'JOIN cte_big AS t3 ON t2.id = t3.id',
    ),
  )
})

test('a union of many stays flat', () => {
  expect(printed('SELECT 1 AS a UNION ALL SELECT 2 UNION ALL SELECT 3')).toBe(
    lines('SELECT 1 AS a', 'UNION ALL', 'SELECT 2 AS "2"', 'UNION ALL', 'SELECT 3 AS "3"'),
  )
})

test('a correlated subquery names the outer row by its alias', () => {
  expect(
    printed('SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.customer = o.customer)'),
  ).toBe(
    lines(
      'SELECT id',
      'FROM orders AS t1',
      'WHERE EXISTS (SELECT 1 AS "1"',
      'FROM customers AS t2',
      'WHERE customer = t1.customer)',
    ),
  )
})

describe('constants stay constants, so that they reach the files', () => {
  test.each([
    ["placed >= '2024-01-05'", "placed >= TIMESTAMPTZ '2024-01-05 00:00:00+00'"],
    ["date(placed) = '2024-01-05'", "CAST(make_timestamp(epoch_us(placed)) AS DATE) = DATE '2024-01-05'"],
    ['id = 7', 'id = 7::BIGINT'],
    ["id = '7'", 'id = 7::BIGINT'],
    ['amount < 100.5', 'amount < CAST(100.5 AS DECIMAL(10,2))'],
    ['id IN (1, 2)', 'id IN (1::BIGINT, 2::BIGINT)'],
    ["status IS NULL OR NOT status LIKE 'a%'", "status IS NULL OR (NOT (status LIKE 'a%'))"],
  ])('%s', (condition, text) => {
    expect(printed(`SELECT 1 AS one FROM orders WHERE ${condition}`).split('\n')[2]).toBe(`WHERE ${text}`)
  })
})

describe('brackets', () => {
  test.each([
    ['customer + 1 - 2', 'customer + 1 - 2'],
    ['customer - (customer - 2)', 'customer - (customer - 2)'],
    ['(customer + 1) * 2', '(customer + 1) * 2'],
    ['customer * 2 + customer % 3', 'customer * 2 + customer % 3'],
    ['-(customer + 1)', '-(customer + 1)'],
    ['customer > 1 AND (customer < 5 OR customer = 9)', 'customer > 1 AND (customer < 5 OR customer = 9)'],
    ['NOT (customer > 1 AND customer < 5)', 'NOT (customer > 1 AND customer < 5)'],
    ['(customer > 1) = (customer > 2)', '(customer > 1) = (customer > 2)'],
    ['customer + 1 IS NULL', '(customer + 1) IS NULL'],
  ])('%s', (expression, text) => {
    expect(printed(`SELECT ${expression} AS x FROM orders`).split('\n')[0]).toBe(`SELECT ${text} AS x`)
  })
})

test('without ANSI what would raise is NULL', () => {
  const query = 'SELECT id + id AS a, id / customer AS b, tags[0] AS d, CAST(id AS INT) AS e FROM orders'
  expect(printed(query, false)).toBe(
    lines(
      'SELECT ',
      '  TRY(id + id) AS a,',
      '  TRY_CAST(id AS DOUBLE) / millrace.divisor_or_null(TRY_CAST(customer AS DOUBLE)) AS b,',
      '  tags[1] AS d,',
      '  TRY_CAST(id AS INTEGER) AS e',
      'FROM orders AS t1',
    ),
  )
})
