import { describe, expect, test } from 'vitest'
import { flowText } from '../../src/graph/flow-text.ts'
import type { ResolvedFlow, ResolvedGraph } from '../../src/graph/index.ts'
import { bindSnapshotVersions, versionLiteral } from '../../src/graph/snapshot-versions.ts'
import { printSpark } from '../../src/sql/index.ts'
import { printSchema, printSqlType } from '../../src/types/ddl.ts'
import { type Files, failuresOf, graphOf, summaryOf } from './pipeline-folder.ts'

const IMPORTS = `import { autoCdcFromSnapshotFlow, materializedView, read, readStream, sql, streamingTable, temporaryView } from 'millrace'
`
/** The table `days` of snapshots, each row with the day that it belongs to. */
const DAYS: Files = {
  'days.ts': `import { materializedView, sql } from 'millrace'
materializedView('days', () => sql\`SELECT 1 AS id, 'a' AS name, DATE '2026-01-01' AS day\`)`,
}

/** A pipeline whose flow stands in line 3. */
const typescript = (options: string, target = `streamingTable('items')`): Files => ({
  ...DAYS,
  'a.ts': `${IMPORTS}const items = ${target}
autoCdcFromSnapshotFlow({ target: items, keys: ['id'], ${options} })`,
})

const inSql = (flow: string, create = 'CREATE STREAMING TABLE items;'): Files => ({
  ...DAYS,
  'a.sql': `${create}\nAUTO CDC INTO items ${flow}`,
})

const flowOf = (graph: ResolvedGraph): ResolvedFlow =>
  graph.flows.find((each) => each.kind === 'auto_cdc_snapshot')!
const columnsOf = (graph: ResolvedGraph) =>
  printSchema(graph.datasets.find((each) => each.name === 'items')!.schema)

describe('snapshots of a dataset', () => {
  test.each([
    ['TypeScript', typescript(`source: 'days', storedAsScdType: 2, trackHistoryColumnList: ['name']`)],
    ['SQL', inSql('FROM SNAPSHOT (SELECT * FROM days) KEYS (id) STORED AS SCD TYPE 2 TRACK HISTORY ON name')],
  ])('in %s are its rows at each update, whose time is their version', async (_, files) => {
    const graph = await graphOf(files)
    const flow = flowOf(graph)
    expect(flow).toMatchObject({
      identifier: 'spark_catalog.default.items',
      once: false,
      inputs: ['spark_catalog.default.days'],
      snapshots: {
        source: { kind: 'periodic' },
        versionType: { kind: 'timestamp' },
        spec: { keys: ['id'], scdType: 2, trackHistory: { kind: 'only', columns: ['name'] } },
      },
    })
    expect(columnsOf(graph)).toBe('id INT, name STRING, day DATE, __START_AT TIMESTAMP, __END_AT TIMESTAMP')
    expect(graph.datasets.find((each) => each.name === 'items')).toMatchObject({ clusterBy: ['id'] })
  })
})

describe('snapshots by version in SQL', () => {
  const query = 'SELECT id, name FROM days WHERE day = current_snapshot_version()'
  const version = `SELECT min(day) FROM days WHERE day > coalesce(last_snapshot_version(), DATE '1970-01-01')`
  const files = inSql(`FROM SNAPSHOT (${query}) WITH VERSION (${version}) KEYS (id) STORED AS SCD TYPE 2`)

  test('have versions of the type that the query of versions gives', async () => {
    const graph = await graphOf(files)
    const { snapshots, inputs, schema } = flowOf(graph)
    expect(printSqlType(snapshots!.versionType)).toBe('DATE')
    expect(inputs).toEqual(['spark_catalog.default.days'])
    expect(printSchema(schema)).toBe('id INT, name STRING, __START_AT DATE, __END_AT DATE')
    expect(flowText(flowOf(graph))).toContain('WITH VERSION (SELECT min(day)')
  })

  test('are read with values in place of the functions, in subqueries and definitions too', async () => {
    const flow = flowOf(
      await graphOf(
        inSql(`FROM SNAPSHOT (WITH d AS (SELECT * FROM days WHERE day = current_snapshot_version())
          SELECT id, name FROM d WHERE id IN (SELECT id FROM days WHERE day > last_snapshot_version()))
          WITH VERSION (${version}) KEYS (id)`),
      ),
    )
    const values = { last: versionLiteral('a'), current: versionLiteral(7) }
    const text = printSpark(bindSnapshotVersions(flow.query, values))
    expect(text).toContain('day = 7L')
    expect(text).toContain("day > 'a'")
    expect(text).not.toContain('snapshot_version')
  })

  test.each([
    ['SELECT 1 AS a, 2 AS b', 'AUTOCDC_SNAPSHOT_VERSION_NOT_ONE_COLUMN', { count: '2', columns: 'a, b' }],
    [
      'SELECT min(struct(day, id)) FROM days',
      'AUTOCDC_SNAPSHOT_VERSION_NOT_ATOMIC',
      { dataType: 'STRUCT<day: DATE, id: INT>' },
    ],
    ['SELECT map(1, 2)', 'AUTOCDC_SNAPSHOT_VERSION_NOT_ATOMIC', { dataType: 'MAP<INT, INT>' }],
    ['SELECT min(dya) FROM days', 'UNRESOLVED_COLUMN.WITH_SUGGESTION', { objectName: 'dya' }],
    [
      'SELECT max(n) FROM STREAM numbers',
      'INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_SNAPSHOT_FLOW',
      { flowIdentifier: 'spark_catalog.default.items' },
    ],
  ])('with versions by %s are refused', async (text, condition, parameters) => {
    const failures = await failuresOf({
      ...inSql(`FROM SNAPSHOT (SELECT id FROM days) WITH VERSION (${text}) KEYS (id)`),
      'n.ts': `import { readStream, streamingTable } from 'millrace'
streamingTable('numbers', () => readStream.format('json').schema('n INT').load('data'))`,
    })
    expect(failures).toMatchObject([{ condition, parameters }])
  })
})

