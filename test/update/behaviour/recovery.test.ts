import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const BRONZE = `
  CREATE STREAMING TABLE bronze AS
  SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT');`

const FLOWS = {
  'a streaming flow': `streamingTable('silver', RULES, () => readStream.table('bronze').select('id', rand().as('luck')))`,
  'a once flow': `streamingTable('silver', RULES)
    appendFlow({ name: 'fill', target: 'silver', once: true }, () => read.table('bronze').select('id', rand().as('luck')))`,
  'a materialized view': `materializedView('silver', RULES, () => read.table('bronze').select('id', rand().as('luck')))`,
}

/** A pipeline whose silver table and quarantine divide the orders by chance. */
function dividing(flow: string): TestPipeline {
  return new TestPipeline({
    'bronze.sql': BRONZE,
    'silver.ts': `
      import { appendFlow, materializedView, read, readStream, streamingTable } from 'millrace'
      import { rand } from 'millrace/functions'
      const RULES = { expectOrDrop: { lucky: 'luck < 0.5' }, quarantine: true }
      ${flow}`,
  })
}

async function counts(sql: string): Promise<number[]> {
  const [row] = (await pipeline.query(sql)) as number[][]
  return row!
}

describe('an update that stopped between quarantine and target', () => {
  test.each(Object.entries(FLOWS))('of %s: the next one has each row in one of them', async (_, flow) => {
    pipeline = dividing(flow)
    pipeline.land('orders/1.json', ...Array.from({ length: 100 }, (_, id) => ({ id })))
    await pipeline.run({ refresh: ['bronze'] })
    const openEngine = () => Promise.reject(new Error('no engine today'))
    expect((await pipeline.run({ refresh: ['silver'] }, { openEngine })).state).toBe('FAILED')

    const allow = await pipeline.forbidCommits('silver')
    expect((await pipeline.run()).state).toBe('FAILED')
    expect(await counts('SELECT count(*) FROM silver')).toEqual([0])
    const [quarantined] = await counts('SELECT count(*) FROM silver_quarantine')
    expect(quarantined).toBeGreaterThan(0)

    allow()
    expect((await pipeline.run()).state).toBe('COMPLETED')
    const both = 'SELECT id FROM silver UNION ALL SELECT id FROM silver_quarantine'
    expect(await counts(`SELECT count(*), count(DISTINCT id) FROM (${both})`)).toEqual([100, 100])
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await counts(`SELECT count(*) FROM (${both})`)).toEqual([100])
  })
})

describe('a batch that was committed and not marked, in a table whose log has been cleaned', () => {
  const FROM = "SELECT id FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT');"
  const PROPERTIES = "TBLPROPERTIES ('delta.checkpointInterval' = '2')"
  const INTO = {
    'a streaming table': `CREATE STREAMING TABLE t ${PROPERTIES} AS ${FROM}`,
    'a materialized view': `CREATE MATERIALIZED VIEW t ${PROPERTIES} AS ${FROM.replace('STREAM ', '')}`,
  }

  /** Rows of the last update's batches in the order of their reports. */
  const reported = () =>
    pipeline.events.flatMap(({ details }) => {
      const { metrics } = (details.flow_progress ?? {}) as { metrics?: { num_output_rows?: number } }
      return metrics?.num_output_rows ?? []
    })

  /** Removes the commits of `t` before a version, and the mark of its newest batch. */
  function cleanLogAndForgetMark(before: number): void {
    const log = join(pipeline.folderOf('t'), '_delta_log')
    for (const name of readdirSync(log)) {
      if (/^\d+\.(json|crc)$/.test(name) && Number.parseInt(name, 10) < before) rmSync(join(log, name))
    }
    const commits = join(pipeline.folder, '.millrace/checkpoints/main%2Eshop%2Et/t/0/commits')
    rmSync(join(commits, readdirSync(commits).sort().at(-1)!))
  }

  async function runThreeBatches(definition: string): Promise<void> {
    pipeline = new TestPipeline(definition)
    for (const id of [1, 2, 3]) {
      pipeline.land(`orders/${id}.json`, { id })
      await pipeline.run()
    }
  }

  test.each(Object.entries(INTO))('%s: is reported from its commit, and work goes on', async (_, sql) => {
    await runThreeBatches(sql)
    const before = reported()
    cleanLogAndForgetMark(2)
    expect((await pipeline.run()).errors).toEqual([])
    expect(reported()).toEqual(before)
    pipeline.land('orders/4.json', { id: 4 })
    expect((await pipeline.run()).errors).toEqual([])
    expect(await pipeline.query('SELECT id FROM t ORDER BY id')).toEqual([[1], [2], [3], [4]])
  })

  test.each(Object.entries(INTO))('%s: counts as committed where its own commit is gone', async (_, sql) => {
    await runThreeBatches(sql)
    for (const version of [1n, 2n, 3n]) {
      const transaction = (await pipeline.table('t')).startTransaction()
      await transaction.setTransaction('another', version).commit({ operation: 'WRITE' })
    }
    cleanLogAndForgetMark(5)
    expect((await pipeline.run()).errors).toEqual([])
    expect(await pipeline.query('SELECT id FROM t ORDER BY id')).toEqual([[1], [2], [3]])
  })
})

