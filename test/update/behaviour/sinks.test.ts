import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DeltaTable } from '../../../src/delta-table/index.ts'
import type { UpdateRequest } from '../../../src/update/update-api.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const ORDERS = `
  CREATE STREAMING TABLE orders AS
  SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT, amount BIGINT');`
const IMPORTS = `import { appendFlow, createSink, foreachBatchSink, readStream } from 'millrace'\n`

function pipelineOf(sinks: string, sql = ''): TestPipeline {
  return new TestPipeline({ 'tables.sql': ORDERS + sql, 'sinks.ts': IMPORTS + sinks })
}

async function run(request: UpdateRequest = {}): Promise<unknown[]> {
  const { errors, datasets } = await pipeline.run(request)
  expect(errors).toEqual([])
  return datasets
    .filter((each) => each.type === 'sink')
    .map(({ name, status, technique, rows_written }) => [name, status, technique, rows_written])
}

/** Makes the next update do the newest batch of a flow again, as after a crash just before its mark. */
function forgetMark(sink: string, flow: string): void {
  const folder = join(pipeline.folder, '.millrace/checkpoints', sink, flow, '0/commits')
  rmSync(join(folder, readdirSync(folder).sort().at(-1)!))
}

const exported = (columns = 'id, amount') =>
  pipeline.query(`SELECT ${columns} FROM main.shop.exported ORDER BY id`)

describe('a Delta sink', () => {
  const SINK = `
    createSink('exports', { format: 'delta', options: { tableName: 'main.shop.exported' } })
    appendFlow({ target: 'exports', name: 'large' }, () => readStream.table('orders').where('amount > 1'))`

  test('gets the new rows of its flow; its table is made with the first', async () => {
    pipeline = pipelineOf(SINK)
    pipeline.land('orders/1.json', { id: 1, amount: 1 }, { id: 2, amount: 5 })
    expect(await run()).toEqual([['exports', 'COMPLETED', 'APPEND', 1]])
    pipeline.land('orders/2.json', { id: 3, amount: 6 })
    await run()
    expect(await exported()).toEqual([
      [2, 5],
      [3, 6],
    ])
    const { configuration } = (await pipeline.table('main.shop.exported')).snapshot.metadata
    expect(configuration).toEqual({})
  })

  test('is found by its path too', async () => {
    pipeline = pipelineOf(
      SINK.replace("tableName: 'main.shop.exported'", "path: 'warehouse/main/shop/exported'"),
    )
    pipeline.land('orders/1.json', { id: 2, amount: 5 })
    await run()
    expect(await exported()).toEqual([[2, 5]])
  })

  test('has a batch once, though it is done again after a crash', async () => {
    pipeline = pipelineOf(SINK)
    pipeline.land('orders/1.json', { id: 2, amount: 5 })
    await run()
    forgetMark('exports', 'large')
    expect(await run()).toEqual([['exports', 'COMPLETED', 'APPEND', 1]])
    expect(await exported()).toEqual([[2, 5]])
  })

  test('takes several flows, in SQL as well', async () => {
    pipeline = pipelineOf(
      SINK,
      'CREATE FLOW small AS INSERT INTO exports BY NAME SELECT id, -amount AS amount FROM STREAM orders WHERE amount <= 1;',
    )
    pipeline.land('orders/1.json', { id: 1, amount: 1 }, { id: 2, amount: 5 })
    await run()
    expect(await exported()).toEqual([
      [1, -1],
      [2, 5],
    ])
  })

  test('is not emptied by a full refresh: it gets all rows again', async () => {
    pipeline = pipelineOf(SINK)
    pipeline.land('orders/1.json', { id: 2, amount: 5 })
    await run()
    await run({ fullRefreshAll: true })
    expect(await exported()).toEqual([
      [2, 5],
      [2, 5],
    ])
  })

  test('refuses new columns, unless it merges schemas', async () => {
    pipeline = pipelineOf(SINK)
    pipeline.land('orders/1.json', { id: 2, amount: 5 })
    await run()
    const wider = SINK.replace(".where('amount > 1')", ".withColumn('twice', 'amount * 2')").replace(
      "'amount * 2'",
      "expr('amount * 2')",
    )
    const imports = "import { expr } from 'millrace/functions'\n"
    const define = (sinks: string) =>
      pipeline.define({ 'tables.sql': ORDERS, 'sinks.ts': imports + IMPORTS + sinks })
    define(wider)
    pipeline.land('orders/2.json', { id: 3, amount: 6 })
    expect((await pipeline.run()).errors).toMatchObject([{ condition: 'DELTA_METADATA_MISMATCH' }])
    define(wider.replace("exported' }", "exported', mergeSchema: true }"))
    await run()
    expect(await exported('id, twice')).toEqual([
      [2, null],
      [3, 12],
    ])
  })
})

