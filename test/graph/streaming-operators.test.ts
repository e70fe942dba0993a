import { describe, expect, test } from 'vitest'
import { walk } from '../../src/plan/rewrite.ts'
import { failuresOf, graphOf, summaryOf } from './pipeline-folder.ts'

const ORDERS = `
  CREATE STREAMING TABLE orders AS
  SELECT * FROM STREAM read_files('data', format => 'json', schema => 'id BIGINT, region STRING, time TIMESTAMP');
  CREATE TEMPORARY VIEW counted AS
  SELECT window.start AS start, count(*) AS n FROM STREAM(orders) WATERMARK time DELAY OF INTERVAL 1 HOUR
  GROUP BY window(time, '1 hour');
  CREATE TEMPORARY VIEW totals AS SELECT region, count(*) AS n FROM STREAM(orders) GROUP BY region;`

const silver = (query: string) => ({ 'a.sql': `${ORDERS}\nCREATE STREAMING TABLE silver AS ${query};` })

describe('a streaming query is refused', () => {
  test.each([
    ['SELECT id FROM STREAM(orders) ORDER BY id', 'ORDER BY'],
    ['SELECT id FROM STREAM(orders) LIMIT 10', 'LIMIT'],
    ['SELECT id FROM STREAM(orders) OFFSET 10', 'OFFSET'],
    ['SELECT id FROM STREAM(orders) UNION ALL SELECT id FROM orders', 'UNION of a stream and a table'],
    ['SELECT id FROM STREAM(orders) UNION SELECT id FROM orders', 'UNION of a stream and a table'],
    [
      'SELECT n FROM STREAM(totals) UNION SELECT id FROM STREAM(totals) AS t(region, id)',
      'DISTINCT over an aggregation without a watermark',
    ],
    ['SELECT id FROM STREAM(orders) EXCEPT SELECT 1', 'EXCEPT'],
    ['SELECT id FROM STREAM(orders) INTERSECT SELECT 1', 'INTERSECT'],
    [
      'SELECT o.id FROM orders AS t LEFT JOIN STREAM(orders) AS o ON o.id = t.id',
      'a left join that keeps rows of the table without a match',
    ],
    [
      'SELECT o.id FROM STREAM(orders) AS o RIGHT JOIN orders AS t ON o.id = t.id',
      'a right join that keeps rows of the table without a match',
    ],
    [
      'SELECT o.id FROM STREAM(orders) AS o FULL JOIN orders AS t ON o.id = t.id',
      'a full join that keeps rows of the table without a match',
    ],
    [
      'SELECT id FROM STREAM(orders) WHERE id IN (SELECT id FROM STREAM(orders))',
      'a subquery that reads a stream',
    ],
    ['SELECT count(*) AS windows FROM STREAM(counted)', 'an aggregation of an aggregation'],
    ['SELECT DISTINCT n FROM STREAM(totals)', 'DISTINCT over an aggregation without a watermark'],
  ])('%s: %s', async (query, operation) => {
    const [error] = await failuresOf(silver(query))
    expect(error).toMatchObject({
      condition: 'UNSUPPORTED_STREAMING_OPERATION',
      parameters: { operation },
      position: { file: 'a.sql' },
    })
  })

  test('a MAP among the keys of dropDuplicates, in streams and tables', async () => {
    const files = (reader: string, keys: string, kind: string) => ({
      'a.sql': `CREATE STREAMING TABLE orders AS
        SELECT * FROM STREAM read_files('data', format => 'json', schema => 'id BIGINT, tags MAP<STRING, INT>');`,
      'b.ts': `import { ${kind}, ${reader} } from 'millrace'
        ${kind}('silver', () => ${reader}.table('orders').dropDuplicates(${keys}))`,
    })
    const refused = [
      {
        condition: 'UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE',
        sqlState: '0A000',
        parameters: { colName: 'tags', dataType: 'MAP<STRING, INT>' },
      },
    ]
    expect(await failuresOf(files('readStream', '', 'streamingTable'))).toMatchObject(refused)
    expect(await failuresOf(files('read', "['id', 'tags']", 'materializedView'))).toMatchObject(refused)
    await graphOf(files('readStream', "['id']", 'streamingTable'))
  })

  test.each([
    ['over its rows', 'SELECT id, row_number() OVER (ORDER BY id) AS n FROM STREAM(orders)'],
    [
      'over windows that a batch closes',
      `SELECT region, count(*) AS n FROM STREAM(orders) WATERMARK time DELAY OF INTERVAL 1 HOUR
       GROUP BY window(time, '1 hour'), region
       QUALIFY row_number() OVER (PARTITION BY region ORDER BY n DESC) = 1`,
    ],
  ])('window functions %s', async (_, query) => {
    const [error] = await failuresOf(silver(query))
    expect(error!.condition).toBe('NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING')
  })

  test.each([
    ['LEFT', 'Give the right side a watermark'],
    ['RIGHT', 'Give the left side a watermark'],
    ['FULL', 'Give the sides a watermark'],
    ['LEFT SEMI', 'Give the right side a watermark'],
  ])('a %s join of two streams without a time bound', async (join, advice) => {
    const [error] = await failuresOf(
      silver(`SELECT a.id FROM STREAM(orders) AS a ${join} JOIN STREAM(orders) AS b ON a.id = b.id`),
    )
    expect(error).toMatchObject({
      condition: 'UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK',
      parameters: {
        flowName: 'spark_catalog.default.silver',
        statefulOperator: `a ${join.toLowerCase()} join of two streams`,
        advice: expect.stringContaining(advice),
      },
    })
  })

  test.each([
    ['LEFT', 'left side can', 'right_time <= left_time + INTERVAL 1 HOUR.'],
    ['LEFT SEMI', 'left side can', 'right_time <= left_time + INTERVAL 1 HOUR.'],
    ['RIGHT', 'right side can', 'left_time <= right_time + INTERVAL 1 HOUR.'],
    ['FULL', 'right side can', 'left_time <= right_time + INTERVAL 1 HOUR.'],
  ])('a %s join of two watermarked streams whose %s wait for ever', async (join, side, bound) => {
    const marked = 'STREAM(orders) WATERMARK time DELAY OF INTERVAL 1 HOUR'
    const isOneSided = join === 'FULL' ? 'AND b.time <= a.time' : ''
    const [error] = await failuresOf(
      silver(`SELECT a.id FROM ${marked} AS a ${join} JOIN ${marked} AS b ON a.id = b.id ${isOneSided}`),
    )
    expect(error).toMatchObject({
      condition: 'UNSUPPORTED_STREAMING_OPERATION',
      parameters: {
        operation: `a ${join.toLowerCase()} join of two streams without a time bound`,
        advice: `Say in the condition until when rows of the ${side} find a match, by the event times of the watermarks: ${bound}`,
      },
    })
  })

  test('a join that has the watermark of one side only', async () => {
    const [error] = await failuresOf(
      silver(`SELECT a.id FROM STREAM(orders) AS a WATERMARK time DELAY OF INTERVAL 1 HOUR
        LEFT JOIN STREAM(orders) AS b ON a.id = b.id AND b.time <= a.time`),
    )
    expect(error).toMatchObject({
      condition: 'UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK',
      parameters: { advice: expect.stringContaining('Give the right side a watermark') },
    })
  })

  test.each([
    [
      'SELECT a.id FROM STREAM(orders) AS a LEFT ANTI JOIN STREAM(orders) AS b ON a.id = b.id',
      'a left anti join of two streams',
    ],
    [
      'SELECT a.n FROM STREAM(totals) AS a JOIN STREAM(orders) AS b ON a.region = b.region',
      'a join of two streams above an aggregation without a watermark',
    ],
  ])('%s: %s', async (query, operation) => {
    const [error] = await failuresOf(silver(query))
    expect(error).toMatchObject({ condition: 'UNSUPPORTED_STREAMING_OPERATION', parameters: { operation } })
  })

  test.each(['dropDuplicates([])', 'dropDuplicatesWithinWatermark([])'])('%s', async (step) => {
    const [error] = await failuresOf({
      'orders.sql': ORDERS,
      'a.ts': `import { readStream, streamingTable } from 'millrace'
        streamingTable('silver', () => readStream.table('orders').withWatermark('time', '1 hour').${step})`,
    })
    expect(error).toMatchObject({
      condition: 'UNSUPPORTED_STREAMING_OPERATION',
      parameters: { operation: 'dropDuplicates of no columns' },
      position: { file: 'a.ts', line: 2 },
    })
  })
})

