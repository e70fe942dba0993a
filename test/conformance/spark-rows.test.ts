import { describe, expect, test } from 'vitest'
import type { ResolvedFlow, ResolvedGraph } from '../../src/graph/index.ts'
import { printSchema } from '../../src/types/ddl.ts'
import { failuresOf, graphOf, summaryOf, unresolved } from '../graph/pipeline-folder.ts'

/**
 * The behaviours that the suites of Apache Spark's declarative pipelines pin down, by their number in our list of them.
 * Each test says its row's sentence; rows about running an update are tested with the update.
 */

const sql = (text: string) => graphOf({ 'a.sql': text })
const sqlFailures = (text: string) => failuresOf({ 'a.sql': text })

const ts = (text: string) => ({ 'a.ts': `${IMPORTS}\n${text}` })
const IMPORTS = `import { appendFlow, materializedView, read, readStream, sql, streamingTable, temporaryView } from 'millrace'`

/** Three rows that arrive as a stream. */
const SOURCE = `readStream.schema('id BIGINT, ts TIMESTAMP').json('src')`

function schemaOf(graph: ResolvedGraph, name: string): string {
  return printSchema(graph.datasets.find((each) => each.name === name)!.schema)
}

function flowNamed(graph: ResolvedGraph, name: string): ResolvedFlow {
  return graph.flows.find((each) => each.name === name)!
}

test('1: a view over literal rows resolves with the right schema', async () => {
  const graph = await sql(`CREATE TEMPORARY VIEW v AS SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t(x, y);
    CREATE MATERIALIZED VIEW a AS SELECT * FROM v`)
  expect(schemaOf(graph, 'v')).toBe('x INT NOT NULL, y STRING NOT NULL')
  // A table takes NULL unless its definition says otherwise.
  expect(schemaOf(graph, 'a')).toBe('x INT, y STRING')
})

test('2: definitions may come in any order', async () => {
  const graph = await sql(`CREATE MATERIALIZED VIEW c AS SELECT * FROM b;
    CREATE MATERIALIZED VIEW b AS SELECT * FROM a;
    CREATE MATERIALIZED VIEW a AS SELECT 1 AS x`)
  expect(graph.datasets.map((each) => each.name)).toEqual(['a', 'b', 'c'])
})

describe('3: join, union and cross join merge schemas, and the inputs of a flow are reported', () => {
  test.each([
    ['SELECT * FROM a JOIN b USING (x)', 'x INT, y INT, z INT'],
    ['SELECT a.x, b.x AS x2 FROM a CROSS JOIN b', 'x INT, x2 INT'],
    ['SELECT x FROM a UNION ALL SELECT z FROM b', 'x INT'],
  ])('%s', async (query, schema) => {
    const graph = await sql(`CREATE MATERIALIZED VIEW a AS SELECT 1 AS x, 2 AS y;
      CREATE MATERIALIZED VIEW b AS SELECT 1 AS x, 3 AS z;
      CREATE MATERIALIZED VIEW c AS ${query}`)
    expect(schemaOf(graph, 'c').replaceAll(' NOT NULL', '')).toBe(schema)
    expect(flowNamed(graph, 'c').inputs).toEqual(['spark_catalog.default.a', 'spark_catalog.default.b'])
  })
})

test('4: a union of two streams resolves', async () => {
  const graph = await graphOf(
    ts(`const a = streamingTable('a', () => ${SOURCE})
streamingTable('streams', () => readStream.table(a).union(readStream.table(a)))`),
  )
  expect(flowNamed(graph, 'streams')).toMatchObject({ kind: 'append' })
})

