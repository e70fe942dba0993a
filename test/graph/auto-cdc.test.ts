import { describe, expect, test } from 'vitest'
import { flowText } from '../../src/graph/flow-text.ts'
import type { ResolvedFlow, ResolvedGraph } from '../../src/graph/index.ts'
import { loadGraph } from '../../src/graph/index.ts'
import { printSparkExpression } from '../../src/sql/index.ts'
import { printSchema } from '../../src/types/ddl.ts'
import { type Files, failuresOf, graphOf, projectOf, summaryOf } from './pipeline-folder.ts'

const IMPORTS = `import { autoCdcFlow, appendFlow, materializedView, read, readStream, sql, streamingTable, temporaryView } from 'millrace'
import { col, expr, lit, struct } from 'millrace/functions'
`
const COLUMNS =
  'sku STRING, title STRING, price INT, op STRING, seq BIGINT, changed ARRAY<STRING>, tags MAP<STRING, INT>'

/** A stream of events, `events`, that other files of a pipeline read. */
const EVENTS: Files = {
  'events.ts': `import { readStream, streamingTable } from 'millrace'
export const events = streamingTable('events', () =>
  readStream.format('json').schema('${COLUMNS}').load('data/events'))`,
}

/** A pipeline in TypeScript whose flow of changes stands in line 4. */
const typescript = (options: string, more = ''): Files => ({
  ...EVENTS,
  'a.ts': `${IMPORTS}const items = streamingTable('items')
autoCdcFlow({ target: 'items', source: 'events', ${options} })
${more}`,
})

/** A pipeline in SQL whose flow of changes stands in line 2. */
const inSql = (clauses: string, create = 'CREATE STREAMING TABLE items;'): Files => ({
  ...EVENTS,
  'a.sql': `${create}\nAUTO CDC INTO items FROM STREAM events ${clauses}`,
})

const changingFlow = (graph: ResolvedGraph): ResolvedFlow =>
  graph.flows.find((each) => each.kind === 'auto_cdc')!
const tableNamed = (graph: ResolvedGraph, name = 'items') =>
  graph.datasets.find((each) => each.name === name)!
const columnsOf = async (files: Files): Promise<string> =>
  printSchema(tableNamed(await graphOf(files)).schema)

/** A spec with its expressions as SQL. */
const specOf = async (files: Files): Promise<object> => {
  const { sequenceBy, deleteWhen, truncateWhen, ...spec } = changingFlow(await graphOf(files)).autoCdc!
  return {
    ...spec,
    sequenceBy: printSparkExpression(sequenceBy),
    ...(deleteWhen === undefined ? {} : { deleteWhen: printSparkExpression(deleteWhen) }),
    ...(truncateWhen === undefined ? {} : { truncateWhen: printSparkExpression(truncateWhen) }),
  }
}

describe('a flow of changes', () => {
  test('has the name of its target, streams its source, and clusters the target by its keys', async () => {
    const graph = await graphOf(
      typescript(`keys: ['SKU'], sequenceBy: 'seq', columnList: ['sku', 'title', 'price']`),
    )
    expect(changingFlow(graph)).toMatchObject({
      identifier: 'spark_catalog.default.items',
      name: 'items',
      target: 'spark_catalog.default.items',
      kind: 'auto_cdc',
      once: false,
      inputs: ['spark_catalog.default.events'],
      query: { kind: 'Read', name: ['spark_catalog', 'default', 'events'], isStreaming: true },
      position: { file: 'a.ts', line: 4, column: 1 },
    })
    expect(tableNamed(graph)).toMatchObject({ kind: 'streaming_table', clusterBy: ['sku'] })
  })

  test('without a name is called as its target, in the schema of that', async () => {
    const graph = await graphOf({
      ...EVENTS,
      'a.sql': `CREATE STREAMING TABLE gold.items;
        AUTO CDC INTO gold.items FROM STREAM events KEYS (sku) SEQUENCE BY seq;
        CREATE STREAMING TABLE items;
        AUTO CDC INTO items FROM STREAM events KEYS (sku) SEQUENCE BY seq`,
    })
    expect(graph.flows.filter((each) => each.kind === 'auto_cdc').map((each) => each.identifier)).toEqual([
      'spark_catalog.gold.items',
      'spark_catalog.default.items',
    ])
  })

  test('has its own name, comment and configuration where it says so', async () => {
    const own = { name: 'latest', identifier: 'spark_catalog.default.latest', comment: 'newest rows' }
    const options = `keys: ['sku'], sequenceBy: 'seq', name: 'latest', comment: 'newest rows', configuration: { 'a.b': 1 }`
    expect(changingFlow(await graphOf(typescript(options)))).toMatchObject({
      ...own,
      configuration: { 'a.b': '1' },
    })
    const graph = await graphOf({
      ...EVENTS,
      'a.sql': `CREATE STREAMING TABLE items; SET a.b = 1;
        CREATE FLOW latest COMMENT 'newest rows' AS AUTO CDC INTO items FROM STREAM events KEYS (sku) SEQUENCE BY seq`,
    })
    expect(changingFlow(graph)).toMatchObject({ ...own, configuration: { 'a.b': '1' } })
  })

  test('can stand in the definition of its table', async () => {
    const graph = await graphOf({
      ...EVENTS,
      'a.sql': `CREATE STREAMING TABLE items FLOW AUTO CDC FROM STREAM events KEYS (sku) SEQUENCE BY seq`,
    })
    expect(changingFlow(graph)).toMatchObject({ name: 'items', target: 'spark_catalog.default.items' })
  })
})

