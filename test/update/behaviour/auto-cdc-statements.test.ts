import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

/** Lands events as one file and runs an update. */
async function apply(file: string, ...events: readonly object[]): Promise<void> {
  pipeline.land(`events/${file}.json`, ...events)
  const { errors } = await pipeline.run()
  expect(errors).toEqual([])
}

const event = (id: number | null, city: string | null, op: string, changed_at: number) => ({
  id,
  city,
  op,
  changed_at,
})

const EVENTS = `
  CREATE TEMPORARY VIEW events AS SELECT * FROM STREAM read_files(
    'data/events', format => 'json', schema => 'id INT, city STRING, op STRING, changed_at BIGINT');`

test('one feed fills a table of newest rows, one of versions and a bitemporal one, which others read', async () => {
  pipeline = new TestPipeline(`${EVENTS}
    CREATE STREAMING TABLE newest;
    APPLY CHANGES INTO LIVE.newest FROM STREAM(LIVE.events) KEYS (id)
      APPLY AS DELETE WHEN op = "DELETE" APPLY AS TRUNCATE WHEN op = "TRUNCATE"
      SEQUENCE BY changed_at COLUMNS * EXCEPT (op, changed_at);

    CREATE STREAMING TABLE versions TBLPROPERTIES (delta.enableChangeDataFeed = true)
      FLOW AUTO CDC FROM STREAM events KEYS (id) SEQUENCE BY changed_at STORED AS SCD TYPE 2
      COLUMNS (id, city) APPLY AS DELETE WHEN op = 'DELETE';

    CREATE STREAMING TABLE known;
    CREATE FLOW knowledge AS AUTO CDC INTO known FROM STREAM events STORED AS BITEMPORAL
      KEYS (id) COLUMNS (id, city) SEQUENCE BY changed_at SYSTEM SEQUENCE BY changed_at + 1;

    CREATE MATERIALIZED VIEW current_cities AS SELECT city, count(*) AS n FROM versions WHERE __END_AT IS NULL GROUP BY city;
    CREATE STREAMING TABLE moves AS
      SELECT id, city, _change_type AS change FROM STREAM versions WITH (readChangeFeed = true)`)
  await apply('1', event(1, 'Oslo', 'UPSERT', 10), event(2, 'Bern', 'UPSERT', 12))
  await apply('2', event(1, 'Rome', 'UPSERT', 20), event(1, 'Kiel', 'UPSERT', 15))
  expect(await pipeline.query('SELECT * FROM newest ORDER BY id')).toEqual([
    [1, 'Rome'],
    [2, 'Bern'],
  ])
  expect(await pipeline.query('SELECT * FROM versions ORDER BY id, __START_AT')).toEqual([
    [1, 'Oslo', 10, 15],
    [1, 'Kiel', 15, 20],
    [1, 'Rome', 20, null],
    [2, 'Bern', 12, null],
  ])
  expect(
    await pipeline.query('SELECT * FROM known WHERE id = 1 ORDER BY __SYSTEM_START_AT, __START_AT'),
  ).toEqual([
    [1, 'Oslo', 10, null, 11, 16],
    [1, 'Oslo', 10, 15, 16, null],
    [1, 'Kiel', 15, null, 16, 21],
    [1, 'Kiel', 15, 20, 21, null],
    [1, 'Rome', 20, null, 21, null],
  ])
  expect(await pipeline.query('SELECT * FROM current_cities ORDER BY city')).toEqual([
    ['Bern', 1],
    ['Rome', 1],
  ])
  expect(await pipeline.query('SELECT * FROM moves WHERE id = 1 ORDER BY ALL')).toEqual([
    [1, 'Kiel', 'insert'],
    [1, 'Oslo', 'insert'],
    [1, 'Oslo', 'update_postimage'],
    [1, 'Oslo', 'update_preimage'],
    [1, 'Rome', 'insert'],
  ])
})

test('a backfill and a feed fill one table', async () => {
  pipeline = new TestPipeline(`${EVENTS}
    CREATE MATERIALIZED VIEW export AS SELECT * FROM VALUES (1, 'Oslo', 'old'), (3, 'Nice', 'old') AS t(id, city, note);
    CREATE STREAMING TABLE cities;
    CREATE FLOW backfill AS AUTO CDC ONCE INTO cities FROM export KEYS (id) SEQUENCE BY 0;
    CREATE FLOW feed AS AUTO CDC INTO cities FROM STREAM events KEYS (id) SEQUENCE BY changed_at
      COLUMNS (id, city) APPLY AS DELETE WHEN op = 'DELETE'`)
  await apply('1', event(1, 'Rome', 'UPSERT', 20), event(2, 'Bern', 'UPSERT', 12))
  const cities = () => pipeline.query('SELECT * FROM cities ORDER BY id')
  expect(await cities()).toEqual([
    [1, 'Rome', null],
    [2, 'Bern', null],
    [3, 'Nice', 'old'],
  ])
  await apply('2', event(3, null, 'DELETE', 30))
  expect(await cities()).toEqual([
    [1, 'Rome', null],
    [2, 'Bern', null],
  ])
})