interface Received {
  readonly batchId: number
  readonly flow: string
  readonly count: bigint
  readonly rows: object[]
}

describe('a function as a sink', () => {
  const received: Received[] = []
  const SINK = `
    foreachBatchSink('alerts', async (batch, batchId) => {
      const rows = []
      for await (const row of batch) rows.push(row)
      globalThis.received.push({ batchId, flow: batch.flow, count: batch.rowCount, rows })
      if (globalThis.fails) throw new Error('no connection')
    })
    appendFlow({ target: 'alerts', name: 'large' }, () => readStream.table('orders').where('amount > 1'))`

  afterEach(() => {
    received.length = 0
    Object.assign(globalThis, { received, fails: false })
  })
  Object.assign(globalThis, { received, fails: false })

  test('that does not come to an end does not keep the update from stopping, and gets its batch again', async () => {
    const hanging = SINK.replace("throw new Error('no connection')", 'await new Promise(globalThis.fails)')
    pipeline = pipelineOf(hanging)
    pipeline.land('orders/1.json', { id: 2, amount: 5 })
    const stop = new AbortController()
    Object.assign(globalThis, { fails: () => stop.abort() })
    expect((await pipeline.run({}, { signal: stop.signal })).state).toBe('CANCELED')
    Object.assign(globalThis, { fails: false })
    await run()
    const batch = { batchId: 0, flow: 'large', count: 1n, rows: [{ id: 2n, amount: 5n }] }
    expect(received).toEqual([batch, batch])
  })

  test('is given each batch with its id', async () => {
    pipeline = pipelineOf(SINK)
    pipeline.land('orders/1.json', { id: 1, amount: 1 }, { id: 2, amount: 5 })
    expect(await run()).toEqual([['alerts', 'COMPLETED', 'APPEND', 1]])
    pipeline.land('orders/2.json', { id: 3, amount: 6 })
    await run()
    expect(received).toEqual([
      { batchId: 0, flow: 'large', count: 1n, rows: [{ id: 2n, amount: 5n }] },
      { batchId: 1, flow: 'large', count: 1n, rows: [{ id: 3n, amount: 6n }] },
    ])
  })

  test('is not called for a batch without rows, which has an id all the same', async () => {
    pipeline = pipelineOf(SINK)
    pipeline.land('orders/1.json', { id: 1, amount: 1 })
    expect(await run()).toEqual([['alerts', 'COMPLETED', 'APPEND', 0]])
    expect(received).toEqual([])
    pipeline.land('orders/2.json', { id: 2, amount: 5 })
    await run()
    expect(received).toEqual([{ batchId: 1, flow: 'large', count: 1n, rows: [{ id: 2n, amount: 5n }] }])
  })

  test('is given a batch again, with the same id and rows, after an error', async () => {
    pipeline = pipelineOf(SINK)
    Object.assign(globalThis, { fails: true })
    pipeline.land('orders/1.json', { id: 2, amount: 5 })
    const { errors } = await pipeline.run()
    expect(errors).toMatchObject([
      {
        condition: 'FOREACH_BATCH_USER_FUNCTION_ERROR',
        parameters: { sink: 'alerts', flow: 'large', batchId: '0', reason: 'no connection' },
      },
    ])
    Object.assign(globalThis, { fails: false })
    received.length = 0
    pipeline.land('orders/2.json', { id: 3, amount: 6 })
    await run()
    expect(received.map(({ batchId, rows }) => [batchId, rows])).toEqual([
      [0, [{ id: 2n, amount: 5n }]],
      [1, [{ id: 3n, amount: 6n }]],
    ])
  })

  test('may merge its rows into a table, as docs/sinks.md does', async () => {
    const page = readFileSync('docs/sinks.md', 'utf8')
    const sample = page
      .split('```ts\n')
      .find((each) => each.includes('.merge('))!
      .split('```')[0]!
    pipeline = new TestPipeline({})
    const path = join(pipeline.folder, 'warehouse/main/shop/latest')
    pipeline.define({
      'orders.sql': `CREATE STREAMING TABLE orders AS SELECT * FROM STREAM read_files('data/orders', format => 'json',
        schema => 'order_id BIGINT, amount DECIMAL(10,2), changed_at TIMESTAMP')`,
      'latest.ts': sample.replace('/lake/latest', path),
      'flow.ts': `import { appendFlow, readStream } from 'millrace'
        appendFlow({ target: 'latest', name: 'all' }, () => readStream.table('orders'))`,
    })
    const at = (minute: number) => `2026-01-31 10:0${minute}:00`
    pipeline.land(
      'orders/1.json',
      { order_id: 1, amount: 1, changed_at: at(1) },
      { order_id: 2, amount: 5, changed_at: at(3) },
      { order_id: 2, amount: 4, changed_at: at(2) },
    )
    await run()
    pipeline.land(
      'orders/2.json',
      { order_id: 1, amount: 7.5, changed_at: at(4) },
      { order_id: 2, amount: 3, changed_at: at(1) },
      { order_id: 3, amount: 9, changed_at: at(1) },
    )
    await run()
    forgetMark('latest', 'all')
    await run()
    const query = 'SELECT order_id, CAST(amount AS STRING) FROM main.shop.latest ORDER BY order_id'
    expect(await pipeline.query(query)).toEqual([
      [1, '7.50'],
      [2, '5.00'],
      [3, '9.00'],
    ])
  })

  test('counts its batches from 0 again after a full refresh', async () => {
    pipeline = pipelineOf(SINK)
    pipeline.land('orders/1.json', { id: 2, amount: 5 })
    await run()
    await run({ fullRefresh: ['alerts'] })
    expect(received.map(({ batchId }) => batchId)).toEqual([0, 0])
  })

  test('goes on where a window closes: state and watermark are kept as for tables', async () => {
    pipeline = pipelineOf(
      SINK.split('appendFlow')[0]!,
      `CREATE STREAMING TABLE events AS
       SELECT * FROM STREAM read_files('data/events', format => 'json', schema => 'time TIMESTAMP');
       CREATE FLOW counts AS INSERT INTO alerts BY NAME
       SELECT count(*) AS n FROM STREAM events WATERMARK time DELAY OF INTERVAL 0 MINUTES
       GROUP BY window(time, '5 minutes');`,
    )
    pipeline.land('orders/1.json', { id: 1, amount: 1 })
    pipeline.land('events/1.json', { time: '2026-01-01 12:01:00' }, { time: '2026-01-01 12:02:00' })
    await run()
    pipeline.land('events/2.json', { time: '2026-01-01 12:06:00' })
    await run()
    expect(received.flatMap(({ rows }) => rows)).toEqual([{ n: 2n }])
  })
})