describe('arguments mean the same in TypeScript and SQL', () => {
  test.each([
    [
      `keys: ['sku'], sequenceBy: 'seq'`,
      'KEYS (sku) SEQUENCE BY seq',
      { keys: ['sku'], sequenceBy: 'seq', scdType: 1 },
    ],
    [
      `keys: [col('sku'), 'title'], sequenceBy: struct('seq', 'price'), storedAsScdType: 2`,
      'KEYS (sku, title) SEQUENCE BY struct(seq, price) STORED AS SCD TYPE 2',
      { keys: ['sku', 'title'], sequenceBy: 'struct(seq, price)', scdType: 2 },
    ],
    [
      `keys: ['sku'], sequenceBy: col('seq'), applyAsDeletes: "op = 'D'", applyAsTruncates: col('op').eq('T'), storedAsScdType: '1'`,
      `KEYS (sku) SEQUENCE BY seq APPLY AS DELETE WHEN op = 'D' APPLY AS TRUNCATE WHEN op = 'T' STORED AS SCD TYPE 1`,
      { keys: ['sku'], sequenceBy: 'seq', scdType: 1, deleteWhen: "op = 'D'", truncateWhen: "op = 'T'" },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', ignoreNullUpdates: true, columnsToUpdate: 'changed'`,
      'KEYS (sku) IGNORE NULL UPDATES COLUMNS TO UPDATE changed SEQUENCE BY seq',
      {
        keys: ['sku'],
        sequenceBy: 'seq',
        scdType: 1,
        ignoreNull: { kind: 'all' },
        columnsToUpdate: 'changed',
      },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', ignoreNullUpdatesColumnList: ['title'], columnList: ['sku', 'title']`,
      'KEYS (sku) SEQUENCE BY seq IGNORE NULL UPDATES ON (title) COLUMNS (sku, title)',
      {
        keys: ['sku'],
        sequenceBy: 'seq',
        scdType: 1,
        ignoreNull: { kind: 'only', columns: ['title'] },
        columns: { kind: 'only', columns: ['sku', 'title'] },
      },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', ignoreNullUpdatesExceptColumnList: ['title'], exceptColumnList: ['op', 'seq'],
       trackHistoryExceptColumnList: ['price'], storedAsScdType: '2'`,
      `KEYS (sku) SEQUENCE BY seq IGNORE NULL UPDATES ON * EXCEPT (title) COLUMNS * EXCEPT (op, seq)
       TRACK HISTORY ON * EXCEPT (price) STORED AS SCD TYPE 2`,
      {
        keys: ['sku'],
        sequenceBy: 'seq',
        scdType: 2,
        ignoreNull: { kind: 'except', columns: ['title'] },
        columns: { kind: 'except', columns: ['op', 'seq'] },
        trackHistory: { kind: 'except', columns: ['price'] },
      },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', trackHistoryColumnList: ['price'], storedAsScdType: 2`,
      'KEYS (sku) SEQUENCE BY seq TRACK HISTORY ON price STORED AS SCD TYPE 2',
      { keys: ['sku'], sequenceBy: 'seq', scdType: 2, trackHistory: { kind: 'only', columns: ['price'] } },
    ],
  ])('%s', async (options, clauses, spec) => {
    expect(await specOf(typescript(options))).toEqual(spec)
    expect(await specOf(inSql(clauses))).toEqual(spec)
  })
})

describe("the target's columns", () => {
  test('are those of the source, without the list of changed columns', async () => {
    expect(await columnsOf(typescript(`keys: ['sku'], sequenceBy: 'seq', columnsToUpdate: 'changed'`))).toBe(
      'sku STRING, title STRING, price INT, op STRING, seq BIGINT, tags MAP<STRING, INT>',
    )
  })

  test.each([
    ['seq', 'BIGINT'],
    ['struct(seq, op)', 'STRUCT<seq: BIGINT, op: STRING>'],
    ['timestamp_micros(seq)', 'TIMESTAMP'],
  ])('of SCD type 2 bound each version by a sequence such as %s', async (sequence, type) => {
    const clauses = `KEYS (sku) SEQUENCE BY ${sequence} COLUMNS (sku, price) STORED AS SCD TYPE 2`
    expect(await columnsOf(inSql(clauses))).toBe(
      `sku STRING, price INT, __START_AT ${type}, __END_AT ${type}`,
    )
  })

  test('of bitemporal storage say besides what was known when', async () => {
    const columns =
      'sku STRING, price INT, __START_AT BIGINT, __END_AT BIGINT, __SYSTEM_START_AT TIMESTAMP, __SYSTEM_END_AT TIMESTAMP'
    const sql = 'SYSTEM SEQUENCE BY timestamp_micros(seq) COLUMNS (sku, price) STORED AS BITEMPORAL'
    expect(await columnsOf(inSql(`KEYS (sku) SEQUENCE BY seq ${sql}`))).toBe(columns)
    const options = `systemSequenceBy: expr('timestamp_micros(seq)'), columnList: ['sku', 'price'], storedAsScdType: 'bitemporal'`
    expect(await columnsOf(typescript(`keys: ['sku'], sequenceBy: 'seq', ${options}`))).toBe(columns)
  })

  test('can be declared, and those that the source lacks are NULL', async () => {
    const declared = 'sku STRING, price INT, note STRING, __START_AT BIGINT, __END_AT BIGINT'
    const graph = await graphOf(
      inSql(
        'KEYS (sku) SEQUENCE BY seq COLUMNS (sku, price) STORED AS SCD TYPE 2',
        `CREATE STREAMING TABLE items (${declared});`,
      ),
    )
    expect(printSchema(tableNamed(graph).schema)).toBe(declared)
    expect(changingFlow(graph)).toMatchObject({
      autoCdc: { columns: { kind: 'only', columns: ['sku', 'price', 'note'] } },
      query: { kind: 'Project', input: { kind: 'Read' } },
    })
  })

  test.each([
    ['sku STRING, price INT', ['__START_AT BIGINT is not declared', '__END_AT BIGINT is not declared']],
    [
      'sku STRING, price INT, __START_AT TIMESTAMP, __END_AT BIGINT',
      ['__START_AT is declared as TIMESTAMP, the query gives BIGINT'],
    ],
  ])('that are declared bound versions by the type of the sequence: %s', async (declared, differences) => {
    const [error] = await failuresOf(
      inSql(
        'KEYS (sku) SEQUENCE BY seq COLUMNS (sku, price) STORED AS SCD TYPE 2',
        `CREATE STREAMING TABLE items (${declared});`,
      ),
    )
    expect(summaryOf(error!, 'difference')).toEqual({
      condition: 'USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE',
      at: 'a.sql:1:1',
      difference: `${differences.join('; ')}.`,
    })
  })

  test('are not known before a source without a declared schema was read', async () => {
    const graph = await graphOf({
      'a.sql': `CREATE STREAMING TABLE items;
        AUTO CDC INTO items FROM STREAM read_files('data', format => 'json') KEYS (sku) SEQUENCE BY seq STORED AS SCD TYPE 2`,
    })
    expect(tableNamed(graph).schema).toMatchObject({ open: true })
  })
})

