import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { DeltaTable, executeSql } from '../../../src/delta-table/index.ts'
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

describe('columns of the events', () => {
  /** Columns of the source, and what is selected of it. */
  const flow = (columns: string, { selected = '*', scdType = 2, properties = '', clauses = '' } = {}) => `
    CREATE TEMPORARY VIEW events AS SELECT ${selected} FROM STREAM read_files(
      'data/events', format => 'json', schema => 'id INT, ${columns}, seq BIGINT');
    CREATE STREAMING TABLE cities TBLPROPERTIES (${['millrace.test = true', properties].filter(Boolean).join(', ')});
    AUTO CDC INTO cities FROM STREAM events KEYS (id) SEQUENCE BY seq COLUMNS * EXCEPT (seq)
      STORED AS SCD TYPE ${scdType} ${clauses}`
  const MAPPED = "'delta.columnMapping.mode' = 'name'"

  test.each([1, 2])('have any names where the target has column mapping: SCD type %i', async (scdType) => {
    const selected = "id AS `the id`, named_struct('x y', city) AS `a.b`, seq"
    const mapped = flow('city STRING', {
      selected,
      scdType,
      properties: MAPPED,
      clauses: 'IGNORE NULL UPDATES',
    })
    pipeline = new TestPipeline(mapped.replace('KEYS (id)', 'KEYS (`the id`)'))
    await apply('1', { id: 1, city: 'Oslo', seq: 10 }, { id: 2, city: null, seq: 9 })
    await apply('2', { id: 1, city: null, seq: 20 }, { id: 2, city: 'Bern', seq: 5 })
    expect(await pipeline.query('SELECT `the id`, `a.b`.`x y` FROM cities WHERE `the id` = 1')).toEqual([
      [1, 'Oslo'],
    ])
    expect(await pipeline.query('SELECT max(`a.b`.`x y`) FROM cities WHERE `the id` = 2')).toEqual([['Bern']])
  })

  test('get such names when the target has column mapping later', async () => {
    pipeline = new TestPipeline(flow('city STRING'))
    await apply('1', { id: 1, city: 'Oslo', seq: 10 }, { id: 1, city: 'Oslo', seq: 12 })
    pipeline.define(flow('city STRING, `the size` INT', { properties: MAPPED }))
    await apply('2', { id: 1, city: 'Oslo', 'the size': 5, seq: 20 }, { id: 1, city: 'Rome', seq: 11 })
    expect(await pipeline.query('SELECT * FROM cities ORDER BY __START_AT')).toEqual([
      [1, 'Oslo', 10, 11, null],
      [1, 'Rome', 11, 12, null],
      [1, 'Oslo', 12, 20, null],
      [1, 'Oslo', 20, null, 5],
    ])
  })

  test('are widened where the target may be', async () => {
    const properties = "'delta.enableTypeWidening' = 'true'"
    pipeline = new TestPipeline(flow('size INT', { properties }))
    await apply('1', { id: 1, size: 1, seq: 10 }, { id: 1, size: 1, seq: 12 })
    pipeline.define(flow('size BIGINT', { properties }))
    await apply('2', { id: 1, size: 5_000_000_000, seq: 20 }, { id: 1, size: 6_000_000_000, seq: 11 })
    expect(await pipeline.query('SELECT * FROM cities ORDER BY __START_AT')).toEqual([
      [1, 1, 10, 11],
      [1, 6_000_000_000, 11, 12],
      [1, 1, 12, 20],
      [1, 5_000_000_000, 20, null],
    ])
  })

  test.each([
    [
      1,
      [
        [null, 'Bern', 2],
        [5, 'Rome', 1],
      ],
    ],
    [
      2,
      [
        [null, 'Bern', 2],
        [null, 'Kiel', 1],
        [null, 'Oslo', 1],
        [5, 'Rome', 1],
        [7, 'Late', 2],
      ],
    ],
  ])(
    'grow in the middle of a stream, in files whose columns are inferred: SCD type %i',
    async (scdType, rows) => {
      pipeline = new TestPipeline(`
      CREATE STREAMING TABLE cities;
      AUTO CDC INTO cities FROM STREAM read_files('data/events', format => 'json', maxFilesPerTrigger => '1')
        KEYS (id) SEQUENCE BY seq COLUMNS * EXCEPT (seq, _rescued_data) STORED AS SCD TYPE ${scdType}`)
      await apply('1', { id: 1, city: 'Oslo', seq: 10 }, { id: 2, city: 'Bern', seq: 10 })
      pipeline.land('events/2.json', { id: 1, city: 'Rome', seq: 20, size: 5 })
      pipeline.land('events/3.json', { id: 2, city: 'Late', seq: 5, size: 7 })
      await apply('4', { id: 1, city: 'Kiel', seq: 15 })
      expect(await cities('size, city, id')).toEqual(rows)
    },
  )

  describe('that the flow has no more', () => {
    const rows = () => pipeline.query('SELECT city, size, __START_AT, __END_AT FROM cities ORDER BY 3')
    const begin = async (options: Parameters<typeof flow>[1] = {}) => {
      pipeline = new TestPipeline(flow('city STRING, size INT', options))
      const sizes = [1, 2, 3].map((size) => ({ id: 1, city: 'Oslo', size, seq: 10 * size }))
      await apply('1', ...sizes, { id: 1, city: 'Oslo', size: 1, seq: 11 })
    }
    const without = (options: Parameters<typeof flow>[1] = {}) =>
      flow('city STRING, size INT', { selected: 'id, city, seq', ...options })

    test('tell versions apart as before; events have NULL there, whatever the source has', async () => {
      await begin()
      pipeline.define(flow('city STRING, size INT').replace('EXCEPT (seq)', 'EXCEPT (seq, size)'))
      await apply('2', { id: 1, city: 'Oslo', size: 9, seq: 15 }, { id: 1, city: 'Oslo', size: 3, seq: 40 })
      expect(await rows()).toEqual([
        ['Oslo', 1, 10, 15],
        ['Oslo', null, 15, 20],
        ['Oslo', 2, 20, 30],
        ['Oslo', 3, 30, 40],
        ['Oslo', null, 40, null],
      ])
    })

    test('tell versions apart when events are forgotten', async () => {
      const properties = "'pipelines.cdc.tombstoneGCThresholdInSeconds' = '0'"
      await begin({ properties })
      pipeline.define(without({ properties }))
      await apply('2', { id: 1, city: 'Rome', seq: 40 })
      expect(await rows()).toEqual([
        ['Oslo', 1, 10, 20],
        ['Oslo', 2, 20, 30],
        ['Oslo', 3, 30, 40],
        ['Rome', null, 40, null],
      ])
    })

    test('tell versions of snapshots apart', async () => {
      const snapshot = (columns: string) => `
        CREATE STREAMING TABLE cities TBLPROPERTIES ('pipelines.cdc.tombstoneGCThresholdInSeconds' = '0');
        AUTO CDC INTO cities FROM SNAPSHOT (SELECT ${columns} FROM read_files(
          'data/events', format => 'json', schema => 'id INT, city STRING, size INT, note STRING'))
          KEYS (id) STORED AS SCD TYPE 2 TRACK HISTORY ON * EXCEPT (note)`
      const versions = () => cities('size, note, __END_AT IS NULL')
      pipeline = new TestPipeline(snapshot('*'))
      await apply('all', { id: 1, city: 'Oslo', size: 1, note: 'a' })
      await apply('all', { id: 1, city: 'Oslo', size: 1, note: 'b' })
      await apply('all', { id: 1, city: 'Oslo', size: 2, note: 'b' })
      pipeline.define(snapshot('id, city, note'))
      await apply('all', { id: 1, city: 'Oslo', note: 'b' })
      const before = [
        [1, 'b', false],
        [2, 'b', true],
      ]
      expect(await versions()).toEqual(before)
      await apply('all', { id: 1, city: 'Oslo', note: 'c' })
      expect(await versions()).toEqual([
        [null, 'c', true],
        [1, 'b', false],
        [2, 'b', false],
      ])
    })

    test('keep their values where NULLs are ignored', async () => {
      await begin({ clauses: 'IGNORE NULL UPDATES' })
      pipeline.define(without({ clauses: 'IGNORE NULL UPDATES' }))
      await apply('2', { id: 1, city: 'Rome', seq: 15 }, { id: 1, city: null, seq: 40 })
      expect(await rows()).toEqual([
        ['Oslo', 1, 10, 15],
        ['Rome', 1, 15, 20],
        ['Oslo', 2, 20, 30],
        ['Oslo', 3, 30, null],
      ])
    })

    test('have their default in events', async () => {
      const declared =
        'id INT, city STRING, country STRING NOT NULL DEFAULT "unknown", __START_AT BIGINT, __END_AT BIGINT'
      const columns = ['id, city, country', 'id, city']
      const [before, after] = columns.map((each) => definition({ declared, columns: each, scdType: 2 }))
      pipeline = new TestPipeline(before!)
      await apply('1', event(1, 10, 'Oslo', 'Norway'), event(1, 20, 'Oslo', 'Norge'))
      pipeline.define(after!)
      await apply('2', event(1, 15, 'Oslo', 'Sweden'))
      expect(await cities()).toEqual([
        [1, 'Oslo', 'Norge', 20, null],
        [1, 'Oslo', 'Norway', 10, 15],
        [1, 'Oslo', 'unknown', 15, 20],
      ])
    })

    test('come back with what they had', async () => {
      await begin()
      pipeline.define(without())
      await apply('2', { id: 1, city: 'Oslo', seq: 40 }, { id: 1, city: 'Oslo', seq: 50 })
      pipeline.define(flow('city STRING, size INT'))
      await apply('3', { id: 1, city: 'Oslo', size: 2, seq: 25 }, { id: 1, city: 'Oslo', size: 4, seq: 45 })
      expect(await rows()).toEqual([
        ['Oslo', 1, 10, 20],
        ['Oslo', 2, 20, 30],
        ['Oslo', 3, 30, 40],
        ['Oslo', null, 40, 45],
        ['Oslo', 4, 45, 50],
        ['Oslo', null, 50, null],
      ])
    })
  })

  test('come to allow NULL, in keys and sequences of several fields too', async () => {
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE cities;
      AUTO CDC INTO cities FROM STREAM delta.\`data/source\` KEYS (place) SEQUENCE BY struct(major, minor)
        COLUMNS (place, city) STORED AS SCD TYPE 2`)
    const path = join(pipeline.folder, 'data/source')
    await using source = await DeltaTable.create(path)
      .addColumns(
        'place STRUCT<zip: INT NOT NULL> NOT NULL, city STRING NOT NULL, major INT NOT NULL, minor INT NOT NULL',
      )
      .execute()
    await source.append([{ place: { zip: 1 }, city: 'Oslo', major: 1, minor: 1 }])
    expect((await pipeline.run()).errors).toEqual([])
    for (const column of ['place.zip', 'city', 'minor'])
      await executeSql(`ALTER TABLE delta.\`${path}\` ALTER COLUMN ${column} DROP NOT NULL`)
    await source.append([
      { place: { zip: 1 }, city: null, major: 2, minor: 0 },
      { place: { zip: null }, city: 'Rome', major: 1, minor: 1 },
    ])
    expect((await pipeline.run()).errors).toEqual([])
    expect(await cities('city, place.zip, __START_AT.minor')).toEqual([
      [null, 1, 0],
      ['Oslo', 1, 1],
      ['Rome', null, 1],
    ])
  })

  test.each([
    [1, '__START_AT', [[1, 5]]],
    [1, '__END_AT', [[1, 5]]],
    [
      2,
      '__SYSTEM_START_AT',
      [
        [1, 4],
        [1, 5],
      ],
    ],
  ] as const)(
    'of SCD type %i may be called %s, which is nothing of ours there',
    async (scdType, name, rows) => {
      pipeline = new TestPipeline(flow(`${name} INT`, { scdType }))
      await apply('1', { id: 1, [name]: 4, seq: 10 })
      await apply('2', { id: 1, [name]: 5, seq: 20 })
      expect(await cities(`id, ${name}`)).toEqual(rows)
    },
  )

  test('have bounds of their time in lower case where the target declares them so', async () => {
    pipeline = new TestPipeline(
      definition({ declared: 'ID INT, city STRING, __start_at BIGINT, __end_at BIGINT', scdType: 2 }),
    )
    await apply('1', event(1, 10, 'Oslo'), event(1, 20, 'Rome'))
    expect(await cities()).toEqual([
      [1, 'Oslo', 10, 20],
      [1, 'Rome', 20, null],
    ])
  })

  test('may change between a batch that did not reach the target and its second attempt', async () => {
    pipeline = new TestPipeline(flow('city STRING'))
    await apply('1', { id: 1, city: 'Oslo', seq: 10 }, { id: 1, city: 'Oslo', seq: 14 })
    const allowCommits = await pipeline.forbidCommits('cities')
    pipeline.land('events/2.json', { id: 1, city: 'Oslo', seq: 16 }, { id: 2, city: 'Bern', seq: 5 })
    expect((await pipeline.run()).errors).toHaveLength(1)
    allowCommits()
    pipeline.define(flow('size INT, city STRING', { clauses: 'IGNORE NULL UPDATES' }))
    await apply(
      '3',
      { id: 1, size: 5, seq: 20 },
      { id: 2, city: 'Kiel', size: 4, seq: 3 },
      { id: 1, city: 'Rome', seq: 15 },
    )
    expect(
      await pipeline.query('SELECT id, city, size, __START_AT, __END_AT FROM cities ORDER BY ALL'),
    ).toEqual([
      [1, 'Oslo', null, 10, 15],
      [1, 'Oslo', null, 16, 20],
      [1, 'Oslo', 5, 20, null],
      [1, 'Rome', null, 15, 16],
      [2, 'Bern', 4, 5, null],
      [2, 'Kiel', 4, 3, 5],
    ])
  })
})