describe('NULL that means "not supplied"', () => {
  const PRICES = `
    CREATE TEMPORARY VIEW events AS SELECT * FROM STREAM read_files(
      'data/events', format => 'json', schema => 'id INT, title STRING, price INT, seq BIGINT');
    CREATE STREAMING TABLE prices;`
  const price = (id: number, seq: number, title: string | null, price: number | null) => ({
    id,
    title,
    price,
    seq,
  })
  const prices = (columns = '*') => pipeline.query(`SELECT ${columns} FROM prices ORDER BY ALL`)

  test('is what each of several flows says: rows of a backfill have their NULLs', async () => {
    pipeline = new TestPipeline(`${PRICES}
      CREATE MATERIALIZED VIEW export AS
        SELECT * FROM VALUES (1, NULL, 5, 10L), (2, 'jar', NULL, 20L), (3, 'cup', 7, 5L) AS t(id, title, price, seq);
      CREATE FLOW backfill AS AUTO CDC ONCE INTO prices FROM export KEYS (id) SEQUENCE BY seq COLUMNS (id, title, price);
      CREATE FLOW feed AS AUTO CDC INTO prices FROM STREAM events KEYS (id) SEQUENCE BY seq COLUMNS (id, title, price)
        IGNORE NULL UPDATES`)
    await apply('1', price(1, 9, 'mug', 4), price(2, 21, null, 3), price(3, 4, 'old', 1))
    await apply('2', price(3, 8, null, 8), price(1, 11, null, 6), price(2, 19, null, 9))
    expect(await prices()).toEqual([
      [1, null, 6],
      [2, 'jar', 3],
      [3, 'cup', 8],
    ])
  })

  test('is what one of several flows lists', async () => {
    pipeline = new TestPipeline(`${PRICES}
      CREATE TEMPORARY VIEW patches AS SELECT id, title, price, seq, split(fields, ',') AS fields FROM STREAM read_files(
        'data/patches', format => 'json', schema => 'id INT, title STRING, price INT, seq BIGINT, fields STRING');
      CREATE FLOW whole AS AUTO CDC INTO prices FROM STREAM events KEYS (id) SEQUENCE BY seq COLUMNS (id, title, price);
      CREATE FLOW parts AS AUTO CDC INTO prices FROM STREAM patches KEYS (id) SEQUENCE BY seq COLUMNS (id, title, price)
        COLUMNS TO UPDATE fields`)
    pipeline.land('patches/1.json', { ...price(1, 20, null, 6), fields: 'price' })
    await apply('1', price(1, 9, 'old', 4))
    await apply('2', price(1, 10, 'mug', 5))
    expect(await prices()).toEqual([[1, 'mug', 6]])
  })

  // Lower case of the first depends on the place of its last letter, that of the second is of two letters.
  test.each(['ΚΩΔΙΚΟΣ', 'İl'])(
    'is what lists do not name, whatever letters the name has: %s',
    async (name) => {
      pipeline = new TestPipeline(`CREATE STREAMING TABLE prices;
      AUTO CDC INTO prices FROM STREAM read_files('data/events', format => 'json',
        schema => 'id INT, \`${name}\` INT, price INT, fields ARRAY<STRING>, seq INT')
        KEYS (id) SEQUENCE BY seq COLUMNS (id, \`${name}\`, price) COLUMNS TO UPDATE fields`)
      await apply('1', { id: 1, [name]: 1, price: 2, seq: 1 })
      await apply(
        '2',
        { id: 1, [name]: 3, fields: [name], seq: 2 },
        { id: 1, price: 4, fields: ['PRICE'], seq: 3 },
      )
      expect(await pipeline.query('SELECT * FROM prices')).toEqual([[1, 3, 4]])
    },
  )

  test.each([
    [1, 'id, title, price', [[1, 'mug', 6]], [[1, 'cup', 6]], [[1, null, 9]]],
    [
      2,
      'id, title, price, __START_AT',
      [
        [1, 'mug', 5, 10],
        [1, 'mug', 6, 20],
      ],
      [
        [1, 'cup', 6, 30],
        [1, 'mug', 5, 10],
        [1, 'mug', 6, 20],
      ],
      [
        [1, null, 9, 40],
        [1, 'cup', 6, 30],
        [1, 'mug', 5, 10],
        [1, 'mug', 6, 20],
      ],
    ],
  ])('may come and go with the definition: SCD type %i', async (scdType, columns, ...expected) => {
    const flow = (clause: string) => `${PRICES}
      AUTO CDC INTO prices FROM STREAM events KEYS (id) SEQUENCE BY seq COLUMNS (id, title, price)
        STORED AS SCD TYPE ${scdType} ${clause}`
    pipeline = new TestPipeline(flow(''))
    await apply('1', price(1, 10, 'mug', 5))
    pipeline.define(flow('IGNORE NULL UPDATES ON (title)'))
    await apply('2', price(1, 20, null, 6))
    expect(await prices(columns)).toEqual(expected[0])
    pipeline.define(flow('IGNORE NULL UPDATES'))
    await apply('3', price(1, 30, 'cup', null))
    expect(await prices(columns)).toEqual(expected[1])
    pipeline.define(flow(''))
    await apply('4', price(1, 40, null, 9))
    expect(await prices(columns)).toEqual(expected[2])
  })
})

