import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const SOURCES = `
  CREATE STREAMING TABLE shown AS
  SELECT * FROM STREAM read_files('data/shown', format => 'json', schema => 'ad STRING, time TIMESTAMP');
  CREATE STREAMING TABLE clicks AS
  SELECT * FROM STREAM read_files('data/clicks', format => 'json', schema => 'ad STRING, time TIMESTAMP');`

const JOINED = `
  SELECT s.ad AS ad, date_format(s.time, 'HH:mm') AS shown, date_format(c.time, 'HH:mm') AS clicked, s.time AS time
  FROM STREAM(shown) AS s WATERMARK time DELAY OF INTERVAL 5 MINUTES
  LEFT JOIN STREAM(clicks) AS c WATERMARK time DELAY OF INTERVAL 5 MINUTES
  ON s.ad = c.ad AND c.time BETWEEN s.time AND s.time + INTERVAL 10 MINUTES`

let landed = 0
/** Lands one event of each kind that is given, as `ad time`. */
function land(events: { readonly shown?: string; readonly clicks?: string }): void {
  for (const [kind, event] of Object.entries(events)) {
    const [ad, time] = event.split(' ')
    pipeline.land(`${kind}/${String(++landed).padStart(4, '0')}.json`, { ad, time: `2026-01-01 ${time}:00` })
  }
}

describe('a join of two streams', () => {
  const PIPELINE = `${SOURCES} CREATE STREAMING TABLE joined AS SELECT ad, shown, clicked FROM (${JOINED});`
  const joined = () => pipeline.query('SELECT * FROM joined ORDER BY shown')

  test('meets rows of earlier updates, and gives out those without a match when their time is over', async () => {
    pipeline = new TestPipeline(PIPELINE)
    land({ shown: 'a 12:00', clicks: 'z 12:00' })
    await pipeline.run()
    land({ shown: 'b 12:04' })
    await pipeline.run()
    expect(await joined()).toEqual([])

    land({ clicks: 'a 12:07' })
    await pipeline.run()
    expect(await joined()).toEqual([['a', '12:00', '12:07']])

    land({ shown: 'c 12:30', clicks: 'z 12:30' })
    await pipeline.run()
    expect(await joined()).toEqual([
      ['a', '12:00', '12:07'],
      ['b', '12:04', null],
    ])
  })

  test('gives each row once, though its batch is replayed', async () => {
    pipeline = new TestPipeline(PIPELINE)
    land({ shown: 'a 12:00', clicks: 'z 12:00' })
    await pipeline.run()
    land({ shown: 'b 12:30', clicks: 'a 12:10' })
    const allow = await pipeline.forbidCommits('joined')
    expect((await pipeline.run()).state).toBe('FAILED')
    allow()
    land({ clicks: 'b 12:35' })
    await pipeline.run()
    expect(await joined()).toEqual([
      ['a', '12:00', '12:10'],
      ['b', '12:30', '12:35'],
    ])
  })

  test('without a time bound keeps everything, with a warning', async () => {
    pipeline = new TestPipeline(`${SOURCES}
      CREATE STREAMING TABLE joined AS
      SELECT s.ad, s.time AS shown, c.time AS clicked FROM STREAM(shown) AS s JOIN STREAM(clicks) AS c USING (ad);`)
    land({ shown: 'a 12:00', clicks: 'z 12:00' })
    await pipeline.run()
    expect(pipeline.events.filter((each) => each.level === 'WARN').map((each) => each.message)).toEqual([
      expect.stringMatching(/^\S+\.sql:\d+:\d+: A join of .* remembers every row of a side for ever/),
    ])
    land({ clicks: 'a 23:00' })
    await pipeline.run()
    expect(await pipeline.query('SELECT ad FROM joined')).toEqual([['a']])
  })

  test('that changes is refused with the table to refresh', async () => {
    pipeline = new TestPipeline(PIPELINE)
    land({ shown: 'a 12:00', clicks: 'z 12:00' })
    await pipeline.run()
    pipeline.define(PIPELINE.replace('LEFT JOIN', 'JOIN'))
    land({ shown: 'b 12:01' })
    const { errors } = await pipeline.run()
    expect(errors).toMatchObject([{ condition: 'STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA' }])
  })
})