test('a batch that cannot be written down fails its flow, which is tried again', async () => {
  pipeline = new TestPipeline(`${BRONZE} CREATE STREAMING TABLE silver AS SELECT id FROM STREAM(bronze);`)
  pipeline.land('orders/1.json', { id: 1 })
  const checkpoint = '.millrace/checkpoints/main%2Eshop%2Esilver/silver/0'
  pipeline.write(checkpoint, 'a file where there should be a folder')
  const { state, errors } = await pipeline.run()
  expect([state, errors]).toMatchObject(['FAILED', [{ condition: 'STORAGE_ERROR' }]])
  const triedAgain = pipeline.events.filter((each) => each.message.includes('It will be tried again.'))
  expect(triedAgain).toHaveLength(2)
  expect(await pipeline.query('SELECT id FROM silver')).toEqual([])
  rmSync(join(pipeline.folder, checkpoint))
  expect((await pipeline.run()).errors).toEqual([])
  expect(await pipeline.query('SELECT id FROM silver')).toEqual([[1]])
})

describe('a query that was changed because its batch failed', () => {
  const CUSTOMERS = `
    CREATE STREAMING TABLE customers TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS
    SELECT * FROM STREAM read_files('data/customers', format => 'json', schema => 'id BIGINT');`
  const INTO = {
    'a streaming table': ['CREATE STREAMING TABLE silver AS SELECT o.id', 'STREAM(bronze)'],
    'a once flow': [
      'CREATE STREAMING TABLE silver; CREATE FLOW fill AS INSERT INTO ONCE silver BY NAME SELECT o.id',
      'bronze',
    ],
  } as const
  const READS = {
    files: "read_files('data/customers', format => 'json', schema => 'id BIGINT')",
    'a change feed': "table_changes('customers', 0)",
    'a table': 'customers',
  }
  const cases = Object.entries(INTO).flatMap(([into, [select, bronze]]) =>
    Object.entries(READS).map(([read, from]) => [into, read, select, bronze, from] as const),
  )

  test.each(cases)('of %s may read %s besides', async (_into, _read, select, bronze, from) => {
    pipeline = new TestPipeline(
      `${BRONZE}${CUSTOMERS} ${select} FROM ${bronze} AS o WHERE 10 / (o.id - 1) > 0;`,
    )
    pipeline.land('orders/1.json', { id: 1 }, { id: 2 })
    pipeline.land('customers/1.json', { id: 1 })
    expect((await pipeline.run()).errors).toMatchObject([{ condition: 'DIVIDE_BY_ZERO' }])
    pipeline.define(`${BRONZE}${CUSTOMERS} ${select} FROM ${bronze} AS o JOIN ${from} AS c ON o.id = c.id;`)
    expect((await pipeline.run()).errors).toEqual([])
    expect(await pipeline.query('SELECT id FROM silver')).toEqual([[1]])
  })
})

test('a state that is gone is not taken for an empty one', async () => {
  pipeline = new TestPipeline(
    `${BRONZE} CREATE STREAMING TABLE silver AS SELECT DISTINCT id FROM STREAM(bronze);`,
  )
  pipeline.land('orders/1.json', { id: 1 })
  await pipeline.run()
  const checkpoint = '.millrace/checkpoints/main%2Eshop%2Esilver/silver/0'
  rmSync(join(pipeline.folder, checkpoint, 'state'), { recursive: true })
  pipeline.land('orders/2.json', { id: 1 })
  const { errors } = await pipeline.run()
  expect(errors[0]).toMatchObject({
    condition: 'STATE_STORE_VERSION_NOT_FOUND',
    parameters: { flow: 'main.shop.silver', version: '0' },
  })
})

test('operators that were added to a stateful query are refused by name', async () => {
  pipeline = new TestPipeline(
    `${BRONZE} CREATE STREAMING TABLE silver AS SELECT DISTINCT id FROM STREAM(bronze);`,
  )
  pipeline.land('orders/1.json', { id: 1 })
  await pipeline.run()
  pipeline.define(
    `${BRONZE} CREATE STREAMING TABLE silver AS
     SELECT DISTINCT id FROM (SELECT DISTINCT id, 1 AS one FROM STREAM(bronze));`,
  )
  pipeline.land('orders/2.json', { id: 2 })
  const { errors } = await pipeline.run()
  expect(errors[0]).toMatchObject({
    condition: 'STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA',
    parameters: { stateOperator: 'dedupe(id BIGINT)', queryOperator: 'dedupe(id BIGINT, one INT)' },
  })
})

test.each(['INITIALIZING', 'SETTING_UP_TABLES', 'RUNNING'])(
  'an update that is stopped while it is %s ends as CANCELED, and the next one does the work',
  async (state) => {
    pipeline = new TestPipeline(BRONZE)
    pipeline.land('orders/1.json', { id: 1 })
    const stop = new AbortController()
    const { state: end } = await pipeline.run(
      {},
      {
        signal: stop.signal,
        onEvent: (event) => {
          const progress = event.details.update_progress as { state?: string } | undefined
          if (progress?.state === state) stop.abort()
        },
      },
    )
    expect(end).toBe('CANCELED')
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await pipeline.query('SELECT id FROM bronze')).toEqual([[1]])
  },
)