test('rules of the target judge its events', async () => {
  pipeline = new TestPipeline(`${EVENTS}
    CREATE STREAMING TABLE cities (CONSTRAINT known_op EXPECT (op IN ('UPSERT', 'DELETE')) ON VIOLATION DROP ROW,
      CONSTRAINT has_city EXPECT (city IS NOT NULL) ON VIOLATION DROP ROW) TBLPROPERTIES (pipelines.quarantine = true);
    AUTO CDC INTO cities FROM STREAM events KEYS (id) SEQUENCE BY changed_at COLUMNS (id, city) APPLY AS DELETE WHEN op = 'DELETE'`)
  await apply(
    '1',
    event(1, 'Oslo', 'UPSERT', 1),
    event(2, 'Rome', 'MOVE', 1),
    event(3, null, 'UPSERT', 1),
    event(4, 'Kiel', 'UPSERT', 1),
    event(4, null, 'DELETE', 2),
  )
  expect(await pipeline.query('SELECT * FROM cities')).toEqual([[1, 'Oslo']])
  expect(await pipeline.query('SELECT id, op FROM cities_quarantine ORDER BY id')).toEqual([
    [2, 'MOVE'],
    [3, 'UPSERT'],
  ])
})

test('an event without a key fails the update, and nothing of its batch is written', async () => {
  pipeline = new TestPipeline(`${EVENTS}
    CREATE STREAMING TABLE cities;
    AUTO CDC INTO cities FROM STREAM events KEYS (id) SEQUENCE BY changed_at COLUMNS (id, city)`)
  await apply('1', event(1, 'Oslo', 'UPSERT', 1))
  pipeline.land('events/2.json', event(2, 'Rome', 'UPSERT', 1), event(null, 'Kiel', 'UPSERT', 2))
  const { errors } = await pipeline.run()
  expect(errors).toMatchObject([
    { condition: 'AUTOCDC_MICROBATCH_VALIDATION.NULL_KEY', parameters: { columnName: 'id', nullCount: '1' } },
  ])
  expect(await pipeline.query('SELECT * FROM cities')).toEqual([[1, 'Oslo']])
})

