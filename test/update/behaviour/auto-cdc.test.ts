import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const COLUMNS = 'sku STRING, title STRING, price INT, op STRING, seq INT'

interface Definition {
  readonly target?: string
  readonly flow?: string
}

/** Events of JSON files, and a target that they are applied to. */
const definitions = (scdType: 1 | 2, { target = '', flow = '' }: Definition = {}): string => `
  import { autoCdcFlow, readStream, streamingTable, temporaryView } from 'millrace'
  import { expr } from 'millrace/functions'
  temporaryView('events', () => readStream.format('cloudFiles').option('cloudFiles.format', 'json')
    .schema('${COLUMNS}').load('data/events'))
  streamingTable('items', { ${target} })
  autoCdcFlow({
    target: 'items', source: 'events', keys: ['sku'], sequenceBy: 'seq', storedAsScdType: ${scdType},
    applyAsDeletes: expr("op = 'DELETE'"), exceptColumnList: ['op', 'seq'], ${flow}
  })`

const begin = (scdType: 1 | 2, definition?: Definition, settings?: Record<string, string>) => {
  pipeline = new TestPipeline({ 'items.ts': definitions(scdType, definition) }, settings)
}

const upsert = (sku: string, seq: number, title: string | null, price: number | null) => ({
  sku,
  title,
  price,
  op: 'UPSERT',
  seq,
})
const remove = (sku: string, seq: number) => ({ sku, op: 'DELETE', seq })

let files = 0
/** Lands events as one file and runs an update. */
async function apply(...events: readonly object[]) {
  files += 1
  pipeline.land(`events/${String(files).padStart(5, '0')}.json`, ...events)
  const summary = await pipeline.run()
  expect(summary.errors).toEqual([])
  return summary
}

const items = () => pipeline.query('SELECT * FROM items ORDER BY ALL')

describe('SCD type 1', () => {
  test('a target has the newest row of each key', async () => {
    begin(1)
    await apply(upsert('A1', 10, 'mug', 5), upsert('B2', 40, 'jar', 3), upsert('A1', 20, 'mug', 6))
    expect(await items()).toEqual([
      ['A1', 'mug', 6],
      ['B2', 'jar', 3],
    ])
    await apply(remove('B2', 50), upsert('A1', 15, 'late', 0))
    expect(await items()).toEqual([['A1', 'mug', 6]])
    await apply(upsert('B2', 45, 'late', 0))
    expect(await items()).toEqual([['A1', 'mug', 6]])
  })
})

describe('SCD type 2', () => {
  test('a target has every version of each key', async () => {
    begin(2)
    await apply(upsert('A1', 10, 'mug', 5), upsert('A1', 40, 'mug', 5), upsert('A1', 20, 'mug', 5))
    expect(await items()).toEqual([['A1', 'mug', 5, 10, null]])
    await apply(upsert('A1', 30, 'mug', 9))
    expect(await items()).toEqual([
      ['A1', 'mug', 5, 10, 30],
      ['A1', 'mug', 5, 40, null],
      ['A1', 'mug', 9, 30, 40],
    ])
    await apply(remove('A1', 50))
    expect(await items()).toEqual([
      ['A1', 'mug', 5, 10, 30],
      ['A1', 'mug', 5, 40, 50],
      ['A1', 'mug', 9, 30, 40],
    ])
  })
})
