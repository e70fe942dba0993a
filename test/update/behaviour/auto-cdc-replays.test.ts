import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { DeltaTable } from '../../../src/delta-table/index.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const EVENTS = `
  CREATE TEMPORARY VIEW events AS SELECT * FROM STREAM read_files(
    'data/events', format => 'json', schema => 'id INT, city STRING, op STRING, seq BIGINT');`

const event = (id: number, seq: number, city: string) => ({ id, city, op: 'UPSERT', seq })
const remove = (id: number, seq: number) => ({ id, op: 'DELETE', seq })

async function update(request: Parameters<TestPipeline['run']>[0] = {}) {
  const summary = await pipeline.run(request)
  expect(summary.errors).toEqual([])
  return summary.datasets.find((each) => each.name === 'cities')
}

/** What the event log says of rows, batch by batch. */
const metrics = () =>
  pipeline.events.flatMap(({ level, origin, details }) => {
    const progress = details.flow_progress as { metrics?: Record<string, number> } | undefined
    if (level !== 'METRICS' || origin.flow_name !== 'cities' || !progress?.metrics) return []
    const {
      num_upserted_rows: upserted,
      num_deleted_rows: deleted,
      num_output_rows: output,
    } = progress.metrics
    return upserted === undefined && output === undefined ? [] : [{ upserted, deleted, output }]
  })

describe.each([
  [
    1,
    [
      { upserted: 2, deleted: 0 },
      { upserted: 2, deleted: 1 },
    ],
    [
      [1, 'Kiel'],
      [3, 'Nice'],
    ],
  ],
  [
    2,
    [
      { upserted: 2, deleted: 0 },
      { upserted: 5, deleted: 0 },
    ],
    [
      [1, 'Kiel'],
      [1, 'Oslo'],
      [1, 'Rome'],
      [2, 'Bern'],
      [3, 'Nice'],
    ],
  ],
])('a target of SCD type %i', (scdType, counts, rows) => {
  const definition = (name: string) => `${EVENTS}
      CREATE STREAMING TABLE cities;
      CREATE FLOW ${name} AS AUTO CDC INTO cities FROM STREAM events KEYS (id) APPLY AS DELETE WHEN op = 'DELETE' SEQUENCE BY seq COLUMNS (id, city)
        STORED AS SCD TYPE ${scdType}`
  const begin = async () => {
    pipeline = new TestPipeline(definition('cities'))
    pipeline.land('events/1.json', event(1, 10, 'Oslo'), event(2, 10, 'Bern'))
    await update()
    const first = metrics()
    pipeline.land(
      'events/2.json',
      event(1, 30, 'Kiel'),
      event(1, 20, 'Rome'),
      remove(2, 20),
      event(3, 1, 'Nice'),
    )
    const summary = await update()
    return { metrics: [...first, ...metrics()], summary }
  }
  const cities = () => pipeline.query('SELECT id, city FROM cities ORDER BY ALL')

  test('counts the rows that it inserts, updates and deletes', async () => {
    const { metrics: counted, summary } = await begin()
    expect(counted).toEqual(counts)
    const { upserted, deleted } = counts[1]!
    expect(summary).toMatchObject({ technique: 'MERGE', rows_written: upserted + deleted })
    expect(await cities()).toEqual(rows)
  })

  test('is the same when its flow reads all events again', async () => {
    await begin()
    const files = [...(await pipeline.table('cities')).snapshot.files()]
    const summary = await update({ resetCheckpoints: ['cities'] })
    expect(summary).toMatchObject({ rows_written: 0 })
    expect(metrics()).toEqual([{ upserted: 0, deleted: 0 }])
    expect(await cities()).toEqual(rows)
    expect([...(await pipeline.table('cities')).snapshot.files()]).toEqual(files)
  })

  test('emptied by hand has the rows again of events that come again with SCD type 2 alone', async () => {
    await begin()
    const table = await pipeline.table('cities')
    const files = [...table.snapshot.files()]
    await table.startTransaction().removeFiles(files).commit({ operation: 'TRUNCATE' })
    await update({ resetCheckpoints: ['cities'] })
    expect(await cities()).toEqual(scdType === 1 ? [] : rows)
    pipeline.land('events/3.json', event(1, 40, 'Graz'))
    await update()
    expect(await cities()).toContainEqual([1, 'Graz'])
    await update({ fullRefresh: ['cities'] })
    expect(await cities()).toEqual(
      scdType === 1
        ? [
            [1, 'Graz'],
            [3, 'Nice'],
          ]
        : [[1, 'Graz'], ...rows],
    )
  })

  test('is the same when its flow gets another name, and so reads all events again', async () => {
    await begin()
    pipeline.define(definition('renamed'))
    expect(await update()).toMatchObject({ rows_written: 0 })
    pipeline.land('events/3.json', event(3, 0, 'late'), remove(3, 2))
    await update()
    expect(await cities()).toEqual(
      scdType === 1 ? rows.filter(([id]) => id !== 3) : [...rows, [3, 'late']].toSorted(byText),
    )
  })
})

const byText = (left: unknown, right: unknown) => (String(left) < String(right) ? -1 : 1)

test('the change feed of a table is a source: inserts, new values of updates, deletes', async () => {
  pipeline = new TestPipeline(`${EVENTS}
    CREATE STREAMING TABLE source TBLPROPERTIES (delta.enableChangeDataFeed = true);
    CREATE FLOW of_source AS AUTO CDC INTO source FROM STREAM events KEYS (id)
      APPLY AS DELETE WHEN op = 'DELETE' SEQUENCE BY seq COLUMNS (id, city);

    CREATE TEMPORARY VIEW feed AS SELECT * FROM STREAM source WITH (readChangeFeed = true)
      WHERE _change_type <> 'update_preimage';
    CREATE STREAMING TABLE cities;
    AUTO CDC INTO cities FROM STREAM feed KEYS (id) APPLY AS DELETE WHEN _change_type = 'delete'
      SEQUENCE BY _commit_version COLUMNS * EXCEPT (_change_type, _commit_version, _commit_timestamp) STORED AS SCD TYPE 2`)
  pipeline.land('events/1.json', event(1, 10, 'Oslo'), event(2, 10, 'Bern'))
  await update()
  pipeline.land('events/2.json', event(1, 20, 'Rome'), event(3, 1, 'Nice'))
  pipeline.land('events/3.json', remove(2, 20))
  await update()
  const versions = await pipeline.query(
    'SELECT id, city, __START_AT, __END_AT FROM cities ORDER BY id, __START_AT',
  )
  expect(versions).toEqual([
    [1, 'Oslo', 1, 2],
    [1, 'Rome', 2, null],
    [2, 'Bern', 1, 2],
    [3, 'Nice', 2, null],
  ])
  expect(pipeline.events.filter((each) => each.level === 'WARN')).toEqual([])
})

test('a commit of a change feed may delete and insert the same key', async () => {
  const path = () => join(pipeline.folder, 'data/source')
  pipeline = new TestPipeline(`
    CREATE STREAMING TABLE cities;
    AUTO CDC INTO cities FROM STREAM feed KEYS (id) APPLY AS DELETE WHEN _change_type = 'delete'
      SEQUENCE BY struct(_commit_version, _change_type <> 'delete') COLUMNS (id, city);
    CREATE TEMPORARY VIEW feed AS SELECT * FROM STREAM delta.\`data/source\` WITH (readChangeFeed = true)
      WHERE _change_type <> 'update_preimage'`)
  await using source = await DeltaTable.create(path())
    .addColumns('id INT, city STRING')
    .property('delta.enableChangeDataFeed', 'true')
    .execute()
  await source.append([
    { id: 1, city: 'Oslo' },
    { id: 2, city: 'Bern' },
  ])
  await update()
  await source.overwrite([
    { id: 1, city: 'Rome' },
    { id: 3, city: 'Nice' },
  ])
  await update()
  expect(await pipeline.query('SELECT * FROM cities ORDER BY id')).toEqual([
    [1, 'Rome'],
    [3, 'Nice'],
  ])
})