test.each([
  [
    'LEFT',
    [
      ['a', 'a', 'a'],
      ['b', 'b', null],
    ],
  ],
  [
    'RIGHT',
    [
      ['a', 'a', 'a'],
      ['c', null, 'c'],
    ],
  ],
  [
    'FULL',
    [
      ['a', 'a', 'a'],
      ['b', 'b', null],
      ['c', null, 'c'],
    ],
  ],
])('a %s join USING columns knows them of each side', async (joinType, rows) => {
  pipeline = new TestPipeline(`${SOURCES}
    CREATE STREAMING TABLE joined AS SELECT ad, s.ad AS shown, c.ad AS clicked
    FROM STREAM(shown) AS s WATERMARK time DELAY OF INTERVAL 5 MINUTES
    ${joinType} JOIN STREAM(clicks) AS c WATERMARK time DELAY OF INTERVAL 5 MINUTES USING (ad, time);`)
  land({ shown: 'a 12:00', clicks: 'c 12:00' })
  expect((await pipeline.run()).errors).toEqual([])
  land({ shown: 'b 12:00', clicks: 'a 12:00' })
  await pipeline.run()
  land({ shown: 'z 12:30', clicks: 'z 12:30' })
  await pipeline.run()
  expect(await pipeline.query("SELECT * FROM joined WHERE ad <> 'z' ORDER BY ad")).toEqual(rows)
})

describe('columns of joined streams that the query does not use', () => {
  const SIDES = `
    CREATE STREAMING TABLE orders AS SELECT * FROM STREAM read_files('data/orders', format => 'json');
    CREATE STREAMING TABLE pays AS SELECT * FROM STREAM read_files('data/pays', format => 'json');`
  const JOIN = 'FROM STREAM(orders) AS o JOIN STREAM(pays) AS p ON o.id = p.id'
  const selecting = (columns: string) =>
    `${SIDES} CREATE STREAMING TABLE joined AS SELECT ${columns} ${JOIN};`
  const ROWS = '__row BIGINT, __until BIGINT'
  const refused = (stateOperator: string, queryOperator: string) => ({
    condition: 'STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA',
    parameters: {
      flow: 'main.shop.joined',
      table: 'main.shop.joined',
      stateOperator: `joinSide(${stateOperator}, ${ROWS}) of inner join on o.id = p.id`,
      queryOperator: `joinSide(${queryOperator}, ${ROWS}) of inner join on o.id = p.id`,
    },
  })

  test('are not kept: they may come later, and be used after a full refresh', async () => {
    pipeline = new TestPipeline(selecting('o.id, p.amount'))
    pipeline.land('orders/1.json', { id: 1 })
    pipeline.land('pays/1.json', { id: 2, amount: 20 })
    await pipeline.run()
    pipeline.land('orders/2.json', { id: 2, note: 'new' })
    pipeline.land('pays/2.json', { id: 1, amount: 10, note: 'new' })
    expect((await pipeline.run()).errors).toEqual([])
    const rows = () => pipeline.query('SELECT * FROM joined ORDER BY id')
    expect(await rows()).toEqual([
      [1, 10],
      [2, 20],
    ])

    pipeline.define(selecting('o.id, p.amount, o.note'))
    pipeline.land('orders/3.json', { id: 1, note: 'newer' })
    const { errors } = await pipeline.run()
    expect(errors).toMatchObject([refused('id BIGINT', 'id BIGINT, note STRING')])
    await pipeline.run({ fullRefresh: ['joined'] })
    expect(await rows()).toEqual([
      [1, 10, null],
      [1, 10, 'newer'],
      [2, 20, 'new'],
    ])
  })

  test('any more are forgotten', async () => {
    const both = selecting('o.id, p.amount, o.note')
    pipeline = new TestPipeline(both)
    pipeline.land('orders/1.json', { id: 1, note: 'a' })
    pipeline.land('pays/1.json', { id: 9, amount: 90 })
    await pipeline.run()
    pipeline.define(selecting('o.id, p.amount'))
    pipeline.land('orders/2.json', { id: 2, note: 'b' })
    await pipeline.run()
    pipeline.land('pays/2.json', { id: 1, amount: 10 }, { id: 2, amount: 20 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id, amount FROM joined ORDER BY id')).toEqual([
      [1, 10],
      [2, 20],
    ])

    pipeline.define(both)
    pipeline.land('pays/3.json', { id: 2, amount: 21 })
    expect((await pipeline.run()).errors).toMatchObject([refused('id BIGINT', 'id BIGINT, note STRING')])
  })
})

test('windows over a join wait as long as the join holds rows back', async () => {
  pipeline = new TestPipeline(`${SOURCES}
    CREATE STREAMING TABLE rates AS
    SELECT date_format(window.start, 'HH:mm') AS start, count(*) AS shown, count(clicked) AS clicked
    FROM (${JOINED}) GROUP BY window(time, '5 minutes');`)
  land({ shown: 'a 12:00', clicks: 'z 12:00' })
  land({ shown: 'b 12:04', clicks: 'a 12:02' })
  land({ shown: 'c 12:12', clicks: 'z 12:12' })
  await pipeline.run()
  // The watermark is 12:07, behind the window's end, but 'b' may be clicked until 12:14.
  expect(await pipeline.query('SELECT * FROM rates')).toEqual([])

  land({ clicks: 'b 12:13' })
  land({ shown: 'd 12:21', clicks: 'z 12:21' })
  await pipeline.run()
  expect(await pipeline.query('SELECT * FROM rates')).toEqual([['12:00', 2, 2]])
})