describe('event times are timestamps', () => {
  const EVENTS = `CREATE STREAMING TABLE events AS SELECT * FROM STREAM read_files('data', format => 'json',
    schema => 'id BIGINT, at STRING, ms BIGINT, day DATE, ok BOOLEAN, time TIMESTAMP, local TIMESTAMP_NTZ');`
  const silverOf = (query: string) => ({ 'a.sql': `${EVENTS}\nCREATE STREAMING TABLE silver AS\n${query};` })

  test.each([
    ['at', 'STRING', 'WATERMARK try_cast(at AS TIMESTAMP) AS event_time in SQL'],
    ['at', 'STRING', "schemaHints 'at TIMESTAMP'"],
    ['ms', 'BIGINT', 'WATERMARK timestamp_seconds(ms) AS event_time in SQL'],
    ['day', 'DATE', "withColumn('event_time', expr('CAST(day AS TIMESTAMP)'))"],
    ['ok', 'BOOLEAN', 'Put the watermark on a column of type TIMESTAMP.'],
  ])('a watermark on %s, of type %s, is refused: %s', async (eventName, eventType, advice) => {
    const [error] = await failuresOf(
      silverOf(`SELECT DISTINCT id FROM STREAM(events) WATERMARK ${eventName} DELAY OF INTERVAL 1 HOUR`),
    )
    expect(error).toMatchObject({
      condition: 'EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE',
      parameters: { eventName, eventType, advice: expect.stringContaining(advice) },
      position: { file: 'a.sql', line: 4, column: 50 },
    })
  })

  test('so it is below a join and a window, which would name something else', async () => {
    const watermarked = 'STREAM(events) WATERMARK at DELAY OF INTERVAL 1 HOUR'
    const queries = [
      `SELECT a.id FROM ${watermarked} AS a LEFT JOIN ${watermarked} AS b ON a.id = b.id AND b.at >= a.at`,
      `SELECT window(at, '1 hour') AS w, count(*) AS n FROM ${watermarked} GROUP BY window(at, '1 hour')`,
    ]
    for (const query of queries) {
      const [error] = await failuresOf(silverOf(query))
      expect(error!.condition).toBe('EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE')
    }
  })

  test('so it is in TypeScript, at the call', async () => {
    const [error] = await failuresOf({
      'a.ts': `import { readStream, streamingTable } from 'millrace'
streamingTable('a', () => readStream.schema('id INT, at STRING').json('x')
  .withWatermark('at', '1 hour')
  .dropDuplicatesWithinWatermark(['id']))`,
    })
    expect(summaryOf(error!)).toEqual({ condition: 'EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE', at: 'a.ts:3:4' })
  })

  test.each([
    'SELECT DISTINCT id, time FROM STREAM(events) WATERMARK time DELAY OF INTERVAL 1 HOUR',
    'SELECT DISTINCT id, local FROM STREAM(events) WATERMARK local DELAY OF INTERVAL 1 HOUR',
    'SELECT DISTINCT id, t FROM STREAM(events) WATERMARK try_cast(at AS TIMESTAMP) AS t DELAY OF INTERVAL 1 HOUR',
    "SELECT DISTINCT w FROM STREAM(events) WATERMARK window(time, '1 hour') AS w DELAY OF INTERVAL 1 HOUR",
    "SELECT DISTINCT id, any_time FROM STREAM read_files('y', format => 'json') WATERMARK any_time DELAY OF INTERVAL 1 HOUR",
    'SELECT e.id FROM STREAM(events) AS e JOIN events WATERMARK at DELAY OF INTERVAL 1 HOUR AS t ON e.id = t.id',
  ])('%s is fine', async (query) => {
    const { flows } = await graphOf(silverOf(query))
    expect(flows.at(-1)!.name).toBe('silver')
  })
})

