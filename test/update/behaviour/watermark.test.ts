import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const SOURCE = `
  CREATE STREAMING TABLE events AS
  SELECT id, CAST(time AS TIMESTAMP) AS time
  FROM STREAM read_files('data/events', format => 'json', schema => 'id BIGINT, time STRING');`

let landed = 0
/** Lands events at times of day, in a file of their own. */
function land(...times: readonly string[]): void {
  const rows = times.map((time) => ({ id: ++landed, time: `2026-01-01 ${time}:00` }))
  pipeline.land(`events/${String(landed).padStart(4, '0')}.json`, ...rows)
}

async function windows(): Promise<unknown[][]> {
  return pipeline.query(
    "SELECT date_format(start, 'HH:mm'), date_format(`end`, 'HH:mm'), n FROM windows ORDER BY start, `end`",
  )
}

function droppedAsLate(): number {
  return pipeline.events
    .map((event) => event.details.flow_progress as { metrics?: Record<string, number> } | undefined)
    .reduce((sum, progress) => sum + (progress?.metrics?.num_rows_dropped_by_watermark ?? 0), 0)
}

describe('window aggregates behind a watermark', () => {
  const TUMBLING = `${SOURCE}
    CREATE STREAMING TABLE windows AS
    SELECT window.start AS start, window.end AS end, count(*) AS n
    FROM STREAM(events) WATERMARK time DELAY OF INTERVAL 10 MINUTES
    GROUP BY window(time, '5 minutes');`

  test('each window is written once, when the watermark has reached its end; late rows are dropped', async () => {
    pipeline = new TestPipeline(TUMBLING)
    land('12:02', '12:07')
    await pipeline.run()
    expect(await windows()).toEqual([])

    land('12:16')
    await pipeline.run()
    expect(await windows()).toEqual([['12:00', '12:05', 1]])

    land('12:03', '12:18')
    await pipeline.run()
    expect(await windows()).toEqual([['12:00', '12:05', 1]])
    expect(droppedAsLate()).toBe(1)

    land('12:06', '12:21')
    await pipeline.run()
    expect(await windows()).toEqual([
      ['12:00', '12:05', 1],
      ['12:05', '12:10', 2],
    ])
    expect(droppedAsLate()).toBe(0)
  })

  test('an update without new events writes nothing more', async () => {
    pipeline = new TestPipeline(TUMBLING)
    land('12:02', '12:16')
    await pipeline.run()
    const before = (await pipeline.table('windows')).snapshot.version
    const summary = await pipeline.run()
    expect(summary.state).toBe('COMPLETED')
    expect((await pipeline.table('windows')).snapshot.version).toBe(before)
  })

  test('a sliding window counts a row in each window that holds it', async () => {
    pipeline = new TestPipeline(TUMBLING.replace("'5 minutes'", "'10 minutes', '5 minutes'"))
    land('12:02', '12:07', '12:40')
    await pipeline.run()
    expect(await windows()).toEqual([
      ['11:55', '12:05', 1],
      ['12:00', '12:10', 2],
      ['12:05', '12:15', 1],
    ])
    land('13:20')
    await pipeline.run()
    expect(await windows()).toEqual([
      ['11:55', '12:05', 1],
      ['12:00', '12:10', 2],
      ['12:05', '12:15', 1],
      ['12:35', '12:45', 1],
      ['12:40', '12:50', 1],
    ])
  })

  const EVENTS = 'STREAM(events) WATERMARK time DELAY OF INTERVAL 10 MINUTES'
  const COLUMNS = 'window.start AS start, window.end AS end, count(*) AS n'
  test.each([
    [
      'over columns with new names',
      `SELECT ${COLUMNS} FROM (SELECT id, time FROM ${EVENTS}) AS e(a, b) GROUP BY window(b, '5 minutes')`,
    ],
    [
      'over a common table expression with a list of columns',
      `WITH e(a, b) AS (SELECT id, time FROM ${EVENTS}) SELECT ${COLUMNS} FROM e GROUP BY window(b, '5 minutes')`,
    ],
    [
      'over a lateral view',
      `SELECT ${COLUMNS} FROM (SELECT * FROM ${EVENTS}) AS e LATERAL VIEW explode(array(1)) x AS one GROUP BY window(time, '5 minutes'), one`,
    ],
    [
      'over a cast that changes nothing',
      `SELECT ${COLUMNS} FROM ${EVENTS} GROUP BY window(CAST(time AS TIMESTAMP), '5 minutes')`,
    ],
    [
      'named below',
      `SELECT w.start, w.end, count(*) AS n FROM (SELECT window(time, '5 minutes') AS w FROM ${EVENTS}) GROUP BY w`,
    ],
    [
      'told by their ends',
      `SELECT w - INTERVAL 5 MINUTES AS start, w AS end, count(*) AS n FROM (SELECT window(time, '5 minutes').end AS w FROM ${EVENTS}) GROUP BY w`,
    ],
  ])('windows %s are written once too', async (_, query) => {
    pipeline = new TestPipeline(`${SOURCE} CREATE STREAMING TABLE windows AS ${query};`)
    for (const times of [['12:02', '12:07'], ['12:16'], ['12:40']]) {
      land(...times)
      await pipeline.run()
    }
    expect(await windows()).toEqual([
      ['12:00', '12:05', 1],
      ['12:05', '12:10', 1],
      ['12:15', '12:20', 1],
    ])
  })

  test('parts of sums, averages, minima and maxima merge over batches to the exact result', async () => {
    pipeline = new TestPipeline(`${SOURCE}
      CREATE STREAMING TABLE windows AS
      SELECT window.start AS start, window.end AS end, count(*) AS n, sum(id) AS total, avg(id) AS mean,
        avg(CAST(id AS DECIMAL(10,2))) AS exact, min(id) AS least, max(id) AS most, count_if(id % 2 = 0) AS even
      FROM STREAM(events) WATERMARK time DELAY OF INTERVAL 10 MINUTES
      GROUP BY window(time, '5 minutes')`)
    landed = 0
    land('12:01', '12:02')
    await pipeline.run()
    land('12:03')
    await pipeline.run()
    land('12:04', '12:30')
    await pipeline.run()
    expect(await pipeline.query('SELECT n, total, mean, exact, least, most, even FROM windows')).toEqual([
      [4, 10, 2.5, '2.500000', 1, 4, 2],
    ])
  })

  test('aggregates without parts (DISTINCT) keep the rows of open windows', async () => {
    pipeline = new TestPipeline(`${SOURCE}
      CREATE STREAMING TABLE windows AS
      SELECT window.start AS start, window.end AS end, count(DISTINCT id % 2) AS n
      FROM STREAM(events) WATERMARK time DELAY OF INTERVAL 10 MINUTES
      GROUP BY window(time, '5 minutes')`)
    land('12:01', '12:02')
    await pipeline.run()
    land('12:03', '12:30')
    await pipeline.run()
    expect(await windows()).toEqual([['12:00', '12:05', 2]])
  })

  test('HAVING, other keys and expressions over aggregates hold for each closed window', async () => {
    pipeline = new TestPipeline(`${SOURCE}
      CREATE STREAMING TABLE windows AS
      SELECT id % 2 AS parity, window.start AS start, window.end AS end, count(*) * 10 AS n
      FROM STREAM(events) WATERMARK time DELAY OF INTERVAL 0 MINUTES
      GROUP BY window(time, '5 minutes'), id % 2 HAVING count(*) > 1`)
    landed = 0
    land('12:01', '12:02', '12:03', '12:30')
    await pipeline.run()
    expect(await pipeline.query('SELECT parity, n FROM windows')).toEqual([[1, 20]])
  })
})

