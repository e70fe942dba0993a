import { afterEach, describe, expect, test } from 'vitest'
import { executeSql } from '../../../src/delta-table/index.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const SOURCE = (folder: string) => `
  CREATE TEMPORARY VIEW ${folder} AS SELECT * FROM STREAM read_files(
    'data/${folder}', format => 'json', schema => 'sku STRING, title STRING, op STRING, seq INT');`

interface Flow {
  readonly source?: string
  readonly clauses?: string
  readonly stored?: string
}

const flow = ({ source = 'events', clauses = '', stored = '' }: Flow = {}) => `${SOURCE(source)}
  CREATE FLOW from_${source} AS AUTO CDC INTO items FROM STREAM ${source} KEYS (sku) ${clauses}
    SEQUENCE BY seq COLUMNS (sku, title) ${stored};`

const TRUNCATING = "APPLY AS TRUNCATE WHEN op = 'TRUNCATE'"
const TARGET = 'CREATE STREAMING TABLE items;'

const upsert = (sku: string, seq: number, title: string) => ({ sku, seq, title })
const truncate = (seq: number) => ({ op: 'TRUNCATE', seq })

let files = 0
/** Lands events as one file and runs an update. */
async function apply(folder: string, ...events: readonly object[]): Promise<void> {
  files += 1
  pipeline.land(`${folder}/${String(files).padStart(5, '0')}.json`, ...events)
  expect((await pipeline.run()).errors).toEqual([])
}

const items = () => pipeline.query('SELECT * FROM items ORDER BY ALL')

describe('a truncate', () => {
  const FEED = ['feed', truncate(30), upsert('B2', 40, 'jar')] as const
  const BACKFILL = ['backfill', upsert('A1', 10, 'mug'), upsert('B2', 20, 'old')] as const

  test.each([
    ['before', [FEED, BACKFILL]],
    ['after', [BACKFILL, FEED]],
  ])('of one flow counts for the events of another, which come %s it', async (_, arrivals) => {
    const feed = flow({ source: 'feed', clauses: TRUNCATING })
    pipeline = new TestPipeline(`${TARGET} ${feed} ${flow({ source: 'backfill' })}`)
    for (const [folder] of arrivals) pipeline.land(`${folder}/0.json`)
    for (const [folder, ...events] of arrivals) await apply(folder, ...events)
    expect(await items()).toEqual([['B2', 'jar']])
  })

  test('counts on when the flow knows truncates no more', async () => {
    pipeline = new TestPipeline(`${TARGET} ${flow({ clauses: TRUNCATING })}`)
    await apply('events', upsert('A1', 10, 'mug'), truncate(30))
    pipeline.define(`${TARGET} ${flow()}`)
    await apply('events', upsert('A1', 20, 'late'), upsert('B2', 30, 'late'), upsert('C3', 31, 'cup'))
    await apply('events', upsert('D4', 29, 'late'))
    expect(await items()).toEqual([['C3', 'cup']])
  })
})

describe('columns whose names change between upper and lower case', () => {
  /** The flow's columns, as its view spells them. */
  const spelt = (title: string, stored: string) => `${SOURCE('arrived')}
    CREATE TEMPORARY VIEW events AS SELECT sku, title AS ${title}, named_struct('unit', op) AS ${title}s, seq
      FROM STREAM arrived;
    CREATE STREAMING TABLE items;
    AUTO CDC INTO items FROM STREAM events KEYS (sku) IGNORE NULL UPDATES SEQUENCE BY seq
      COLUMNS * EXCEPT (seq) STORED AS SCD TYPE ${stored};`

  test.each([
    ['1', [['A1', 'mug', 'pair']]],
    [
      '2',
      [
        ['A1', 'old', 'box'],
        ['A1', 'mug', 'pair'],
      ],
    ],
  ])('keep what events supplied of them: SCD type %s', async (scdType, rows) => {
    pipeline = new TestPipeline(spelt('Title', scdType))
    await apply('arrived', { sku: 'A1', title: 'mug', op: 'pair', seq: 20 }, { sku: 'A1', seq: 30 })
    pipeline.define(spelt('title', scdType))
    await apply('arrived', { sku: 'A1', title: 'old', op: 'box', seq: 10 })
    expect(await pipeline.query('SELECT sku, title, titles.unit FROM items ORDER BY unit')).toEqual(rows)
  })
})

describe('versions that were deleted by hand', () => {
  const SCD2 = flow({ stored: 'STORED AS SCD TYPE 2' })
  const deleteByHand = (condition: string) =>
    executeSql(`DELETE FROM delta.\`${pipeline.folderOf('items')}\` WHERE ${condition}`)

  test.each(['0', '-1'])('stay deleted when events are forgotten after %s seconds', async (seconds) => {
    const retention = `TBLPROPERTIES ('pipelines.cdc.tombstoneGCThresholdInSeconds' = '${seconds}')`
    pipeline = new TestPipeline(`CREATE STREAMING TABLE items ${retention}; ${SCD2}`)
    await apply('events', upsert('A1', 10, 'secret'), upsert('A1', 20, 'secret'), upsert('B2', 10, 'jar'))
    await deleteByHand("sku = 'A1'")
    await apply('events', upsert('A1', 30, 'new'))
    await apply('events', upsert('A1', 40, 'newer'))
    expect(await items()).toEqual([
      ['A1', 'new', 30, 40],
      ['A1', 'newer', 40, null],
      ['B2', 'jar', 10, null],
    ])
  })

  test('end what comes late before their last event', async () => {
    pipeline = new TestPipeline(`${TARGET} ${SCD2}`)
    await apply('events', upsert('A1', 10, 'mug'), upsert('A1', 20, 'secret'), upsert('A1', 25, 'secret'))
    await apply('events', upsert('A1', 30, 'cup'), upsert('A1', 35, 'cup'))
    await deleteByHand("title = 'secret'")
    await apply('events', upsert('A1', 22, 'late'), upsert('A1', 32, 'late'))
    expect(await items()).toEqual([
      ['A1', 'cup', 30, 32],
      ['A1', 'cup', 35, null],
      ['A1', 'late', 22, 25],
      ['A1', 'late', 32, 35],
      ['A1', 'mug', 10, 20],
    ])
  })
})