test('batches without an event that counts leave the table as it is', async () => {
  pipeline = new TestPipeline(
    definition({ declared: "CONSTRAINT real_city EXPECT (city <> '') ON VIOLATION DROP ROW" }),
  )
  await apply('1')
  await apply('2', event(1, 10, ''))
  await apply('3', event(1, 10, 'Oslo'))
  const files = [...(await pipeline.table('cities')).snapshot.files()]
  await apply('4', event(1, 20, ''), event(2, 20, ''))
  await apply('5')
  expect([...(await pipeline.table('cities')).snapshot.files()]).toEqual(files)
  expect(await cities()).toEqual([[1, 'Oslo']])
})

test.each([1, 2] as const)('columns may have any name: SCD type %i', async (scdType) => {
  const columns = 'id INT, __CHANGE STRING, _file_index STRING, _row_position STRING, seq BIGINT'
  pipeline = new TestPipeline(`
    CREATE TEMPORARY VIEW events AS SELECT * FROM STREAM read_files('data/events', format => 'json', schema => '${columns}');
    CREATE STREAMING TABLE items;
    AUTO CDC INTO items FROM STREAM events KEYS (id) SEQUENCE BY seq COLUMNS * EXCEPT (seq) STORED AS SCD TYPE ${scdType};`)
  const names = (text: string) => ({ __CHANGE: text, _file_index: text, _row_position: text })
  await apply('1', { id: 1, seq: 1, ...names('a') })
  await apply('2', { id: 1, seq: 2, ...names('b') })
  expect(await pipeline.query('SELECT * FROM items ORDER BY ALL')).toEqual(
    scdType === 1
      ? [[1, 'b', 'b', 'b']]
      : [
          [1, 'a', 'a', 'a', 1, 2],
          [1, 'b', 'b', 'b', 2, null],
        ],
  )
})
