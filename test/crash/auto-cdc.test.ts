import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DuckdbEngine, openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Step } from '../../src/update/steps.ts'
import { PipelineUnderTest } from './pipeline-under-test.ts'
import { seeded } from './seeded.ts'

const isLong = process.env.MILLRACE_TEST === 'all'
/** Where a batch of change events can be cut. */
const STEPS: readonly Step[] = isLong
  ? [
      'after-batch-record',
      'after-data-files',
      'between-hidden-and-target',
      'after-delta-commit',
      'before-checkpoint-mark',
      'after-checkpoint-mark',
    ]
  : ['between-hidden-and-target']
const FILES = 3

let engine: DuckdbEngine
let expected: Record<string, string[]>

beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 2 })
  const pipeline = new PipelineUnderTest('test/crash/changes')
  for (const round of [1, 2]) {
    landEvents(pipeline, round)
    await pipeline.run()
  }
  expected = await tablesOf(pipeline)
  pipeline.remove()
})

afterAll(() => engine.close())

describe('a target of change events after a kill is like one of an update that was never killed', () => {
  test('its change feed tells each of its rows', () => {
    expect(expected.newest!.length).toBeGreaterThan(10)
    expect(expected.versions!.length).toBeGreaterThan(30)
    expect(expected.told_rows).toEqual(expected.versions)
  })

  for (const step of STEPS) {
    test(`killed at the step ${step}, in the first update and in the second`, async () => {
      const pipeline = new PipelineUnderTest('test/crash/changes')
      landEvents(pipeline, 1)
      expect(await pipeline.runKilledAt(step)).toBe(true)
      landEvents(pipeline, 2)
      expect(await pipeline.runKilledAt(`${step}#4`)).toBe(true)
      await pipeline.run()
      expect(await tablesOf(pipeline)).toEqual(expected)
      pipeline.remove()
    })
  }
})

/** Events about 20 keys in no order, some twice, some too late to be the newest. */
function landEvents(pipeline: PipelineUnderTest, round: number): void {
  const random = seeded(round)
  const number = (below: number) => Math.floor(random() * below)
  for (const folder of ['first', 'second']) {
    for (let file = 0; file < FILES; file++) {
      const rows = Array.from({ length: 20 }, () => {
        const seq = number(200)
        const id = number(20)
        // What an event says follows from its key and sequence: no two disagree.
        const kind = (id * 31 + seq) % 10
        return {
          id,
          seq,
          gone: kind === 0,
          name: kind < 3 ? null : `name ${seq % 4}`,
          amount: kind === 1 ? null : seq,
        }
      })
      pipeline.land(`${folder}/${round}-${file}.json`, rows)
    }
  }
}

/** What the feed tells one by one depends on the order of batches; what it adds up to does not. */
async function tablesOf(pipeline: PipelineUnderTest): Promise<Record<string, string[]>> {
  const { told: _, ...tables } = await pipeline.tables(engine)
  return tables
}
