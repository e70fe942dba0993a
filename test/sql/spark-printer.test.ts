import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Expression, Literal, SortOrder } from '../../src/plan/expression.ts'
import { operators } from '../../src/plan/operators.ts'
import type { Relation } from '../../src/plan/relation.ts'
import { parseExpression, parseQuery, printSpark, printSparkExpression } from '../../src/sql/index.ts'
import {
  BOOLEAN,
  DATE,
  DAY_TIME_INTERVAL,
  type DataType,
  DOUBLE,
  INTEGER,
  LONG,
  STRING,
  TIMESTAMP,
  VOID,
  YEAR_MONTH_INTERVAL,
} from '../../src/types/data-type.ts'
import { withoutPositions } from './short-form.ts'

const corpus = [
  'SELECT 1',
  'SELECT a, b AS `select`, t.*, `x y`.`z``w` FROM cat.s.t WHERE a > 1 GROUP BY ALL',
  'SELECT DISTINCT a FROM t ORDER BY a DESC NULLS FIRST, b LIMIT 10 OFFSET 5',
  '(SELECT a FROM t ORDER BY b LIMIT 1) ORDER BY c',
  '((SELECT a FROM t LIMIT 3) LIMIT 2) OFFSET 1',
  'SELECT * EXCEPT (a, b.c) FROM a LEFT JOIN b ON a.x = b.x, c CROSS JOIN (d NATURAL JOIN e) f',
  'SELECT * FROM (t AS a) AS b, (SELECT 1) AS c(x), VALUES (1, 2), (3, 4) AS v(p, q)',
  'SELECT * FROM a JOIN LATERAL (SELECT a.x) l ON l.x > 1',
  'SELECT * FROM (SELECT * FROM a LATERAL VIEW explode(x) v AS y) JOIN b',
  "SELECT * FROM STREAM a WITH (skipChangeCommits) WATERMARK ts DELAY OF INTERVAL '1.5' SECONDS AS w",
  'SELECT * FROM (STREAM a b) WATERMARK to_timestamp(x) AS ts DELAY OF INTERVAL 1 DAY',
  "SELECT * FROM delta.`/x y` VERSION AS OF 3, parquet.`/p`, t TIMESTAMP AS OF '2026-01-31'",
  "SELECT * FROM STREAM read_files('/d''x', format => 'json', schema => 'id INT NOT NULL COMMENT \"k\"')",
  "SELECT * FROM cloud_files('/d', 'csv', map('header', 'true', 'schema', 'a INT'))",
  'SELECT * FROM event_log(TABLE(LIVE.t)) WHERE details:flow_progress.metrics IS NOT NULL',
  'SELECT * FROM a LATERAL VIEW OUTER explode(x) v AS y LATERAL VIEW inline(z) AS p, q WHERE p > 1',
  'VALUES (1), (NULL)',
  'SELECT a, b FROM t ORDER BY ALL DESC NULLS FIRST',
  'VALUES (1, 2) AS v(p, q)',
  'WITH a AS (SELECT 1), b(x, y) AS (WITH c AS (TABLE a) TABLE c) SELECT * FROM b UNION ALL SELECT * FROM a',
  '(WITH a AS (SELECT 1) TABLE a) UNION SELECT 2',
  'SELECT a UNION SELECT b UNION ALL (SELECT c UNION SELECT d) EXCEPT ALL SELECT e INTERSECT SELECT f',
  '(SELECT a INTERSECT SELECT b) UNION BY NAME SELECT c ORDER BY 1 LIMIT 2',
  '(SELECT a UNION SELECT b) INTERSECT SELECT c',
  'SELECT a FROM t GROUP BY CUBE (a, b), c HAVING sum(d) > 1 QUALIFY rank() OVER (ORDER BY a) = 1',
  'SELECT a FROM t GROUP BY GROUPING SETS ((a, b), (), (b))',
  'SELECT a FROM t GROUP BY b, a, c GROUPING SETS ((a), (a, b))',
  'SELECT a FROM t GROUP BY (a + b) * 2, struct(a, b)',
  'SELECT count(*) FROM t HAVING count(DISTINCT a) > (SELECT max(b) FROM u)',
  'SELECT a IN (SELECT 1), (a, b) NOT IN (SELECT 1, 2), EXISTS (TABLE t) AND NOT EXISTS (TABLE u)',
  'SELECT sum(a) OVER w, lag(b) IGNORE NULLS OVER (PARTITION BY c) FROM t WINDOW w AS (ORDER BY b RANGE UNBOUNDED PRECEDING)',
  'SELECT a FROM t WHERE (b AND c) OR NOT (d OR e) AND (f OR (g AND h))',
]

describe('a query printed and read again is the same tree', () => {
  test.each(corpus)('%s', (text) => {
    const tree = parseQuery(text)
    expect(withoutPositions(parseQuery(printSpark(tree)))).toEqual(withoutPositions(tree))
  })
})

