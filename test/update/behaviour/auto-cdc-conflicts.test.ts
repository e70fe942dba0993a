import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DeltaTable, executeSql } from '../../../src/delta-table/index.ts'
import { type DuckdbEngine, openDuckdbEngine } from '../../../src/engine/duckdb/engine.ts'
import type { Engine, EngineSession } from '../../../src/engine/engine.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let engine: DuckdbEngine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 2 })
})
afterAll(() => engine.close())

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const begin = (scdType: 1 | 2) => {
  pipeline = new TestPipeline(`
    CREATE TEMPORARY VIEW events AS SELECT * FROM STREAM read_files(
      'data/events', format => 'json', schema => 'id INT, city STRING, op STRING, seq BIGINT');
    CREATE STREAMING TABLE cities;
    AUTO CDC INTO cities FROM STREAM events KEYS (id) APPLY AS DELETE WHEN op = 'DELETE' SEQUENCE BY seq COLUMNS (id, city)
      STORED AS SCD TYPE ${scdType}`)
}

const event = (id: number, seq: number, city: string) => ({ id, city, op: 'UPSERT', seq })

/** Runs an update in which `write` happens before its query number `at`. Gives how many queries it ran. */
async function updateWith(write: () => Promise<unknown>, at: number): Promise<number> {
  let queries = 0
  const onQuery = async () => {
    queries += 1
    if (queries === at) await write()
  }
  const { errors } = await pipeline.run({}, { openEngine: async () => watched(engine, onQuery) })
  expect(errors).toEqual([])
  // The flow is not started anew for it.
  expect(pipeline.events.filter((each) => each.level === 'WARN' || each.level === 'ERROR')).toEqual([])
  return queries
}

function watched(engine: Engine, onQuery: () => Promise<void>): Engine {
  return {
    name: engine.name,
    deltaPort: engine.deltaPort,
    fileSchemaReader: engine.fileSchemaReader,
    compile: (query, context) => engine.compile(query, context),
    openSession: async (context) => watchedSession(await engine.openSession(context), onQuery),
    holdRows: (schema, chunks) => engine.holdRows(schema, chunks),
    freeResults: () => engine.freeResults(),
    close: async () => undefined,
  }
}

function watchedSession(session: EngineSession, onQuery: () => Promise<void>): EngineSession {
  return new Proxy(session, {
    get: (_, name) => {
      const member: unknown = Reflect.get(session, name, session)
      if (typeof member !== 'function') return member
      return async (...parameters: unknown[]) => {
        await onQuery()
        return Reflect.apply(member, session, parameters) as unknown
      }
    },
  })
}

const path = () => `delta.\`${pipeline.folderOf('cities')}\``
async function append(row: { id: number; city: string }): Promise<void> {
  await using table = await DeltaTable.forPath(pipeline.folderOf('cities'))
  await table.append([row])
}

describe('another writer in the middle of a batch, at whatever point', () => {
  test('that adds rows and puts files together: the batch is computed anew', async () => {
    begin(1)
    pipeline.land('events/000.json', event(1, 0, 'start'), event(2, 0, 'stays'))
    const undisturbed = await updateWith(async () => undefined, 0)
    const attempts: number[] = []
    const hands: unknown[][] = []
    for (let turn = 0; 2 * turn < undisturbed; turn++) {
      pipeline.land(`events/${100 + turn}.json`, event(1, 1 + turn, `of ${turn}`))
      const isAppend = turn % 2 === 0
      const row = { id: 100 + turn, city: 'by hand' }
      if (isAppend) hands.push(Object.values(row))
      const write = async () => (isAppend ? append(row) : executeSql(`OPTIMIZE ${path()}`))
      attempts.push(await updateWith(write, 1 + 2 * turn))
      const rows = await pipeline.query('SELECT * FROM cities ORDER BY id')
      expect(rows).toEqual([[1, `of ${turn}`], [2, 'stays'], ...hands])
    }
    expect(Math.max(...attempts)).toBeGreaterThan(1.5 * undisturbed)
  })

  test('that asks for another form of the table: rows are written in it', async () => {
    const forms = [
      'delta.enableDeletionVectors',
      'delta.enableChangeDataFeed',
      'delta.enableRowTracking',
      'delta.enableTypeWidening',
      'delta.enableInCommitTimestamps',
    ]
    for (const stage of [0.6, 1]) {
      begin(2)
      pipeline.land('events/000.json', event(1, 0, 'of 0'))
      const undisturbed = await updateWith(async () => undefined, 0)
      for (const [i, form] of forms.entries()) {
        pipeline.land(`events/${i}.json`, event(1, i + 1, `of ${i + 1}`))
        const write = () => executeSql(`ALTER TABLE ${path()} SET TBLPROPERTIES (${form} = true)`)
        await updateWith(write, Math.round(stage * undisturbed))
      }
      const rows = await pipeline.query('SELECT city, __START_AT FROM cities ORDER BY __START_AT')
      expect(rows).toEqual([0, 1, 2, 3, 4, 5].map((start) => [`of ${start}`, start]))
      if (stage < 1) await pipeline.close()
    }
  })

  test('that sets a property: nothing is lost, nothing is half done', async () => {
    begin(2)
    pipeline.land('events/000.json', event(1, 0, 'of 0'))
    const undisturbed = await updateWith(async () => undefined, 0)
    for (let at = 1; at <= undisturbed; at += 2) {
      pipeline.land(`events/${String(at).padStart(3, '0')}.json`, event(1, at, `of ${at}`))
      await updateWith(() => executeSql(`ALTER TABLE ${path()} SET TBLPROPERTIES (team = '${at}')`), at)
    }
    const rows = await pipeline.query('SELECT city, __START_AT, __END_AT FROM cities ORDER BY __START_AT')
    const starts = [0, ...Array.from({ length: Math.ceil(undisturbed / 2) }, (_, i) => 2 * i + 1)]
    expect(rows).toEqual(starts.map((start, i) => [`of ${start}`, start, starts[i + 1] ?? null]))
  })
})
