import { describe, expect, test } from 'vitest'
import { type DataFrame, datasetNamed, read, readStream, sql } from '../../src/dataframe/index.ts'
import { columnNamed as col } from '../../src/plan/column.ts'
import type { UnresolvedAttribute } from '../../src/plan/expression.ts'
import { parseQuery, printSpark } from '../../src/sql/index.ts'

const a = read.table('a')
const b = read.table('b')

/** The query as Spark SQL, on one line. */
function textOf(query: DataFrame): string {
  return printSpark(query.relation).replace(/\s+/g, ' ')
}

/** Both sides mean the same: they print alike. */
function means(query: DataFrame, text: string): void {
  expect(textOf(query)).toBe(printSpark(parseQuery(text)).replace(/\s+/g, ' '))
}

describe('each method is a step of SQL', () => {
  test.each<[string, DataFrame, string]>([
    ['select', a.select('x', col('y').as('z'), 't.*'), 'SELECT x, y AS z, t.* FROM a'],
    ['selectExpr', a.selectExpr('x + 1 AS y', '*'), 'SELECT x + 1 AS y, * FROM a'],
    ['where', a.where("x > 1 AND y = 'a'"), "SELECT * FROM a WHERE x > 1 AND y = 'a'"],
    ['filter', a.filter(col('x').gt(1)), 'SELECT * FROM a WHERE x > 1'],
    ['join by names', a.join(b, ['x', 'y'], 'left'), 'SELECT * FROM a LEFT JOIN b USING (x, y)'],
    ['join by one name', a.join(b, 'x'), 'SELECT * FROM a JOIN b USING (x)'],
    [
      'join by a condition',
      a.join(b, a.col('x').eq(b.col('y')), 'left_anti'),
      'SELECT * FROM a LEFT ANTI JOIN b ON a.x = b.y',
    ],
    ['crossJoin', a.crossJoin(b), 'SELECT * FROM a CROSS JOIN b'],
    ['union', a.union(b), 'SELECT * FROM a UNION ALL SELECT * FROM b'],
    ['intersect', a.intersect(b), 'SELECT * FROM a INTERSECT SELECT * FROM b'],
    ['except', a.except(b), 'SELECT * FROM a EXCEPT SELECT * FROM b'],
    ['distinct', a.select('x').distinct(), 'SELECT DISTINCT x FROM a'],
    [
      'groupBy',
      a.groupBy('x', col('y').as('z')).count(),
      'SELECT x, y AS z, count(1) AS count FROM a GROUP BY x, y',
    ],
    ['rollup', a.rollup('x').count(), 'SELECT x, count(1) AS count FROM a GROUP BY ROLLUP (x)'],
    ['cube', a.cube('x').count(), 'SELECT x, count(1) AS count FROM a GROUP BY CUBE (x)'],
    [
      'orderBy and limit',
      a.orderBy('x', col('y').desc()).limit(3),
      'SELECT * FROM a ORDER BY x, y DESC LIMIT 3',
    ],
    ['alias', a.as('t').select('t.x'), 'SELECT t.x FROM a AS t'],
    ['a stream', readStream.table('a').select('x'), 'SELECT x FROM STREAM a'],
    [
      'withWatermark',
      readStream.table('a').withWatermark('ts', '1 hour 30 minutes').select('x'),
      'SELECT x FROM STREAM a WATERMARK ts DELAY OF INTERVAL 90 MINUTES',
    ],
  ])('%s', (_, query, text) => means(query, text))

  test('what SQL has no clause for is a node of its own', () => {
    const nodes = [
      a.withColumns({ x: 1, y: col('z') }),
      a.withColumn('x', col('y')),
      a.withColumnRenamed('x', 'y'),
      a.withColumnsRenamed({ x: 'y', z: 'w' }),
      a.drop('x', 'y'),
      a.dropDuplicates(['x']),
      a.dropDuplicatesWithinWatermark(['x']),
      a.unionByName(b, { allowMissingColumns: true }),
    ].map((each) => {
      const { input, left, right, position, ...rest } = each.relation as unknown as Record<string, unknown>
      return rest
    })
    expect(nodes).toMatchObject([
      { kind: 'WithColumns', columns: [{ name: 'x' }, { name: 'y' }] },
      { kind: 'WithColumns', columns: [{ name: 'x' }] },
      { kind: 'WithColumnsRenamed', renames: [{ from: 'x', to: 'y' }] },
      {
        kind: 'WithColumnsRenamed',
        renames: [
          { from: 'x', to: 'y' },
          { from: 'z', to: 'w' },
        ],
      },
      { kind: 'Drop', columns: ['x', 'y'] },
      { kind: 'Deduplicate', columns: ['x'], withinWatermark: false },
      { kind: 'Deduplicate', columns: ['x'], withinWatermark: true },
      { kind: 'SetOperation', operation: 'union', isAll: true, byName: true, allowMissingColumns: true },
    ])
  })

  test('knows where it was written', () => {
    const query = a.select('x').where('x > 1')
    expect(query.relation.position).toMatchObject({
      file: expect.stringMatching(/dataframe\.test\.ts$/),
      line: expect.any(Number),
      column: expect.any(Number),
    })
  })

  test('text that is not SQL is an error with the place of the call', () => {
    expect(() => a.where('x >')).toThrow(
      expect.objectContaining({
        condition: 'PARSE_SYNTAX_ERROR',
        position: expect.objectContaining({ file: expect.stringMatching(/dataframe\.test\.ts$/) }),
      }),
    )
    expect(() => a.withWatermark('ts', 'a while')).toThrow(
      expect.objectContaining({ condition: 'INVALID_INTERVAL_FORMAT' }),
    )
  })

  test('col is qualified by the alias or the table as long as it is clear', () => {
    const parts = (query: DataFrame) => (query.col('x').expression as UnresolvedAttribute).parts
    expect(parts(read.table('s.a').where('x > 1').limit(1))).toEqual(['a', 'x'])
    expect(parts(a.as('t'))).toEqual(['t', 'x'])
    expect(parts(a.select('x'))).toEqual(['x'])
    expect(a.col('*').expression).toMatchObject({ kind: 'UnresolvedStar', target: ['a'] })
  })
})

