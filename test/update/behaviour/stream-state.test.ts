import { afterEach, describe, expect, test } from 'vitest'
import type { PipelineEvent } from '../../../src/event-log/event.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const SIDES = `
  CREATE STREAMING TABLE fast AS
  SELECT * FROM STREAM read_files('data/fast', format => 'json', schema => 'id BIGINT, time TIMESTAMP');
  CREATE STREAMING TABLE slow AS
  SELECT * FROM STREAM read_files('data/slow', format => 'json', schema => 'id BIGINT, time TIMESTAMP');
  CREATE STREAMING TABLE counts AS
  SELECT date_format(window.start, 'HH:mm') AS start, count(*) AS n FROM (
    SELECT id, time FROM STREAM(fast) WATERMARK time DELAY OF INTERVAL 10 MINUTES
    UNION ALL
    SELECT id, time FROM STREAM(slow) WATERMARK time DELAY OF INTERVAL 10 MINUTES)
  GROUP BY window(time, '5 minutes');`

type Counts = Readonly<Record<string, number>>

let landed = 0
function land(side: 'fast' | 'slow', ...times: readonly string[]): void {
  const rows = times.map((time) => ({ id: ++landed, time: `2026-01-01 ${time}:00` }))
  pipeline.land(`${side}/${String(landed).padStart(4, '0')}.json`, ...rows)
}

const counts = () => pipeline.query('SELECT start, n FROM counts ORDER BY start')

/** Payloads of the last update's events of one type about the flow `counts`, one a batch. */
function details(type: 'flow_progress' | 'stream_progress'): Record<string, unknown>[] {
  const ofBatch = ({ event_type, origin }: PipelineEvent) =>
    event_type === type && origin.flow_name === 'counts' && origin.batch_id !== undefined
  return pipeline.events.filter(ofBatch).map((each) => each.details[type] as Record<string, unknown>)
}

describe('spark.sql.streaming.multipleWatermarkPolicy', () => {
  test('max: the fastest input moves the watermark on', async () => {
    pipeline = new TestPipeline(SIDES, { 'spark.sql.streaming.multipleWatermarkPolicy': 'max' })
    land('slow', '12:00')
    land('fast', '12:00', '12:30')
    await pipeline.run()
    expect(await counts()).toEqual([['12:00', 2]])
  })
})

test('without batches that have no data, closed windows wait for the next rows', async () => {
  pipeline = new TestPipeline(SIDES, { 'spark.sql.streaming.noDataMicroBatches.enabled': 'false' })
  land('slow', '12:00', '12:30')
  land('fast', '12:00', '12:30')
  await pipeline.run()
  expect(await counts()).toEqual([])
  land('slow', '12:31')
  await pipeline.run()
  expect(await counts()).toEqual([['12:00', 2]])
})

describe('the event log', () => {
  test('has the size of the state and the rows that were late', async () => {
    pipeline = new TestPipeline(SIDES)
    land('slow', '12:00', '12:30')
    land('fast', '12:00', '12:30', '12:31')
    await pipeline.run()
    const [first, trailing] = details('flow_progress').map((each) => each.metrics)
    expect(first).toMatchObject({ num_state_rows: 2, num_state_rows_updated: 2, num_output_rows: 0 })
    expect(first).toHaveProperty('state_bytes', expect.any(Number))
    expect(trailing).toMatchObject({ num_state_rows_updated: 0, num_output_rows: 1 })

    land('fast', '12:01', '12:40')
    await pipeline.run()
    const [late] = details('flow_progress').map((each) => each.metrics)
    expect(late).toMatchObject({ num_rows_dropped_by_watermark: 1, num_state_rows_updated: 1 })
    const [progress] = details('stream_progress').map((each) => JSON.parse(String(each.progress_json)))
    expect(progress.stateOperators).toMatchObject([
      { operatorName: 'aggregate', numRowsUpdated: 1, numRowsDroppedByWatermark: 1 },
    ])
  })

  test('has the files and bytes that wait in the sources', async () => {
    pipeline = new TestPipeline(SIDES.replace("data/fast', ", "data/fast', maxFilesPerTrigger => 1, "))
    landed = 0
    land('fast', '12:00')
    land('fast', '12:01')
    land('slow', '12:00')
    await pipeline.run()
    const ofFast = pipeline.events.filter(
      ({ origin, event_type }) =>
        origin.flow_name === 'fast' && origin.batch_id !== undefined && event_type === 'flow_progress',
    )
    expect(ofFast.map(({ details }) => details.flow_progress)).toMatchObject([
      { metrics: { backlog_files: 1, backlog_bytes: 38 } },
      { metrics: { backlog_files: 0, backlog_bytes: 0 } },
    ])
  })

  test('has those that wait in tables', async () => {
    pipeline = new TestPipeline({
      'fast.sql': `CREATE STREAMING TABLE fast AS
        SELECT * FROM STREAM read_files('data/fast', format => 'json', schema => 'id BIGINT', maxFilesPerTrigger => 1);`,
      'counts.ts': `import { readStream, streamingTable } from 'millrace'
        streamingTable('counts', () => readStream.option('maxFilesPerTrigger', 1).table('fast'))`,
    })
    for (const id of [1, 2, 3]) pipeline.land(`fast/${id}.json`, { id })
    await pipeline.run()
    const sizes = [...(await pipeline.table('fast')).snapshot.files()].map((each) => each.size)
    expect(new Set(sizes).size).toBe(1)
    expect(details('flow_progress').map((each) => each.metrics)).toMatchObject(
      [2, 1, 0].map((files) => ({ backlog_files: files, backlog_bytes: files * sizes[0]! })),
    )
  })

  test('says nothing of what waits behind a batch that is done again', async () => {
    const reading = (quotient: string) => `
      CREATE STREAMING TABLE counts AS SELECT ${quotient} AS n
      FROM STREAM read_files('data/fast', format => 'json', schema => 'id BIGINT', maxFilesPerTrigger => 1);`
    pipeline = new TestPipeline(reading('1 / (id - 1)'))
    for (const id of [1, 2]) pipeline.land(`fast/${id}.json`, { id })
    expect((await pipeline.run()).errors).toMatchObject([{ condition: 'DIVIDE_BY_ZERO' }])
    pipeline.define(reading('1 / id'))
    await pipeline.run()
    const backlogs = details('flow_progress').map(({ metrics }) => (metrics as Counts).backlog_files)
    expect(backlogs).toEqual([undefined, 0])
  })
})

test('state that no batch touches is not written again', async () => {
  pipeline = new TestPipeline(SIDES)
  land('slow', '12:00')
  land('fast', ...Array.from({ length: 40 }, (_, i) => `13:${String(i).padStart(2, '0')}`))
  await pipeline.run()
  land('fast', '14:00')
  await pipeline.run()
  const [{ num_state_rows, num_state_rows_updated }] = details('flow_progress').map(
    (each) => each.metrics as Record<string, number>,
  ) as [Record<string, number>]
  expect([num_state_rows, num_state_rows_updated]).toEqual([10, 1])
})

describe('a query whose state would mean something else', () => {
  const WINDOWS = `
    CREATE STREAMING TABLE events AS
    SELECT * FROM STREAM read_files('data/fast', format => 'json', schema => 'id BIGINT, time TIMESTAMP');
    CREATE STREAMING TABLE counts AS
    SELECT window.start AS start, sum(id) AS total, max(id) AS most
    FROM STREAM(events) WATERMARK time DELAY OF INTERVAL 10 MINUTES GROUP BY window(time, '5 minutes');`

  test.each([
    ['other windows', "'5 minutes'", "'10 minutes'"],
    [
      'other aggregates of the same types',
      'sum(id) AS total, max(id) AS most',
      'max(id) AS most, sum(id) AS total',
    ],
  ])('is refused with the table to refresh: %s', async (_, before, after) => {
    pipeline = new TestPipeline(WINDOWS)
    land('fast', '12:00')
    await pipeline.run()
    pipeline.define(WINDOWS.replace(before, after))
    land('fast', '12:01')
    const { errors } = await pipeline.run()
    expect(errors).toMatchObject([
      {
        condition: 'STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA',
        sqlState: '42K03',
        parameters: { flow: 'main.shop.counts', table: 'main.shop.counts' },
      },
    ])
    await pipeline.run({ fullRefresh: ['counts'] })
    expect(details('flow_progress')).not.toEqual([])
  })

  test('may change what it makes of its groups', async () => {
    pipeline = new TestPipeline(WINDOWS)
    land('fast', '12:00')
    await pipeline.run()
    pipeline.define(
      WINDOWS.replace('sum(id) AS total', '10 * sum(id) AS total').replace(
        "minutes');",
        "minutes') HAVING most > 0;",
      ),
    )
    land('fast', '13:00')
    expect((await pipeline.run()).errors).toEqual([])
    expect(await pipeline.query('SELECT total / most FROM counts')).toEqual([[10]])
  })
})

test('a view with rules that a flow reads twice has one state, whoever else reads it', async () => {
  const VIEW = `
    CREATE STREAMING TABLE events AS
    SELECT * FROM STREAM read_files('data/fast', format => 'json', schema => 'id BIGINT, time TIMESTAMP');
    CREATE TEMPORARY VIEW known (CONSTRAINT known EXPECT (id > 0) ON VIOLATION DROP ROW) AS
    SELECT DISTINCT id, time FROM STREAM(events) WATERMARK time DELAY OF INTERVAL 10 MINUTES;`
  const JOINED = `
    CREATE STREAMING TABLE joined AS SELECT a.id, b.id AS same
    FROM STREAM(known) AS a JOIN STREAM(known) AS b ON a.id = b.id;`
  pipeline = new TestPipeline(VIEW + JOINED)
  pipeline.land('fast/1.json', { id: 1, time: '2026-01-01 12:00:00' })
  await pipeline.run()

  pipeline.define(`${VIEW} CREATE STREAMING TABLE copy AS SELECT id FROM STREAM(known); ${JOINED}`)
  const again = { id: 1, time: '2026-01-01 12:00:00' }
  pipeline.land('fast/2.json', again, { id: 2, time: '2026-01-01 12:01:00' }, { id: 0 })
  expect((await pipeline.run()).errors).toEqual([])
  expect(await pipeline.query('SELECT * FROM joined ORDER BY id')).toEqual([
    [1, 1],
    [2, 2],
  ])
})
