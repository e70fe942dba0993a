import { describe, expect, test } from 'vitest'
import type { Relation } from '../../../src/plan/relation.ts'
import { parseExpression, parseQuery } from '../../../src/sql/index.ts'
import { analyzeRelation, columns, columnsOf, errorOf } from './analyze-sql.ts'

const read = (name: string): Relation => parseQuery(`SELECT * FROM ${name}`)
const table = (name: string): Relation => ({ kind: 'Read', name: [name], isStreaming: false, options: {} })

describe('a name', () => {
  test('is compared without case and keeps the way it was written', () => {
    expect(columns('SELECT ORDER_ID, Orders.Amount FROM orders')).toEqual([
      'ORDER_ID bigint',
      'Amount decimal(10,2)?',
    ])
  })

  test('may be qualified by the table, its schema and its catalog, or by the alias that hides them', () => {
    expect(columns('SELECT main.sales.orders.order_id, sales.orders.amount FROM main.sales.orders')).toEqual([
      'order_id bigint',
      'amount decimal(10,2)?',
    ])
    expect(errorOf('SELECT orders.amount FROM orders o')[0]).toBe('UNRESOLVED_COLUMN.WITH_SUGGESTION')
  })

  test('goes on into the fields of a struct, and into those of each struct of an array', () => {
    expect(columns('SELECT address.city, o.address.zip z, array(address).zip zs FROM orders o')).toEqual([
      'city string?',
      'z int?',
      'zs array<int>',
    ])
  })

  test('of a lambda parameter hides a column', () => {
    expect(columns('SELECT transform(array(1), amount -> amount + 1) t FROM orders')).toEqual([
      't array<int>',
    ])
  })

  test('may be an alias to the left of it, unless the input has that name', () => {
    expect(columns('SELECT customer_id + 1 AS next, next * 2 AS twice FROM orders')).toEqual([
      'next int?',
      'twice int?',
    ])
    expect(columns("SELECT 'x' AS amount, amount AS kept FROM orders")).toEqual([
      'amount string',
      'kept decimal(10,2)?',
    ])
  })

  test('in a subquery may be a column of the query around it', () => {
    expect(
      columns(
        'SELECT (SELECT max(name) FROM customers c WHERE c.customer_id = o.customer_id) n FROM orders o',
      ),
    ).toEqual(['n string?'])
  })
})

describe('hidden columns', () => {
  test('are not in a star but answer to their name', () => {
    expect(columns('SELECT * FROM customers')).toEqual(['customer_id int', 'name string?'])
    expect(columns('SELECT _metadata.file_path FROM orders')).toEqual(['file_path string?'])
    expect(columns('SELECT input_file_name() f FROM orders')).toEqual(['f string?'])
  })

  test('pass a filter, an alias, a join and added columns, not a select list', () => {
    expect(
      columns(
        'SELECT o._metadata.file_size s FROM (SELECT 1 one) x JOIN orders o ON true WHERE o.amount > 1',
      ),
    ).toEqual(['s bigint?'])
    expect(errorOf('SELECT _metadata FROM (SELECT * FROM orders)')[0]).toBe(
      'UNRESOLVED_COLUMN.WITH_SUGGESTION',
    )
    const added = analyzeRelation({
      kind: 'Project',
      input: {
        kind: 'WithColumns',
        input: table('orders'),
        columns: [{ name: 'one', expression: parseExpression('1') }],
      },
      expressions: [parseExpression('one'), parseExpression('_metadata.file_path')],
    })
    expect(columnsOf(added)).toEqual(['one int', 'file_path string?'])
  })
})

describe('columns without a name', () => {
  test.each([
    ['count(*)', 'count(1)'],
    ['count(DISTINCT customer_id)', 'count(DISTINCT customer_id)'],
    ["sum(o.amount) FILTER (WHERE status = 'x')", 'sum(amount) FILTER (WHERE (status = x))'],
    ['CAST(max(customer_id) AS STRING)', 'CAST(max(customer_id) AS STRING)'],
    ['max(customer_id) + 1', '(max(customer_id) + 1)'],
    [
      'count(*) OVER (PARTITION BY 1)',
      'count(1) OVER (PARTITION BY 1 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)',
    ],
  ])('%s', (expression, name) => {
    expect(analyzeRelation(parseQuery(`SELECT ${expression} FROM orders o`)).schema.fields[0]!.name).toBe(
      name,
    )
  })

  test('a cast of a column and a field keep its name', () => {
    expect(columns('SELECT try_cast(amount AS INT), address.zip, tags[0] FROM orders')).toEqual([
      'amount int?',
      'zip int?',
      'tags[0] string?',
    ])
  })
})