describe('the layout of the target', () => {
  const clauses = 'KEYS (sku, title, price, op, seq) SEQUENCE BY seq'
  test.each([
    ['', ['sku', 'title', 'price', 'op'], []],
    ['CLUSTER BY (price)', ['price'], []],
    ['CLUSTER BY NONE', [], []],
    ['CLUSTER BY AUTO', 'auto', []],
    ['PARTITIONED BY (op)', [], ['op']],
    ["TBLPROPERTIES ('delta.enableLiquidClustering' = 'false')", [], []],
  ])('%s', async (layout, clusterBy, partitionColumns) => {
    const graph = await graphOf(inSql(clauses, `CREATE STREAMING TABLE items ${layout};`))
    expect(tableNamed(graph)).toMatchObject({ clusterBy, partitionColumns })
  })

  test('leaves out keys that no statistics are kept of', async () => {
    const graph = await graphOf(inSql('KEYS (changed, sku) SEQUENCE BY seq'))
    expect(tableNamed(graph)).toMatchObject({ clusterBy: ['sku'] })
  })

  test('has a key once that is named twice', async () => {
    const graph = await graphOf(inSql('KEYS (sku, title, SKU) SEQUENCE BY seq'))
    expect(tableNamed(graph)).toMatchObject({ clusterBy: ['sku', 'title'] })
  })
})

describe('a flow that runs once', () => {
  test('reads its source as a batch, and a view of a stream as that stream', async () => {
    const files = typescript(
      `keys: ['sku'], sequenceBy: 'seq', name: 'feed'`,
      `const stream = temporaryView('stream', () => readStream.table('events'))
       temporaryView('batch', () => read.table('events'))
       for (const source of ['events', 'stream', 'batch']) {
         autoCdcFlow({ target: items, source, keys: ['sku'], sequenceBy: lit(0), once: true, name: 'once_' + source })
       }`,
    )
    const { flows } = await graphOf(files)
    const once = flows.filter((each) => each.once).map(({ name, query }) => [name, query])
    expect(once).toMatchObject([
      ['once_events', { isStreaming: false }],
      ['once_stream', { isStreaming: true }],
      ['once_batch', { isStreaming: false }],
    ])
  })

  test('reads in SQL what it says', async () => {
    const once = (source: string) => ({
      ...EVENTS,
      'a.sql': `CREATE STREAMING TABLE items;
        CREATE FLOW f AS AUTO CDC ONCE INTO items FROM ${source} KEYS (sku) SEQUENCE BY 0`,
    })
    expect(changingFlow(await graphOf(once('events')))).toMatchObject({
      once: true,
      query: { isStreaming: false },
    })
    expect(changingFlow(await graphOf(once('STREAM events')))).toMatchObject({
      once: true,
      query: { isStreaming: true },
    })
  })
})

