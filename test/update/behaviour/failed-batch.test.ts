import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

// A batch is written down before its work begins. As long as nothing of it was committed, only its rows of the streams stay.
let pipeline: TestPipeline
afterEach(() => pipeline.close())

const ORDERS = `CREATE STREAMING TABLE orders AS
  SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT, amount STRING');`
const NAMES = `read_files('data/names', format => 'json', schema => 'id BIGINT, name STRING')`
const NAMED = '(CONSTRAINT named EXPECT (name IS NOT NULL) ON VIOLATION FAIL UPDATE)'

async function conditions(): Promise<unknown[]> {
  const { errors } = await pipeline.run()
  return errors.map((each) => (each as { condition?: string }).condition)
}

const silver = () => pipeline.query('SELECT * FROM silver ORDER BY id')

describe('a batch that failed reads', () => {
  test.each([
    [
      'a table that was put right',
      `CREATE MATERIALIZED VIEW names AS SELECT * FROM ${NAMES};
       CREATE STREAMING TABLE silver ${NAMED} AS
       SELECT o.id, n.name FROM STREAM(orders) o LEFT JOIN names n ON o.id = n.id;`,
    ],
    [
      'files that were put right',
      `CREATE STREAMING TABLE silver ${NAMED} AS
       SELECT o.id, n.name FROM STREAM(orders) o LEFT JOIN ${NAMES} n ON o.id = n.id;`,
    ],
    [
      'a table that was put right, in a once flow',
      `CREATE MATERIALIZED VIEW names AS SELECT * FROM ${NAMES};
       CREATE STREAMING TABLE silver ${NAMED};
       CREATE FLOW fill AS INSERT INTO ONCE silver BY NAME
       SELECT o.id, n.name FROM orders o LEFT JOIN names n ON o.id = n.id;`,
    ],
  ])('%s', async (_, definitions) => {
    pipeline = new TestPipeline(ORDERS + definitions)
    pipeline.land('orders/1.json', { id: 1 })
    pipeline.land('names/2.json', { id: 2, name: 'two' })
    expect(await conditions()).toEqual(['EXPECTATION_VIOLATION.VERBOSITY_ALL'])
    pipeline.land('names/1.json', { id: 1, name: 'one' })
    expect(await conditions()).toEqual([])
    expect(await silver()).toEqual([[1, 'one']])
  })

  test('with the settings of now', async () => {
    const amounts =
      'CREATE STREAMING TABLE silver AS SELECT id, CAST(amount AS INT) AS n FROM STREAM(orders);'
    pipeline = new TestPipeline(ORDERS + amounts)
    pipeline.land('orders/1.json', { id: 1, amount: 'x' }, { id: 2, amount: '2' })
    expect(await conditions()).toEqual(['CAST_INVALID_INPUT'])
    pipeline.define(`${ORDERS} SET spark.sql.ansi.enabled = false; ${amounts}`)
    expect(await conditions()).toEqual([])
    expect(await silver()).toEqual([
      [1, null],
      [2, 2],
    ])
  })

  test('the same rows of its stream, though more have come', async () => {
    pipeline = new TestPipeline(`${ORDERS}
      CREATE STREAMING TABLE silver AS
      SELECT id, 10 / amount AS part, current_timestamp() AS at FROM STREAM(orders);`)
    pipeline.land('orders/1.json', { id: 1, amount: '0' })
    expect(await conditions()).toEqual(['DIVIDE_BY_ZERO'])
    pipeline.define(`${ORDERS}
      CREATE STREAMING TABLE silver AS
      SELECT id, try_divide(10, amount) AS part, current_timestamp() AS at FROM STREAM(orders);`)
    pipeline.land('orders/2.json', { id: 2, amount: '5' })
    expect(await conditions()).toEqual([])
    const batches = 'SELECT id, part, rank() OVER (ORDER BY at) FROM silver ORDER BY id'
    expect(await pipeline.query(batches)).toEqual([
      [1, null, 1],
      [2, 2, 2],
    ])
  })

  test('a table that was put right, of a snapshot', async () => {
    const definitions = (id: string) => ({
      'stock.sql': `CREATE MATERIALIZED VIEW stock AS
        SELECT * FROM read_files('data/stock', format => 'json', schema => 'id STRING, val STRING');`,
      'items.ts': `import { autoCdcFromSnapshotFlow, read, streamingTable, temporaryView } from 'millrace'
        temporaryView('snapshot', () => read.table('stock').selectExpr(${id}, 'val'))
        streamingTable('silver')
        autoCdcFromSnapshotFlow({ target: 'silver', source: 'snapshot', keys: ['id'], storedAsScdType: 1 })`,
    })
    pipeline = new TestPipeline(definitions(`'CAST(id AS INT) AS id'`))
    pipeline.land('stock/all.json', { id: 'one', val: 'a' })
    expect(await conditions()).toEqual(['CAST_INVALID_INPUT'])
    pipeline.land('stock/all.json', { id: '1', val: 'a' })
    expect(await conditions()).toEqual([])
    expect(await silver()).toEqual([[1, 'a']])
  })
})