describe('readers', () => {
  test('take names and handles, options and schemas, and stay as they are', () => {
    const orders = datasetNamed<'id'>('LIVE.orders')
    const reader = readStream.option('skipChangeCommits', true)
    expect(reader.options({ startingVersion: 3 }).table(orders).relation).toMatchObject({
      kind: 'Read',
      name: ['orders'],
      isStreaming: true,
      options: { skipChangeCommits: 'true', startingVersion: '3' },
    })
    expect(reader.table('`my table`').relation).toMatchObject({
      name: ['my table'],
      options: { skipChangeCommits: 'true' },
    })
    expect(read.format('json').schema('id BIGINT').load('x', 'y').relation).toMatchObject({
      kind: 'DataSource',
      format: 'json',
      paths: ['x', 'y'],
      isStreaming: false,
      schema: { fields: [{ name: 'id', dataType: { kind: 'long' } }] },
    })
  })

  test.each(['json', 'csv', 'parquet', 'text', 'delta'] as const)('%s is format and load', (format) => {
    expect(read[format]('p').relation).toMatchObject({ kind: 'DataSource', format, paths: ['p'] })
  })

  test('read older versions by option', () => {
    expect(read.option('versionAsOf', 3).table('a').relation).toMatchObject({
      options: {},
      timeTravel: { kind: 'version', version: 3 },
    })
    expect(read.option('timestampAsOf', '2026-01-31').delta('a').relation).toMatchObject({
      options: {},
      timeTravel: { kind: 'timestamp', timestamp: '2026-01-31' },
    })
  })

  test.each(['', 'a.b.c.d', 'a..b', 'a b', 'a.'])('%j is not a name', (name) => {
    expect(() => read.table(name)).toThrow(expect.objectContaining({ condition: 'INVALID_TABLE_NAME' }))
  })
})

describe('sql`...`', () => {
  test('handles are names, values are literals', () => {
    means(
      sql`SELECT * FROM ${datasetNamed('s.my_table')} WHERE a = ${"it's"} AND b > ${5} AND c = ${true} AND d IS ${null}`,
      "SELECT * FROM s.my_table WHERE a = 'it\\'s' AND b > 5 AND c = true AND d IS NULL",
    )
    means(sql`SELECT ${12345678901n} AS n`, 'SELECT 12345678901L AS n')
    means(sql`SELECT * FROM ${datasetNamed('`my table`')}`, 'SELECT * FROM `my table`')
  })

  test('a text cannot leave its quotes', () => {
    const text = "x' OR '1'='1' --\\"
    const query = sql`SELECT ${text} AS x`
    expect(query.relation).toMatchObject({ expressions: [{ kind: 'Alias', child: { value: text } }] })
  })

  test('queries, DataFrames and columns stand for themselves', () => {
    const inner = sql`SELECT x FROM a`
    means(
      sql`SELECT * FROM ${inner} AS i WHERE ${col('x').gt(1)}`,
      'SELECT * FROM (SELECT x FROM a) AS i WHERE x > 1',
    )
    expect(sql`SELECT * FROM ${readStream.table('a')}`.relation).toMatchObject({
      input: { kind: 'Read', isStreaming: true },
    })
    expect(() => sql`SELECT * FROM STREAM ${inner}`).toThrow(
      expect.objectContaining({ condition: 'STREAM_OF_QUERY' }),
    )
  })

  test('backslashes mean what they mean in Spark SQL', () => {
    means(sql`SELECT 'a\nb' AS x`, "SELECT 'a\\nb' AS x")
  })
})