describe('several flows into one table', () => {
  const flows = (first: string, second: string): Files => ({
    ...EVENTS,
    'a.sql': `CREATE STREAMING TABLE items;
CREATE TEMPORARY VIEW others AS SELECT sku, title, seq, price * 1L AS cents, op AS note FROM STREAM events;
CREATE TEMPORARY VIEW capitals AS SELECT sku AS SKU, title AS Title, price, seq FROM STREAM events;
CREATE FLOW one AS AUTO CDC INTO items ${first};
CREATE FLOW two AS AUTO CDC INTO items ${second};`,
  })

  test('give each all of its columns, and a constant sequence the type of the others', async () => {
    const graph = await graphOf(
      flows(
        'FROM STREAM events KEYS (sku) SEQUENCE BY 0 COLUMNS (sku, title)',
        'FROM STREAM others KEYS (sku) SEQUENCE BY seq COLUMNS (sku, title, note)',
      ),
    )
    expect(printSchema(tableNamed(graph).schema)).toBe('sku STRING, title STRING, note STRING')
    const [one, two] = graph.flows.filter((each) => each.kind === 'auto_cdc')
    expect(one).toMatchObject({
      query: { kind: 'Project', expressions: [{ kind: 'UnresolvedStar' }, { name: 'note' }] },
      autoCdc: { columns: { kind: 'only', columns: ['sku', 'title', 'note'] } },
    })
    expect(printSparkExpression(one!.autoCdc!.sequenceBy)).toBe('CAST(0 AS BIGINT)')
    expect(two).toMatchObject({ query: { kind: 'Read' } })
  })

  test.each([
    [
      'FROM STREAM events KEYS (sku) SEQUENCE BY seq COLUMNS (sku, title)',
      'FROM STREAM events KEYS (title) SEQUENCE BY seq COLUMNS (sku, title)',
      'keys',
      'sku STRING',
      'title STRING',
    ],
    [
      'FROM STREAM events KEYS (sku) SEQUENCE BY seq COLUMNS (sku, title)',
      'FROM STREAM events KEYS (sku) SEQUENCE BY price COLUMNS (sku, title)',
      'type of the sequence',
      'BIGINT',
      'INT',
    ],
    [
      'FROM STREAM events KEYS (sku) SEQUENCE BY seq COLUMNS (sku, title)',
      'FROM STREAM events KEYS (sku) SEQUENCE BY seq COLUMNS (sku, title, price)',
      'columns',
      'sku, title',
      'price, sku, title',
    ],
    [
      'FROM STREAM events KEYS (sku) SEQUENCE BY seq COLUMNS (sku, title) STORED AS SCD TYPE 2',
      'FROM STREAM events KEYS (sku) SEQUENCE BY seq COLUMNS (sku, title)',
      'SCD type',
      '2',
      '1',
    ],
    [
      'FROM STREAM events KEYS (sku) SEQUENCE BY seq STORED AS SCD TYPE 2 COLUMNS (sku, title, price)',
      'FROM STREAM events KEYS (sku) SEQUENCE BY seq STORED AS SCD TYPE 2 COLUMNS (sku, title, price) TRACK HISTORY ON price',
      'tracked columns',
      'price, title',
      'price',
    ],
  ])('agree: %s and %s', async (first, second, aspect, value1, value2) => {
    const failures = await failuresOf(flows(first, second))
    expect(
      failures.map((each) =>
        summaryOf(each, 'tableName', 'flowName1', 'flowName2', 'aspect', 'value1', 'value2'),
      ),
    ).toEqual([
      {
        condition: 'AUTOCDC_FLOWS_NOT_COMPATIBLE',
        at: 'a.sql:5:1',
        tableName: 'spark_catalog.default.items',
        flowName1: 'one',
        flowName2: 'two',
        aspect,
        value1,
        value2,
      },
    ])
  })

  test('agree where they spell columns in upper or lower case', async () => {
    const { flows: resolved } = await graphOf(
      flows(
        'FROM STREAM events KEYS (sku, price) SEQUENCE BY seq COLUMNS (sku, title, price) STORED AS SCD TYPE 2',
        'FROM STREAM capitals KEYS (SKU, price) SEQUENCE BY seq COLUMNS (SKU, Title, price) STORED AS SCD TYPE 2',
      ),
    )
    expect(resolved.filter((each) => each.kind === 'auto_cdc')).toHaveLength(2)
  })

  test('agree where the sequence of one cannot be NULL', async () => {
    const { flows: resolved } = await graphOf(
      flows(
        'FROM STREAM events KEYS (sku) SEQUENCE BY struct(0L AS seq, price) COLUMNS (sku, title)',
        'FROM STREAM events KEYS (sku) SEQUENCE BY struct(seq, price) COLUMNS (sku, title)',
      ),
    )
    expect(resolved.filter((each) => each.kind === 'auto_cdc')).toHaveLength(2)
  })

  /** Flows whose events have another type each of the columns `op` and `changed`, which the table does not get. */
  const otherTypes = (create: string): Files => ({
    ...EVENTS,
    'a.sql': `${create};
CREATE TEMPORARY VIEW others AS SELECT sku, title, INT(op) AS op, seq, string(changed) AS changed FROM STREAM events;
CREATE FLOW one AS AUTO CDC INTO items FROM STREAM events KEYS (sku) APPLY AS DELETE WHEN op = 'D' SEQUENCE BY seq COLUMNS (sku, title);
CREATE FLOW two AS AUTO CDC INTO items FROM STREAM others KEYS (sku) APPLY AS DELETE WHEN op = 1 SEQUENCE BY seq COLUMNS (sku, title);`,
  })

  test('need not agree on columns that the table does not get, which rules see in each as they are', async () => {
    const graph = await graphOf(
      otherTypes(`CREATE STREAMING TABLE items (CONSTRAINT known EXPECT (op IS NOT NULL))`),
    )
    expect(printSchema(tableNamed(graph).schema)).toBe('sku STRING, title STRING')
    const rule = 'CREATE STREAMING TABLE items (CONSTRAINT listed EXPECT (size(changed) > 0))'
    expect((await failuresOf(otherTypes(rule))).map((each) => each.condition)).toEqual([
      'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE',
    ])
  })

  test('agree on all columns of the events where a quarantine takes them', async () => {
    const create = `CREATE STREAMING TABLE items (CONSTRAINT known EXPECT (op IS NOT NULL) ON VIOLATION DROP ROW)
      TBLPROPERTIES ('pipelines.quarantine' = 'true')`
    const failures = await failuresOf(otherTypes(create.replace('\n', ' ')))
    expect(failures.map((each) => summaryOf(each, 'columnName', 'left', 'right'))).toEqual([
      {
        condition: 'FLOW_SCHEMAS_NOT_COMPATIBLE',
        at: 'a.sql:1:1',
        columnName: 'op',
        left: 'STRING',
        right: 'INT',
      },
    ])
  })

  test('know of each other what events leave out', async () => {
    const { flows: resolved } = await graphOf(
      flows(
        'FROM STREAM events KEYS (sku) SEQUENCE BY seq COLUMNS (sku, title, price) IGNORE NULL UPDATES',
        'FROM STREAM events KEYS (sku) SEQUENCE BY seq COLUMNS (sku, title, price) IGNORE NULL UPDATES ON title',
      ),
    )
    const amongFlows = { ignoredBySome: ['title', 'price'], ignoredByAll: ['title'], isListed: false }
    expect(resolved.flatMap((each) => each.autoCdc ?? [])).toMatchObject([
      { ignoreNull: { kind: 'all' }, amongFlows },
      { ignoreNull: { kind: 'only', columns: ['title'] }, amongFlows },
    ])
  })

  test('are compared once their columns are known', async () => {
    const files = {
      'a.sql': `CREATE STREAMING TABLE items;
CREATE FLOW one AS AUTO CDC INTO items FROM STREAM read_files('a', format => 'json') KEYS (sku) SEQUENCE BY seq;
CREATE FLOW two AS AUTO CDC INTO items FROM STREAM read_files('b', format => 'json', schema => 'sku INT, seq INT') KEYS (sku) SEQUENCE BY seq;
CREATE FLOW three AS AUTO CDC ONCE INTO items FROM events KEYS (sku) SEQUENCE BY 0;
CREATE TEMPORARY VIEW events AS SELECT sku, seq FROM read_files('c', format => 'json')`,
    }
    const { flows } = await graphOf(files)
    expect(flows.filter((each) => each.kind === 'auto_cdc').map((each) => each.name)).toEqual([
      'one',
      'two',
      'three',
    ])
  })

  test('have names of their own', async () => {
    const files = inSql(
      'KEYS (sku) SEQUENCE BY seq;\nAUTO CDC INTO items FROM STREAM events KEYS (sku) SEQUENCE BY seq',
    )
    const failures = await failuresOf(files)
    expect(failures[0]!.hint).toMatch('CREATE FLOW name AS')
    expect(failures.map((each) => summaryOf(each, 'flowName', 'position1'))).toEqual([
      {
        condition: 'PIPELINE_DUPLICATE_IDENTIFIERS.FLOW',
        at: 'a.sql:3:1',
        flowName: 'spark_catalog.default.items',
        position1: 'a.sql:2:1',
      },
    ])
  })
})