test('window.* is its start and end', async () => {
  pipeline = new TestPipeline(`
    CREATE STREAMING TABLE events AS
    SELECT * FROM STREAM read_files('data/events', format => 'json', schema => 'time TIMESTAMP');
    CREATE STREAMING TABLE counts AS
    SELECT window.*, count(*) AS n FROM STREAM(events) WATERMARK time DELAY OF INTERVAL 0 MINUTES
    GROUP BY window(time, '5 minutes');`)
  pipeline.land('events/1.json', { time: '2026-01-01 12:01:00' }, { time: '2026-01-01 12:07:00' })
  await pipeline.run()
  expect(await pipeline.query('SELECT * FROM counts')).toEqual([
    ['2026-01-01 12:00:00.000000', '2026-01-01 12:05:00.000000', 1],
  ])
})

describe('several inputs', () => {
  test('the slowest holds the watermark back', async () => {
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE left_events AS
      SELECT * FROM STREAM read_files('data/left', format => 'json', schema => 'time TIMESTAMP');
      CREATE STREAMING TABLE right_events AS
      SELECT * FROM STREAM read_files('data/right', format => 'json', schema => 'time TIMESTAMP');
      CREATE STREAMING TABLE counts AS
      SELECT count(*) AS n FROM (
        SELECT time FROM STREAM(left_events) WATERMARK time DELAY OF INTERVAL 10 MINUTES
        UNION ALL
        SELECT time FROM STREAM(right_events) WATERMARK time DELAY OF INTERVAL 10 MINUTES)
      GROUP BY window(time, '5 minutes');`)
    pipeline.land('left/1.json', { time: '2026-01-01 12:00:00' })
    pipeline.land('right/1.json', { time: '2026-01-01 12:00:00' })
    await pipeline.run()
    pipeline.land('left/2.json', { time: '2026-01-01 13:00:00' })
    await pipeline.run()
    expect(await pipeline.query('SELECT n FROM counts')).toEqual([])
    pipeline.land('right/2.json', { time: '2026-01-01 13:00:00' })
    await pipeline.run()
    expect(await pipeline.query('SELECT n FROM counts')).toEqual([[2]])
  })
})

describe('names in a streaming aggregation', () => {
  const ORDERS = `
    CREATE STREAMING TABLE orders AS
    SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'region STRING, amount BIGINT, time TIMESTAMP');
    CREATE STREAMING TABLE regions AS
    SELECT * FROM STREAM read_files('data/regions', format => 'json', schema => 'region STRING, name STRING');`

  test.each([
    [
      'an alias, behind a watermark',
      `SELECT o.region, sum(o.amount) AS total, count(DISTINCT o.amount) AS amounts
       FROM STREAM(orders) AS o WATERMARK time DELAY OF INTERVAL 0 MINUTES
       GROUP BY o.region, window(o.time, '5 minutes')`,
    ],
    [
      "the table's name",
      `SELECT orders.region, sum(orders.amount) AS total, count(DISTINCT orders.amount) AS amounts
       FROM STREAM(orders) WATERMARK time DELAY OF INTERVAL 0 MINUTES
       GROUP BY orders.region, window(orders.time, '5 minutes')`,
    ],
    [
      'those of both sides of a join',
      `SELECT r.region, sum(o.amount) AS total, count(DISTINCT o.amount) AS amounts
       FROM STREAM(orders) AS o WATERMARK time DELAY OF INTERVAL 0 MINUTES JOIN regions AS r ON o.region = r.region
       GROUP BY r.region, window(o.time, '5 minutes')`,
    ],
    [
      'what SELECT gives, in HAVING',
      `SELECT region, sum(amount) AS total, count(DISTINCT amount) AS amounts
       FROM STREAM(orders) WATERMARK time DELAY OF INTERVAL 0 MINUTES
       GROUP BY region, window(time, '5 minutes') HAVING total > 5 AND amounts > 1`,
    ],
  ])('%s', async (_, query) => {
    pipeline = new TestPipeline(`${ORDERS} CREATE STREAMING TABLE totals AS ${query};`)
    pipeline.land('regions/1.json', { region: 'EU', name: 'Europe' })
    pipeline.land(
      'orders/1.json',
      { region: 'EU', amount: 3, time: '2026-01-01 12:00:00' },
      { region: 'EU', amount: 4, time: '2026-01-01 12:01:00' },
      { region: 'EU', amount: 1, time: '2026-01-01 13:00:00' },
    )
    await pipeline.run()
    expect(await pipeline.query('SELECT * FROM totals')).toEqual([['EU', 7, 2]])
  })
})

describe('aggregates without a watermark', () => {
  test('the whole result takes the place of the one before (complete mode)', async () => {
    pipeline = new TestPipeline(`${SOURCE}
      CREATE STREAMING TABLE totals AS SELECT id % 2 AS parity, count(*) AS n FROM STREAM(events) GROUP BY 1`)
    landed = 0
    land('12:01', '12:02', '12:03')
    const first = await pipeline.run()
    expect(first.datasets.find((each) => each.name === 'totals')).toMatchObject({
      technique: 'COMPLETE',
      rows_written: 2,
    })
    land('12:04')
    await pipeline.run()
    expect(await pipeline.query('SELECT parity, n FROM totals ORDER BY parity')).toEqual([
      [0, 2],
      [1, 2],
    ])
  })
})

test('a session is written once, when no row has come for as long as the gap', async () => {
  pipeline = new TestPipeline(`${SOURCE}
    CREATE STREAMING TABLE windows AS
    SELECT session_window.start AS start, session_window.end AS end, count(*) AS n
    FROM STREAM(events) WATERMARK time DELAY OF INTERVAL 10 MINUTES
    GROUP BY session_window(time, '5 minutes');`)
  land('12:00', '12:04')
  await pipeline.run()
  land('12:08', '12:20')
  await pipeline.run()
  expect(await windows()).toEqual([])
  land('12:24')
  await pipeline.run()
  expect(await windows()).toEqual([['12:00', '12:13', 3]])
})