const literal = (value: Literal['value'], dataType: DataType): Expression => ({
  kind: 'Literal',
  value,
  dataType,
})
const names = fc.constantFrom('a', 'b', 'order', 'Group', 'x y', '`', 'null', '1a', 'date', 'end', 'größe')
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const micros = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n })
const instant = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 19).replace('T', ' '))

const literals: fc.Arbitrary<Expression> = fc.oneof(
  fc.integer().map((value) => literal(value, INTEGER)),
  long.map((value) => literal(value, LONG)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => literal(value, DOUBLE)),
  fc.string({ unit: 'grapheme' }).map((value) => literal(value, STRING)),
  fc.constantFrom("'", '\\', '\n', '\\%', '--', '/*', '\0', '${x}').map((value) => literal(value, STRING)),
  fc.boolean().map((value) => literal(value, BOOLEAN)),
  fc.constant(literal(null, VOID)),
  instant.map((value) => literal(value, TIMESTAMP)),
  instant.map((value) => literal(value.slice(0, 10), DATE)),
  micros.map((value) => literal(value, DAY_TIME_INTERVAL)),
  fc.bigInt({ min: -5000n, max: 5000n }).map((value) => literal(value, YEAR_MONTH_INTERVAL)),
  fc
    .constantFrom('0', '1.50', '-0.01', '12345678901234567890.5', '-7')
    .map((text) => parseExpression(`${text}BD`)),
)

const attributes: fc.Arbitrary<Expression> = fc
  .array(names, { minLength: 1, maxLength: 3 })
  .map((parts) => ({ kind: 'UnresolvedAttribute', parts }))

const call = (name: string, args: readonly Expression[]): Expression => ({
  kind: 'UnresolvedFunction',
  name,
  arguments: args,
})

/** Trees that the parser can make: everything that an expression can hold, inside of everything else. */
const { expressions } = fc.letrec<{ expressions: Expression; orders: SortOrder }>((tie) => {
  const inner = tie('expressions')
  const several = fc.array(inner, { minLength: 1, maxLength: 3 })
  const operations = fc.constantFrom(...Object.entries(operators)).chain(([name, { arity, form }]) => {
    const most = Math.min(
      arity[1],
      form === 'predicate' && !name.startsWith('like') && !name.startsWith('ilike') ? arity[1] : arity[0],
      4,
    )
    return fc.array(inner, { minLength: arity[0], maxLength: most }).map((args) => call(name, args))
  })
  return {
    orders: fc.record({
      kind: fc.constant('SortOrder' as const),
      child: inner,
      direction: fc.constantFrom('asc', 'desc'),
      nulls: fc.constantFrom('first', 'last'),
    }),
    expressions: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      attributes,
      literals,
      { arbitrary: operations, weight: 6 },
      several.map((args) => call('coalesce', args)),
      fc.tuple(inner, inner).map((args) => call('like', [...args, literal('!', STRING)])),
      fc.record({
        kind: fc.constant('Cast'),
        child: inner,
        dataType: fc.constantFrom(LONG, STRING),
        mode: fc.constantFrom('ansi', 'try'),
      }),
      fc.record({
        kind: fc.constant('UnresolvedExtractValue'),
        child: inner,
        extraction: inner,
        isField: fc.constant(false),
      }),
      fc.record({ child: inner, name: names }).map(({ child, name }) => ({
        kind: 'UnresolvedExtractValue' as const,
        child,
        extraction: literal(name, STRING),
        isField: true,
      })),
      fc
        .record({
          branches: fc.array(fc.record({ condition: inner, value: inner }), { minLength: 1, maxLength: 2 }),
          otherwise: inner,
        })
        .map((parts) => ({ kind: 'CaseWhen' as const, ...parts })),
      fc
        .record({ parameters: fc.array(names, { minLength: 1, maxLength: 2 }), body: inner })
        .map(({ parameters, body }) => call('transform', [{ kind: 'LambdaFunction', parameters, body }])),
      fc
        .record({
          partitionBy: fc.array(inner, { maxLength: 2 }),
          orderBy: fc.array(tie('orders'), { maxLength: 2 }),
        })
        .map((parts) => ({ kind: 'WindowExpression' as const, function: call('rank', []), ...parts })),
      fc.record({ args: several, filter: inner, order: tie('orders') }).map(({ args, filter, order }) => ({
        ...call('listagg', args),
        distinct: true,
        filter,
        withinGroup: [order],
      })),
    ) as fc.Arbitrary<Expression>,
  }
})

describe('an expression printed and read again is the same tree', () => {
  test('whatever it is made of', () => {
    fc.assert(
      fc.property(expressions, (tree) => {
        const text = printSparkExpression(tree)
        expect(withoutPositions(parseExpression(text)), text).toEqual(withoutPositions(tree))
      }),
      { numRuns: 2000 },
    )
  })

  test('also chains so long that they are balanced', () => {
    const tree = parseExpression(Array.from({ length: 500 }, (_, i) => `c${i}`).join(' OR '))
    expect(withoutPositions(parseExpression(printSparkExpression(tree)))).toEqual(withoutPositions(tree))
  })
})

