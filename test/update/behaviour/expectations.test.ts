import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { PipelineError } from '../../../src/errors/index.ts'
import type { UpdateSummary } from '../../../src/update/update-api.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const BRONZE = `
  CREATE STREAMING TABLE bronze AS
  SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT, amount BIGINT, status STRING');`

const RULES = `(
  CONSTRAINT has_id EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT positive EXPECT (amount > 0) ON VIOLATION DROP ROW,
  CONSTRAINT small EXPECT (amount < 100))`

function summaryOf(summary: UpdateSummary, name: string) {
  const found = summary.datasets.find((each) => each.name === name)!
  return {
    written: found.rows_written,
    dropped: found.rows_dropped,
    quarantined: found.rows_quarantined,
    rules: Object.fromEntries(found.expectations.map((each) => [each.name, [each.passed, each.failed]])),
  }
}

const ROWS = [
  { id: 1, amount: 5 },
  { id: 2, amount: 500 },
  { id: null, amount: -1 },
  { id: 4, amount: null },
] as const

describe('expectations', () => {
  test.each([
    ['a streaming table', `CREATE STREAMING TABLE silver ${RULES} AS SELECT id, amount FROM STREAM(bronze);`],
    ['a materialized view', `CREATE MATERIALIZED VIEW silver ${RULES} AS SELECT id, amount FROM bronze;`],
  ])(
    'of %s are counted on every row, NULL is a violation, a dropped row is dropped once',
    async (_, definition) => {
      pipeline = new TestPipeline(BRONZE + definition)
      pipeline.land('orders/1.json', ...ROWS)
      expect(summaryOf(await pipeline.run(), 'silver')).toEqual({
        written: 2,
        dropped: 2,
        quarantined: 0,
        rules: { has_id: [3, 1], positive: [2, 2], small: [2, 2] },
      })
      expect(await pipeline.query('SELECT id, amount FROM silver ORDER BY id')).toEqual([
        [1, 5],
        [2, 500],
      ])
    },
  )

  test('of a view are counted once an update, however many tables read it', async () => {
    pipeline = new TestPipeline(`${BRONZE}
      CREATE TEMPORARY VIEW typed ${RULES} AS SELECT id, amount FROM STREAM(bronze);
      CREATE STREAMING TABLE a AS SELECT * FROM STREAM(typed);
      CREATE STREAMING TABLE b AS SELECT * FROM STREAM(typed);`)
    pipeline.land('orders/1.json', ...ROWS)
    const summary = await pipeline.run()
    expect(summaryOf(summary, 'typed')).toEqual({
      written: 0,
      dropped: 2,
      quarantined: 0,
      rules: { has_id: [3, 1], positive: [2, 2], small: [2, 2] },
    })
    expect(await pipeline.query('SELECT id FROM a ORDER BY id')).toEqual([[1], [2]])
    expect(await pipeline.query('SELECT id FROM b ORDER BY id')).toEqual([[1], [2]])
  })

  test('of a view that stands twice in a query are counted once', async () => {
    pipeline = new TestPipeline({
      'bronze.sql': BRONZE,
      'both.ts': `
        import { readStream, streamingTable, temporaryView } from 'millrace'
        const typed = temporaryView('typed', { expectOrDrop: { positive: 'amount > 0' }, quarantine: 'rejected' },
          () => readStream.table('bronze'))
        streamingTable('both', () => readStream.table(typed).filter('id = 1').union(readStream.table(typed).filter('id = 2')))`,
    })
    pipeline.land('orders/1.json', ...ROWS)
    expect(summaryOf(await pipeline.run(), 'typed').rules).toEqual({ positive: [2, 2] })
    expect(await pipeline.query('SELECT count(*) FROM rejected')).toEqual([[2]])
    expect(await pipeline.query('SELECT id FROM both ORDER BY id')).toEqual([[1], [2]])
  })

  test('of a view that a subquery reads hold and are counted', async () => {
    pipeline = new TestPipeline(`${BRONZE}
      CREATE TEMPORARY VIEW typed ${RULES} AS SELECT id, amount FROM bronze;
      CREATE MATERIALIZED VIEW chosen AS SELECT id FROM bronze WHERE id IN (SELECT id FROM typed);`)
    pipeline.land('orders/1.json', ...ROWS)
    const summary = await pipeline.run()
    expect(summaryOf(summary, 'typed').rules).toEqual({ has_id: [3, 1], positive: [2, 2], small: [2, 2] })
    expect(await pipeline.query('SELECT id FROM chosen ORDER BY id')).toEqual([[1], [2]])
  })

  test('of a view that a stream joins as it stands are counted once an update, not with each batch', async () => {
    pipeline = new TestPipeline({
      'bronze.sql': `
        CREATE STREAMING TABLE names AS
        SELECT * FROM STREAM read_files('data/names', format => 'json', schema => 'id BIGINT, name STRING');
        CREATE STREAMING TABLE named AS
        SELECT o.id, n.name
        FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT', maxFilesPerTrigger => 1) AS o
        JOIN known AS n ON o.id = n.id;`,
      'known.ts': `
        import { read, temporaryView } from 'millrace'
        temporaryView('known', { expectOrDrop: { has_name: 'name IS NOT NULL' }, quarantine: 'nameless' },
          () => read.table('names'))`,
    })
    pipeline.land('names/1.json', { id: 1, name: 'one' }, { id: 2, name: null })
    pipeline.land('orders/1.json', { id: 1 })
    pipeline.land('orders/2.json', { id: 2 })
    const summary = await pipeline.run()
    expect(summaryOf(summary, 'named').written).toBe(1)
    expect(summaryOf(summary, 'known')).toMatchObject({ quarantined: 1, rules: { has_name: [1, 1] } })
    pipeline.land('orders/3.json', { id: 1 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM nameless')).toEqual([[2]])
  })

  test('more rules than fit into one mask', async () => {
    const many = Array.from(
      { length: 70 },
      (_, i) => `CONSTRAINT r${i} EXPECT (amount <> ${i}) ON VIOLATION DROP ROW`,
    )
    pipeline = new TestPipeline(
      `${BRONZE} CREATE STREAMING TABLE silver (${many.join(', ')}) AS SELECT id, amount FROM STREAM(bronze);`,
    )
    pipeline.land('orders/1.json', { id: 1, amount: 3 }, { id: 2, amount: 69 }, { id: 3, amount: 100 })
    const { rules, written } = summaryOf(await pipeline.run(), 'silver')
    expect([rules.r3, rules.r69, rules.r4, written]).toEqual([[2, 1], [2, 1], [3, 0], 1])
  })
})

describe('a fail rule', () => {
  const FAILING = `${BRONZE}
    CREATE STREAMING TABLE silver (CONSTRAINT known EXPECT (status IN ('new', 'paid')) ON VIOLATION FAIL UPDATE)
    AS SELECT * FROM STREAM(bronze);`

  async function failed(
    settings: Record<string, string> = {},
  ): Promise<{ error: PipelineError; summary: UpdateSummary }> {
    pipeline = new TestPipeline(FAILING, settings)
    pipeline.land('orders/1.json', { id: 1, amount: 5, status: 'new' }, { id: 2, amount: 7, status: 'lost' })
    const summary = await pipeline.run()
    return { error: summary.errors[0] as PipelineError, summary }
  }

  test('commits nothing of its batch; its counts are recorded all the same', async () => {
    const { summary } = await failed()
    expect(summary.state).toBe('FAILED')
    expect(summaryOf(summary, 'silver')).toEqual({
      written: 0,
      dropped: 0,
      quarantined: 0,
      rules: { known: [1, 1] },
    })
    expect(await pipeline.query('SELECT * FROM silver')).toEqual([])
  })

  test('is not tried again: the same rows would fail again', async () => {
    await failed()
    const starts = pipeline.events.filter(
      (event) =>
        event.origin.dataset_name === 'main.shop.silver' &&
        (event.details.flow_progress as { status?: string } | undefined)?.status === 'STARTING',
    )
    expect(starts).toHaveLength(1)
  })

  test('names the rule and shows the row, as much as the verbosity allows', async () => {
    const { error } = await failed()
    expect({ condition: error.condition, parameters: error.parameters }).toEqual({
      condition: 'EXPECTATION_VIOLATION.VERBOSITY_ALL',
      parameters: {
        flowName: 'main.shop.silver',
        expectationsViolated: "'known' (1 row)",
        values: '{"status":"lost"}',
        inputData: expect.stringContaining('"id":2,"amount":7,"status":"lost"'),
        origin: expect.stringMatching(/^file:.*\/bronze\/part-[-0-9a-f]+\.parquet$/),
        outputRecord: expect.stringContaining('"id":2,"amount":7,"status":"lost"'),
      },
    })
    await pipeline.close()
    expect((await failed({ 'pipelines.expectations.verbosity': 'OUTPUT' })).error.condition).toBe(
      'EXPECTATION_VIOLATION.VERBOSITY_OUTPUT',
    )
    await pipeline.close()
    expect((await failed({ 'pipelines.expectations.verbosity': 'NONE' })).error.parameters).toEqual({
      flowName: 'main.shop.silver',
    })
  })

  test.each([
    ['a streaming table', `streamingTable('silver', RULES, () => readStream.table('bronze'))`],
    [
      'a target of changes',
      `streamingTable('silver', RULES)
autoCdcFlow({ target: 'silver', source: 'bronze', keys: ['id'], sequenceBy: 'id', applyAsDeletes: 'id = 0' })`,
    ],
  ])('of %s in TypeScript has the place of its definition', async (_, definition) => {
    pipeline = new TestPipeline({
      'bronze.sql': 'CREATE MATERIALIZED VIEW bronze AS SELECT id FROM range(3)',
      'silver.ts': `import { autoCdcFlow, readStream, streamingTable } from 'millrace'
${definition.replace('RULES', `{ expectOrFail: { small: 'id < 2' } }`)}`,
    })
    const summary = await pipeline.run()
    const errors = summary.errors as readonly PipelineError[]
    expect(errors.map(({ condition, position }) => ({ condition, position }))).toEqual([
      {
        condition: 'EXPECTATION_VIOLATION.VERBOSITY_ALL',
        position: {
          file: 'definitions/silver.ts',
          line: 2,
          column: 1,
          within: "the expectation 'small'",
        },
      },
    ])
  })

  test('of a flow that reads files tells file and line', async () => {
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE silver (CONSTRAINT cheap EXPECT (total < 100) ON VIOLATION FAIL UPDATE) AS
      SELECT id, amount * 2 AS total, tags
      FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT, amount BIGINT, tags ARRAY<BIGINT>')
      WHERE id > 0;`)
    pipeline.land('orders/1.json', { id: 1, amount: 5 }, { id: 2, amount: 6 })
    const rows = Array.from({ length: 40 }, (_, i) => ({
      id: i,
      amount: i === 29 || i === 0 ? 77 : 1,
      tags: [i],
    }))
    pipeline.land('orders/2.json', ...rows)
    const [error] = (await pipeline.run()).errors as [PipelineError]
    expect(error.parameters).toEqual({
      flowName: 'main.shop.silver',
      expectationsViolated: "'cheap' (1 row)",
      values: '{"total":154}',
      inputData: '{"id":29,"amount":77,"tags":[29]}',
      origin: `file://${join(pipeline.folder, 'data/orders/2.json')}, line 30`,
      outputRecord: '{"id":29,"total":154,"tags":[29]}',
    })
    expect(error.message).toContain(
      `Columns of the rule: {"total":154}. Input data (file://${join(pipeline.folder, 'data/orders/2.json')}, line 30): {"id":29,`,
    )
  })

  test('is shown without the line where there is no room to search for it', async () => {
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE silver (CONSTRAINT cheap EXPECT (amount < 10) ON VIOLATION FAIL UPDATE) AS
      SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT, amount BIGINT');`)
    pipeline.land('orders/1.json', { id: 1, amount: 77 })
    vi.stubEnv('TMPDIR', join(pipeline.folder, 'nowhere'))
    const [error] = (await pipeline.run()).errors as [PipelineError]
    vi.unstubAllEnvs()
    expect(error.condition).toBe('EXPECTATION_VIOLATION.VERBOSITY_ALL')
    expect(error.parameters.origin).toBe(`file://${join(pipeline.folder, 'data/orders/1.json')}`)
  })

  test('of a materialized view shows the row that the query made', async () => {
    pipeline = new TestPipeline(`${BRONZE}
      CREATE MATERIALIZED VIEW totals (CONSTRAINT few EXPECT (n < 2) ON VIOLATION FAIL UPDATE) AS
      SELECT status, count(*) AS n FROM bronze GROUP BY status;`)
    pipeline.land('orders/1.json', { id: 1, status: 'new' }, { id: 2, status: 'new' })
    const [error] = (await pipeline.run()).errors as [PipelineError]
    expect(error.parameters).toMatchObject({
      inputData: 'not known',
      outputRecord: '{"status":"new","n":2}',
      origin: 'of unknown origin',
    })
  })

  test('lets the rest of the batch through once the rule or the data are mended', async () => {
    await failed()
    pipeline.define(FAILING.replace("'paid'", "'paid', 'lost'"))
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await pipeline.query('SELECT id FROM silver ORDER BY id')).toEqual([[1], [2]])
  })
})