describe('a streaming query may', () => {
  test.each([
    [
      'join a table and keep its own rows',
      'SELECT o.id FROM STREAM(orders) AS o LEFT JOIN orders AS t ON o.id = t.id',
    ],
    [
      'look into a table',
      'SELECT id FROM STREAM(orders) WHERE id IN (SELECT id FROM orders ORDER BY id LIMIT 5)',
    ],
    [
      'join a stream within a time bound and keep rows without a match',
      `SELECT a.id FROM STREAM(orders) AS a WATERMARK time DELAY OF INTERVAL 1 HOUR
       FULL JOIN STREAM(orders) AS b WATERMARK time DELAY OF INTERVAL 1 HOUR
       ON a.id = b.id AND b.time >= a.time - INTERVAL 1 HOUR AND b.time < INTERVAL 1 HOUR + a.time`,
    ],
    [
      'group windows of windows',
      `SELECT window.start AS start, sum(n) AS n FROM (
         SELECT window_time(window) AS time, count(*) AS n
         FROM STREAM(orders) WATERMARK time DELAY OF INTERVAL 1 HOUR GROUP BY window(time, '5 minutes'))
       GROUP BY window(time, '1 hour')`,
    ],
    [
      'join streams whose columns are not known yet',
      `SELECT a.id FROM STREAM read_files('a', format => 'json') AS a WATERMARK time DELAY OF INTERVAL 1 HOUR
       LEFT JOIN STREAM read_files('b', format => 'json') AS b WATERMARK time DELAY OF INTERVAL 1 HOUR
       ON a.id = b.id AND b.time <= a.time`,
    ],
    ['union streams', 'SELECT id FROM STREAM(orders) UNION ALL SELECT id FROM STREAM(orders)'],
    [
      'union streams without what is there twice',
      'SELECT id FROM STREAM(orders) UNION SELECT id FROM STREAM(orders)',
    ],
    ['drop duplicates of closed windows', 'SELECT DISTINCT start, n FROM STREAM(counted)'],
    ['sort a result that is rewritten whole', 'SELECT region, n FROM STREAM(totals) ORDER BY n DESC LIMIT 3'],
    [
      'choose among the rows of a result that is rewritten whole',
      `SELECT region, count(*) AS n FROM STREAM(orders) GROUP BY region
       QUALIFY row_number() OVER (ORDER BY n DESC) = 1`,
    ],
  ])('%s', async (_, query) => {
    const { datasets, warnings } = await graphOf(silver(query))
    expect(datasets.map((each) => each.name)).toContain('silver')
    const message = expect.stringContaining('A join of two streams without a time bound')
    expect(warnings).not.toContainEqual(expect.objectContaining({ message }))
  })
})

