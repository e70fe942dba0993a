import { describe, expect, test } from 'vitest'
import { printSchema } from '../../src/types/ddl.ts'
import { failuresOf, graphOf, summaryOf } from './pipeline-folder.ts'

const IMPORTS = `import { materializedView, read, readStream, sql, streamingTable, temporaryView } from 'millrace'`
const ts = (text: string) => ({ 'a.ts': `${IMPORTS}\n${text}` })
const SOURCE = `readStream.schema('id BIGINT, amount INT').json('src')`

describe('rules', () => {
  test('are about the columns that the query gives, and keep their action, text and place', async () => {
    const graph = await graphOf({
      ...ts(`streamingTable('a', {
  expect: { has_id: 'id IS NOT NULL' },
  expectOrDrop: { positive: 'amount > 0' },
  expectOrFail: { small: 'amount < 10' },
}, () => ${SOURCE})`),
      'b.sql': `CREATE MATERIALIZED VIEW b (
  CONSTRAINT has_id EXPECT (id  IS NOT NULL),
  CONSTRAINT positive EXPECT (amount > 0) ON VIOLATION DROP ROW,
  CONSTRAINT small EXPECT (amount < 10) ON VIOLATION FAIL UPDATE
) AS SELECT * FROM a`,
    })
    const rules = graph.datasets.map((each) =>
      each.rules.map(({ name, action, text, position }) => [name, action, text, position.line]),
    )
    expect(rules).toEqual([
      [
        ['has_id', 'warn', 'id IS NOT NULL', 2],
        ['positive', 'drop', 'amount > 0', 2],
        ['small', 'fail', 'amount < 10', 2],
      ],
      [
        ['has_id', 'warn', 'id  IS NOT NULL', 2],
        ['positive', 'drop', 'amount > 0', 3],
        ['small', 'fail', 'amount < 10', 4],
      ],
    ])
  })

  test.each([
    ['idd > 0', 'UNRESOLVED_COLUMN.WITH_SUGGESTION', { objectName: 'idd' }],
    ['id >', 'PARSE_SYNTAX_ERROR', {}],
    ['id + 1', 'INVALID_EXPECTATION.NOT_BOOLEAN', { name: 'r', actual: 'BIGINT' }],
    [
      'id IN (SELECT 1)',
      'INVALID_EXPECTATION.UNSUPPORTED_EXPRESSION',
      { name: 'r', construct: 'a subquery' },
    ],
    [
      'sum(id) > 1',
      'INVALID_EXPECTATION.UNSUPPORTED_EXPRESSION',
      { name: 'r', construct: 'the aggregate function sum' },
    ],
    [
      'row_number() OVER (ORDER BY id) = 1',
      'INVALID_EXPECTATION.UNSUPPORTED_EXPRESSION',
      { name: 'r', construct: 'the window function row_number' },
    ],
  ])('%s is refused at its definition', async (condition, expected, parameters) => {
    const failures = await failuresOf(
      ts(`\nstreamingTable('a', { expect: { r: '${condition}' } }, () => ${SOURCE})`),
    )
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatchObject({
      condition: expected,
      parameters,
      position: { file: 'a.ts', line: 3, column: 1, within: "the expectation 'r'" },
    })
  })

  test('of SQL have the place of the mistake itself', async () => {
    const failures = await failuresOf({
      'a.sql': `CREATE MATERIALIZED VIEW a (
  CONSTRAINT one EXPECT (x > 0 AND yy > 0),
  CONSTRAINT two EXPECT (x + 1),
  CONSTRAINT two EXPECT (x > 1)
) AS SELECT 1 AS x, 2 AS y`,
    })
    expect(failures.map((each) => summaryOf(each))).toEqual([
      { condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION', at: 'a.sql:2:36' },
      { condition: 'INVALID_EXPECTATION.NOT_BOOLEAN', at: 'a.sql:3:3' },
      { condition: 'DUPLICATE_EXPECTATION', at: 'a.sql:4:3' },
    ])
  })

  test('of one name in two actions are an error', async () => {
    const failures = await failuresOf(
      ts(`streamingTable('a', { expect: { r: 'id > 0' }, expectOrDrop: { r: 'id > 1' } }, () => ${SOURCE})`),
    )
    expect(failures.map((each) => summaryOf(each, 'datasetName', 'name'))).toEqual([
      {
        condition: 'DUPLICATE_EXPECTATION',
        at: 'a.ts:2:1',
        datasetName: 'spark_catalog.default.a',
        name: 'r',
      },
    ])
  })

  test('on a view of the catalog are an error', async () => {
    const failures = await failuresOf({
      'a.sql': `CREATE MATERIALIZED VIEW a AS SELECT 1 AS x;
CREATE VIEW v (CONSTRAINT r EXPECT (x > 0)) AS SELECT * FROM a`,
    })
    expect(failures.map((each) => each.condition)).toEqual([
      expect.stringMatching(/^(EXPECTATION_ON_PERSISTED_VIEW|PARSE_SYNTAX_ERROR)$/),
    ])
  })
})

describe('a quarantine', () => {
  const rules = `expectOrDrop: { positive: 'amount > 0' }`

  test.each([
    [
      'a streaming table',
      `streamingTable('a', { ${rules}, quarantine: true }, () => ${SOURCE})`,
      'streaming_table',
    ],
    [
      'a view of a stream',
      `temporaryView('a', { ${rules}, quarantine: true }, () => ${SOURCE})
streamingTable('b', () => readStream.table('a'))`,
      'streaming_table',
    ],
    [
      'a materialized view',
      `materializedView('a', { ${rules}, quarantine: true }, () => sql\`SELECT 1L AS id, 2 AS amount\`)`,
      'materialized_view',
    ],
    [
      'a view of a batch',
      `temporaryView('a', { ${rules}, quarantine: true }, () => sql\`SELECT 1L AS id, 2 AS amount\`)
materializedView('b', () => read.table('a'))`,
      'materialized_view',
    ],
  ])('beside %s is a table that is kept as it is', async (_, text, kind) => {
    const graph = await graphOf(ts(text))
    const quarantine = graph.datasets.find((each) => each.name === 'a_quarantine')!
    const rejecting = graph.datasets.find((each) => each.name === 'a')!
    expect(quarantine).toMatchObject({ kind, quarantineOf: rejecting.identifier })
    expect(rejecting.quarantine).toBe('spark_catalog.default.a_quarantine')
    expect(printSchema(quarantine.schema).toUpperCase()).toBe(
      'ID BIGINT, AMOUNT INT, _FAILED_EXPECTATIONS ARRAY<STRING>, _QUARANTINE_FLOW STRING, ' +
        '_QUARANTINE_BATCH BIGINT, _QUARANTINE_TIMESTAMP TIMESTAMP',
    )
  })

  test('can be read by other datasets, as a batch and as a stream, from any place', async () => {
    const graph = await graphOf(
      ts(`materializedView('reasons', () => sql\`
  SELECT explode(_failed_expectations) AS rule, id FROM bad\`)
streamingTable('copy', () => readStream.table('bad'))
streamingTable('a', { ${rules}, quarantine: 'bad' }, () => ${SOURCE})`),
    )
    const order = graph.datasets.map((each) => each.name)
    expect(order.indexOf('a')).toBeLessThan(order.indexOf('bad'))
    expect(order.indexOf('bad')).toBeLessThan(order.indexOf('reasons'))
    expect(graph.flows.find((each) => each.name === 'copy')!.inputs).toEqual(['spark_catalog.default.bad'])
  })

  test.each([
    [
      'without rules that reject',
      `streamingTable('a', { expect: { r: 'id > 0' }, quarantine: true }, () => ${SOURCE})`,
      'QUARANTINE_WITHOUT_EXPECTATIONS',
    ],
    [
      'under the name of another dataset',
      `materializedView('bad', () => sql\`SELECT 1 AS x\`)
streamingTable('a', { ${rules}, quarantine: 'bad' }, () => ${SOURCE})`,
      'PIPELINE_DUPLICATE_IDENTIFIERS.DATASET',
    ],
    [
      'that its own dataset reads',
      `streamingTable('a', { ${rules}, quarantine: 'bad' }, () => readStream.table('bad'))`,
      'CIRCULAR_DEPENDENCY',
    ],
  ])('%s is an error', async (_, text, condition) => {
    const failures = await failuresOf(ts(text))
    expect(failures.map((each) => each.condition)).toEqual([condition])
  })

  test('takes no flows', async () => {
    const failures = await failuresOf({
      ...ts(`streamingTable('a', { ${rules}, quarantine: 'bad' }, () => ${SOURCE})`),
      'b.sql': 'CREATE FLOW f AS INSERT INTO bad BY NAME SELECT * FROM STREAM a',
    })
    expect(failures.map((each) => summaryOf(each, 'datasetType'))).toEqual([
      { condition: 'INVALID_FLOW_TARGET', at: 'b.sql:1:1', datasetType: 'quarantine table' },
    ])
  })
})
