import { appendFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { RetailExample } from '../examples/retail-example.ts'
import { type Drift, driftOf, medianOf } from './drift.ts'
import type { Sample } from './sample.ts'
import { soak } from './soak.ts'
import { ticksOutside } from './ticks.ts'

/** 24 minutes at two ticks a second are a day of the shop; `MILLRACE_SOAK_TICKS` tries a shorter one. */
const TICKS = Number(process.env.MILLRACE_SOAK_TICKS ?? 2880)
/** A file that gets the samples, as JSON lines, while the pipeline runs. */
const SAMPLES = process.env.MILLRACE_SOAK_SAMPLES
const KILLS = 20
const BIN = 'dist/cli/bin.js'
/**
 * Twelve minutes: versions, logs and the allocator's arenas have filled up to what is kept of them. Before, there is ever more to look
 * through and to clean.
 */
const LEVEL_TICKS = 1440
/** A shorter run tells nothing of slopes: its figures alone are judged. */
const IS_JUDGED = TICKS >= 2 * LEVEL_TICKS
/** How much the straight line through a measure may rise from when it is level to the end of the run, as a share of its mean. */
const MOST_DRIFT = 0.1
const TIMEOUT_MS = TICKS * 500 * 2 + 300_000

describe(`the retail pipeline, continuous for ${TICKS} ticks`, () => {
  test('stays as it is: memory, files and ticks; its figures are exact', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const example = await RetailExample.create()
    try {
      const outcome = await soak(example, { ticks: TICKS, kills: 0, bin: BIN, onSample })
      const { figures, samples, ticks, collected } = outcome
      for (const each of figures) expect(each).toMatchObject({ missing: 0, unexpected: 0 })
      const levelMs = ticks[IS_JUDGED ? LEVEL_TICKS : 0]?.landedMs ?? 0
      const drifts = driftsOf(samples.filter((each) => each.atMs >= levelMs))
      console.table(drifts)
      // What the test itself computes beside the pipeline grows, and takes the processors too.
      const alone = ticksOutside(collected, ticks.slice(IS_JUDGED ? LEVEL_TICKS : 0))
      const tenths = tenthsOf(alone.map((each) => each.latencyMs)).map(medianOf)
      console.log(
        `medians of tenths of ${alone.length} ticks, ms a tick: ${tenths.map((each) => each.toFixed(0)).join(' ')}`,
      )
      const [start, end] = [tenths[0]!, tenths.at(-1)!]
      if (!IS_JUDGED) return
      for (const each of drifts) expect(each.drift, each.name).toBeLessThan(MOST_DRIFT)
      expect(end, `a tick took ${start} ms at the start`).toBeLessThan(start * (1 + MOST_DRIFT))
    } finally {
      example.remove()
    }
  })

  test(`ends with exact figures after ${KILLS} kills`, { timeout: TIMEOUT_MS }, async () => {
    const example = await RetailExample.create()
    try {
      const { figures } = await soak(example, { ticks: Math.ceil(TICKS / 6), kills: KILLS, bin: BIN })
      for (const each of figures) expect(each).toMatchObject({ missing: 0, unexpected: 0 })
    } finally {
      example.remove()
    }
  })
})

function tenthsOf(values: readonly number[]): readonly number[][] {
  const size = Math.ceil(values.length / 10)
  return Array.from({ length: 10 }, (_, i) => values.slice(i * size, (i + 1) * size))
}

function driftsOf(samples: readonly Sample[]): Drift[] {
  const names = ['memory', 'descriptors', 'state', 'dataFiles', 'logFiles'] as const
  return names.map((name) => driftOf({ name, points: samples.map((each) => [each.atMs, each[name]]) }))
}

function onSample(sample: Sample): void {
  if (SAMPLES !== undefined) appendFileSync(SAMPLES, `${JSON.stringify(sample)}\n`)
}