describe('a definition that the table was not built with', () => {
  const DRIFTS = [
    [
      'other keys',
      'KEYS (id, note) SEQUENCE BY changed_at STORED AS SCD TYPE 2',
      'KEY_SCHEMA_DRIFT',
      { expectedKeySchema: 'id INT, note STRING', recordedKeySchema: 'id INT' },
    ],
    [
      'another type of the sequence',
      'KEYS (id) SEQUENCE BY timestamp_seconds(changed_at) STORED AS SCD TYPE 2',
      'SEQUENCING_TYPE_DRIFT',
      { expectedSequencingType: 'TIMESTAMP', recordedSequencingType: 'BIGINT' },
    ],
    [
      'another SCD type',
      'KEYS (id) SEQUENCE BY changed_at STORED AS BITEMPORAL SYSTEM SEQUENCE BY changed_at',
      'SCD_TYPE_DRIFT',
      { expectedScdType: 'bitemporal', recordedScdType: '2' },
    ],
    [
      'other tracked columns',
      'KEYS (id) SEQUENCE BY changed_at STORED AS SCD TYPE 2 TRACK HISTORY ON (note)',
      'TRACK_HISTORY_DRIFT',
      { expectedTrackHistoryColumns: 'note', recordedTrackHistoryColumns: 'city' },
    ],
  ] as const

  /** The flow, with a column that is new in the target where `columns` has it. */
  const withFlow = (flow: string, columns: string) => `${EVENTS.replace('city', 'note STRING, city')}
    CREATE STREAMING TABLE cities;
    AUTO CDC INTO cities FROM STREAM events ${flow} COLUMNS (${columns})`

  test.each(DRIFTS)('%s: refused before the table is touched', async (_, flow, condition, parameters) => {
    const built = 'KEYS (id) SEQUENCE BY changed_at STORED AS SCD TYPE 2'
    pipeline = new TestPipeline(withFlow(built, 'id, city'))
    await apply('1', event(1, 'Oslo', 'UPSERT', 1))
    const before = await pipeline.table('cities')
    pipeline.define(withFlow(flow, 'id, city, note'))
    await expect(pipeline.run()).rejects.toMatchObject({
      condition: `AUTOCDC_INVALID_STATE.${condition}`,
      parameters,
      position: { line: 5, column: 5 },
      hint: expect.stringContaining('millrace run --full-refresh main.shop.cities'),
    })
    expect((await pipeline.table('cities')).snapshot.version).toBe(before.snapshot.version)
    pipeline.define(withFlow(built, 'id, city, note'))
    await apply('2', event(2, 'Rome', 'UPSERT', 2))
    expect(await pipeline.query('SELECT * FROM cities ORDER BY id')).toEqual([
      [1, 'Oslo', 1, null, null],
      [2, 'Rome', 2, null, null],
    ])
  })

  test('another type of the sequence of a table of newest rows, whose columns do not show it', async () => {
    const flow = (sequence: string) => withFlow(`KEYS (id) SEQUENCE BY ${sequence}`, 'id, city')
    pipeline = new TestPipeline(flow('changed_at'))
    await apply('1', event(1, 'Oslo', 'UPSERT', 1))
    pipeline.define(flow('CAST(changed_at AS STRING)'))
    pipeline.land('events/2.json', event(1, 'Rome', 'UPSERT', 2))
    expect((await pipeline.run()).errors).toMatchObject([
      {
        condition: 'AUTOCDC_INVALID_STATE.SEQUENCING_TYPE_DRIFT',
        parameters: { expectedSequencingType: 'STRING', recordedSequencingType: 'BIGINT' },
      },
    ])
    expect(await pipeline.query('SELECT * FROM cities')).toEqual([[1, 'Oslo']])
  })

  test('another type of the system sequence', async () => {
    const flow = (system: string) =>
      withFlow(
        `KEYS (id) SEQUENCE BY changed_at STORED AS BITEMPORAL SYSTEM SEQUENCE BY ${system}`,
        'id, city',
      )
    pipeline = new TestPipeline(flow('changed_at'))
    await apply('1', event(1, 'Oslo', 'UPSERT', 1))
    pipeline.define(flow('timestamp_seconds(changed_at)'))
    await expect(pipeline.run()).rejects.toMatchObject({
      condition: 'AUTOCDC_INVALID_STATE.SEQUENCING_TYPE_DRIFT',
      parameters: { expectedSequencingType: 'TIMESTAMP', recordedSequencingType: 'BIGINT' },
    })
  })

  test('asks for a full refresh, which takes it', async () => {
    pipeline = new TestPipeline(withFlow('KEYS (id) SEQUENCE BY changed_at', 'id, city'))
    await apply('1', event(1, 'Oslo', 'UPSERT', 1))
    pipeline.define(withFlow('KEYS (id, city) SEQUENCE BY timestamp_seconds(changed_at)', 'id, city'))
    pipeline.land('events/2.json', event(1, 'Rome', 'UPSERT', 2))
    expect((await pipeline.run({ fullRefresh: ['cities'] })).errors).toEqual([])
    expect(await pipeline.query('SELECT * FROM cities ORDER BY city')).toEqual([
      [1, 'Oslo'],
      [1, 'Rome'],
    ])
  })
})

test('a retention that is no number is refused before anything runs', async () => {
  const key = 'pipelines.cdc.tombstoneGCThresholdInSeconds'
  pipeline = new TestPipeline(
    `${EVENTS}
    CREATE STREAMING TABLE cities;
    AUTO CDC INTO cities FROM STREAM events KEYS (id) SEQUENCE BY changed_at COLUMNS (id, city)`,
    { [key]: '2 days' },
  )
  pipeline.land('events/1.json', event(1, 'Oslo', 'UPSERT', 1))
  await expect(pipeline.run()).rejects.toMatchObject({
    condition: 'PIPELINE_SPEC_INVALID_FIELD',
    parameters: { field_name: `configuration.${key}`, actual: "'2 days'" },
  })
})
