import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

interface Definition {
  /** Columns that the target declares. */
  readonly declared: string
  readonly properties?: string
  readonly columns?: string
  readonly scdType?: 1 | 2
  readonly more?: string
}

const definition = ({
  declared,
  properties = '',
  columns = 'id, city',
  scdType = 1,
  more = '',
}: Definition) => `
  CREATE TEMPORARY VIEW events AS SELECT * FROM STREAM read_files(
    'data/events', format => 'json', schema => 'id INT, city STRING, country STRING, op STRING, seq BIGINT');
  CREATE STREAMING TABLE cities (${declared}) ${properties};
  AUTO CDC INTO cities FROM STREAM events KEYS (id) APPLY AS DELETE WHEN op = 'DELETE' SEQUENCE BY seq COLUMNS (${columns})
    STORED AS SCD TYPE ${scdType};
  ${more}`

/** Lands events as one file and runs an update. */
async function apply(file: string, ...events: readonly object[]): Promise<void> {
  pipeline.land(`events/${file}.json`, ...events)
  const { errors } = await pipeline.run()
  expect(errors).toEqual([])
}

const event = (id: number, seq: number, city: string, country?: string) => ({ id, city, country, seq })
const cities = (columns = '*') => pipeline.query(`SELECT ${columns} FROM cities ORDER BY ALL`)

describe('a declared column that events do not have', () => {
  test('has its default in new rows; what rows have stays', async () => {
    pipeline = new TestPipeline(
      definition({
        declared: `id INT, city STRING, country STRING NOT NULL DEFAULT 'unknown', share DECIMAL(4,2) DEFAULT 1,
          added TIMESTAMP DEFAULT current_timestamp(), note STRING`,
      }),
    )
    await apply('1', event(1, 10, 'Oslo'))
    const added = await cities('added')
    expect(String(added)).toMatch(/^2026-01-01 /)
    await apply('2', event(1, 20, 'Rome'), event(2, 1, 'Bern'))
    expect(await cities('id, city, country, share, note')).toEqual([
      [1, 'Rome', 'unknown', '1.00', null],
      [2, 'Bern', 'unknown', '1.00', null],
    ])
    expect(await pipeline.query('SELECT added FROM cities WHERE id = 1')).toEqual(added)
  })

  test('has its default in every new version', async () => {
    const declared =
      "id INT, city STRING, country STRING DEFAULT 'unknown', __START_AT BIGINT, __END_AT BIGINT"
    pipeline = new TestPipeline(definition({ declared, scdType: 2 }))
    await apply('1', event(1, 10, 'Oslo'))
    await apply('2', event(1, 20, 'Rome'), event(1, 15, 'Rome'))
    expect(await cities()).toEqual([
      [1, 'Oslo', 'unknown', 10, 15],
      [1, 'Rome', 'unknown', 15, null],
    ])
  })

  test('is generated from the others, in the change feed too', async () => {
    pipeline = new TestPipeline(
      definition({
        declared: `id INT, city STRING, initial STRING GENERATED ALWAYS AS (left(city, 1)),
          open_for BIGINT GENERATED ALWAYS AS (__END_AT - __START_AT), __START_AT BIGINT, __END_AT BIGINT`,
        properties: 'TBLPROPERTIES (delta.enableChangeDataFeed = true)',
        scdType: 2,
        more: `CREATE STREAMING TABLE feed AS SELECT initial, open_for, _change_type AS change
          FROM STREAM cities WITH (readChangeFeed = true)`,
      }),
    )
    await apply('1', event(1, 10, 'Oslo'))
    await apply('2', event(1, 20, 'Rome'))
    expect(await cities('city, initial, open_for')).toEqual([
      ['Oslo', 'O', 10],
      ['Rome', 'R', null],
    ])
    expect(await pipeline.query('SELECT * FROM feed ORDER BY ALL')).toEqual([
      ['O', null, 'insert'],
      ['O', null, 'update_preimage'],
      ['O', 10, 'update_postimage'],
      ['R', null, 'insert'],
    ])
  })

  test('has its default in events of the flow that lacks it, beside one that has it', async () => {
    const declared = "id INT, city STRING, country STRING DEFAULT 'unknown'"
    const more = `CREATE FLOW others AS AUTO CDC INTO cities FROM STREAM other_events KEYS (id) SEQUENCE BY seq COLUMNS (id, city);
      CREATE TEMPORARY VIEW other_events AS SELECT id, city, seq FROM STREAM read_files(
        'data/others', format => 'json', schema => 'id INT, city STRING, seq BIGINT');`
    pipeline = new TestPipeline(definition({ declared, columns: 'id, city, country', more }))
    pipeline.land('others/1.json', { id: 2, city: 'Bern', seq: 1 })
    await apply('1', event(1, 10, 'Oslo', 'Norway'))
    expect(await cities()).toEqual([
      [1, 'Oslo', 'Norway'],
      [2, 'Bern', 'unknown'],
    ])
  })

  test('cannot be an identity: a batch that is done again would get other numbers', async () => {
    pipeline = new TestPipeline(
      definition({ declared: 'id INT, city STRING, n BIGINT GENERATED ALWAYS AS IDENTITY' }),
    )
    await expect(pipeline.run()).rejects.toMatchObject({
      failures: [{ condition: 'UNSUPPORTED_FEATURE.CLAUSE', position: { line: 4 } }],
    })
  })
})

test('a column that events have no more keeps what rows have, beside columns that are computed', async () => {
  const declared = 'id INT, city STRING, country STRING, initial STRING GENERATED ALWAYS AS (left(city, 1))'
  pipeline = new TestPipeline(definition({ declared, columns: 'id, city, country' }))
  await apply('1', event(1, 10, 'Oslo', 'Norway'))
  pipeline.define(
    definition({ declared: 'id INT, city STRING, initial STRING GENERATED ALWAYS AS (left(city, 1))' }),
  )
  await apply('2', event(1, 20, 'Rome', 'Italy'), event(2, 1, 'Bern', 'Switzerland'))
  expect(await cities('id, city, country, initial')).toEqual([
    [1, 'Rome', 'Norway', 'R'],
    [2, 'Bern', null, 'B'],
  ])
})
