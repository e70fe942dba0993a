import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DuckdbEngine, openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { STEPS } from '../../src/update/steps.ts'
import { type ContinuousRun, PipelineUnderTest } from './pipeline-under-test.ts'
import { seeded } from './seeded.ts'

const isLong = process.env.MILLRACE_TEST === 'all'
/** Histories of kills at random moments; the full programme with MILLRACE_TEST=all. */
const HISTORIES = isLong ? 10 : 1
const FILES = 16
const steps = STEPS.filter((each) => each !== 'after-reset-of-checkpoint')

/** Tables of which the events' counts do not depend on how the rows came in batches. */
const COUNTED = /^main\.shop\.(bronze_orders|silver_orders|rejected_orders|facts) (?!backlog)/

let engine: DuckdbEngine
let expected: Outcome

interface Outcome {
  readonly tables: Record<string, string[]>
  readonly totals: Record<string, number>
}

beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 2 })
  const pipeline = openShop()
  for (let file = 0; file < FILES; file++) landOrders(pipeline, file)
  await pipeline.run()
  expected = await outcomeOf(pipeline)
  pipeline.remove()
})

afterAll(() => engine.close())

describe('continuous updates that are killed leave the rows and counts of an update that was not', () => {
  test('the update without a kill has rows everywhere', () => {
    expect(
      Object.fromEntries(Object.entries(expected.tables).map(([table, rows]) => [table, rows.length])),
    ).toEqual({
      bronze_orders: 160,
      customers: 10,
      distinct_orders: 36,
      facts: 144,
      order_history: 144,
      rejected_orders: 16,
      silver_orders: 144,
      totals: 9,
    })
  })

  for (const step of isLong ? steps : steps.filter((each) => each.startsWith('between'))) {
    test(`killed at the step ${step}, early and late`, async () => {
      const pipeline = openShop()
      for (const crashAt of [step, `${step}#3`]) {
        const run = pipeline.runContinuously(crashAt)
        const first = crashAt === step ? 0 : FILES / 2
        for (let file = first; file < first + FILES / 2; file++) {
          landOrders(pipeline, file)
          await run.batchOf('order_history')
        }
        expect((await run.ended).signal).toBe('SIGKILL')
      }
      await drain(pipeline)
    })
  }

  for (let history = 1; history <= HISTORIES; history++) {
    test(`killed at random moments, history ${history}`, { timeout: 120_000 }, async () => {
      const random = seeded(history)
      const pipeline = openShop()
      let run: ContinuousRun | undefined
      for (let file = 0; file < FILES; file++) {
        run ??= pipeline.runContinuously()
        landOrders(pipeline, file)
        await run.events(Math.floor(random() * 16))
        if (random() < 0.4) {
          expect((await run.end('SIGKILL')).signal).toBe('SIGKILL')
          run = undefined
        }
      }
      if (run !== undefined) expect(await run.end('SIGTERM')).toEqual({ code: 0, signal: null, stderr: '' })
      await drain(pipeline)
    })
  }
})

function openShop(): PipelineUnderTest {
  const pipeline = new PipelineUnderTest('test/crash/shop')
  pipeline.land(
    'customers/all.json',
    Array.from({ length: 10 }, (_, id) => ({ id })),
  )
  pipeline.land('orders/nothing.json', [])
  return pipeline
}

/** Ten orders a file; each order comes in four files, with another amount each time. */
function landOrders(pipeline: PipelineUnderTest, file: number): void {
  const rows = Array.from({ length: 10 }, (_, i) => {
    const id = (file % 4) * 10 + i
    return { id, customer: id % 10, amount: i === 9 ? 0 : file * 100 + i + 1, version: file }
  })
  pipeline.land(`orders/${String(file).padStart(4, '0')}.json`, rows)
}

/** What is left is taken by an update that ends; then all must be there, once. */
async function drain(pipeline: PipelineUnderTest): Promise<void> {
  await pipeline.run()
  expect(await outcomeOf(pipeline)).toEqual(expected)
  pipeline.remove()
}

async function outcomeOf(pipeline: PipelineUnderTest): Promise<Outcome> {
  const totals = Object.entries(await pipeline.eventTotals(engine)).filter(([name]) => COUNTED.test(name))
  return { tables: await pipeline.tables(engine), totals: Object.fromEntries(totals) }
}