describe('settings of views', () => {
  const views = (second: string) => `SET k1 = one;
    CREATE TEMPORARY VIEW v1 AS SELECT 1 AS x;
    SET k1 = ${second}; SET k2 = two;
    CREATE TEMPORARY VIEW v2 AS SELECT * FROM v1;
    CREATE MATERIALIZED VIEW a AS SELECT * FROM v1 JOIN v2 USING (x)`

  test('5: those of upstream views go into the flow that reads them, but not past a table', async () => {
    const graph = await graphOf({
      'v.sql': 'SET k1 = one; CREATE TEMPORARY VIEW v1 AS SELECT 1 AS x',
      'w.sql': 'SET k2 = two; CREATE TEMPORARY VIEW v2 AS SELECT * FROM v1',
      'x.sql':
        'CREATE MATERIALIZED VIEW a AS SELECT * FROM v2; CREATE MATERIALIZED VIEW b AS SELECT * FROM a',
    })
    expect(flowNamed(graph, 'a').configuration).toEqual({ k1: 'one', k2: 'two' })
    expect(flowNamed(graph, 'b').configuration).toEqual({})
  })

  test('6: one key with one value is fine, with two it is an error that names both', async () => {
    expect(flowNamed(await sql(views('one')), 'a').configuration).toEqual({ k1: 'one', k2: 'two' })
    const [error] = await sqlFailures(views('other'))
    expect(error).toMatchObject({
      condition: 'DUPLICATE_FLOW_SQL_CONF',
      parameters: { key: 'k1', datasetName: 'v2', flowName1: 'v2', flowName2: 'v1' },
    })
  })

  test('7: those of the pipeline lose against those of a dataset', async () => {
    const graph = await graphOf({
      'pipeline.yml':
        'name: a\nlibraries: [{glob: {include: "**"}}]\nconfiguration: {k: pipeline, l: pipeline}',
      'a.sql': 'SET k = dataset; CREATE MATERIALIZED VIEW a AS SELECT 1 AS x',
    })
    expect(flowNamed(graph, 'a').configuration).toEqual({ k: 'dataset', l: 'pipeline' })
  })
})

test('8: a table with only named flows works, and default and named flows together', async () => {
  const graph = await graphOf(
    ts(`const a = streamingTable('a')
appendFlow({ target: a, name: 'f' }, () => ${SOURCE})
appendFlow({ target: 'a', name: 'g' }, () => ${SOURCE})
streamingTable('b', () => readStream.table(a))
appendFlow({ target: 'b', name: 'h' }, () => ${SOURCE})`),
  )
  expect(graph.flows.map((each) => [each.identifier, each.target])).toEqual([
    ['spark_catalog.default.f', 'spark_catalog.default.a'],
    ['spark_catalog.default.g', 'spark_catalog.default.a'],
    ['spark_catalog.default.b', 'spark_catalog.default.b'],
    ['spark_catalog.default.h', 'spark_catalog.default.b'],
  ])
})

test('9: the kind of a flow follows from its query and its target', async () => {
  const graph = await graphOf(
    ts(`const a = streamingTable('a', () => ${SOURCE})
appendFlow({ target: a, name: 'once', once: true }, () => read.schema('id BIGINT, ts TIMESTAMP').json('old'))
materializedView('mv', () => read.table(a))
temporaryView('v', () => readStream.table(a).groupBy('id').count())
streamingTable('complete', () => readStream.table('v'))
streamingTable('windows', () => sql\`SELECT window(ts, '1 hour') AS w, count(*) AS n
  FROM STREAM a WATERMARK ts DELAY OF INTERVAL 1 HOUR GROUP BY window(ts, '1 hour')\`)`),
  )
  const kinds = graph.flows.map(({ name, kind, once }) => [name, once ? `${kind} once` : kind])
  expect(Object.fromEntries(kinds)).toEqual({
    a: 'append',
    once: 'append once',
    mv: 'materialized_view',
    v: 'view',
    complete: 'complete',
    windows: 'append',
  })
})