describe('what cannot be the target', () => {
  const clauses = 'FROM STREAM events KEYS (sku) SEQUENCE BY seq'
  const failing = async (text: string, ...parameters: readonly string[]) =>
    (await failuresOf({ ...EVENTS, 'a.sql': text })).map((each) => summaryOf(each, ...parameters))

  test('a table with a query of its own', async () => {
    const text = `CREATE STREAMING TABLE items AS SELECT * FROM STREAM events;\nAUTO CDC INTO items ${clauses}`
    for (const [flow, flowName] of [
      ['AUTO CDC', 'items'],
      ['CREATE FLOW changes AS AUTO CDC', 'changes'],
    ] as const) {
      expect(await failing(text.replace('AUTO CDC', flow), 'tableName', 'flowName', 'otherFlow')).toEqual([
        {
          condition: 'AUTOCDC_TARGET_WITH_OTHER_FLOWS',
          at: 'a.sql:2:1',
          tableName: 'spark_catalog.default.items',
          flowName,
          otherFlow: 'a query of its own',
        },
      ])
    }
  })

  test('a sink', async () => {
    const failures = await failuresOf({
      ...EVENTS,
      'sink.ts': `import { createSink } from 'millrace'\ncreateSink('out', { format: 'delta', options: { path: 'out' } })`,
      'a.sql': `CREATE FLOW f AS AUTO CDC INTO out ${clauses}`,
    })
    expect(failures.map((each) => summaryOf(each))).toEqual([
      { condition: 'INVALID_SINK_FLOW', at: 'a.sql:1:1' },
    ])
  })

  test('a table that other flows add rows to', async () => {
    const text = `CREATE STREAMING TABLE items;
AUTO CDC INTO items ${clauses};
CREATE FLOW more AS INSERT INTO items BY NAME SELECT * FROM STREAM events`
    expect(await failing(text, 'flowName', 'otherFlow')).toEqual([
      {
        condition: 'AUTOCDC_TARGET_WITH_OTHER_FLOWS',
        at: 'a.sql:3:1',
        flowName: 'items',
        otherFlow: "the flow 'more', which adds rows",
      },
    ])
  })

  test.each([
    ['MATERIALIZED VIEW v AS SELECT 1 AS sku', 'MATERIALIZED_VIEW_WITH_MULTIPLE_QUERIES'],
    ['TEMPORARY VIEW v AS SELECT 1 AS sku', 'INVALID_FLOW_QUERY_TYPE.AUTOCDC_RELATION_FOR_TEMPORARY_VIEW'],
    ['VIEW v AS SELECT 1 AS sku', 'INVALID_FLOW_TARGET'],
  ])('a %s', async (definition, condition) => {
    const text = `CREATE ${definition};\nCREATE FLOW f AS AUTO CDC INTO v ${clauses};\nCREATE STREAMING TABLE t AS SELECT * FROM STREAM events`
    expect(await failing(text)).toContainEqual({ condition, at: 'a.sql:2:1' })
  })

  test('what is not defined', async () => {
    const text = `CREATE STREAMING TABLE items AS SELECT * FROM STREAM events;\nAUTO CDC INTO itms ${clauses}`
    expect(await failing(text, 'relationName', 'suggestion')).toEqual([
      {
        condition: 'TABLE_OR_VIEW_NOT_FOUND',
        at: 'a.sql:2:1',
        relationName: 'itms',
        suggestion: "Did you mean 'items'?",
      },
    ])
  })
})

