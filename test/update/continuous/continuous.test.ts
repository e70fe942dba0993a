import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'
import { RunningPipeline } from './running-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const ORDERS = `
  CREATE STREAMING TABLE bronze AS
  SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT, amount BIGINT');
  CREATE STREAMING TABLE silver (CONSTRAINT positive EXPECT (amount > 0) ON VIOLATION DROP ROW)
  AS SELECT id, amount FROM STREAM bronze;`
const TOTALS = 'CREATE MATERIALIZED VIEW gold AS SELECT count(*) AS n, sum(amount) AS total FROM silver;'

test('what lands while it runs goes through streams and views, until it is stopped', async () => {
  pipeline = new TestPipeline(ORDERS + TOTALS)
  pipeline.land('orders/1.json', { id: 1, amount: 10 }, { id: 2, amount: 0 })
  const running = await RunningPipeline.start(pipeline)
  await running.rows('gold', 1)
  pipeline.land('orders/2.json', { id: 3, amount: 5 })
  await running.rows('silver', 2)
  pipeline.land('orders/3.json', { id: 4, amount: 1 })
  await running.rows('silver', 3)
  await running.until(
    (events) => events.filter((each) => /'gold'.*DATA_HAS_CHANGED/.test(each.message)).length > 0,
  )
  const summary = await running.stop()
  expect(summary.state).toBe('CANCELED')
  expect(summary.errors).toEqual([])
  expect(summary.datasets.map((each) => [each.name, each.status, each.rows_dropped])).toEqual([
    ['bronze', 'STOPPED', 0],
    ['silver', 'STOPPED', 1],
    ['gold', 'STOPPED', 0],
  ])
  expect(running.messages('update_progress').map((each) => each.split(' ').at(-1))).toEqual([
    'CREATED.',
    'INITIALIZING.',
    'SETTING_UP_TABLES.',
    'RUNNING.',
    'STOPPING.',
    'CANCELED.',
  ])
  expect(await pipeline.query('SELECT * FROM silver ORDER BY id')).toEqual([
    [1, 10],
    [3, 5],
    [4, 1],
  ])
})

test('the next update goes on where it was stopped, continuous or not', async () => {
  pipeline = new TestPipeline(ORDERS + TOTALS)
  for (const id of [1, 2, 3]) {
    const running = await RunningPipeline.start(pipeline)
    pipeline.land(`orders/${id}.json`, { id, amount: id })
    await running.rows('silver', 1)
    await running.stop()
  }
  pipeline.land('orders/4.json', { id: 4, amount: 4 })
  expect((await pipeline.run()).state).toBe('COMPLETED')
  expect(await pipeline.query('SELECT * FROM gold')).toEqual([[4, 10]])
})

test('a stream that failed for a table beside it is done again with what that table has become', async () => {
  pipeline = new TestPipeline(`${ORDERS}
    CREATE MATERIALIZED VIEW customers AS
    SELECT * FROM read_files('data/customers', format => 'json', schema => 'id BIGINT, name STRING');
    CREATE STREAMING TABLE facts (CONSTRAINT named EXPECT (name IS NOT NULL) ON VIOLATION FAIL UPDATE) AS
    SELECT s.id, c.name FROM STREAM silver s LEFT JOIN customers c ON s.id = c.id;`)
  pipeline.land('customers/0.json', { id: 0, name: 'nobody' })
  pipeline.land('orders/1.json', { id: 1, amount: 1 })
  const running = await RunningPipeline.start(pipeline)
  await running.message(/'facts'.*FAILED/)
  pipeline.land('customers/1.json', { id: 1, name: 'Ada' })
  await running.rows('facts', 1)
  await running.stop()
  expect(await pipeline.query('SELECT * FROM facts')).toEqual([[1, 'Ada']])
})

test('a stream joined with a table waits for what came to that table before', async () => {
  pipeline = new TestPipeline(`${ORDERS}
    CREATE STREAMING TABLE raw_customers AS
    SELECT * FROM STREAM read_files('data/customers', format => 'json', schema => 'id BIGINT, name STRING');
    CREATE MATERIALIZED VIEW customers AS SELECT id, max(name) AS name FROM raw_customers GROUP BY id;
    CREATE STREAMING TABLE facts AS
    SELECT s.id, c.name FROM STREAM silver s LEFT JOIN customers c ON s.id = c.id;`)
  pipeline.land('customers/0.json', { id: 0, name: 'nobody' })
  pipeline.land('orders/0.json', { id: 0, amount: 1 })
  const running = await RunningPipeline.start(pipeline)
  await running.rows('facts', 1)
  pipeline.land('customers/1.json', { id: 1, name: 'Ada' })
  pipeline.land('orders/1.json', { id: 1, amount: 1 })
  await running.rows('facts', 2)
  await running.stop()
  expect(await pipeline.query('SELECT * FROM facts ORDER BY id')).toEqual([
    [0, 'nobody'],
    [1, 'Ada'],
  ])
})

test('commits of others to a table wake the streams that read it', async () => {
  const target = `CREATE STREAMING TABLE copy AS SELECT * FROM STREAM delta.\`SOURCE\`;`
  pipeline = new TestPipeline(ORDERS)
  pipeline.land('orders/1.json', { id: 1, amount: 1 })
  await pipeline.run()
  const other = new TestPipeline(target.replace('SOURCE', pipeline.folderOf('silver')))
  try {
    const running = await RunningPipeline.start(other)
    await running.rows('copy', 1)
    pipeline.land('orders/2.json', { id: 2, amount: 2 }, { id: 3, amount: 3 })
    await pipeline.run()
    await running.rows('copy', 3)
    await running.stop()
    expect(await other.query('SELECT id FROM copy ORDER BY id')).toEqual([[1], [2], [3]])
  } finally {
    await other.close()
  }
})

