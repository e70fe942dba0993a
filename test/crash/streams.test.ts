import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DuckdbEngine, openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Step } from '../../src/update/steps.ts'
import { PipelineUnderTest } from './pipeline-under-test.ts'
import { seeded } from './seeded.ts'

const isLong = process.env.MILLRACE_TEST === 'all'
/** Where a batch with state, or one for a sink, can be cut. */
const STEPS: readonly Step[] = isLong
  ? [
      'after-batch-record',
      'after-data-files',
      'after-state-store',
      'after-delta-commit',
      'before-checkpoint-mark',
      'after-checkpoint-mark',
    ]
  : ['after-state-store', 'before-checkpoint-mark']
const FILES = 3
/** Counts that do not depend on where an update ended and the next began. */
const COUNTED = / (num_output_rows|num_rows_dropped_by_watermark|num_duplicates_dropped)$/

let engine: DuckdbEngine
let expected: Outcome

interface Outcome {
  readonly tables: Record<string, string[]>
  readonly counts: Record<string, number>
  readonly told: readonly Delivery[]
}

/** What the function of a sink got. */
interface Delivery {
  readonly flow: string
  readonly batchId: number
  readonly rows: readonly string[]
}

beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 2 })
  const pipeline = new PipelineUnderTest('test/crash/streams')
  landAll(pipeline)
  await pipeline.run()
  expected = await outcomeOf(pipeline)
  pipeline.remove()
})

afterAll(() => engine.close())

describe('streams with state, and sinks, after a kill are like those of an update that was never killed', () => {
  test('the update without a kill has rows everywhere, and drops late ones', () => {
    expect(expected.counts).toEqual({
      'exports num_output_rows': 154,
      'main.shop.distinct_clicks num_duplicates_dropped': 27,
      'main.shop.distinct_clicks num_output_rows': 31,
      'main.shop.distinct_clicks num_rows_dropped_by_watermark': 2,
      'main.shop.matched num_output_rows': 94,
      'main.shop.matched num_rows_dropped_by_watermark': 3,
      'main.shop.per_page num_output_rows': 9,
      'main.shop.sessions num_output_rows': 30,
      'main.shop.sessions num_rows_dropped_by_watermark': 2,
      'main.shop.windows num_output_rows': 32,
      'main.shop.windows num_rows_dropped_by_watermark': 2,
      'told num_output_rows': 139,
      'told num_rows_dropped_by_watermark': 3,
    })
    const rows = Object.entries(expected.tables).map(([table, { length }]) => [table, length])
    expect(Object.fromEntries(rows)).toEqual({
      distinct_clicks: 31,
      exported: 154,
      matched: 94,
      per_page: 3,
      sessions: 30,
      windows: 32,
    })
    expect(expected.told.flatMap((each) => each.rows)).toHaveLength(139)
  })

  for (const step of STEPS) {
    test(`killed at the step ${step} again and again`, async () => {
      const pipeline = new PipelineUnderTest('test/crash/streams')
      landAll(pipeline)
      for (const at of isLong ? [1, 4, 8] : [4, 8]) {
        expect(await pipeline.runKilledAt(`${step}#${at}`)).toBe(true)
      }
      await pipeline.run()
      expect(await outcomeOf(pipeline)).toEqual(expected)
      pipeline.remove()
    })
  }

  test('killed in the function of a sink, which then gets the same batch again', async () => {
    const pipeline = new PipelineUnderTest('test/crash/streams')
    landAll(pipeline)
    for (let kills = 0; kills < 2; kills++) {
      writeFileSync(join(pipeline.folder, 'die-in-function'), '')
      expect(await pipeline.runKilledAfter(60_000)).toBe(true)
    }
    await pipeline.run()
    expect(await outcomeOf(pipeline)).toEqual(expected)
    pipeline.remove()
  })
})

/** Impressions and clicks of some minutes each, in time by and large; one row in ten comes an hour late. */
function landAll(pipeline: PipelineUnderTest): void {
  const random = seeded(7)
  for (let file = 0; file < FILES; file++) {
    for (const folder of ['impressions', 'clicks']) {
      const rows = Array.from({ length: 20 }, () => {
        const minutes = 60 + file * 20 + Math.floor(random() * 20) - (random() < 0.1 ? 60 : 0)
        const time = new Date(Date.UTC(2026, 0, 1) + minutes * 60_000 + Math.floor(random() * 60) * 1000)
        return { ad: Math.floor(random() * 8), time, page: `page ${Math.floor(random() * 3)}` }
      })
      pipeline.land(`${folder}/${file}.json`, rows)
    }
  }
}

async function outcomeOf(pipeline: PipelineUnderTest): Promise<Outcome> {
  const counts = Object.entries(await pipeline.eventTotals(engine)).filter(([name]) => COUNTED.test(name))
  return {
    tables: await pipeline.tables(engine),
    counts: Object.fromEntries(counts.sort()),
    told: delivered(pipeline),
  }
}

/** Each batch once, in order. One that came again must have had the same rows. */
function delivered({ folder }: PipelineUnderTest): readonly Delivery[] {
  const lines = readFileSync(join(folder, 'told.jsonl'), 'utf8').trim().split('\n')
  const batches = new Map<string, Delivery>()
  for (const each of lines.map((line): Delivery => JSON.parse(line))) {
    const key = `${each.flow} ${each.batchId}`
    expect(each).toEqual(batches.get(key) ?? each)
    batches.set(key, each)
  }
  return [...batches.keys()].sort().map((key) => batches.get(key)!)
}