describe('what cannot be the source', () => {
  test.each([
    ['FROM events', 'INVALID_FLOW_QUERY_TYPE.BATCH_RELATION_FOR_STREAMING_TABLE', 'a.sql:4:1'],
    ['FROM STREAM batch', 'INCOMPATIBLE_BATCH_VIEW_READ', 'a.sql:4:33'],
    ['FROM STREAM totals', 'UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK', 'a.sql:4:1'],
    ['FROM STREAM evnts', 'TABLE_OR_VIEW_NOT_FOUND', 'a.sql:4:33'],
  ])('%s', async (source, condition, at) => {
    const failures = await failuresOf({
      ...EVENTS,
      'a.sql': `CREATE STREAMING TABLE items;
CREATE TEMPORARY VIEW batch AS SELECT * FROM events;
CREATE TEMPORARY VIEW totals AS SELECT sku, max(seq) AS seq FROM STREAM events GROUP BY sku;
AUTO CDC INTO items ${source} KEYS (sku) SEQUENCE BY seq`,
    })
    expect(failures.map((each) => summaryOf(each))).toEqual([{ condition, at }])
  })
})

describe('a mistake is shown where it stands, with the columns that there are', () => {
  const availableColumns = 'sku, title, price, op, seq, changed, tags'
  test.each([
    [
      'KEYS (sku, ^titel) SEQUENCE BY seq',
      'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
      { missingColumns: 'titel', availableColumns, suggestion: "Did you mean 'title'?" },
    ],
    [
      'KEYS (sku) SEQUENCE BY seq COLUMNS * EXCEPT (op, ^squence)',
      'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
      { missingColumns: 'squence', availableColumns },
    ],
    [
      'KEYS (sku) SEQUENCE BY seq IGNORE NULL UPDATES ON (^prize)',
      'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
      {
        missingColumns: 'prize',
        flowName: 'items',
        clause: 'IGNORE NULL UPDATES (ignoreNullUpdatesColumnList)',
        suggestion: "Did you mean 'price'?",
      },
    ],
    [
      'KEYS (sku) SEQUENCE BY seq STORED AS SCD TYPE 2 TRACK HISTORY ON ^prize',
      'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
      { missingColumns: 'prize', clause: 'TRACK HISTORY (trackHistoryColumnList)' },
    ],
    [
      'KEYS (sku) SEQUENCE BY seq COLUMNS TO UPDATE ^changes',
      'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
      { missingColumns: 'changes', suggestion: "Did you mean 'changed'?" },
    ],
    [
      'KEYS (sku) SEQUENCE BY seq COLUMNS TO UPDATE ^op',
      'AUTOCDC_COLUMNS_TO_UPDATE_TYPE',
      { columnName: 'op', dataType: 'STRING' },
    ],
    [
      'KEYS (^sku) SEQUENCE BY seq COLUMNS (title, price)',
      'AUTOCDC_KEY_NOT_IN_SELECTED_SCHEMA',
      { missingKeys: 'sku', selectedColumns: 'title, price' },
    ],
    [
      'KEYS (sku, ^tags) SEQUENCE BY seq',
      'AUTOCDC_NON_ORDERABLE_KEY',
      { columnName: 'tags', dataType: 'MAP<STRING, INT>' },
    ],
    [
      'KEYS (sku) SEQUENCE BY ^max(seq)',
      'UNSUPPORTED_EXPR_FOR_OPERATOR',
      { invalidExprSqls: 'max', place: 'SEQUENCE BY' },
    ],
    ['KEYS (sku) SEQUENCE BY ^sequ', 'UNRESOLVED_COLUMN.WITH_SUGGESTION', { objectName: 'sequ' }],
    [
      "KEYS (sku) SEQUENCE BY seq APPLY AS DELETE WHEN ^opp = 'D'",
      'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      { objectName: 'opp' },
    ],
  ])('%s', async (marked, condition, parameters) => {
    const files = inSql(marked.replace('^', ''))
    const column = files['a.sql']!.split('\n')[1]!.indexOf('KEYS') + 1 + marked.indexOf('^')
    const failures = await failuresOf(files)
    expect(failures).toMatchObject([{ condition, position: { file: 'a.sql', line: 2, column }, parameters }])
  })

  test.each([
    [
      'KEYS (sku) SEQUENCE BY tags',
      'AUTOCDC_MICROBATCH_VALIDATION.NON_ORDERABLE_SEQUENCE',
      { dataType: 'MAP<STRING, INT>' },
    ],
    [
      "KEYS (sku) SEQUENCE BY seq APPLY AS TRUNCATE WHEN op = 'T' STORED AS SCD TYPE 2",
      'AUTOCDC_TRUNCATE_NOT_SUPPORTED',
      { scdType: '2' },
    ],
    [
      'KEYS (sku) SEQUENCE BY seq TRACK HISTORY ON price',
      'AUTOCDC_TRACK_HISTORY_NOT_SUPPORTED',
      { scdType: '1' },
    ],
    ['KEYS (sku) SEQUENCE BY seq STORED AS BITEMPORAL', 'AUTOCDC_SYSTEM_SEQUENCE_MISSING', {}],
    [
      'KEYS (sku) SEQUENCE BY seq SYSTEM SEQUENCE BY price STORED AS SCD TYPE 2',
      'AUTOCDC_SYSTEM_SEQUENCE_NOT_SUPPORTED',
      { scdType: '2' },
    ],
    [
      'KEYS (sku) SEQUENCE BY seq COLUMNS (sku) IGNORE NULL UPDATES',
      'AUTOCDC_IGNORE_NULL_EMPTY_COLUMN_LIST',
      {},
    ],
  ])('%s', async (clauses, condition, parameters) => {
    const failures = await failuresOf(inSql(clauses))
    expect(failures).toMatchObject([
      { condition, position: { file: 'a.sql', line: 2, column: 1 }, parameters },
    ])
  })

  test('in TypeScript at the call', async () => {
    const failures = await failuresOf(typescript(`keys: ['skuu'], sequenceBy: 'seq'`))
    expect(failures.map((each) => summaryOf(each, 'missingColumns', 'suggestion'))).toEqual([
      {
        condition: 'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
        at: 'a.ts:4:1',
        missingColumns: 'skuu',
        suggestion: "Did you mean 'sku'?",
      },
    ])
  })

  test('a name that AUTO CDC uses itself', async () => {
    const [error] = await failuresOf({
      ...EVENTS,
      'a.sql': `CREATE STREAMING TABLE items;
CREATE TEMPORARY VIEW named AS SELECT sku, seq, price AS __start_at FROM STREAM events;
AUTO CDC INTO items FROM STREAM named KEYS (sku) SEQUENCE BY seq STORED AS SCD TYPE 2`,
    })
    expect(summaryOf(error!, 'columnName', 'reservedColumnName')).toEqual({
      condition: 'AUTOCDC_RESERVED_COLUMN_NAME_CONFLICT',
      at: 'a.sql:3:1',
      columnName: '__start_at',
      reservedColumnName: '__START_AT',
    })
  })
})