test('rows that rules of a view reject go to its quarantine, not to the sink', async () => {
  pipeline = pipelineOf(
    `import { temporaryView } from 'millrace'
     temporaryView('checked', { expectOrDrop: { positive: 'amount > 0' }, quarantine: 'rejected' }, () =>
       readStream.table('orders'))
     createSink('exports', { format: 'delta', options: { tableName: 'main.shop.exported' } })
     appendFlow({ target: 'exports', name: 'all' }, () => readStream.table('checked'))`,
  )
  pipeline.land('orders/1.json', { id: 1, amount: 1 }, { id: 2, amount: -5 })
  await run()
  expect(await exported()).toEqual([[1, 1]])
  expect(await pipeline.query('SELECT id FROM rejected')).toEqual([[2]])
})

describe('a batch whose query gives other rows each time', () => {
  const RANDOM = `
    import { temporaryView } from 'millrace'
    import { expr, rand } from 'millrace/functions'
    temporaryView('checked', { expectOrDrop: { lucky: 'luck < 0.5' }, quarantine: 'rejected' }, () =>
      readStream.table('orders').select('id', rand().as('luck')))`
  const FUNCTION = `
    foreachBatchSink('told', async (batch, batchId) => {
      globalThis.deliveries.push({ batchId, rows: await batch.toArray() })
      if (globalThis.fails) throw new Error('no connection')
    })`
  const deliveries: { readonly batchId: number; readonly rows: readonly Record<string, unknown>[] }[] = []
  const ids = Array.from({ length: 100 }, (_, id) => id)

  beforeEach(() => {
    deliveries.length = 0
    Object.assign(globalThis, { deliveries })
  })

  function landHundred(): void {
    pipeline.land('orders/1.json', ...ids.map((id) => ({ id, amount: 1 })))
  }

  /** Two retries of its own, and the next update. */
  async function runUntilDelivered(): Promise<void> {
    Object.assign(globalThis, { fails: true })
    const { errors } = await pipeline.run()
    expect(errors).toMatchObject([{ condition: 'FOREACH_BATCH_USER_FUNCTION_ERROR' }])
    Object.assign(globalThis, { fails: false })
    await run()
    expect(deliveries).toHaveLength(4)
    for (const each of deliveries) expect(each).toEqual(deliveries[0])
  }

  const checkpointFiles = () =>
    readdirSync(join(pipeline.folder, '.millrace/checkpoints/told/all/0'), { recursive: true })
      .filter((each) => /\.(json|parquet)$/.test(String(each)))
      .sort()

  const rejected = async () => (await pipeline.query('SELECT id FROM rejected')).map(([id]) => id as number)

  test('comes to the function again as it was: each row is there or in the quarantine', async () => {
    pipeline = pipelineOf(`${RANDOM}${FUNCTION}
      appendFlow({ target: 'told', name: 'all' }, () => readStream.table('checked'))`)
    landHundred()
    await runUntilDelivered()
    const told = deliveries[0]!.rows.map((each) => Number(each.id))
    expect([...told, ...(await rejected())].sort((a, b) => a - b)).toEqual(ids)
    await run()
    expect(deliveries).toHaveLength(4)
  })

  test('comes again with the same values of all types, and leaves no files when it is done', async () => {
    pipeline = pipelineOf(`import { expr } from 'millrace/functions'
      ${FUNCTION}
      appendFlow({ target: 'told', name: 'all' }, () => readStream.table('orders').select('id', expr('uuid()').as('key'),
        expr('null').as('nothing'), expr('map(id, named_struct("a b", array(1.50)))').as('Nested "one"'),
        expr("timestamp '2026-01-01 12:00:00.123456'").as('time'), expr("interval '-0.000001' second").as('wait')))`)
    pipeline.land('orders/1.json', { id: 1, amount: 1 })
    await runUntilDelivered()
    expect(deliveries[0]!.rows).toMatchObject([{ id: 1n, nothing: null, key: expect.any(String), wait: -1n }])
    const first = `${'0'.repeat(20)}.json`
    expect(checkpointFiles()).toEqual([`commits/${first}`, 'handed-over.json', `offsets/${first}`])
  })

  test('is added to a Delta table as it was when the quarantine got its part', async () => {
    const merging = (mergeSchema: boolean) => `${RANDOM}
      createSink('exports', { format: 'delta', options: { tableName: 'main.shop.exported', mergeSchema: ${mergeSchema} } })
      appendFlow({ target: 'exports', name: 'all' }, () => readStream.table('checked'))`
    pipeline = pipelineOf(merging(false))
    landHundred()
    const path = join(pipeline.folder, 'warehouse/main/shop/exported')
    const table = await DeltaTable.createIfNotExists(path).addColumns('id BIGINT').execute()
    await table.close()
    const { errors } = await pipeline.run()
    expect(errors).toMatchObject([{ condition: 'DELTA_METADATA_MISMATCH' }])
    pipeline.define({ 'tables.sql': ORDERS, 'sinks.ts': IMPORTS + merging(true) })
    await run()
    const added = (await exported('id')).map(([id]) => id as number)
    expect([...added, ...(await rejected())].sort((a, b) => a - b)).toEqual(ids)
  })

  test('alone is kept for that: one whose query gives the same rows again is not', async () => {
    pipeline = pipelineOf(`${FUNCTION}
      appendFlow({ target: 'told', name: 'all' }, () => readStream.table('orders').where('amount > 0'))`)
    landHundred()
    Object.assign(globalThis, { fails: true })
    await pipeline.run()
    expect(checkpointFiles()).toEqual(['handed-over.json', `offsets/${'0'.repeat(20)}.json`])
    Object.assign(globalThis, { fails: false })
    expect(await run()).toEqual([['told', 'COMPLETED', 'APPEND', 100]])
  })
})

