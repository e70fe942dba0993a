import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DuckdbEngine, openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Step } from '../../src/update/steps.ts'
import { PipelineUnderTest } from './pipeline-under-test.ts'

const isLong = process.env.MILLRACE_TEST === 'all'
/** Where a batch whose rows are kept for a sink can be cut. */
const STEPS: readonly Step[] = isLong
  ? [
      'after-batch-record',
      'after-data-files',
      'after-prepared-batch',
      'after-delta-commit',
      'before-checkpoint-mark',
      'after-checkpoint-mark',
    ]
  : ['after-prepared-batch', 'after-delta-commit']
/** Each a batch of both flows: enough that a step is left for the last kill, also where another flow had passed it unseen. */
const FILES = 4
const IDS = Array.from({ length: FILES * 40 }, (_, id) => id)

let engine: DuckdbEngine
let pipeline: PipelineUnderTest

beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 2 })
})

afterAll(() => engine.close())

beforeEach(() => {
  pipeline = new PipelineUnderTest('test/crash/chance')
  for (let file = 0; file < FILES; file++) {
    const ids = IDS.slice(file * 40, (file + 1) * 40)
    pipeline.land(
      `tickets/${file}.json`,
      ids.map((id) => ({ id })),
    )
  }
})

afterEach(() => pipeline.remove())

describe('rows that chance divides between a sink and a quarantine are each in one of them', () => {
  for (const step of STEPS) {
    test(`killed at the step ${step} again and again`, async () => {
      for (const at of isLong ? [1, 2, 3] : [1, 2]) {
        expect(await pipeline.runKilledAt(`${step}#${at}`)).toBe(true)
      }
      await expectWholeAfterRun()
    })
  }

  test('killed in the function of a sink, which then gets the same batch again', async () => {
    for (let kills = 0; kills < 2; kills++) {
      writeFileSync(join(pipeline.folder, 'die-in-function'), '')
      expect(await pipeline.runKilledAfter(60_000)).toBe(true)
    }
    await expectWholeAfterRun()
  })
})

async function expectWholeAfterRun(): Promise<void> {
  await pipeline.run()
  const tables = await pipeline.tables(engine)
  const idsIn = (table: string) => tables[table]!.map((row) => Number(JSON.parse(row)[0]))
  const whole = (ids: readonly number[]) => ids.toSorted((a, b) => a - b)
  expect(whole([...idsIn('exported'), ...idsIn('blanks_of_table')])).toEqual(IDS)
  expect(whole([...told(), ...idsIn('blanks_of_function')])).toEqual(IDS)
}

/** Ids that the function got, of each batch once. One that came again must have had the same rows. */
function told(): number[] {
  const lines = readFileSync(join(pipeline.folder, 'told.jsonl'), 'utf8').trim().split('\n')
  const batches = new Map<number, readonly [number, number][]>()
  for (const { batchId, rows } of lines.map((line) => JSON.parse(line))) {
    expect(rows).toEqual(batches.get(batchId) ?? rows)
    batches.set(batchId, rows)
  }
  return [...batches.values()].flatMap((rows) => rows.map(([id]) => id))
}