describe('options that types would mark', () => {
  test.each([
    [`keys: 'sku', sequenceBy: 'seq'`, 'INVALID_DATASET_OPTION', { option: 'keys', actual: '"sku"' }],
    [
      `sequenceBy: 'seq'`,
      'MISSING_DATASET_OPTION',
      {
        element: 'autoCdcFlow',
        name: 'items',
        option: 'keys',
        expected: "a list of columns, such as ['id']",
        advice: "Name the columns that identify a row: keys: ['id'].",
      },
    ],
    [`keys: undefined, sequenceBy: 'seq'`, 'MISSING_DATASET_OPTION', { name: 'items', option: 'keys' }],
    [
      `keys: ['sku'], sequenceBy: undefined`,
      'MISSING_DATASET_OPTION',
      {
        option: 'sequenceBy',
        advice: "Name what orders the events of a key: sequenceBy: 'changed_at'.",
      },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', target: undefined`,
      'MISSING_DATASET_OPTION',
      { name: 'autoCdcFlow', option: 'target' },
    ],
    [`keys: ['sku'], sequenceBy: 'seq', source: undefined`, 'MISSING_DATASET_OPTION', { option: 'source' }],
    [
      `keys: ['sku'], sequenceBy: 'seq', name: ''`,
      'INVALID_DATASET_OPTION',
      { name: 'items', option: 'name', expected: 'a name', actual: '""' },
    ],
    [`keys: ['sku'], sequenceBy: 1`, 'INVALID_DATASET_OPTION', { option: 'sequenceBy', actual: '1' }],
    [
      `keys: [col('sku').cast('int')], sequenceBy: 'seq'`,
      'INVALID_DATASET_OPTION',
      { option: 'keys', expected: 'a plain column of the source' },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', storedAsScdType: 3`,
      'INVALID_DATASET_OPTION',
      { option: 'storedAsScdType', actual: '3' },
    ],
    [`keys: ['a.sku'], sequenceBy: 'seq'`, 'AUTOCDC_MULTIPART_COLUMN_IDENTIFIER', { columnName: 'a.sku' }],
    [
      `keys: [col('a.sku')], sequenceBy: 'seq'`,
      'AUTOCDC_MULTIPART_COLUMN_IDENTIFIER',
      { nameParts: 'a, sku' },
    ],
    [
      `keys: ['sku'], sequence_by: 'seq'`,
      'UNSUPPORTED_DATASET_OPTION',
      {
        element: 'autoCdcFlow',
        name: 'items',
        option: 'sequence_by',
        advice: "It is called 'sequenceBy' here.",
      },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', flow_name: 'f'`,
      'UNSUPPORTED_DATASET_OPTION',
      { name: 'items', option: 'flow_name', advice: "It is called 'name' here." },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', columnLst: ['sku']`,
      'UNSUPPORTED_DATASET_OPTION',
      { option: 'columnLst', advice: "Did you mean 'columnList'?" },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', name: 'f', columnList: ['sku'], exceptColumnList: ['op']`,
      'AUTOCDC_EXCLUSIVE_ARGUMENTS',
      { flowName: 'f', argument1: 'columnList', argument2: 'exceptColumnList' },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', ignoreNullUpdates: true, ignoreNullUpdatesExceptColumnList: ['op']`,
      'AUTOCDC_EXCLUSIVE_ARGUMENTS',
      { flowName: 'items', argument1: 'ignoreNullUpdates', argument2: 'ignoreNullUpdatesExceptColumnList' },
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', applyAsDeletes: 'op = '`,
      'PARSE_SYNTAX_ERROR',
      { error: 'end of input' },
    ],
  ])('%s', async (options, condition, parameters) => {
    const failures = await failuresOf(typescript(options))
    expect(failures).toMatchObject([
      { condition, parameters, position: { file: 'a.ts', line: 4, column: 1 } },
    ])
  })

  test.each([
    [
      `keys: ['sku'], sequenceBy: 'seq', applyAsDeletes: "opp = 'D'"`,
      'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      'applyAsDeletes',
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', applyAsDeletes: 'seq'`,
      'DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN',
      'applyAsDeletes',
    ],
    [
      `keys: ['sku'], sequenceBy: 'seq', applyAsTruncates: 'price > title.first'`,
      'INVALID_EXTRACT_BASE_FIELD_TYPE',
      'applyAsTruncates',
    ],
    [
      `keys: ['sku'], sequenceBy: expr('struct(seqq, sku)')`,
      'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      'sequenceBy',
    ],
  ])('in the text of an option: %s', async (options, condition, within) => {
    const failures = await failuresOf(typescript(options))
    expect(failures.map(({ condition, position }) => ({ condition, position }))).toEqual([
      { condition, position: { file: 'a.ts', line: 4, column: 1, within } },
    ])
  })

  test('no keys', async () => {
    const [error] = await failuresOf(typescript(`keys: [], sequenceBy: 'seq'`))
    expect(summaryOf(error!, 'flowName')).toEqual({
      condition: 'AUTOCDC_EMPTY_KEYS',
      at: 'a.ts:4:1',
      flowName: 'items',
    })
  })
})

