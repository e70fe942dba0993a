import { afterEach, describe, expect, test } from 'vitest'
import { executeSql } from '../../../src/delta-table/index.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const definition = (stored: string) => `
  CREATE TEMPORARY VIEW events AS SELECT * FROM STREAM read_files(
    'data/events', format => 'json', schema => 'id INT, city STRING, op STRING, seq BIGINT');
  CREATE STREAMING TABLE cities TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true');
  AUTO CDC INTO cities FROM STREAM events KEYS (id) APPLY AS DELETE WHEN op = 'DELETE' SEQUENCE BY seq
    COLUMNS (id, city) STORED AS ${stored}`

/** Lands events as one file and runs an update. */
async function apply(file: string, ...events: readonly object[]): Promise<void> {
  pipeline.land(`events/${file}.json`, ...events)
  const { errors } = await pipeline.run()
  expect(errors).toEqual([])
}

/** Inserts rows that the table has already. */
async function insertTwice(where = 'id = 1'): Promise<void> {
  const table = `delta.\`${pipeline.folderOf('cities')}\``
  for (let i = 0; i < 2; i++) await executeSql(`INSERT INTO ${table} SELECT * FROM ${table} WHERE ${where}`)
}

const cities = () => pipeline.query('SELECT * FROM cities ORDER BY ALL')

describe('rows that the target has several times, by an INSERT by hand,', () => {
  test('are one when events change them: SCD type 1', async () => {
    pipeline = new TestPipeline(definition('SCD TYPE 1'))
    await apply('1', { id: 1, city: 'Oslo', seq: 10 }, { id: 2, city: 'Bern', seq: 10 })
    await insertTwice()
    await apply('2', { id: 1, city: 'Rome', seq: 20 }, { id: 3, city: 'Kiel', seq: 20 })
    expect(await cities()).toEqual([
      [1, 'Rome'],
      [2, 'Bern'],
      [3, 'Kiel'],
    ])
    const feed = `table_changes('delta.\`${pipeline.folderOf('cities')}\`', 4)`
    const changes = await executeSql(`SELECT _change_type, id, city FROM ${feed} ORDER BY ALL`)
    expect(changes.map((each) => Object.values(each))).toEqual([
      ['delete', 1, 'Oslo'],
      ['delete', 1, 'Oslo'],
      ['delete', 1, 'Oslo'],
      ['insert', 3, 'Kiel'],
      ['update_postimage', 1, 'Rome'],
      ['update_preimage', 1, 'Oslo'],
    ])
  })

  test('are gone when an event deletes them', async () => {
    pipeline = new TestPipeline(definition('SCD TYPE 1'))
    await apply('1', { id: 1, city: 'Oslo', seq: 10 }, { id: 2, city: 'Bern', seq: 10 })
    await insertTwice()
    await apply('2', { id: 1, op: 'DELETE', seq: 20 })
    expect(await cities()).toEqual([[2, 'Bern']])
  })

  test('do not grow in number where events leave some of them as they are', async () => {
    pipeline = new TestPipeline(definition('SCD TYPE 1'))
    await apply('1', { id: 1, city: 'Oslo', seq: 10 })
    await insertTwice()
    await apply('2', { id: 1, city: 'Oslo', seq: 20 })
    expect(await cities()).toEqual([
      [1, 'Oslo'],
      [1, 'Oslo'],
      [1, 'Oslo'],
      [1, 'Oslo'],
    ])
    await apply('3', { id: 1, city: 'Rome', seq: 30 })
    expect(await cities()).toEqual([[1, 'Rome']])
  })

  test('are one version when it ends: SCD type 2', async () => {
    pipeline = new TestPipeline(definition('SCD TYPE 2'))
    await apply('1', { id: 1, city: 'Oslo', seq: 10 })
    await insertTwice()
    await apply('2', { id: 1, city: 'Rome', seq: 20 })
    expect(await cities()).toEqual([
      [1, 'Oslo', 10, 20],
      [1, 'Rome', 20, null],
    ])
  })

  test('are one row when its knowledge ends: bitemporal', async () => {
    pipeline = new TestPipeline(definition('BITEMPORAL SYSTEM SEQUENCE BY seq'))
    await apply('1', { id: 1, city: 'Oslo', seq: 10 })
    await insertTwice()
    await apply('2', { id: 1, city: 'Rome', seq: 20 })
    expect(await cities()).toEqual([
      [1, 'Oslo', 10, null, 10, 20],
      [1, 'Oslo', 10, 20, 20, null],
      [1, 'Rome', 20, null, 20, null],
    ])
  })
})
