import { appendFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { RetailExample } from '../examples/retail-example.ts'
import { driftOf, type Measure, medianOf } from './drift.ts'
import type { Sample } from './sample.ts'
import { soak } from './soak.ts'

/** 24 minutes at two ticks a second are a day of the shop; `MILLRACE_SOAK_TICKS` tries a shorter one. */
const TICKS = Number(process.env.MILLRACE_SOAK_TICKS ?? 2880)
/** A file that gets the samples, as JSON lines, while the pipeline runs. */
const SAMPLES = process.env.MILLRACE_SOAK_SAMPLES
const KILLS = 20
const BIN = 'dist/cli/bin.js'
/** Six minutes: tables are made, caches filled, and until then nothing is old enough to be cleaned. */
const WARM_UP_TICKS = 720
/** A shorter run tells nothing of slopes: its figures alone are judged. */
const IS_JUDGED = TICKS >= 2 * WARM_UP_TICKS
/** How much the straight line through a measure may rise from the end of the warm-up to the end of the run, as a share of its mean. */
const MOST_DRIFT = 0.1
const TIMEOUT_MS = TICKS * 500 * 2 + 300_000

describe(`the retail pipeline, continuous for ${TICKS} ticks`, () => {
  test('stays as it is: memory, files and ticks; its figures are exact', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const example = await RetailExample.create()
    try {
      const { figures, samples, ticks } = await soak(example, { ticks: TICKS, kills: 0, bin: BIN, onSample })
      for (const each of figures) expect(each).toMatchObject({ missing: 0, unexpected: 0 })
      const warmTicks = IS_JUDGED ? ticks.slice(WARM_UP_TICKS) : ticks
      const warmMs = warmTicks[0]?.landedMs ?? 0
      const warm = samples.filter((each) => each.atMs >= warmMs)
      const measures: Measure[] = (['memory', 'descriptors', 'state', 'dataFiles', 'logFiles'] as const).map(
        (name) => ({ name, points: warm.map((each) => [each.atMs, each[name]]) }),
      )
      const tickTimes: Measure = {
        name: 'milliseconds of a tick',
        points: warmTicks.map((each) => [each.landedMs, each.latencyMs]),
      }
      const drifts = [...measures, tickTimes].map(driftOf)
      console.table(drifts)
      if (!IS_JUDGED) return
      for (const each of drifts) expect(each.drift, each.name).toBeLessThan(MOST_DRIFT)
      const tenth = Math.ceil(warmTicks.length / 10)
      const start = medianOf(warmTicks.slice(0, tenth).map((each) => each.latencyMs))
      const end = medianOf(warmTicks.slice(-tenth).map((each) => each.latencyMs))
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

function onSample(sample: Sample): void {
  if (SAMPLES !== undefined) appendFileSync(SAMPLES, `${JSON.stringify(sample)}\n`)
}