describe('a fail rule of a view', () => {
  const VIEW = (rule: string) => ({
    'bronze.sql': BRONZE,
    'silver.ts': `
      import { readStream, streamingTable, temporaryView } from 'millrace'
      const typed = temporaryView('typed', { expectOrFail: { known: "${rule}" } }, () => readStream.table('bronze'))
      streamingTable('a', () => readStream.table(typed).select('id'))
      streamingTable('b', () => readStream.table(typed).select('id'))`,
  })

  test('fails every flow that reads the view, and is counted once', async () => {
    pipeline = new TestPipeline(VIEW("status = 'new'"))
    pipeline.land('orders/1.json', { id: 1, status: 'new' }, { id: 2, status: 'lost' })
    const summary = await pipeline.run()
    expect(summary.datasets.map((each) => [each.name, each.status])).toEqual([
      ['bronze', 'COMPLETED'],
      ['typed', 'COMPLETED'],
      ['a', 'FAILED'],
      ['b', 'FAILED'],
    ])
    expect(summaryOf(summary, 'typed').rules).toEqual({ known: [1, 1] })
    pipeline.define(VIEW("status IN ('new', 'lost')"))
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM a ORDER BY id')).toEqual([[1], [2]])
    expect(await pipeline.query('SELECT id FROM b ORDER BY id')).toEqual([[1], [2]])
  })
})