test('new columns in files are taken up without a stop', async () => {
  pipeline = new TestPipeline(`
    CREATE STREAMING TABLE bronze AS SELECT * FROM STREAM read_files('data/orders', format => 'json');
    CREATE STREAMING TABLE silver AS SELECT * FROM STREAM bronze;`)
  pipeline.land('orders/1.json', { id: 1 })
  const running = await RunningPipeline.start(pipeline)
  await running.rows('silver', 1)
  pipeline.land('orders/2.json', { id: 2, amount: 5 })
  await running.rows('silver', 2)
  await running.stop()
  expect(await pipeline.query('SELECT id, amount FROM silver ORDER BY id')).toEqual([
    [1, null],
    [2, 5],
  ])
})

test('a flow that fails is tried again until it succeeds; others go on meanwhile', async () => {
  pipeline = new TestPipeline(`${ORDERS}
    CREATE STREAMING TABLE joined AS
    SELECT s.id, p.name FROM STREAM silver s JOIN read_files('data/products.json', format => 'json', schema => 'id BIGINT, name STRING') p ON s.id = p.id;`)
  pipeline.land('products.json', { id: 0, name: 'screw' }, { id: 1, name: 'bolt' }, { id: 2, name: 'nut' })
  pipeline.land('orders/0.json', { id: 0, amount: 1 })
  const running = await RunningPipeline.start(pipeline)
  await running.rows('joined', 1)
  const products = join(pipeline.folder, 'data/products.json')
  renameSync(products, `${products}.away`)
  pipeline.land('orders/1.json', { id: 1, amount: 1 })
  await running.message(/Flow 'joined' is FAILED\. It will be tried again in 1 s\./)
  pipeline.land('orders/2.json', { id: 2, amount: 1 })
  await running.rows('silver', 3)
  renameSync(`${products}.away`, products)
  await running.rows('joined', 3)
  expect((await running.stop()).state).toBe('CANCELED')
  expect(await pipeline.query('SELECT * FROM joined ORDER BY id')).toEqual([
    [0, 'screw'],
    [1, 'bolt'],
    [2, 'nut'],
  ])
})

const STRICT = ORDERS.replace('DROP ROW', 'FAIL UPDATE')

test.each([
  { setting: 'development: true', tries: 1 },
  { setting: 'configuration: { pipelines.numUpdateRetryAttempts: "1" }', tries: 2 },
])('with $setting a flow that fails ends the update after $tries tries', async ({ setting, tries }) => {
  pipeline = new TestPipeline(STRICT)
  pipeline.write(
    'pipeline.yml',
    `name: test\ncatalog: main\nschema: shop\nlibraries:\n  - glob: { include: definitions/** }\n${setting}\n`,
  )
  pipeline.land('orders/1.json', { id: 1, amount: 0 })
  const running = await RunningPipeline.start(pipeline)
  const summary = await running.ended
  expect(summary.state).toBe('FAILED')
  expect(summary.errors).toMatchObject([{ condition: 'EXPECTATION_VIOLATION.VERBOSITY_ALL' }])
  expect(running.messages('flow_progress').filter((each) => /'silver' is FAILED/.test(each))).toHaveLength(
    tries,
  )
  expect(summary.datasets.map((each) => [each.name, each.status])).toEqual([
    ['bronze', 'STOPPED'],
    ['silver', 'FAILED'],
  ])
})