describe('operators with state', () => {
  const definitions = (query: string) => `${ORDERS} CREATE STREAMING TABLE silver AS ${query};`
  const FAILING = 'SELECT id, CAST(amount AS INT) AS n FROM STREAM(orders)'
  const STATEFUL = 'SELECT DISTINCT id, TRY_CAST(amount AS INT) AS n FROM STREAM(orders)'

  test('may come and go as long as the first batch has failed', async () => {
    pipeline = new TestPipeline(definitions(FAILING))
    pipeline.land('orders/1.json', { id: 1, amount: 'x' }, { id: 1, amount: 'y' })
    expect(await conditions()).toEqual(['CAST_INVALID_INPUT'])
    pipeline.define(definitions(FAILING.replace('SELECT', 'SELECT DISTINCT')))
    expect(await conditions()).toEqual(['CAST_INVALID_INPUT'])
    pipeline.define(definitions(FAILING))
    expect(await conditions()).toEqual(['CAST_INVALID_INPUT'])
    pipeline.define(definitions(STATEFUL))
    expect(await conditions()).toEqual([])
    pipeline.land('orders/2.json', { id: 1 }, { id: 2 })
    expect(await conditions()).toEqual([])
    expect(await silver()).toEqual([
      [1, null],
      [2, null],
    ])
  })

  test('are refused where a batch behind others has failed', async () => {
    pipeline = new TestPipeline(definitions(FAILING))
    pipeline.land('orders/1.json', { id: 1, amount: '1' })
    expect(await conditions()).toEqual([])
    pipeline.land('orders/2.json', { id: 2, amount: 'x' })
    expect(await conditions()).toEqual(['CAST_INVALID_INPUT'])
    pipeline.define(definitions(STATEFUL))
    expect(await conditions()).toEqual(['STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA'])
  })
})

describe('a batch of which a part can be seen reads what it read', () => {
  const VIEW = `CREATE MATERIALIZED VIEW names AS SELECT * FROM ${NAMES};
    CREATE TEMPORARY VIEW named (CONSTRAINT named EXPECT (name <> 'bad') ON VIOLATION DROP ROW)
    TBLPROPERTIES ('pipelines.quarantine' = 'true') AS
    SELECT o.id, n.name FROM STREAM(orders) o JOIN names n ON o.id = n.id;`

  /** Order 1 has a bad name, which is good later; order 2 has a good one from the start. */
  function nameOrders(first: 'bad' | 'one'): void {
    pipeline.land('orders/1.json', { id: 1 }, { id: 2 })
    pipeline.land('names/all.json', { id: 1, name: first }, { id: 2, name: 'two' })
  }

  test('where change events were rejected, and the others did not reach the target', async () => {
    pipeline = new TestPipeline(`${ORDERS} ${VIEW}
      CREATE STREAMING TABLE silver;
      CREATE FLOW f AS AUTO CDC INTO silver FROM STREAM(named) KEYS (id) SEQUENCE BY id;`)
    pipeline.land('orders/0.json', { id: 0 })
    pipeline.land('names/all.json', { id: 0, name: 'zero' })
    await pipeline.run()
    nameOrders('bad')
    const allow = await pipeline.forbidCommits('silver')
    expect(await conditions()).toEqual(['DELTA_CONCURRENT_TRANSACTION'])
    const rejected = () => pipeline.query('SELECT id, name FROM named_quarantine')
    expect(await rejected()).toEqual([[1, 'bad']])
    allow()
    nameOrders('one')
    expect(await conditions()).toEqual([])
    expect(await silver()).toEqual([
      [0, 'zero'],
      [2, 'two'],
    ])
    expect(await rejected()).toEqual([[1, 'bad']])
  })

  test('where a function has been given its rows', async () => {
    const received: string[] = []
    const takes = { fails: true }
    Object.assign(globalThis, { received, takes })
    pipeline = new TestPipeline({
      'orders.sql': ORDERS,
      'sink.ts': `import { appendFlow, foreachBatchSink, materializedView, read, readStream } from 'millrace'
        materializedView('names', () => read.format('json').schema('id BIGINT, name STRING').load('data/names'))
        foreachBatchSink('alerts', async (batch) => {
          globalThis.received.push((await batch.toArray()).map((row) => row.name).sort().join())
          if (globalThis.takes.fails) throw new Error('no connection')
        })
        appendFlow({ target: 'alerts', name: 'all' }, () => readStream.table('orders')
          .join(read.table('names'), ['id']).selectExpr("if(name = 'bad', raise_error(name), name) AS name"))`,
    })
    nameOrders('bad')
    expect(await conditions()).toEqual(['USER_RAISED_EXCEPTION'])
    expect(received).toEqual([])
    nameOrders('one')
    expect(await conditions()).toEqual(['FOREACH_BATCH_USER_FUNCTION_ERROR'])
    pipeline.land('names/all.json', { id: 1, name: 'another' }, { id: 2, name: 'two' })
    takes.fails = false
    expect(await conditions()).toEqual([])
    expect(received).toEqual(['one,two', 'one,two', 'one,two', 'one,two'])
  })
})
