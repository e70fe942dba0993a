import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/plan/analyzer/analyze.ts'
import { scanConditions } from '../../src/plan/pushdown.ts'
import type { Relation, Scan } from '../../src/plan/relation.ts'
import type { ResolvedExpression } from '../../src/plan/resolved.ts'
import { transform } from '../../src/plan/rewrite.ts'
import { parseExpression, parseQuery } from '../../src/sql/index.ts'
import { field, INTEGER, STRING, struct } from '../../src/types/data-type.ts'

const scan = (names: readonly string[]): Scan => ({
  kind: 'Scan',
  input: { kind: 'parquet', paths: [] },
  schema: struct(names.map((name) => field(name, name === 's' ? STRING : INTEGER))),
})

/** Conditions that reach the tables `t(a, b, s)` and `u(a, c)` of a query, as texts. */
function pushed(sql: string): { t?: string[]; u?: string[] } {
  const tables: Record<string, Scan> = { t: scan(['a', 'b', 's']), u: scan(['a', 'c']) }
  const query = transform(parseQuery(sql), (node): Relation => {
    if (node.kind !== 'Read') return node
    const input = tables[node.name[0]!]
    return input === undefined ? node : { kind: 'SubqueryAlias', input, alias: node.name[0]! }
  })
  return conditionsOf(query, tables)
}

function conditionsOf(
  query: Relation,
  tables: Readonly<Record<string, Scan>>,
): { t?: string[]; u?: string[] } {
  const resolved = analyze(query, {
    ansi: true,
    resolveLeaf: () => {
      throw new Error('every leaf is bound')
    },
  })
  const found = scanConditions(resolved)
  return Object.fromEntries(
    Object.entries(tables)
      .filter(([, table]) => found.has(table))
      .map(([name, table]) => [name, found.get(table)!.map(print)]),
  )
}

function print(expression: ResolvedExpression): string {
  switch (expression.kind) {
    case 'Literal':
      return String(expression.value)
    case 'Column':
      return expression.name
    case 'Cast':
      return print(expression.child)
    case 'Call': {
      const args = expression.arguments.map(print)
      return /^\w+$/.test(expression.function) && !['and', 'or'].includes(expression.function)
        ? `${expression.function}(${args.join(', ')})`
        : `(${args.join(` ${expression.function} `)})`
    }
    default:
      return expression.kind
  }
}