describe('star', () => {
  test('leaves out what EXCEPT names, and may be of one table or one struct', () => {
    expect(columns('SELECT * EXCEPT (tags, address, order_date, status) FROM orders')).toEqual([
      'order_id bigint',
      'customer_id int?',
      'amount decimal(10,2)?',
    ])
    expect(columns('SELECT c.*, o.address.* FROM orders o, customers c')).toEqual([
      'customer_id int',
      'name string?',
      'city string?',
      'zip int?',
    ])
  })
})

describe('joins', () => {
  test('make the side that may be missing nullable', () => {
    expect(
      columns(
        'SELECT o.order_id, c.customer_id FROM customers c LEFT JOIN orders o ON o.order_id = c.customer_id',
      ),
    ).toEqual(['order_id bigint?', 'customer_id int'])
  })

  test('USING gives the key once and first; both sides keep theirs under their names', () => {
    expect(columns('SELECT * FROM customers FULL JOIN orders USING (customer_id)')[0]).toBe(
      'customer_id int?',
    )
    expect(
      columns(
        'SELECT customer_id, c.customer_id a, o.customer_id b FROM orders o RIGHT JOIN customers c USING (customer_id)',
      ),
    ).toEqual(['customer_id int', 'a int', 'b int?'])
  })
})

describe('common table expressions', () => {
  test('hide tables and outer expressions of the same name', () => {
    expect(columns('WITH orders AS (SELECT 1 x) SELECT * FROM orders')).toEqual(['x int'])
    expect(
      columns('WITH a AS (SELECT 1 x) SELECT * FROM (WITH a AS (SELECT 2L y) SELECT * FROM a), a'),
    ).toEqual(['y bigint', 'x int'])
  })
})

describe('the DataFrame methods', () => {
  test('withColumns replaces where the column stands and adds behind; all read the input', () => {
    const relation: Relation = {
      kind: 'WithColumns',
      input: table('customers'),
      columns: [
        { name: 'NAME', expression: parseExpression('length(name)') },
        { name: 'twice', expression: parseExpression('concat(name, name)') },
      ],
    }
    expect(columnsOf(analyzeRelation(relation))).toEqual(['customer_id int', 'NAME int?', 'twice string?'])
  })

  test('drop and rename pass over names that there are not', () => {
    const dropped = analyzeRelation({ kind: 'Drop', input: table('customers'), columns: ['NAME', 'nope'] })
    expect(columnsOf(dropped)).toEqual(['customer_id int'])
    const renamed = analyzeRelation({
      kind: 'WithColumnsRenamed',
      input: table('customers'),
      renames: [
        { from: 'Name', to: 'label' },
        { from: 'nope', to: 'x' },
      ],
    })
    expect(columnsOf(renamed)).toEqual(['customer_id int', 'label string?'])
  })

  test('filter and orderBy after select still reach the columns below it', () => {
    const selected: Relation = {
      kind: 'Project',
      input: table('orders'),
      expressions: [parseExpression('order_id')],
    }
    const filtered: Relation = { kind: 'Filter', input: selected, condition: parseExpression('amount > 1') }
    const sorted: Relation = {
      kind: 'Sort',
      input: filtered,
      order: [{ kind: 'SortOrder', child: parseExpression('status'), direction: 'asc', nulls: 'first' }],
    }
    expect(columnsOf(analyzeRelation(sorted))).toEqual(['order_id bigint'])
  })

  test('a watermark on an expression adds its column', () => {
    const relation: Relation = {
      kind: 'WithWatermark',
      input: table('customers'),
      eventTime: { kind: 'Alias', child: parseExpression("TIMESTAMP'2024-01-01'"), name: 'seen' },
      delayMicros: 1n,
    }
    expect(columnsOf(analyzeRelation(relation))).toEqual([
      'customer_id int',
      'name string?',
      'seen timestamp',
    ])
  })
})

describe('a source that was never read', () => {
  test('may have any column, of a type that is not known yet', () => {
    expect(columns('SELECT *, amount, a.b.c deep FROM landing')).toEqual(['amount unknown?', 'deep unknown?'])
    expect(analyzeRelation(read('landing')).schema.open).toBe(true)
  })

  test('lets functions give their own type where the arguments do not decide it', () => {
    expect(
      columns(
        'SELECT count(x) c, length(x) l, x + 1 s, CAST(x AS DATE) d, coalesce(x, 1) e, x > 1 p, max(x) m FROM landing GROUP BY x',
      ),
    ).toEqual(['c bigint', 'l int?', 's unknown?', 'd date?', 'e unknown', 'p boolean?', 'm unknown?'])
  })

  test('takes every place: joins, groups, unions, windows', () => {
    expect(
      columns(`SELECT o.status, window.start, count(DISTINCT l.id) n
        FROM orders o JOIN landing l ON l.order_id = o.order_id
        WHERE l.kind = 'x' GROUP BY o.status, window(l.ts, '1 hour')`),
    ).toEqual(['status string?', 'start unknown?', 'n bigint'])
    expect(columns('SELECT name FROM customers UNION ALL SELECT name FROM landing')).toEqual(['name string?'])
  })
})