describe('a table that changes are applied to', () => {
  const reading = (query: string): Files => inSql(`KEYS (sku) SEQUENCE BY seq;\n${query}`)

  test('is read as a batch, by its change feed, and as a stream that passes over changes', async () => {
    const graph = await graphOf(
      inSql(
        `KEYS (sku) SEQUENCE BY seq;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM items;
CREATE STREAMING TABLE feed AS SELECT sku, _change_type FROM STREAM items WITH (readChangeFeed = true);
CREATE STREAMING TABLE added AS SELECT * FROM STREAM items WITH (skipChangeCommits);`,
        `CREATE STREAMING TABLE items TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true');`,
      ),
    )
    expect(graph.datasets.map((each) => each.name)).toEqual(['events', 'items', 'totals', 'feed', 'added'])
  })

  test('is not a stream of rows', async () => {
    const failures = await failuresOf(reading('CREATE STREAMING TABLE more AS SELECT * FROM STREAM items'))
    expect(failures.map((each) => summaryOf(each, 'tableName', 'flowName'))).toEqual([
      {
        condition: 'AUTOCDC_TARGET_READ_AS_STREAM',
        at: 'a.sql:3:53',
        tableName: 'spark_catalog.default.items',
        flowName: 'spark_catalog.default.items',
      },
    ])
  })

  test('has expectations and a quarantine over the columns of the events', async () => {
    const graph = await graphOf(
      inSql(
        'KEYS (sku) SEQUENCE BY seq COLUMNS (sku, price)',
        `CREATE STREAMING TABLE items (CONSTRAINT known EXPECT (op IN ('U', 'D')) ON VIOLATION DROP ROW)
           TBLPROPERTIES ('pipelines.quarantine' = 'true');`.replace('\n', ' '),
      ),
    )
    expect(tableNamed(graph).rules).toMatchObject([{ name: 'known', action: 'drop' }])
    expect(printSchema(tableNamed(graph, 'items_quarantine').schema)).toContain('op STRING, seq BIGINT')
  })
})

test('definitions register without being resolved', async () => {
  const { flows } = await loadGraph(await projectOf(typescript(`keys: ['sku'], sequenceBy: 'seq'`)))
  expect(flows.map((each) => [each.name, each.changes?.kind])).toEqual([
    ['items', 'auto_cdc'],
    ['events', undefined],
  ])
})

test('a flow of changes is shown as the statement that it is', async () => {
  const text = `AUTO CDC INTO spark_catalog.default.items
FROM STREAM spark_catalog.default.events
KEYS (sku, title)
IGNORE NULL UPDATES ON * EXCEPT (op)
COLUMNS TO UPDATE changed
APPLY AS DELETE WHEN op = 'D'
SEQUENCE BY struct(seq, price)
COLUMNS * EXCEPT (seq)
STORED AS BITEMPORAL
TRACK HISTORY ON (op)
SYSTEM SEQUENCE BY price`
  const files = { ...EVENTS, 'a.sql': `CREATE STREAMING TABLE items;\n${text}` }
  expect(flowText(changingFlow(await graphOf(files)))).toBe(text)
})