describe('conditions reach a scan', () => {
  it.each([
    ['of WHERE, one by one', 'SELECT * FROM t WHERE a = 1 AND b > 2', ['(a = 1)', '(b > 2)']],
    ['through a select list', 'SELECT * FROM (SELECT a AS x, b FROM t) WHERE x = 1', ['(a = 1)']],
    ['as computed columns', 'SELECT * FROM (SELECT a + b AS x FROM t) WHERE x = 1', ['((a + b) = 1)']],
    ['through aliases', 'SELECT * FROM (SELECT * FROM t AS v(x, y, z)) AS w WHERE w.y = 1', ['(b = 1)']],
    ['through ORDER BY', 'SELECT * FROM (SELECT * FROM t ORDER BY b) WHERE a = 1', ['(a = 1)']],
    ['through DISTINCT', 'SELECT * FROM (SELECT DISTINCT a, b FROM t) WHERE a = 1', ['(a = 1)']],
    [
      'of grouping columns',
      'SELECT * FROM (SELECT a AS g, sum(b) AS n FROM t GROUP BY a) WHERE g = 1',
      ['(a = 1)'],
    ],
    [
      'of HAVING on a grouping column',
      'SELECT a, sum(b) FROM t GROUP BY a HAVING a > 1 AND sum(b) > 5',
      ['(a > 1)'],
    ],
    [
      'through a generator',
      'SELECT * FROM t LATERAL VIEW explode(array(1, 2)) AS x WHERE a = 1 AND x = 2',
      ['(a = 1)'],
    ],
    [
      'of a common table expression',
      'WITH v AS (SELECT a AS x, b FROM t) SELECT * FROM v WHERE x = 1',
      ['(a = 1)'],
    ],
    [
      'of all uses of a common table expression',
      'WITH v AS (SELECT * FROM t) SELECT * FROM v WHERE a = 1 UNION ALL SELECT * FROM v WHERE b = 2 AND a > 0',
      ['((a = 1) or ((b = 2) and (a > 0)))'],
    ],
    [
      'of all places of a table',
      'SELECT * FROM t WHERE a = 1 UNION ALL SELECT * FROM t WHERE a = 2',
      ['((a = 1) or (a = 2))'],
    ],
    ['within a subquery', 'SELECT (SELECT max(a) FROM t WHERE b = 1) AS m', ['(b = 1)']],
  ])('%s', (_case, sql, expected) => {
    expect(pushed(sql)).toEqual({ t: expected })
  })

  it.each([
    [
      'both sides of a join',
      'SELECT * FROM t JOIN u ON t.a = u.a AND t.b = 1 WHERE u.c = 2',
      ['(b = 1)'],
      ['(c = 2)'],
    ],
    ['a cross join', 'SELECT * FROM t, u WHERE t.b = 1 AND t.a = u.a AND u.c = 2', ['(b = 1)'], ['(c = 2)']],
    [
      'the preserved side of an outer join',
      'SELECT * FROM t LEFT JOIN u ON t.a = u.a AND t.b = 1 AND u.c = 2 WHERE t.b = 3',
      ['(b = 3)'],
      ['(c = 2)'],
    ],
    ['not the other side', 'SELECT * FROM t LEFT JOIN u ON t.a = u.a WHERE u.c = 2', [], []],
    [
      'the right side of a right join',
      'SELECT * FROM t RIGHT JOIN u ON t.a = u.a AND u.c = 1 WHERE u.c = 2',
      [],
      ['(c = 2)'],
    ],
    [
      'neither side of a full join',
      'SELECT * FROM t FULL JOIN u ON t.a = u.a AND t.b = 1 WHERE u.c = 2',
      [],
      [],
    ],
    [
      'a semi join',
      'SELECT * FROM t LEFT SEMI JOIN u ON t.a = u.a AND t.b = 1 AND u.c = 2',
      ['(b = 1)'],
      ['(c = 2)'],
    ],
    [
      'an anti join, where ON rules nothing out on the left',
      'SELECT * FROM t LEFT ANTI JOIN u ON t.a = u.a AND t.b = 1 AND u.c = 2 WHERE t.b = 3',
      ['(b = 3)'],
      ['(c = 2)'],
    ],
    [
      'both inputs of a union',
      'SELECT * FROM (SELECT a, b FROM t UNION ALL SELECT a, c FROM u) WHERE b = 1',
      ['(b = 1)'],
      ['(c = 1)'],
    ],
    [
      'both inputs of EXCEPT',
      'SELECT * FROM (SELECT a, b FROM t EXCEPT SELECT a, c FROM u) WHERE b = 1',
      ['(b = 1)'],
      ['(c = 1)'],
    ],
    [
      'not from a correlated subquery to its outer query',
      'SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a AND u.c = 2 AND t.b = 1)',
      [],
      ['(c = 2)'],
    ],
  ])('%s', (_case, sql, t, u) => {
    expect(pushed(sql)).toEqual({ t, u })
  })

  it.each([
    ['LIMIT', 'SELECT * FROM (SELECT * FROM t LIMIT 5) WHERE a = 1'],
    ['a window function', 'SELECT * FROM (SELECT a, row_number() OVER (ORDER BY b) AS n FROM t) WHERE a = 1'],
    ['QUALIFY', 'SELECT a FROM t QUALIFY row_number() OVER (ORDER BY b) = 1'],
    ['a random column', 'SELECT * FROM (SELECT a, rand() AS r FROM t) WHERE a = 1'],
    ['a random condition', 'SELECT * FROM t WHERE a > rand()'],
    ['an aggregate without groups', 'SELECT * FROM (SELECT count(*) AS n FROM t) WHERE n = 1'],
    ['the result of an aggregate', 'SELECT a FROM t GROUP BY a HAVING count(*) > 1'],
    ['grouping sets', 'SELECT * FROM (SELECT a, b, count(*) FROM t GROUP BY CUBE (a, b)) WHERE a = 1'],
    ['a condition with a subquery', 'SELECT * FROM t WHERE a = (SELECT 1)'],
    ['one place without a condition', 'SELECT * FROM t WHERE a = 1 UNION ALL SELECT * FROM t'],
  ])('but do not pass %s', (_case, sql) => {
    expect(pushed(sql)).toEqual({ t: [] })
  })

  it('through columns added, renamed and dropped', () => {
    const t = scan(['a', 'b', 's'])
    const query: Relation = {
      kind: 'Filter',
      input: {
        kind: 'Drop',
        columns: ['s'],
        input: {
          kind: 'WithColumnsRenamed',
          renames: [{ from: 'b', to: 'c' }],
          input: {
            kind: 'WithColumns',
            input: t,
            columns: [{ name: 'x', expression: { kind: 'UnresolvedAttribute', parts: ['a'] } }],
          },
        },
      },
      condition: parseExpression('x = 1 AND c = 2'),
    }
    expect(conditionsOf(query, { t })).toEqual({ t: ['(a = 1)', '(b = 2)'] })
  })

  it('of deduplicated rows where they stand on the key', () => {
    const t = scan(['a', 'b', 's'])
    const dedup: Relation = { kind: 'Deduplicate', input: t, columns: ['a'], withinWatermark: false }
    const condition = parseExpression('a = 1 AND b = 2')
    expect(conditionsOf({ kind: 'Filter', input: dedup, condition }, { t })).toEqual({ t: ['(a = 1)'] })
  })

  it('but not below rules, which count all rows', () => {
    const t = scan(['a', 'b', 's'])
    const input: Relation = { kind: 'Expect', input: t, dataset: 'd', rules: [] }
    const condition = parseExpression('a = 1')
    expect(conditionsOf({ kind: 'Filter', input, condition }, { t })).toEqual({ t: [] })
  })
})