describe('grouping sets append', () => {
  const grouped = (grouping: string) =>
    silver(`SELECT window.start AS start, region, count(*) AS n
      FROM STREAM(orders) WATERMARK time DELAY OF INTERVAL 1 HOUR GROUP BY ${grouping}`)
  const HOUR = "window(time, '1 hour')"

  test.each([
    [`${HOUR}, ROLLUP(region)`, 'append'],
    [`GROUPING SETS ((${HOUR}, region), (${HOUR}))`, 'append'],
    [`ROLLUP(${HOUR}, region)`, 'complete'],
    [`CUBE(${HOUR}, region)`, 'complete'],
    [`GROUPING SETS ((${HOUR}), (region))`, 'complete'],
  ])('where each has the event time: GROUP BY %s is %s', async (grouping, kind) => {
    const { flows, warnings } = await graphOf(grouped(grouping))
    expect(flows.find((each) => each.name === 'silver')!.kind).toBe(kind)
    const ofGroups = { message: expect.stringContaining('with a grouping set without its event time') }
    expect(warnings.filter((each) => each.dataset?.endsWith('silver'))).toMatchObject(
      kind === 'append' ? [] : [ofGroups],
    )
  })

  test('and are refused where the result cannot take the place of the one before', async () => {
    const [error] = await failuresOf({
      'a.sql': `${ORDERS}
        CREATE STREAMING TABLE silver;
        CREATE FLOW one AS INSERT INTO silver BY NAME SELECT region, count(*) AS n
        FROM STREAM(orders) WATERMARK time DELAY OF INTERVAL 1 HOUR GROUP BY ROLLUP(${HOUR}, region);
        CREATE FLOW two AS INSERT INTO silver BY NAME SELECT region, id AS n FROM STREAM(orders);`,
    })
    expect(error).toMatchObject({
      condition: 'UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK',
      parameters: {
        flowName: 'spark_catalog.default.one',
        statefulOperator: 'an aggregation',
        advice:
          'Several flows write the table, so that it cannot be written anew: add withWatermark and group by its time, in every grouping set.',
      },
    })
  })
})

describe('a UNION of streams remembers every row', () => {
  const union = (watermark: string) =>
    silver(`SELECT id, time FROM STREAM(orders) ${watermark} UNION
      SELECT id, time FROM STREAM(orders) ${watermark} UNION SELECT id, time FROM STREAM(orders) ${watermark}`)

  test('for ever, and is warned of', async () => {
    const { warnings } = await graphOf(union(''))
    expect(warnings).toMatchObject([
      { message: expect.stringContaining('(DISTINCT and UNION in SQL) without a watermark remembers') },
    ])
  })

  test('until the watermark has passed it, once', async () => {
    const { flows, warnings } = await graphOf(union('WATERMARK time DELAY OF INTERVAL 1 HOUR'))
    expect(warnings).toEqual([])
    const { query } = flows.find((each) => each.name === 'silver')!
    const operators = [...walk(query)].map((each) => each.kind)
    expect(operators.filter((each) => each === 'Deduplicate' || each === 'SetOperation')).toEqual([
      ...['SetOperation', 'SetOperation', 'Deduplicate'],
    ])
  })
})

test('an inner join of two streams without a time bound is warned of', async () => {
  const { warnings } = await graphOf(
    silver('SELECT a.id FROM STREAM(orders) AS a JOIN STREAM(orders) AS b ON a.id = b.id'),
  )
  expect(warnings).toMatchObject([{ message: expect.stringContaining('remembers every row of a side') }])
})