describe('a table that other flows have filled', () => {
  const VERSIONS = `${SOURCE('events')} CREATE STREAMING TABLE items;
    CREATE FLOW versions AS AUTO CDC INTO items FROM STREAM events KEYS (sku) SEQUENCE BY seq STORED AS SCD TYPE 2;`

  test.each(['STREAMING TABLE items AS SELECT * FROM STREAM', 'MATERIALIZED VIEW items AS SELECT * FROM'])(
    'as %s is no table of versions before it is emptied',
    async (kind) => {
      const events = `CREATE STREAMING TABLE all_events AS SELECT * FROM STREAM events;`
      pipeline = new TestPipeline(`${SOURCE('events')} ${events} CREATE ${kind} all_events;`)
      await apply('events', upsert('A1', 10, 'mug'))
      pipeline.define(VERSIONS)
      await expect(pipeline.run()).rejects.toMatchObject({
        condition: 'AUTOCDC_INVALID_STATE.TARGET_WITH_OTHER_ROWS',
        parameters: { tableName: 'main.shop.items' },
        position: { file: 'definitions/pipeline.sql' },
      })
      const { fields } = (await pipeline.table('items')).snapshot.metadata.schema
      expect(fields.map((each) => each.name)).not.toContain('__START_AT')
      await pipeline.run({ fullRefresh: ['items'] })
      expect(await pipeline.query('SELECT sku, title, __START_AT, __END_AT FROM items')).toEqual([
        ['A1', 'mug', 10, null],
      ])
    },
  )
})
