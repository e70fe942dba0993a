import { describe, expect, test } from 'vitest'
import { isResetAllowed, type ResolvedDataset, tableProperty } from '../../src/graph/index.ts'
import { failuresOf, graphOf, summaryOf } from './pipeline-folder.ts'

const QUERY = `() => sql\`SELECT 1 AS id, 'EU' AS region, CAST(NULL AS MAP<STRING, INT>) AS tags, true AS open\``
const view = (options: string) => ({
  'a.ts': `import { materializedView, sql } from 'millrace'\nmaterializedView('a', ${options}, ${QUERY})`,
})
const datasetOf = async (options: string): Promise<ResolvedDataset> =>
  (await graphOf(view(options))).datasets[0]!

describe('table properties', () => {
  test("of Delta get their documented spelling, labels of one's own stay as they are", async () => {
    const { tableProperties } = await datasetOf(
      `{ tableProperties: { Quality: 'gold', 'DELTA.enableChangeDataFeed': true, 'pipelines.custom': 'x' } }`,
    )
    expect(tableProperties).toEqual({
      Quality: 'gold',
      'delta.enableChangeDataFeed': 'true',
      'pipelines.custom': 'x',
    })
  })

  test.each([
    [
      'delta.enableChangeDataFeeds',
      'true',
      'DELTA_UNKNOWN_CONFIGURATION',
      "Did you mean 'delta.enableChangeDataFeed'?",
    ],
    ['delta.appendOnly', 'yes', 'INVALID_TABLE_PROPERTY', undefined],
    ['delta.logRetentionDuration', 'forever', 'INVALID_TABLE_PROPERTY', undefined],
    ['pipelines.reset.allowed', 'no', 'INVALID_TABLE_PROPERTY', undefined],
    ['pipelines.cdc.tombstoneGCThresholdInSeconds', '2 days', 'INVALID_TABLE_PROPERTY', undefined],
  ])('%s = %s is refused', async (key, value, condition, hint) => {
    const [error] = await failuresOf(view(`{ tableProperties: { '${key}': '${value}' } }`))
    expect(error).toMatchObject({ condition, hint, position: { file: 'a.ts', line: 2, column: 1 } })
  })

  test('are looked up without regard to case', () => {
    expect(tableProperty({ 'A.b': '1' }, 'a.B')).toBe('1')
    expect(isResetAllowed({})).toBe(true)
    expect(isResetAllowed({ 'Pipelines.Reset.Allowed': 'FALSE' })).toBe(false)
  })

  test.each([
    [`{ 'delta.enableLiquidClustering': 'true', 'delta.clusterBy': 'region, ID' }`, ['region', 'id']],
    [`{ 'delta.enableLiquidClustering': true }`, 'auto'],
    [`{ 'delta.enableLiquidClustering': false, 'delta.clusterBy': 'id' }`, []],
  ])(
    '%s, which no Delta version knows, stand for clusterBy with a warning',
    async (properties, clusterBy) => {
      const graph = await graphOf(view(`{ tableProperties: ${properties} }`))
      expect(graph.datasets[0]).toMatchObject({ clusterBy, tableProperties: {} })
      expect(graph.warnings.map((each) => each.dataset)).toEqual(
        Object.keys(JSON.parse(properties.replaceAll("'", '"'))).map(() => 'spark_catalog.default.a'),
      )
    },
  )
})

describe('options of a wrong form, which types would mark, are refused when the file runs', () => {
  test.each([
    [`{ partitionBy: 'region' }`, 'partitionBy', '"region"'],
    [`{ clusterBy: 'region' }`, 'clusterBy', '"region"'],
    [`{ expect: ['id > 0'] }`, 'expect', '["id > 0"]'],
    [`{ expectOrDrop: { r: true } }`, 'expectOrDrop', '{"r":true}'],
    [`{ quarantine: false }`, 'quarantine', 'false'],
    [`{ comment: () => 'x' }`, 'comment', 'function'],
  ])('%s', async (options, option, actual) => {
    const failures = await failuresOf(view(`${options} as object`))
    expect(failures.map((each) => summaryOf(each, 'option', 'actual'))).toEqual([
      { condition: 'INVALID_DATASET_OPTION', at: 'a.ts:2:1', option, actual },
    ])
  })
})