test.each([
  ['a AND (b OR c)', 'a AND (b OR c)'],
  ['(a AND b) OR c', 'a AND b OR c'],
  ['a - (b - c)', 'a - (b - c)'],
  ['-(1)', '-(1)'],
  ['NOT (a IN (1))', 'a NOT IN (1)'],
  ['CASE a WHEN 1 THEN 2 END', 'CASE WHEN a = 1 THEN 2 END'],
  ['`hour_window`.`end`', 'hour_window.end'],
  ['a::int', 'CAST(a AS INT)'],
  ['INTERVAL 90 MINUTES', "INTERVAL '0 01:30:00' DAY TO SECOND"],
])('%s is written as %s', (text, expected) => {
  expect(printSparkExpression(parseExpression(text))).toBe(expected)
})

test('a query has one clause a line, a query inside of it one line', () => {
  const text = `with d as (select a, sum(b) s from t where c > 0 group by a having sum(b) > 1)
    select * from d join (select 1 x) e on d.a = e.x order by s desc limit 3`
  expect(printSpark(parseQuery(text))).toBe(
    [
      'WITH d AS (SELECT a, sum(b) AS s FROM t WHERE c > 0 GROUP BY a HAVING sum(b) > 1)',
      'SELECT *',
      'FROM d JOIN (SELECT 1 AS x) AS e ON d.a = e.x',
      'ORDER BY s DESC',
      'LIMIT 3',
    ].join('\n'),
  )
})

describe('what only a DataFrame can say', () => {
  const input: Relation = { kind: 'Read', name: ['t'], isStreaming: false, options: {} }
  const columns = [
    { name: 'A', expression: parseExpression('a + 1') },
    { name: 'c', expression: parseExpression('now()') },
  ]
  const known = () => ['a', 'b']

  test.each<[Relation, string]>([
    [{ kind: 'WithColumns', input, columns }, 'SELECT a + 1 AS A, b, now() AS c\nFROM t'],
    [{ kind: 'WithColumnsRenamed', input, renames: [{ from: 'A', to: 'x' }] }, 'SELECT a AS x, b\nFROM t'],
    [{ kind: 'Drop', input, columns: ['B', 'no_column'] }, 'SELECT a\nFROM t'],
    [
      { kind: 'Deduplicate', input, columns: ['a'], withinWatermark: false },
      'SELECT * EXCEPT (__row_number)\nFROM (SELECT *, row_number() OVER (PARTITION BY a ORDER BY a) AS __row_number FROM t)\nWHERE __row_number = 1',
    ],
    [
      {
        kind: 'Filter',
        input: { kind: 'Filter', input, condition: parseExpression('a OR b') },
        condition: parseExpression('c'),
      },
      'SELECT *\nFROM t\nWHERE (a OR b) AND c',
    ],
  ])('is written with the columns that are known: %o', (relation, text) => {
    expect(printSpark(relation, known)).toBe(text)
  })

  test.each<[Relation, string]>([
    [
      { kind: 'WithColumns', input, columns },
      'SELECT *, a + 1 AS A, now() AS c /* in place of columns of the same name */\nFROM t',
    ],
    [
      { kind: 'WithColumnsRenamed', input, renames: [{ from: 'a', to: 'x' }] },
      'SELECT * EXCEPT (a), a AS x /* in their former places */\nFROM t',
    ],
    [{ kind: 'Drop', input, columns: ['b'] }, 'SELECT * EXCEPT (b)\nFROM t'],
    [
      { kind: 'Deduplicate', input, columns: ['a'], withinWatermark: true },
      'SELECT * /* the first row of each a */ /* within the watermark */\nFROM t',
    ],
  ])('is written with a comment where they are not: %o', (relation, text) => {
    expect(printSpark(relation)).toBe(text)
  })

  test('columns are found through projections, aliases and joins', () => {
    const joined = parseQuery('SELECT x.*, 1 AS one FROM (SELECT a AS p, b.q FROM t) x')
    const inner = (joined as Extract<Relation, { kind: 'Project' }>).input
    const renamed: Relation = { kind: 'WithColumnsRenamed', input: inner, renames: [{ from: 'q', to: 'r' }] }
    expect(printSpark(renamed)).toBe('SELECT p, q AS r\nFROM (SELECT a AS p, b.q FROM t) AS x')
  })

  test('a node of this engine alone is refused by name', () => {
    const scan: Relation = { kind: 'Expect', input, dataset: 'd', rules: [] }
    expect(() => printSpark(scan)).toThrow(
      expect.objectContaining({
        condition: 'UNSUPPORTED_FEATURE.SPARK_SQL_FORM',
        parameters: { node: 'Expect', alternative: 'Spark has no expectations.' },
      }),
    )
  })
})