describe('a join of windows', () => {
  const windowed = (stream: string) =>
    `(SELECT *, window(time, '10 minutes') AS w FROM STREAM(${stream}) WATERMARK time DELAY OF INTERVAL 5 MINUTES)`
  const WINDOWS = `
    SELECT s.ad, s.time, s.w, c.ad AS clicked
    FROM ${windowed('shown')} AS s LEFT JOIN ${windowed('clicks')} AS c ON s.w = c.w AND s.ad = c.ad`

  test('drops a row when its window is over, and groups by them end with them', async () => {
    pipeline = new TestPipeline(`${SOURCES}
      CREATE STREAMING TABLE rates AS
      SELECT date_format(w.start, 'HH:mm') AS start, count(*) AS shown, count(clicked) AS clicked
      FROM (${WINDOWS}) GROUP BY w;`)
    const rates = () => pipeline.query('SELECT * FROM rates ORDER BY start')
    land({ shown: 'a 12:01', clicks: 'a 12:02' })
    land({ shown: 'z 12:14', clicks: 'z 12:14' })
    await pipeline.run()
    expect(await rates()).toEqual([])

    // The watermark is 12:09, the window open until 12:10.
    land({ shown: 'b 12:03', clicks: 'b 12:08' })
    land({ shown: 'c 12:05', clicks: 'z 12:30' })
    land({ shown: 'z 12:30' })
    await pipeline.run()
    expect(await rates()).toEqual([
      ['12:00', 3, 2],
      ['12:10', 1, 1],
    ])
  })

  test('has no other event time: the times in the windows lie behind', async () => {
    pipeline = new TestPipeline(`${SOURCES}
      CREATE STREAMING TABLE rates AS
      SELECT window.start AS start, count(*) AS shown FROM (${WINDOWS}) GROUP BY window(time, '1 minute');`)
    land({ shown: 'a 12:01', clicks: 'a 12:02' })
    await pipeline.run()
    expect(pipeline.events.filter((each) => each.level === 'WARN').map((each) => each.message)).toEqual([
      expect.stringMatching(/A streaming aggregation whose groups never end/),
    ])
    expect(await pipeline.query('SELECT shown FROM rates')).toEqual([[1]])
  })
})

test('windows of windows come out when the outer one is over', async () => {
  pipeline = new TestPipeline(`${SOURCES}
    CREATE STREAMING TABLE hours AS
    SELECT date_format(window.start, 'HH:mm') AS start, sum(n) AS shown, count(*) AS windows FROM (
      SELECT window_time(window) AS time, count(*) AS n
      FROM STREAM(shown) WATERMARK time DELAY OF INTERVAL 5 MINUTES GROUP BY window(time, '5 minutes'))
    GROUP BY window(time, '1 hour');`)
  for (const time of ['12:00', '12:01', '12:07']) land({ shown: `a ${time}`, clicks: `a ${time}` })
  await pipeline.run()
  land({ shown: 'a 12:59' })
  await pipeline.run()
  land({ shown: 'a 13:04' })
  await pipeline.run()
  expect(await pipeline.query('SELECT * FROM hours')).toEqual([])
  land({ shown: 'a 13:05' })
  await pipeline.run()
  expect(await pipeline.query('SELECT * FROM hours')).toEqual([['12:00', 4, 3]])
})

test('a change feed is a stream like others: it joins one, within a time bound', async () => {
  pipeline = new TestPipeline(`
    CREATE STREAMING TABLE customers TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS
    SELECT * FROM STREAM read_files('data/customers', format => 'json', schema => 'ad STRING, time TIMESTAMP');
    ${SOURCES}
    CREATE STREAMING TABLE joined AS
    SELECT s.ad, c._change_type AS change FROM STREAM(shown) AS s WATERMARK time DELAY OF INTERVAL 5 MINUTES
    JOIN STREAM table_changes AS c WATERMARK time DELAY OF INTERVAL 5 MINUTES
    ON s.ad = c.ad AND c.time BETWEEN s.time AND s.time + INTERVAL 10 MINUTES;
    CREATE TEMPORARY VIEW table_changes AS SELECT * FROM STREAM customers WITH (readChangeFeed = true);`)
  land({ shown: 'a 12:00', clicks: 'a 12:00' })
  pipeline.land('customers/1.json', { ad: 'a', time: '2026-01-01 12:05:00' })
  await pipeline.run()
  expect(await pipeline.query('SELECT * FROM joined')).toEqual([['a', 'insert']])
})