describe('snapshots that a function gives', () => {
  const next = `(latest) => latest === null || latest < 3
    ? { df: read.table('days').where(\`id > \${latest ?? 0}\`), version: (latest ?? 0) + 1 } : null`

  test('have the columns and the type of version of its first', async () => {
    const graph = await graphOf(typescript(`source: ${next}, storedAsScdType: '2'`))
    const flow = flowOf(graph)
    expect(flow).toMatchObject({
      inputs: ['spark_catalog.default.days'],
      snapshots: { source: { kind: 'function' }, versionType: { kind: 'long' } },
    })
    expect(columnsOf(graph)).toBe('id INT, name STRING, day DATE, __START_AT BIGINT, __END_AT BIGINT')
  })

  test('come one after the other, with whole names in their queries', async () => {
    const { source } = flowOf(await graphOf(typescript(`source: ${next}`))).snapshots!
    if (source.kind !== 'function') throw new Error('no function')
    const first = await source.next(null)
    expect(first!.version).toBe(1)
    expect(printSpark(first!.query)).toContain('spark_catalog.default.days')
    expect((await source.next(2))!.version).toBe(3)
    expect(await source.next(3)).toBeUndefined()
  })

  test('may take their time, and see the configuration', async () => {
    const files = typescript(`source: async (latest) => {
      await new Promise((resolve) => setImmediate(resolve))
      return { df: read.table(conf.get('table')), version: new Date(0) }
    }`)
    const graph = await graphOf(
      { ...files, 'a.ts': files['a.ts']!.replace('{ auto', '{ conf, auto') },
      { set: { table: 'days' } },
    )
    expect(flowOf(graph)).toMatchObject({
      inputs: ['spark_catalog.default.days'],
      snapshots: { versionType: { kind: 'timestamp' } },
    })
  })

  test('are not asked for while a graph is resolved where the target declares its columns', async () => {
    const declared = 'id INT, name STRING, __START_AT BIGINT, __END_AT BIGINT'
    const graph = await graphOf(
      typescript(
        `source: () => { throw new Error('asked') }, storedAsScdType: 2`,
        `streamingTable('items', { schema: '${declared}' })`,
      ),
    )
    expect(columnsOf(graph)).toBe(declared)
    const { source, versionType } = flowOf(graph).snapshots!
    expect(printSqlType(versionType)).toBe('BIGINT')
    await expect(source.kind === 'function' && source.next(1n)).rejects.toMatchObject({
      condition: 'FLOW_FUNCTION_FAILED',
      parameters: { flow: 'items', reason: 'asked' },
    })
  })

  test('have versions of the type of the bounds that the target declares, in upper or lower case', async () => {
    const declared = 'id INT, __start_at DATE, __end_at DATE'
    const target = `streamingTable('items', { schema: '${declared}' })`
    const graph = await graphOf(typescript('source: () => null, storedAsScdType: 2', target))
    expect(columnsOf(graph)).toBe(declared)
    expect(printSqlType(flowOf(graph).snapshots!.versionType)).toBe('DATE')
  })

  test('may have columns with the names of bounds where the target is of SCD type 1', async () => {
    const declared = 'id INT, __START_AT INT'
    const target = `streamingTable('items', { schema: '${declared}' })`
    const graph = await graphOf(typescript('source: () => null', target))
    expect(columnsOf(graph)).toBe(declared)
    expect(flowOf(graph).snapshots!.versionType).toEqual({ kind: 'unknown' })
  })

  test.each([
    ['() => null', 'AUTOCDC_SNAPSHOT_SCHEMA_UNKNOWN', { flowName: 'items' }],
    [`() => read.table('days')`, 'AUTOCDC_SNAPSHOT_FUNCTION_RESULT', { flowName: 'items' }],
    [
      `() => ({ df: read.table('days'), version: true })`,
      'AUTOCDC_SNAPSHOT_FUNCTION_RESULT',
      { actual: '{df, version}' },
    ],
    [`() => { throw new Error('no files') }`, 'FLOW_FUNCTION_FAILED', { reason: 'no files' }],
    [
      `() => ({ df: readStream.format('json').schema('id INT').load('data'), version: 1 })`,
      'INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_SNAPSHOT_FLOW',
      {},
    ],
    [`() => ({ df: read.table('dais'), version: 1 })`, 'TABLE_OR_VIEW_NOT_FOUND', { relationName: 'dais' }],
  ])('are refused: %s', async (source, condition, parameters) => {
    const failures = await failuresOf(typescript(`source: ${source}`))
    expect(failures).toMatchObject([{ condition, parameters, position: { file: 'a.ts', line: 3 } }])
  })
})