describe('the layout of a table', () => {
  test('names columns of the query, in its spelling', async () => {
    expect(await datasetOf(`{ clusterBy: ['REGION'] }`)).toMatchObject({ clusterBy: ['region'] })
    expect(await datasetOf(`{ partitionBy: ['Region'] }`)).toMatchObject({ partitionColumns: ['region'] })
    expect(await datasetOf(`{ clusterBy: 'auto' }`)).toMatchObject({ clusterBy: 'auto' })
  })

  test.each([
    [`{ clusterBy: ['regoin'] }`, 'UNRESOLVED_COLUMN.WITH_SUGGESTION'],
    [`{ partitionBy: ['regoin'] }`, 'UNRESOLVED_COLUMN.WITH_SUGGESTION'],
    [`{ clusterBy: ['id', 'region', 'a', 'b', 'c'] }`, 'DELTA_CLUSTER_BY_INVALID_NUM_COLUMNS'],
    [`{ clusterBy: ['tags'] }`, 'DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED'],
    [
      `{ clusterBy: ['id'], partitionBy: ['region'] }`,
      'SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED',
    ],
    [
      `{ clusterBy: 'auto', partitionBy: ['region'] }`,
      'SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED',
    ],
    [`{ partitionBy: ['tags'] }`, 'DELTA_INVALID_PARTITION_COLUMN_TYPE'],
  ])('%s is refused', async (options, condition) => {
    const failures = await failuresOf(view(options))
    expect(failures.map((each) => summaryOf(each))).toEqual([{ condition, at: 'a.ts:2:1' }])
  })

  test('cannot be partitions by all columns', async () => {
    const failures = await failuresOf({
      'a.sql': 'CREATE MATERIALIZED VIEW a PARTITIONED BY (x) AS SELECT 1 AS x',
    })
    expect(failures.map((each) => each.condition)).toEqual(['DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION'])
  })
})

describe('schemas', () => {
  test('are declared as DDL or in a JSON file', async () => {
    const json = JSON.stringify({
      type: 'struct',
      fields: [{ name: 'id', type: 'integer', nullable: true, metadata: { comment: 'key' } }],
    })
    const text = (schema: string) => `import { materializedView, sql } from 'millrace'
materializedView('a', { schema: ${schema} }, () => sql\`SELECT 1 AS id\`)`
    for (const schema of [`'id INT COMMENT "key"'`, `{ jsonFile: 'schemas/a.json' }`]) {
      const graph = await graphOf({ 'a.ts': text(schema), 'schemas/a.json': json })
      expect(graph.datasets[0]).toMatchObject({
        isSchemaDeclared: true,
        schema: { fields: [{ name: 'id', dataType: { kind: 'integer' }, metadata: { comment: 'key' } }] },
      })
    }
    const [missing] = await failuresOf({ 'a.ts': text(`{ jsonFile: 'b.json' }`) })
    expect(missing).toMatchObject({ condition: 'SCHEMA_FILE_NOT_READABLE', position: { line: 2, column: 1 } })
    const [wrong] = await failuresOf({ 'a.ts': text(`'id INTT'`) })
    expect(wrong).toMatchObject({ position: { file: 'a.ts', line: 2, column: 1 } })
  })

  test('of several flows are one, by name', async () => {
    const flows = (second: string) => ({
      'a.sql': `CREATE STREAMING TABLE a;
CREATE MATERIALIZED VIEW src AS SELECT 1 AS x, 'a' AS y;
CREATE FLOW f AS INSERT INTO a BY NAME SELECT x FROM STREAM src;
CREATE FLOW g AS INSERT INTO a BY NAME SELECT ${second} FROM STREAM src`,
    })
    const graph = await graphOf(flows('y, X'))
    expect(graph.datasets.find((each) => each.name === 'a')!.schema.fields.map((each) => each.name)).toEqual([
      'x',
      'y',
    ])
    const [error] = await failuresOf(flows('y AS x'))
    expect(error).toMatchObject({
      condition: 'FLOW_SCHEMAS_NOT_COMPATIBLE',
      parameters: { columnName: 'x', left: 'INT', right: 'STRING' },
    })
  })

  test('cannot have two columns of one name', async () => {
    const failures = await failuresOf({ 'a.sql': 'CREATE MATERIALIZED VIEW a AS SELECT 1 AS x, 2 AS X' })
    expect(failures.map((each) => summaryOf(each, 'columnName'))).toEqual([
      { condition: 'COLUMN_ALREADY_EXISTS', at: 'a.sql:1:1', columnName: 'X' },
    ])
  })

  test('of what was never read are open: any column may be there', async () => {
    const graph = await graphOf({
      'a.sql': `CREATE STREAMING TABLE a AS SELECT *, anything AS x FROM STREAM read_files('never');
CREATE MATERIALIZED VIEW b AS SELECT something, x FROM a;
CREATE MATERIALIZED VIEW c AS SELECT key, l.other FROM a AS l LEFT JOIN a AS r USING (key)`,
    })
    expect(graph.datasets.map(({ schema }) => [schema.fields.map((each) => each.name), schema.open])).toEqual(
      [
        [['x'], true],
        [['something', 'x'], undefined],
        [['key', 'other'], undefined],
      ],
    )
  })
})

