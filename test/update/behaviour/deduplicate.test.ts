import { afterEach, describe, expect, test } from 'vitest'
import { isCondition } from '../../../src/errors/index.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const ORDERS = `
  CREATE STREAMING TABLE bronze AS
  SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT, amount BIGINT, time TIMESTAMP');`

function duplicatesDropped(): number {
  return pipeline.events
    .map((event) => event.details.flow_progress as { metrics?: Record<string, number> } | undefined)
    .reduce((sum, progress) => sum + (progress?.metrics?.num_duplicates_dropped ?? 0), 0)
}

describe('dropDuplicates without a watermark', () => {
  const DEDUPED = `${ORDERS}
    CREATE STREAMING TABLE silver AS SELECT DISTINCT id FROM STREAM(bronze);`

  test('a key passes once: within a batch, between batches and between updates', async () => {
    pipeline = new TestPipeline(DEDUPED)
    pipeline.land('orders/1.json', { id: 1 }, { id: 1 }, { id: 2 })
    await pipeline.run()
    expect(duplicatesDropped()).toBe(1)
    pipeline.land('orders/2.json', { id: 2 }, { id: 3 })
    await pipeline.run()
    expect(duplicatesDropped()).toBe(1)
    expect(await pipeline.query('SELECT id FROM silver ORDER BY id')).toEqual([[1], [2], [3]])
  })

  test('NULL is a key like any other', async () => {
    pipeline = new TestPipeline(DEDUPED)
    pipeline.land('orders/1.json', { id: null }, { id: null }, { id: 1 })
    await pipeline.run()
    pipeline.land('orders/2.json', { id: null }, { id: 1 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM silver ORDER BY id')).toEqual([[null], [1]])
  })

  test('many small updates merge the state without forgetting a key', async () => {
    pipeline = new TestPipeline(DEDUPED)
    for (let i = 0; i < 20; i++) {
      pipeline.land(`orders/${i}.json`, { id: i }, { id: Math.max(0, i - 1) }, { id: 0 })
      await pipeline.run()
    }
    expect(await pipeline.query('SELECT count(*), count(DISTINCT id) FROM silver')).toEqual([[20, 20]])
  })
})

describe('a UNION of streams', () => {
  const SIDES = `
    CREATE STREAMING TABLE a AS SELECT * FROM STREAM read_files('data/a', format => 'json', schema => 'id BIGINT');
    CREATE STREAMING TABLE b AS SELECT * FROM STREAM read_files('data/b', format => 'json', schema => 'id BIGINT');`

  test.each([
    ['UNION', [[1], [2], [3]]],
    ['UNION ALL', [[1], [1], [2], [2], [2], [3]]],
  ])('%s: rows that come again, within a batch and between batches', async (union, expected) => {
    pipeline = new TestPipeline(`${SIDES}
      CREATE STREAMING TABLE t AS SELECT id FROM STREAM(a) ${union} SELECT id FROM STREAM(b);`)
    pipeline.land('a/1.json', { id: 1 }, { id: 2 })
    pipeline.land('b/1.json', { id: 2 })
    await pipeline.run()
    pipeline.land('b/2.json', { id: 1 }, { id: 3 })
    pipeline.land('a/2.json', { id: 2 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM t ORDER BY id')).toEqual(expected)
  })

  test('in a view and a common table expression', async () => {
    pipeline = new TestPipeline(`${SIDES}
      CREATE TEMPORARY VIEW either AS SELECT id FROM STREAM(a) UNION SELECT id FROM STREAM(b);
      CREATE STREAMING TABLE t AS WITH c AS (SELECT id + 10 AS id FROM STREAM(a))
        SELECT id FROM STREAM(either) UNION SELECT id FROM c;`)
    pipeline.land('a/1.json', { id: 1 })
    pipeline.land('b/1.json', { id: 1 })
    await pipeline.run()
    pipeline.land('a/2.json', { id: 1 })
    pipeline.land('b/2.json', { id: 11 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM t ORDER BY id')).toEqual([[1], [11]])
  })
})

describe('rules before a dedupe', () => {
  test('a bad first copy of a key is quarantined and does not shadow the good second one', async () => {
    pipeline = new TestPipeline({
      'bronze.sql': ORDERS,
      'silver.ts': `
        import { readStream, streamingTable, temporaryView } from 'millrace'
        const typed = temporaryView('typed', {
          expectOrDrop: { positive: 'amount > 0' }, quarantine: 'rejected',
        }, () => readStream.table('bronze'))
        streamingTable('silver', () => readStream.table(typed).dropDuplicates(['id']))`,
    })
    pipeline.land('orders/1.json', { id: 1, amount: -5 }, { id: 1, amount: 5 }, { id: 2, amount: 7 })
    await pipeline.run()
    pipeline.land('orders/2.json', { id: 2, amount: -7 }, { id: 1, amount: 6 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id, amount FROM silver ORDER BY id')).toEqual([
      [1, 5],
      [2, 7],
    ])
    expect(await pipeline.query('SELECT id, amount, _failed_expectations FROM rejected ORDER BY id')).toEqual(
      [
        [1, -5, ['positive']],
        [2, -7, ['positive']],
      ],
    )
    expect(duplicatesDropped()).toBe(1)
  })
})

describe('dropDuplicatesWithinWatermark', () => {
  test('a key counts until its event time and the delay have passed', async () => {
    pipeline = new TestPipeline({
      'bronze.sql': ORDERS,
      'silver.ts': `
        import { readStream, streamingTable } from 'millrace'
        streamingTable('silver', () =>
          readStream.table('bronze').withWatermark('time', '10 minutes').dropDuplicatesWithinWatermark(['id']))`,
    })
    const at = (time: string) => `2026-01-01 ${time}:00`
    pipeline.land('orders/1.json', { id: 1, time: at('12:00') }, { id: 1, time: at('12:01') })
    await pipeline.run()
    pipeline.land('orders/2.json', { id: 1, time: at('12:05') }, { id: 2, time: at('12:30') })
    await pipeline.run()
    pipeline.land('orders/3.json', { id: 1, time: at('12:31') })
    await pipeline.run()
    expect(await pipeline.query("SELECT id, date_format(time, 'HH:mm') FROM silver ORDER BY time")).toEqual([
      [1, '12:00'],
      [2, '12:30'],
      [1, '12:31'],
    ])
  })
})

describe('a stateful query that changed', () => {
  test('other keys are refused, naming the flow, until the table is fully refreshed', async () => {
    pipeline = new TestPipeline(
      `${ORDERS} CREATE STREAMING TABLE silver AS SELECT DISTINCT id FROM STREAM(bronze);`,
    )
    pipeline.land('orders/1.json', { id: 1, amount: 1 })
    await pipeline.run()
    pipeline.define(
      `${ORDERS} CREATE STREAMING TABLE silver AS SELECT DISTINCT id, amount FROM STREAM(bronze);`,
    )
    pipeline.land('orders/2.json', { id: 1, amount: 2 })
    const { state, errors } = await pipeline.run()
    expect(state).toBe('FAILED')
    expect(
      errors.map((each) => isCondition(each, 'STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA')),
    ).toEqual([true])
    await pipeline.run({ fullRefresh: ['silver'] })
    expect(await pipeline.query('SELECT id, amount FROM silver ORDER BY amount')).toEqual([
      [1, 1],
      [1, 2],
    ])
  })
})