describe('quarantine', () => {
  const QUARANTINED = (kind: string) => `
    import { ${kind}, read, readStream } from 'millrace'
    ${kind}('silver', {
      expectOrDrop: { has_id: 'id IS NOT NULL', positive: 'amount > 0' },
      expect: { small: 'amount < 100' },
      quarantine: true,
    }, () => ${kind === 'streamingTable' ? 'readStream' : 'read'}.table('bronze').select('id', 'amount'))`

  test('takes the rejected rows of a streaming table with every rule that they broke', async () => {
    pipeline = new TestPipeline({ 'bronze.sql': BRONZE, 'silver.ts': QUARANTINED('streamingTable') })
    pipeline.land('orders/1.json', ...ROWS)
    expect(summaryOf(await pipeline.run(), 'silver')).toMatchObject({
      written: 2,
      dropped: 2,
      quarantined: 2,
    })
    pipeline.land('orders/2.json', { id: 9, amount: -9 })
    await pipeline.run()
    expect(
      await pipeline.query(
        'SELECT id, amount, _failed_expectations, _quarantine_flow, _quarantine_batch FROM silver_quarantine ORDER BY _quarantine_batch, id',
      ),
    ).toEqual([
      [null, -1, ['has_id', 'positive'], 'silver', 0],
      [4, null, ['small', 'positive'], 'silver', 0],
      [9, -9, ['positive'], 'silver', 1],
    ])
  })

  test.each([
    ['true', 'silver_quarantine'],
    ['rejected', 'rejected'],
  ])("in SQL is the property 'pipelines.quarantine' = '%s'", async (value, table) => {
    pipeline = new TestPipeline(`${BRONZE}
      CREATE STREAMING TABLE silver (CONSTRAINT positive EXPECT (amount > 0) ON VIOLATION DROP ROW)
      TBLPROPERTIES ('pipelines.quarantine' = '${value}') AS SELECT id, amount FROM STREAM(bronze);`)
    pipeline.land('orders/1.json', { id: 1, amount: -1 })
    await pipeline.run()
    expect(await pipeline.query(`SELECT id, _failed_expectations FROM ${table}`)).toEqual([[1, ['positive']]])
    expect((await pipeline.table('silver')).snapshot.metadata.configuration).not.toHaveProperty([
      'pipelines.quarantine',
    ])
  })

  test('of a materialized view is replaced with it', async () => {
    pipeline = new TestPipeline({ 'bronze.sql': BRONZE, 'silver.ts': QUARANTINED('materializedView') })
    pipeline.land('orders/1.json', { id: 1, amount: -1 })
    await pipeline.run()
    pipeline.land('orders/2.json', { id: 2, amount: -2 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM silver_quarantine ORDER BY id')).toEqual([[1], [2]])
  })

  test('of a view below a rewritten aggregate keeps what earlier batches rejected', async () => {
    pipeline = new TestPipeline({
      'bronze.sql': BRONZE,
      'counts.ts': `
        import { readStream, streamingTable, temporaryView } from 'millrace'
        const typed = temporaryView('typed', { expectOrDrop: { positive: 'amount > 0' }, quarantine: 'rejected' },
          () => readStream.table('bronze'))
        streamingTable('counts', () => readStream.table(typed).groupBy('status').count())`,
    })
    pipeline.land('orders/1.json', { id: 1, amount: -1 })
    await pipeline.run()
    pipeline.land('orders/2.json', { id: 2, amount: -1 })
    await pipeline.run()
    pipeline.land('orders/3.json', { id: 3, amount: 1 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM rejected ORDER BY id')).toEqual([[1], [2]])
  })

  test('is emptied by a full refresh', async () => {
    pipeline = new TestPipeline({ 'bronze.sql': BRONZE, 'silver.ts': QUARANTINED('streamingTable') })
    pipeline.land('orders/1.json', { id: 1, amount: -1 })
    await pipeline.run()
    await pipeline.run({ fullRefresh: ['silver'] })
    expect(await pipeline.query('SELECT id FROM silver_quarantine')).toEqual([[1]])
  })

  test('each input row is in exactly one of target, quarantine and counted drop', async () => {
    pipeline = new TestPipeline({
      'bronze.sql': BRONZE,
      'silver.ts': `
        import { readStream, streamingTable, temporaryView } from 'millrace'
        const typed = temporaryView('typed', { expectOrDrop: { positive: 'amount > 0' }, quarantine: 'rejected' },
          () => readStream.table('bronze'))
        streamingTable('silver', () => readStream.table(typed).dropDuplicates(['id']))`,
    })
    const rows = Array.from({ length: 100 }, (_, i) => ({ id: i % 40, amount: (i % 7) - 1 }))
    pipeline.land('orders/1.json', ...rows)
    const summary = await pipeline.run()
    const silver = summaryOf(summary, 'silver')
    const view = summaryOf(summary, 'typed')
    expect(silver.written + silver.dropped + view.quarantined).toBe(100)
    expect(await pipeline.query('SELECT count(*) FROM rejected')).toEqual([[view.quarantined]])
    expect(await pipeline.query('SELECT count(*) FROM silver')).toEqual([[silver.written]])
  })
})