test('nothing else writes the target of a snapshot flow', async () => {
  const failures = await failuresOf({
    ...inSql('FROM SNAPSHOT (SELECT * FROM days) KEYS (id)'),
    'b.sql': `CREATE FLOW more AS AUTO CDC INTO items FROM SNAPSHOT (SELECT * FROM days) KEYS (id)`,
  })
  expect(failures.map((each) => summaryOf(each, 'flowName', 'otherFlow'))).toEqual([
    {
      condition: 'AUTOCDC_TARGET_WITH_OTHER_FLOWS',
      at: 'b.sql:1:1',
      flowName: 'items',
      otherFlow: "the flow 'more', which changes rows as well",
    },
  ])
})

test('columns that the target declares are those of the snapshots', async () => {
  const create = 'CREATE STREAMING TABLE items (id INT, name STRING, day DATE, note STRING);'
  const [error] = await failuresOf(inSql('FROM SNAPSHOT (SELECT * FROM days) KEYS (id)', create))
  expect(summaryOf(error!, 'difference')).toEqual({
    condition: 'USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE',
    at: 'a.sql:1:1',
    difference: 'note: declared, but the snapshots do not have it.',
  })
})

test.each([
  ['AUTO CDC ONCE INTO items FROM SNAPSHOT (SELECT 1 AS id) KEYS (id)', 'AUTO CDC ONCE of FROM SNAPSHOT'],
  [
    'AUTO CDC INTO items FROM SNAPSHOT (SELECT 1 AS id) KEYS (id) STORED AS BITEMPORAL',
    'STORED AS BITEMPORAL of FROM SNAPSHOT',
  ],
])('%s is refused', async (statement, clause) => {
  const files = { 'a.sql': `CREATE STREAMING TABLE items;\n${statement}` }
  expect((await failuresOf(files)).map((each) => summaryOf(each, 'clause'))).toEqual([
    { condition: 'UNSUPPORTED_FEATURE.CLAUSE', at: 'a.sql:2:1', clause },
  ])
})

test.each([
  [`source: 'days', sequenceBy: 'day'`, 'UNSUPPORTED_DATASET_OPTION', { option: 'sequenceBy' }],
  [`source: 7`, 'INVALID_DATASET_OPTION', { option: 'source', actual: '7' }],
  [`source: 'days', storedAsScdType: 'bitemporal'`, 'INVALID_DATASET_OPTION', { option: 'storedAsScdType' }],
  [
    `source: 'days', keys: ['idd']`,
    'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
    { suggestion: "Did you mean 'id'?", availableColumns: 'id, name, day' },
  ],
  [
    `source: 'days', keys: ['__SEQUENCE']`,
    'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
    { missingColumns: '__SEQUENCE', availableColumns: 'id, name, day' },
  ],
])('a mistake in the options: %s', async (options, condition, parameters) => {
  const failures = await failuresOf(typescript(options))
  expect(failures).toMatchObject([{ condition, parameters, position: { file: 'a.ts', line: 3, column: 1 } }])
})