test('a folder in which nothing lands fills no log', async () => {
  pipeline = new TestPipeline(`${ORDERS}
    CREATE STREAMING TABLE others AS
    SELECT * FROM STREAM read_files('data/*/{orders,others}', format => 'json', schema => 'id BIGINT');`)
  pipeline.land('orders/1.json', { id: 1, amount: 1 })
  const running = await RunningPipeline.start(pipeline)
  for (const id of [2, 3, 4]) {
    pipeline.land(`orders/${id}.json`, { id, amount: 1 })
    await running.rows('silver', id)
  }
  await running.stop()
  const listings = running.messages('operation_progress').filter((each) => each.includes("'others'"))
  expect(listings).toHaveLength(1)
})

test('a backfill runs once', async () => {
  pipeline = new TestPipeline({
    'flows.sql': ORDERS,
    'history.ts': `
      import { appendFlow, read, streamingTable } from 'millrace'
      streamingTable('everything')
      appendFlow({ name: 'fill', target: 'everything', once: true }, () => read.table('silver').select('id'))`,
  })
  pipeline.land('orders/1.json', { id: 1, amount: 1 })
  const running = await RunningPipeline.start(pipeline)
  await running.rows('everything', 1)
  pipeline.land('orders/2.json', { id: 2, amount: 1 })
  await running.rows('silver', 2)
  await running.stop()
  expect(await pipeline.query('SELECT id FROM everything')).toEqual([[1]])
})

test.each([
  {
    where: "the table's properties",
    slow: `CREATE STREAMING TABLE slow TBLPROPERTIES ('pipelines.trigger.interval' = '1 hour') AS SELECT id FROM STREAM bronze;`,
  },
  {
    where: 'a SET before the definition',
    slow: `SET pipelines.trigger.interval = 1 hour; CREATE STREAMING TABLE slow AS SELECT id FROM STREAM bronze;`,
  },
])('an interval in $where holds for its flow alone', async ({ slow }) => {
  pipeline = new TestPipeline({ 'pipeline.sql': ORDERS, 'slow.sql': slow })
  pipeline.land('orders/1.json', { id: 1, amount: 1 })
  const running = await RunningPipeline.start(pipeline)
  await running.rows('slow', 1)
  await running.rows('silver', 1)
  for (const id of [2, 3]) {
    pipeline.land(`orders/${id}.json`, { id, amount: 1 })
    await running.rows('silver', id)
  }
  await running.stop()
  expect(await pipeline.query('SELECT id FROM slow')).toEqual([[1]])
})

test("an interval of the pipeline holds where the table's properties have none", async () => {
  const often = `TBLPROPERTIES ('pipelines.trigger.interval' = '1 millisecond')`
  const definitions = `
    CREATE STREAMING TABLE bronze ${often} AS
    SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT');
    CREATE STREAMING TABLE fast ${often} AS SELECT id FROM STREAM bronze;
    CREATE STREAMING TABLE slow AS SELECT id FROM STREAM bronze;`
  pipeline = new TestPipeline(definitions, { 'pipelines.trigger.interval': '1 hour' })
  pipeline.land('orders/1.json', { id: 1 })
  const running = await RunningPipeline.start(pipeline)
  await running.rows('slow', 1)
  await running.rows('fast', 1)
  pipeline.land('orders/2.json', { id: 2 })
  await running.rows('fast', 2)
  await running.stop()
  expect(await pipeline.query('SELECT id FROM slow')).toEqual([[1]])
})

test('an interval that is none is refused', async () => {
  pipeline = new TestPipeline(ORDERS, { 'pipelines.trigger.interval': 'often' })
  pipeline.land('orders/1.json', { id: 1, amount: 1 })
  await expect(RunningPipeline.start(pipeline)).rejects.toMatchObject({
    condition: 'PIPELINE_SPEC_INVALID_FIELD',
    parameters: { field_name: 'configuration.pipelines.trigger.interval', actual: "'often'" },
  })
})
