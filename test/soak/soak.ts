import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Figure, RetailExample } from '../examples/retail-example.ts'
import { RunningProgram } from '../examples/running-program.ts'
import { Chore } from './chore.ts'
import { FactsLog } from './facts-log.ts'
import { type Sample, takeSample } from './sample.ts'
import { landings, type Tick, ticksOf } from './ticks.ts'

export interface SoakOptions {
  /** Batches of the generator, 500 sales each, one every half second: 60 times faster than the clock. */
  readonly ticks: number
  /** How often the pipeline is killed on the way, at even distances. */
  readonly kills: number
  /** The command to run, from the repository's folder. */
  readonly bin: string
  readonly onSample?: (sample: Sample) => void
}

export interface SoakOutcome {
  readonly figures: readonly Figure[]
  readonly samples: readonly Sample[]
  readonly ticks: readonly Tick[]
}

const SPEED = 60
const TICK_MS = 30_000 / SPEED
const LOOK_EVERY_MS = 100
const SAMPLE_EVERY_MS = 1000
/** At two ticks a second the checkpoint keeps its batches for 50 seconds. */
const COLLECT_EVERY_MS = 15_000
const MAINTAIN_EVERY_MS = 180_000
/** The longest wait for the facts, from the end of the generator. */
const LONGEST_WAIT_MS = 120_000
/** Versions stay for as long as the reconciliation may need them. */
const RETENTION = ['log_retention=interval 2 minutes', 'file_retention=interval 2 minutes']

/**
 * Runs the retail pipeline continuously beside its generator, with reconciliation and maintenance at work, measures it from outside, stops
 * it when the last sale is in the facts, and reconciles. Throws when a process ends that should not.
 */
export async function soak(example: RetailExample, options: SoakOptions): Promise<SoakOutcome> {
  const bin = resolve(options.bin)
  const batches = ['--batches', String(options.ticks), '--speed', String(SPEED)]
  const generator = new RunningProgram([bin, 'generate', 'retail', ...batches], example.folder)
  const settings = RETENTION.flatMap((each) => ['--set', each])
  const start = () => new RunningProgram([bin, 'run', '--continuous', ...settings], example.folder)
  let pipeline = start()

  const facts = new FactsLog(example.folder)
  const samples: Sample[] = []
  const chores = [
    new Chore(SAMPLE_EVERY_MS, async () => {
      const sample = takeSample(example.folder, pipeline.pid)
      samples.push(sample)
      options.onSample?.(sample)
    }),
    new Chore(COLLECT_EVERY_MS, () => example.collect()),
    new Chore(MAINTAIN_EVERY_MS, () => example.environment('maintenance.sql')),
  ]
  const startMs = performance.now()
  const kills = killTimes(options)
  try {
    let endMs = Infinity
    let expectedRows: number | undefined
    while (expectedRows === undefined || facts.rows < expectedRows) {
      await sleep(LOOK_EVERY_MS)
      const elapsedMs = performance.now() - startMs
      if (!pipeline.isRunning) throw new Error((await pipeline.ended).stderr.slice(-3000))
      if (elapsedMs > endMs + LONGEST_WAIT_MS) throw new Error('The facts lag behind.')
      facts.look()
      for (const each of chores) each.look()
      if (elapsedMs > (kills[0] ?? Infinity)) {
        kills.shift()
        await pipeline.kill('SIGKILL')
        pipeline = start()
      }
      if (!generator.isRunning && expectedRows === undefined) {
        endMs = elapsedMs
        expectedRows = total(await landings(example))
      }
    }
    await Promise.all(chores.map((each) => each.end()))
    const { exitCode, stderr } = await pipeline.kill('SIGTERM')
    if (exitCode !== 0) throw new Error(stderr.slice(-3000))
    await example.run()
    const figures = await example.reconcile()
    return { figures, samples, ticks: ticksOf(await landings(example), facts.commits) }
  } finally {
    await Promise.all([generator.kill('SIGKILL'), pipeline.kill('SIGKILL')])
    await Promise.allSettled(chores.map((each) => each.end()))
  }
}

/** Milliseconds from the start, at even distances. */
function killTimes({ ticks, kills }: SoakOptions): number[] {
  return Array.from({ length: kills }, (_, i) => (ticks * TICK_MS * (i + 1)) / (kills + 1))
}

function total(landed: readonly { readonly sales: number }[]): number {
  return landed.reduce((sum, each) => sum + each.sales, 0)
}
