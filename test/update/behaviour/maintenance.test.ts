import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { PipelineEvent } from '../../../src/event-log/event.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const EVENTS = (properties = '') => `
  CREATE OR REFRESH STREAMING TABLE events ${properties} AS
  SELECT id, kind FROM STREAM read_files('data/events', format => 'json', schema => 'id BIGINT, kind STRING',
    maxFilesPerTrigger => 1)`

/** Lands so many files of one row each, from a number on. */
function land(from: number, count: number): void {
  for (let id = from; id < from + count; id++) {
    pipeline.land(`events/${String(id).padStart(4, '0')}.json`, { id, kind: `kind ${id % 7}` })
  }
}

const DAY_MICROS = 86_400_000_000n

/** The clock so many days from now. */
const inDays = (days: number) => ({
  clock: { nowMicros: () => BigInt(Date.now()) * 1000n + BigInt(days) * DAY_MICROS },
})

const maintenance = () =>
  pipeline.events
    .filter((each) => each.event_type === 'maintenance_progress')
    .map(({ level, message }) => ({ level, message }))

async function files(table = 'events') {
  return [...(await pipeline.table(table)).snapshot.files()]
}

const operations = async (table = 'events') =>
  (await (await pipeline.table(table)).history()).map((each) => each.operation)

describe('compaction', () => {
  it('puts 50 small files of a table together after an update, once', async () => {
    pipeline = new TestPipeline(EVENTS())
    land(0, 49)
    await pipeline.run()
    expect(await files()).toHaveLength(49)
    expect(maintenance()).toEqual([])
    land(49, 1)
    const summary = await pipeline.run()
    expect(summary.state).toBe('COMPLETED')
    expect(await files()).toHaveLength(1)
    expect(maintenance()).toEqual([
      {
        level: 'INFO',
        message: "OPTIMIZE of 'main.shop.events' is COMPLETED: numFilesAdded 1, numFilesRemoved 50.",
      },
    ])
    expect(await pipeline.query('SELECT count(*), count(DISTINCT id) FROM events')).toEqual([[50, 50]])
    await pipeline.run()
    expect(maintenance()).toEqual([])
  })

  it('does not disturb streams and views that read the table', async () => {
    pipeline = new TestPipeline(`${EVENTS()};
      CREATE OR REFRESH STREAMING TABLE copies AS SELECT * FROM STREAM events;
      CREATE OR REFRESH MATERIALIZED VIEW kinds AS SELECT kind, count(*) AS n FROM events GROUP BY kind`)
    land(0, 50)
    await pipeline.run()
    expect(await files()).toHaveLength(1)
    const kinds = await operations('kinds')
    await pipeline.run()
    expect(await operations('kinds')).toEqual(kinds)
    land(50, 1)
    await pipeline.run()
    expect(await pipeline.query('SELECT count(*), count(DISTINCT id) FROM copies')).toEqual([[51, 51]])
    expect(await pipeline.query('SELECT sum(n) FROM kinds')).toEqual([[51]])
  })

  it("leaves a table alone whose 'pipelines.autoOptimize.managed' is false, unless it asks for auto compaction", async () => {
    pipeline = new TestPipeline(EVENTS("TBLPROPERTIES ('pipelines.autoOptimize.managed' = 'false')"))
    land(0, 50)
    await pipeline.run()
    expect(await files()).toHaveLength(50)
    pipeline.define(
      EVENTS(
        "TBLPROPERTIES ('pipelines.autoOptimize.managed' = 'false', 'delta.autoOptimize.autoCompact' = 'true')",
      ),
    )
    land(50, 1)
    await pipeline.run()
    expect(await files()).toHaveLength(1)
  })
})

describe('clustering', () => {
  it('puts the files of a streaming table in order, and afterwards only new ones', async () => {
    pipeline = new TestPipeline(EVENTS('CLUSTER BY (kind, id)'))
    land(0, 3)
    await pipeline.run()
    expect(await files()).toMatchObject([{ clusteringProvider: 'liquid' }])
    land(3, 1)
    await pipeline.run()
    expect(maintenance()).toEqual([])
    expect(await files()).toHaveLength(2)
    land(4, 1)
    await pipeline.run({}, inDays(1))
    expect((await files()).every((each) => each.clusteringProvider === 'liquid')).toBe(true)
    expect(await pipeline.query('SELECT count(*), count(DISTINCT id) FROM events')).toEqual([[5, 5]])
  })

  it('marks a materialized view that is written in order as clustered, without a second write', async () => {
    pipeline = new TestPipeline(`${EVENTS()};
      CREATE OR REFRESH MATERIALIZED VIEW kinds CLUSTER BY (kind) AS
      SELECT kind, count(*) AS n FROM events GROUP BY kind`)
    land(0, 3)
    await pipeline.run()
    expect(await files('kinds')).toMatchObject([
      { clusteringProvider: 'liquid', tags: { ZCUBE_ZORDER_BY: '["kind"]' }, dataChange: true },
    ])
    expect(await operations('kinds')).not.toContain('OPTIMIZE')
  })
})

it("orders rows by 'pipelines.autoOptimize.zOrderCols' once a day", async () => {
  pipeline = new TestPipeline(EVENTS("TBLPROPERTIES ('pipelines.autoOptimize.zOrderCols' = 'kind,id')"))
  land(0, 2)
  await pipeline.run()
  expect(await files()).toMatchObject([{ tags: { ZCUBE_ZORDER_BY: '["kind","id"]' } }])
  land(2, 1)
  await pipeline.run()
  expect(maintenance()).toEqual([])
  land(3, 1)
  await pipeline.run({}, inDays(1))
  expect(maintenance()).toMatchObject([{ level: 'INFO' }])
  expect(await files()).toHaveLength(1)
})

describe('VACUUM', () => {
  const KINDS = `${EVENTS()};
    CREATE OR REFRESH MATERIALIZED VIEW kinds AS SELECT kind, count(*) AS n FROM events GROUP BY kind`

  it('deletes what is older than the retention, at most once a day', async () => {
    pipeline = new TestPipeline(KINDS)
    land(0, 1)
    await pipeline.run()
    land(1, 1)
    await pipeline.run({}, inDays(6))
    expect(maintenance()).toEqual([])
    land(2, 1)
    await pipeline.run({}, inDays(8))
    expect(
      maintenance()
        .map((each) => each.message)
        .sort(),
    ).toEqual([
      "VACUUM of 'main.shop.events' is COMPLETED: numDeletedFiles 0.",
      "VACUUM of 'main.shop.kinds' is COMPLETED: numDeletedFiles 2.",
    ])
    expect((await operations('kinds')).slice(0, 2)).toEqual(['VACUUM END', 'VACUUM START'])
    expect(await pipeline.query('SELECT sum(n) FROM kinds')).toEqual([[3]])
  })
})

it('does nothing for tables that the update did not write', async () => {
  pipeline = new TestPipeline(EVENTS())
  land(0, 1)
  await pipeline.run()
  await pipeline.run({}, inDays(30))
  expect(maintenance()).toEqual([])
  expect(await operations()).toEqual(['STREAMING UPDATE', 'CREATE TABLE'])
})

it('reports maintenance that failed as a warning; the update has done its work', async () => {
  pipeline = new TestPipeline(EVENTS("TBLPROPERTIES ('pipelines.autoOptimize.zOrderCols' = 'kinds')"))
  land(0, 2)
  const summary = await pipeline.run()
  expect(summary.state).toBe('COMPLETED')
  const [event] = pipeline.events.filter((each) => each.event_type === 'maintenance_progress')
  expect(event).toMatchObject({
    level: 'WARN',
    message: "OPTIMIZE of 'main.shop.events' is FAILED.",
    origin: { dataset_name: 'main.shop.events' },
    details: {
      maintenance_progress: { table_name: 'main.shop.events', operation: 'OPTIMIZE', status: 'FAILED' },
    },
    error: { fatal: false, exceptions: [{ message: expect.stringContaining("'kinds' does not exist") }] },
  })
  expect(await files()).toHaveLength(2)
})

describe('a log that cannot be read any more', () => {
  /** A loop of links: what every look at the file fails with. */
  const block = (name: string) => symlinkSync(name, join(pipeline.folderOf('events'), '_delta_log', name))

  const failures = () =>
    pipeline.events
      .filter((each) => each.event_type === 'maintenance_progress')
      .map(({ level, message, error }) => [level, message, error?.exceptions[0]?.message])

  it.each([
    { looksFor: 'what is due', name: '00000000000000000002.json', operation: 'OPTIMIZE', options: {} },
    { looksFor: 'the last VACUUM', name: '_last_vacuum_info', operation: 'VACUUM', options: inDays(8) },
  ])('is a warning when the update looks for $looksFor', async ({ name, operation, options }) => {
    pipeline = new TestPipeline(EVENTS())
    land(0, 1)
    const onEvent = (event: PipelineEvent) => {
      pipeline.events.push(event)
      if (event.message === "Flow 'events' is COMPLETED.") block(name)
    }
    const summary = await pipeline.run({}, { ...options, onEvent })
    expect([summary.state, summary.errors]).toEqual(['COMPLETED', []])
    expect(failures()).toEqual([
      ['WARN', `${operation} of 'main.shop.events' is FAILED.`, expect.stringContaining('ELOOP')],
    ])
  })
})
