import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DuckdbEngine, openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { STEPS, type Step } from '../../src/update/steps.ts'
import { PipelineUnderTest } from './pipeline-under-test.ts'
import { seeded } from './seeded.ts'

/** Kills at random moments; 12 with MILLRACE_TEST=all. */
const RANDOM_KILLS = process.env.MILLRACE_TEST === 'all' ? 12 : 8
const ROWS = 600
/** Steps of full refreshes and of flows of change events, which updates of this pipeline do not reach. */
const ELSEWHERE: readonly Step[] = ['after-reset-of-checkpoint', 'between-hidden-and-target']

let engine: DuckdbEngine
let expected: Outcome
let runMs: number

interface Outcome {
  readonly tables: Record<string, string[]>
  readonly totals: Record<string, number>
}

beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 2 })
  const pipeline = new PipelineUnderTest()
  await pipeline.generate(ROWS, 1)
  const start = performance.now()
  await pipeline.run()
  runMs = performance.now() - start
  await pipeline.generate(ROWS, 2)
  await pipeline.run()
  expected = await outcomeOf(pipeline)
  pipeline.remove()
})

afterAll(() => engine.close())

describe('a run after a kill ends like a run that was never killed', () => {
  for (const step of STEPS.filter((each) => !ELSEWHERE.includes(each))) {
    test(`killed at the step ${step}, in the first update and in the second`, async () => {
      const pipeline = new PipelineUnderTest()
      await pipeline.generate(ROWS, 1)
      expect(await pipeline.runKilledAt(step)).toBe(true)
      await pipeline.run()
      await pipeline.generate(ROWS, 2)
      expect(await pipeline.runKilledAt(isOncePerUpdate(step) ? step : `${step}#2`)).toBe(true)
      await pipeline.run()
      expect(await outcomeOf(pipeline)).toEqual(expected)
      pipeline.remove()
    })
  }

  test('killed between the resets of a full refresh of everything', async () => {
    const tables: Outcome['tables'][] = []
    for (const isKilled of [false, true]) {
      const pipeline = new PipelineUnderTest()
      await pipeline.generate(ROWS, 1)
      await pipeline.run()
      await pipeline.generate(ROWS, 2)
      if (isKilled) {
        expect(await pipeline.runKilledAt('after-reset-of-checkpoint#2', '--full-refresh-all')).toBe(true)
        await pipeline.run()
      } else await pipeline.run('--full-refresh-all')
      // A change feed tells of each recomputing of its view, of which a run without a kill has one more.
      const { customer_changes: _, ...others } = await pipeline.tables(engine)
      tables.push(others)
      pipeline.remove()
    }
    expect(tables[1]).toEqual(tables[0])
  })

  test(`killed at ${RANDOM_KILLS} random moments`, { timeout: 600_000 }, async () => {
    const random = seeded(20261121)
    for (let i = 0; i < RANDOM_KILLS; i++) {
      const pipeline = new PipelineUnderTest()
      await pipeline.generate(ROWS, 1)
      await pipeline.runKilledAfter(random() * runMs)
      await pipeline.run()
      await pipeline.generate(ROWS, 2)
      await pipeline.runKilledAfter(random() * runMs)
      await pipeline.run()
      expect(await outcomeOf(pipeline)).toEqual(expected)
      pipeline.remove()
    }
  })
})

/** One flow of the pipeline fills a quarantine; the other steps are reached by every flow. */
function isOncePerUpdate(step: Step): boolean {
  return step === 'after-prepared-batch' || step === 'between-quarantine-and-target'
}

async function outcomeOf(pipeline: PipelineUnderTest): Promise<Outcome> {
  return { tables: await pipeline.tables(engine), totals: await pipeline.eventTotals(engine) }
}