describe('tables outside of the pipeline', () => {
  const files = { 'a.sql': 'CREATE MATERIALIZED VIEW a AS SELECT id FROM crm.customers' }

  test('are asked for by their whole name', async () => {
    const graph = await graphOf(files, {
      context: {
        externalSchema: async (name) =>
          name.join('.') === 'spark_catalog.crm.customers'
            ? {
                schema: {
                  kind: 'struct',
                  fields: [{ name: 'id', dataType: { kind: 'long' }, nullable: true, metadata: {} }],
                },
              }
            : undefined,
      },
    })
    expect(graph.flows[0]).toMatchObject({ inputs: [], externalInputs: ['spark_catalog.crm.customers'] })
    expect(graph.datasets[0]!.schema.fields[0]!.dataType.kind).toBe('long')
  })

  test('that are not there are an error', async () => {
    const failures = await failuresOf(files)
    expect(failures.map((each) => summaryOf(each, 'relationName'))).toEqual([
      { condition: 'TABLE_OR_VIEW_NOT_FOUND', at: 'a.sql:1:46', relationName: 'crm.customers' },
    ])
  })

  test('a function in FROM that nobody knows is an error', async () => {
    const failures = await failuresOf({
      'a.sql': "CREATE MATERIALIZED VIEW a AS SELECT * FROM read_kinesis('x')",
    })
    expect(failures).toHaveLength(1)
    expect(failures[0]!.position).toEqual({ file: 'a.sql', line: 1, column: 45 })
  })
})

describe('the change feed of a table of the pipeline', () => {
  const reading = (properties: string, read: string) => ({
    'a.sql': `CREATE STREAMING TABLE events AS SELECT * FROM STREAM read_files('x', schema => 'id INT');
CREATE STREAMING TABLE t ${properties} AS SELECT * FROM STREAM events;
CREATE ${read}`,
  })

  test.each([
    ['STREAMING TABLE f AS SELECT * FROM STREAM t WITH (readChangeFeed = true)', 'a.sql:3:50'],
    ["STREAMING TABLE f AS SELECT * FROM STREAM table_changes('t', 0)", 'a.sql:3:50'],
    ["MATERIALIZED VIEW f AS SELECT * FROM table_changes('t', 0)", 'a.sql:3:45'],
  ])('must be recorded by its definition: %s', async (read, at) => {
    const failures = await failuresOf(reading(`TBLPROPERTIES ('delta.enableChangeDataFeed' = 'false')`, read))
    expect(failures.map((each) => summaryOf(each, 'tableName', 'shortName'))).toEqual([
      { condition: 'TABLE_WITHOUT_CHANGE_FEED', at, tableName: 'spark_catalog.default.t', shortName: 't' },
    ])
    const recorded = await graphOf(reading(`TBLPROPERTIES ('Delta.EnableChangeDataFeed' = 'TRUE')`, read))
    expect(recorded.datasets.map((each) => each.name)).toEqual(['events', 't', 'f'])
  })
})

describe('warnings', () => {
  test('tell of state without bound, of tables that are written anew, and of settings without effect', async () => {
    const graph = await graphOf({
      'pipeline.yml': 'name: a\nlibraries: [{glob: {include: "**"}}]\nphoton: true\nclusters: []',
      'a.sql': `CREATE STREAMING TABLE src (id BIGINT, ts TIMESTAMP) AS SELECT * FROM STREAM read_files('x');
CREATE STREAMING TABLE a AS SELECT DISTINCT id FROM STREAM src;
CREATE STREAMING TABLE b AS SELECT id, count(*) AS n FROM STREAM src GROUP BY id;
CREATE STREAMING TABLE c AS SELECT DISTINCT id, ts FROM STREAM src WATERMARK ts DELAY OF INTERVAL 1 HOUR`,
    })
    expect(graph.warnings.map((each) => each.dataset)).toEqual([
      undefined,
      'spark_catalog.default.a',
      'spark_catalog.default.b',
    ])
    expect(graph.warnings[0]!.message).toContain('clusters, photon')
  })

  test('tell of a stream of a table that is replaced whole', async () => {
    const property = `TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')`
    const graph = await graphOf({
      'a.sql': `CREATE MATERIALIZED VIEW src ${property} AS SELECT 1 AS id, 2 AS seq;
CREATE STREAMING TABLE a AS SELECT * FROM STREAM src;
CREATE STREAMING TABLE b AS SELECT id FROM STREAM src WITH (readChangeFeed);
CREATE STREAMING TABLE c; AUTO CDC INTO c FROM STREAM src KEYS (id) SEQUENCE BY seq;
CREATE STREAMING TABLE d; AUTO CDC INTO d FROM SNAPSHOT (SELECT * FROM src) KEYS (id);`,
    })
    expect(graph.warnings.map(({ dataset, message }) => [dataset, message.split(',')[0]])).toEqual(
      ['a', 'c'].map((name) => [
        `spark_catalog.default.${name}`,
        "A stream of the materialized view 'spark_catalog.default.src' fails once the view has other rows",
      ]),
    )
  })

  test('a deduplication within a watermark that is not there is an error', async () => {
    const failures = await failuresOf({
      'a.ts': `import { readStream, streamingTable } from 'millrace'
streamingTable('a', () => readStream.schema('id INT').json('x')
  .dropDuplicatesWithinWatermark(['id']))`,
    })
    expect(failures.map((each) => summaryOf(each))).toEqual([
      { condition: 'UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK', at: 'a.ts:3:4' },
    ])
  })
})