describe('a full refresh of a sink', () => {
  const CHECKED = `import { temporaryView } from 'millrace'
    temporaryView('checked', { expectOrDrop: { positive: 'amount > 0' }, quarantine: 'rejected' }, () =>
      readStream.table('orders'))
    createSink('exports', { format: 'delta', options: { tableName: 'main.shop.exported' } })
    appendFlow({ target: 'exports', name: 'all' }, () => readStream.table('checked'))`
  const rejected = () => pipeline.query('SELECT id FROM rejected')

  test.each([
    ['alone', { fullRefresh: ['exports'] }],
    ['with everything', { fullRefreshAll: true }],
  ])('%s empties the quarantine that its flows fill, and not what the sink has', async (_, request) => {
    pipeline = pipelineOf(CHECKED)
    pipeline.land('orders/1.json', { id: 1, amount: 1 }, { id: 2, amount: -5 })
    await run()
    await run(request)
    expect([await rejected(), await exported()]).toEqual([
      [[2]],
      [
        [1, 1],
        [1, 1],
      ],
    ])
  })

  test('that stops before the quarantine is empty is finished by the next update', async () => {
    pipeline = pipelineOf(CHECKED)
    pipeline.land('orders/1.json', { id: 1, amount: 1 }, { id: 2, amount: -5 })
    await run()
    const allow = await pipeline.forbidCommits('rejected')
    await expect(pipeline.run({ fullRefresh: ['exports'] })).rejects.toMatchObject({
      condition: 'DELTA_CONCURRENT_TRANSACTION',
    })
    allow()
    expect(await run()).toEqual([['exports', 'COMPLETED', 'APPEND', 1]])
    expect(await rejected()).toEqual([[2]])
    expect(await run()).toEqual([['exports', 'COMPLETED', 'APPEND', 0]])
  })

  test('leaves the quarantine of a view that a table counts', async () => {
    const table = "streamingTable('checked_orders', () => readStream.table('checked'))"
    pipeline = pipelineOf(
      CHECKED.replace('{ temporaryView }', '{ streamingTable, temporaryView }').replace(
        'createSink',
        `${table}\n createSink`,
      ),
    )
    pipeline.land('orders/1.json', { id: 1, amount: 1 }, { id: 2, amount: -5 })
    await run()
    const version = async () => (await pipeline.table('rejected')).snapshot.version
    const before = await version()
    await run({ fullRefresh: ['exports'] })
    expect([await version(), await rejected()]).toEqual([before, [[2]]])
  })
})

test('a sink is in the event log', async () => {
  pipeline = pipelineOf(`
    createSink('exports', { format: 'delta', options: { tableName: 'main.shop.exported' } })
    appendFlow({ target: 'exports', name: 'all' }, () => readStream.table('orders'))`)
  pipeline.land('orders/1.json', { id: 1, amount: 1 })
  await run()
  const ofType = (type: string) => pipeline.events.filter((each) => each.event_type === type)
  expect(ofType('sink_definition').map((each) => each.details)).toEqual([
    {
      sink_definition: {
        format: 'delta',
        options: { tableName: 'main.shop.exported', mergeSchema: 'false' },
      },
    },
  ])
  expect(ofType('flow_definition').map((each) => each.details.flow_definition)).toContainEqual(
    expect.objectContaining({ output_dataset: 'exports', flow_type: 'APPEND' }),
  )
})