test('10: a missing source is an unresolved error that lists the direct failures', async () => {
  const failures = await sqlFailures(`CREATE MATERIALIZED VIEW orders AS SELECT 1 AS x;
    CREATE MATERIALIZED VIEW b AS SELECT * FROM ordrs JOIN nothing;
    CREATE MATERIALIZED VIEW c AS SELECT missing FROM orders`)
  expect(failures.map((each) => summaryOf(each))).toEqual([
    { condition: 'TABLE_OR_VIEW_NOT_FOUND', at: 'a.sql:2:49' },
    { condition: 'TABLE_OR_VIEW_NOT_FOUND', at: 'a.sql:2:60' },
    { condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION', at: 'a.sql:3:42' },
  ])
  expect(failures[0]!.hint).toBe("Did you mean 'orders'?")
})

test('11: direct and downstream failures are told apart, also for tables of several flows', async () => {
  const error = await unresolved(
    ts(`const a = streamingTable('a')
appendFlow({ target: a, name: 'good' }, () => ${SOURCE})
appendFlow({ target: a, name: 'bad' }, () => readStream.table('missing'))
const b = streamingTable('b')
appendFlow({ target: b, name: 'below' }, () => readStream.table(a))
appendFlow({ target: b, name: 'beside' }, () => ${SOURCE})
materializedView('c', () => read.table(b))`),
  )
  expect(error.failures.map((each) => each.condition)).toEqual(['TABLE_OR_VIEW_NOT_FOUND'])
  expect(error.downstream).toEqual(['below', 'c'])
})

test('12: a missing column suggests the near ones', async () => {
  const [error] = await failuresOf(
    ts(`const a = materializedView('a', () => sql\`SELECT 1 AS amount, 2 AS status\`)
materializedView('b', () => read.table('a')
  .where('amuont > 1'))`),
  )
  expect(summaryOf(error!, 'objectName', 'proposal')).toEqual({
    condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
    at: 'a.ts:4:4',
    objectName: 'amuont',
    proposal: 'amount',
  })
})

describe('13: a circle is an error that names two of its datasets', () => {
  test.each([
    ['a table that reads itself', 'CREATE MATERIALIZED VIEW a AS SELECT * FROM a', 'a', 'a'],
    [
      'tables',
      'CREATE MATERIALIZED VIEW a AS SELECT * FROM b; CREATE MATERIALIZED VIEW b AS SELECT * FROM a',
      'a',
      'b',
    ],
    [
      'views',
      'CREATE TEMPORARY VIEW a AS SELECT * FROM b; CREATE TEMPORARY VIEW b AS SELECT * FROM a; CREATE MATERIALIZED VIEW m AS SELECT 1 AS x',
      'a',
      'b',
    ],
    [
      'a second flow',
      `CREATE STREAMING TABLE a; CREATE STREAMING TABLE b AS SELECT * FROM STREAM a;
       CREATE FLOW f AS INSERT INTO a BY NAME SELECT * FROM STREAM read_files('x');
       CREATE FLOW g AS INSERT INTO a BY NAME SELECT * FROM STREAM b`,
      'a',
      'b',
    ],
  ])('%s', async (_, text, downstream, upstream) => {
    const error = await unresolved({ 'a.sql': text })
    expect(error.failures.map((each) => each.condition)).toEqual(['CIRCULAR_DEPENDENCY'])
    expect(error.downstream).toEqual([])
    const { downstreamDataset, upstreamDataset } = error.failures[0]!.parameters
    expect([downstreamDataset, upstreamDataset].map((each) => each!.split('.').at(-1))).toEqual([
      downstream,
      upstream,
    ])
  })
})

test('14: a union of incompatible types fails', async () => {
  const [error] = await sqlFailures(
    'CREATE MATERIALIZED VIEW a AS SELECT CAST(NULL AS ARRAY<INT>) AS x UNION ALL SELECT 1',
  )
  expect(error!.condition).toBe('INCOMPATIBLE_COLUMN_TYPE')
})

test('15: a streaming read of a batch view and a batch read of a streaming view differ in their errors', async () => {
  const failures = await failuresOf(
    ts(`temporaryView('batch', () => sql\`SELECT 1 AS x\`)
temporaryView('stream', () => ${SOURCE})
streamingTable('a', () => readStream.table('batch'))
materializedView('b', () => read.table('stream'))`),
  )
  expect(failures.map((each) => summaryOf(each, 'datasetIdentifier'))).toEqual([
    { condition: 'INCOMPATIBLE_BATCH_VIEW_READ', at: 'a.ts:4:38', datasetIdentifier: 'batch' },
    { condition: 'INCOMPATIBLE_STREAMING_VIEW_READ', at: 'a.ts:5:34', datasetIdentifier: 'stream' },
  ])
})

test('16: a streaming table with a batch query, a materialized view with a stream, and such a once flow are refused', async () => {
  const failures = await failuresOf(
    ts(`streamingTable('a', () => sql\`SELECT 1 AS x\`)
materializedView('b', () => ${SOURCE})
streamingTable('c')
appendFlow({ target: 'c', name: 'f', once: true }, () => ${SOURCE})`),
  )
  expect(failures.map((each) => summaryOf(each))).toEqual([
    { condition: 'INVALID_FLOW_QUERY_TYPE.BATCH_RELATION_FOR_STREAMING_TABLE', at: 'a.ts:2:1' },
    { condition: 'INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_MATERIALIZED_VIEW', at: 'a.ts:3:1' },
    { condition: 'INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_ONCE_FLOW', at: 'a.ts:5:1' },
  ])
})

test('17: a materialized view with two flows is refused', async () => {
  const failures = await sqlFailures(`CREATE MATERIALIZED VIEW a AS SELECT 1 AS x;
    CREATE FLOW f AS INSERT INTO a BY NAME SELECT 2 AS x`)
  expect(failures.map((each) => summaryOf(each, 'queries'))).toEqual([
    {
      condition: 'MATERIALIZED_VIEW_WITH_MULTIPLE_QUERIES',
      at: 'a.sql:2:5',
      queries: 'spark_catalog.default.a, spark_catalog.default.f',
    },
  ])
})

test('18: a streaming table that keeps its rows below one that does not is refused', async () => {
  const pipeline = (upstream: string) => `
    CREATE STREAMING TABLE a ${upstream} AS SELECT * FROM STREAM read_files('x');
    CREATE TEMPORARY VIEW v AS SELECT * FROM STREAM a;
    CREATE STREAMING TABLE b TBLPROPERTIES ('PIPELINES.RESET.ALLOWED' = 'False') AS SELECT * FROM STREAM v`
  const failures = await sqlFailures(pipeline(''))
  expect(failures.map((each) => summaryOf(each, 'upstreamResettableTables'))).toEqual([
    {
      condition: 'INVALID_RESETTABLE_DEPENDENCY',
      at: 'a.sql:4:5',
      upstreamResettableTables: "'spark_catalog.default.a'",
    },
  ])
  await sql(pipeline("TBLPROPERTIES ('pipelines.reset.allowed' = 'false')"))
})

test('19: a view of the catalog cannot read a temporary view', async () => {
  const failures = await sqlFailures(`CREATE TEMPORARY VIEW v AS SELECT 1 AS x;
    CREATE VIEW w AS SELECT * FROM v; CREATE MATERIALIZED VIEW a AS SELECT 1 AS x`)
  expect(failures.map((each) => summaryOf(each, 'persistedViewName', 'temporaryViewName'))).toEqual([
    {
      condition: 'INVALID_TEMP_OBJ_REFERENCE',
      at: 'a.sql:2:36',
      persistedViewName: 'spark_catalog.default.w',
      temporaryViewName: 'v',
    },
  ])
})

test('20: a declared schema must be the one that the queries give, and the error shows both', async () => {
  const failures = await sqlFailures(
    'CREATE MATERIALIZED VIEW a (x BIGINT, y STRING) AS SELECT 1 AS x, 2 AS z',
  )
  expect(failures.map((each) => summaryOf(each, 'specifiedDataSchema', 'inferredDataSchema'))).toEqual([
    {
      condition: 'USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE',
      at: 'a.sql:1:1',
      specifiedDataSchema: expect.stringMatching(/^x BIGINT, y STRING$/i),
      inferredDataSchema: expect.stringMatching(/^x INT.*z INT/i),
    },
  ])
  const graph = await sql('CREATE MATERIALIZED VIEW a (x INT, y STRING) AS SELECT 1 AS x')
  expect(schemaOf(graph, 'a')).toMatch(/^x INT, y STRING$/i)
})

test('21: a SQL file registers tables, views and flows', async () => {
  const graph = await sql(`CREATE MATERIALIZED VIEW mv AS SELECT * FROM RANGE(10);
    CREATE STREAMING TABLE st AS SELECT * FROM STREAM mv;
    CREATE TEMPORARY VIEW v AS SELECT * FROM mv;
    CREATE FLOW f AS INSERT INTO st BY NAME SELECT * FROM STREAM mv`)
  expect(graph.datasets.map((each) => each.kind)).toEqual([
    'materialized_view',
    'streaming_table',
    'temporary_view',
  ])
  expect(graph.flows.map((each) => each.name).toSorted()).toEqual(['f', 'mv', 'st', 'v'])
})

describe('22: what is defined twice is an error with both kinds', () => {
  test('datasets of two files', async () => {
    const failures = await failuresOf({
      'a.sql': 'CREATE MATERIALIZED VIEW t AS SELECT 1 AS x',
      'b.sql': 'CREATE TEMPORARY VIEW t AS SELECT 2 AS x',
    })
    expect(failures.map((each) => summaryOf(each, 'datasetType1', 'datasetType2', 'position1'))).toEqual([
      {
        condition: 'PIPELINE_DUPLICATE_IDENTIFIERS.DATASET',
        at: 'b.sql:1:1',
        datasetType1: 'materialized view',
        datasetType2: 'temporary view',
        position1: 'a.sql:1:1',
      },
    ])
  })

  test.each([
    ['two named flows', 'f', 'f'],
    ['a named flow and the query of a table', 'f', 'a'],
  ])('%s', async (_, first, second) => {
    const failures = await sqlFailures(`CREATE STREAMING TABLE a AS SELECT * FROM STREAM read_files('x');
      CREATE STREAMING TABLE b;
      CREATE FLOW ${first} AS INSERT INTO b BY NAME SELECT * FROM STREAM a;
      CREATE FLOW ${second} AS INSERT INTO b BY NAME SELECT * FROM STREAM a`)
    expect(failures.map((each) => summaryOf(each, 'flowName'))).toEqual([
      {
        condition: 'PIPELINE_DUPLICATE_IDENTIFIERS.FLOW',
        at: 'a.sql:4:7',
        flowName: `spark_catalog.default.${second}`,
      },
    ])
  })
})

test('23: names with special characters stand in backticks', async () => {
  const graph = await sql(`CREATE STREAMING TABLE \`hyphen-st\`;
    CREATE TEMPORARY VIEW \`other-hyphen-mv\` AS SELECT * FROM STREAM read_files('x');
    CREATE FLOW \`hyphen-flow\` AS INSERT INTO \`hyphen-st\` BY NAME SELECT * FROM STREAM \`other-hyphen-mv\``)
  expect(graph.datasets.map((each) => each.identifier)).toEqual([
    '`other-hyphen-mv`',
    'spark_catalog.default.`hyphen-st`',
  ])
  expect(flowNamed(graph, 'hyphen-flow').inputs).toEqual(['`other-hyphen-mv`'])
})

describe('24: a dataset can be used in', () => {
  test.each([
    ['a subquery', 'SELECT * FROM (SELECT x FROM a)'],
    ['a subquery of a condition', 'SELECT 1 AS x WHERE 1 IN (SELECT x FROM a)'],
    [
      'nested common table expressions',
      'WITH b AS (WITH c AS (SELECT * FROM a) SELECT * FROM c) SELECT * FROM b',
    ],
    ['a common table expression of its own name', 'WITH a AS (SELECT * FROM a) SELECT * FROM a'],
    ['GROUP BY ROLLUP', 'SELECT x, count(*) AS n FROM a GROUP BY ROLLUP (x)'],
    ['a join', 'SELECT l.x FROM a l JOIN a r ON l.x = r.x'],
  ])('%s', async (_, query) => {
    const graph = await sql(`CREATE MATERIALIZED VIEW a AS SELECT 1 AS x;
      CREATE MATERIALIZED VIEW b AS ${query}`)
    expect(flowNamed(graph, 'b').inputs).toEqual(['spark_catalog.default.a'])
  })
})

test('25: a materialized view may read a streaming table, and a streaming table may stream either', async () => {
  const graph = await sql(`CREATE STREAMING TABLE st AS SELECT * FROM STREAM read_files('x');
    CREATE MATERIALIZED VIEW mv AS SELECT * FROM st;
    CREATE STREAMING TABLE a AS SELECT * FROM STREAM st;
    CREATE STREAMING TABLE b AS SELECT * FROM STREAM mv`)
  expect(graph.flows.map((each) => each.kind)).toEqual(['append', 'materialized_view', 'append', 'append'])
})

describe('27: clustering columns are registered for all four forms', () => {
  test.each([
    ['CREATE MATERIALIZED VIEW a CLUSTER BY (x) AS SELECT 1 AS x', ['x']],
    ['CREATE OR REFRESH MATERIALIZED VIEW a CLUSTER BY (X, y) AS SELECT 1 AS x, 2 AS y', ['x', 'y']],
    ['CREATE STREAMING TABLE a CLUSTER BY AUTO AS SELECT * FROM STREAM range_st', 'auto'],
    ['CREATE STREAMING TABLE a (id BIGINT) CLUSTER BY (id) AS SELECT * FROM STREAM range_st', ['id']],
  ])('%s', async (text, clusterBy) => {
    const graph = await sql(`CREATE MATERIALIZED VIEW range_st AS SELECT * FROM RANGE(3); ${text}`)
    expect(graph.datasets.find((each) => each.name === 'a')).toMatchObject({ clusterBy })
  })
})

test('28: comments and table properties are registered', async () => {
  const graph = await sql(`CREATE MATERIALIZED VIEW a (x COMMENT 'a number') COMMENT 'numbers'
    TBLPROPERTIES ('quality' = 'gold', 'delta.appendonly' = 'true') AS SELECT 1 AS x`)
  expect(graph.datasets[0]).toMatchObject({
    comment: 'numbers',
    tableProperties: { quality: 'gold', 'delta.appendOnly': 'true' },
    schema: { fields: [{ name: 'x', metadata: { comment: 'a number' } }] },
  })
})

test('29: SET holds for what follows it in its file, and settings add up', async () => {
  const graph = await graphOf({
    'a.sql': `CREATE MATERIALIZED VIEW a AS SELECT 1 AS x; SET k = 1;
      CREATE MATERIALIZED VIEW b AS SELECT 1 AS x; SET k = 2; SET l = 3;
      CREATE MATERIALIZED VIEW c AS SELECT 1 AS x`,
    'b.sql': 'CREATE MATERIALIZED VIEW d AS SELECT 1 AS x',
  })
  expect(graph.flows.map((each) => each.configuration)).toEqual([{}, { k: '1' }, { k: '2', l: '3' }, {}])
})

test('34: names of datasets have up to three parts, those of flows and temporary views one', async () => {
  const graph = await sql(
    `CREATE MATERIALIZED VIEW c.s.a AS SELECT 1 AS x; CREATE MATERIALIZED VIEW s.b AS SELECT * FROM c.s.a`,
  )
  expect(graph.datasets.map((each) => [each.identifier, each.name])).toEqual([
    ['c.s.a', 'c.s.a'],
    ['spark_catalog.s.b', 's.b'],
  ])
  const [view] = await sqlFailures(
    'CREATE TEMPORARY VIEW s.v AS SELECT 1 AS x; CREATE MATERIALIZED VIEW a AS SELECT 1 AS x',
  )
  expect(view).toMatchObject({
    condition: 'MULTIPART_TEMPORARY_VIEW_NAME_NOT_SUPPORTED',
    parameters: { viewName: 's.v' },
  })
  const [flow] = await sqlFailures(
    'CREATE STREAMING TABLE a; CREATE FLOW s.f AS INSERT INTO a BY NAME SELECT * FROM STREAM b',
  )
  expect(flow).toMatchObject({
    condition: 'MULTIPART_FLOW_NAME_NOT_SUPPORTED',
    parameters: { flowName: 's.f' },
  })
})

test('35: USE and SET CATALOG hold for the rest of their file; temporary views belong to the pipeline', async () => {
  const graph = await graphOf({
    'a.sql': `USE SCHEMA s; CREATE MATERIALIZED VIEW a AS SELECT 1 AS x;
      CREATE TEMPORARY VIEW v AS SELECT * FROM a;
      USE CATALOG c; CREATE MATERIALIZED VIEW b AS SELECT * FROM v;
      USE d.t; CREATE MATERIALIZED VIEW e AS SELECT * FROM c.default.b`,
    'b.sql': 'CREATE MATERIALIZED VIEW f AS SELECT * FROM v',
  })
  expect(graph.datasets.map((each) => each.identifier)).toEqual([
    'spark_catalog.s.a',
    'v',
    'c.default.b',
    'd.t.e',
    'spark_catalog.default.f',
  ])
})

describe('36: a pipeline needs tables, and each table a flow', () => {
  test.each([
    ['no files', {}],
    ['only temporary views', { 'a.sql': 'CREATE TEMPORARY VIEW v AS SELECT 1 AS x' }],
  ])('%s', async (_, files) => {
    const failures = await failuresOf(files)
    expect(failures.map((each) => each.condition)).toEqual(['RUN_EMPTY_PIPELINE'])
  })

  test('only flows', async () => {
    const failures = await sqlFailures('CREATE FLOW f AS INSERT INTO a BY NAME SELECT 1 AS x')
    expect(failures.map((each) => each.condition)).toEqual(['TABLE_OR_VIEW_NOT_FOUND', 'RUN_EMPTY_PIPELINE'])
  })

  test('a streaming table without a flow', async () => {
    const failures = await sqlFailures('CREATE STREAMING TABLE a')
    expect(failures.map((each) => summaryOf(each, 'identifier'))).toEqual([
      { condition: 'PIPELINE_DATASET_WITHOUT_FLOW', at: 'a.sql:1:1', identifier: 'spark_catalog.default.a' },
    ])
  })
})

/** Where we decided otherwise than Spark, and what we do. */
describe('deviations', () => {
  test('4: a union of a stream and a table is refused: the table would come again with every batch', async () => {
    const failures = await failuresOf(
      ts(`const a = streamingTable('a', () => ${SOURCE})
const b = materializedView('b', () => read.table(a))
streamingTable('both', () => readStream.table(a).union(read.table(b)))`),
    )
    expect(failures.map((each) => each.condition)).toEqual(['UNSUPPORTED_STREAMING_OPERATION'])
  })

  test('5: a query function sees the settings of its own flow and of the pipeline, not those of views', async () => {
    const graph = await graphOf({
      'v.sql': 'SET k = view; CREATE TEMPORARY VIEW v AS SELECT 1 AS x',
      'a.ts': `import { conf, materializedView, sql } from 'millrace'
materializedView('a', () => sql\`SELECT *, \${conf.get('k', 'none')} AS k FROM v\`)`,
    })
    expect(flowNamed(graph, 'a').configuration).toEqual({ k: 'view' })
    expect(JSON.stringify(flowNamed(graph, 'a').query)).toContain('"none"')
  })

  test('13: every circle is reported, not only the first', async () => {
    const failures = await sqlFailures(`CREATE MATERIALIZED VIEW a AS SELECT * FROM a;
      CREATE MATERIALIZED VIEW b AS SELECT * FROM b`)
    expect(failures.map((each) => each.condition)).toEqual(['CIRCULAR_DEPENDENCY', 'CIRCULAR_DEPENDENCY'])
  })

  test('18: a table that is only looked up in may be refreshed', async () => {
    await sql(`CREATE STREAMING TABLE a TBLPROPERTIES ('pipelines.reset.allowed' = 'false')
        AS SELECT * FROM STREAM read_files('x');
      CREATE MATERIALIZED VIEW dim AS SELECT 1 AS id;
      CREATE STREAMING TABLE b TBLPROPERTIES ('pipelines.reset.allowed' = 'false')
        AS SELECT a.* FROM STREAM a JOIN dim ON a.id = dim.id`)
  })

  test('22: a temporary view and a table of the default schema cannot share a name', async () => {
    const failures = await sqlFailures(
      'CREATE MATERIALIZED VIEW spark_catalog.default.t AS SELECT 1 AS x; CREATE TEMPORARY VIEW t AS SELECT 1 AS x',
    )
    expect(failures[0]).toMatchObject({ condition: 'PIPELINE_DUPLICATE_IDENTIFIERS.DATASET' })
  })

  test('30: LOCATION is refused by the parser, path by the options, each with what to do', async () => {
    const [error] = await failuresOf(
      ts(`materializedView('a', { path: '/x' } as object, () => sql\`SELECT 1 AS x\`)`),
    )
    expect(error).toMatchObject({
      condition: 'UNSUPPORTED_DATASET_OPTION',
      hint: expect.stringContaining('warehouse'),
    })
  })
})
