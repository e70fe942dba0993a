import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Figure, RetailExample } from '../examples/retail-example.ts'
import type { Span } from './chore.ts'
import { OpenShop } from './open-shop.ts'
import type { Sample } from './sample.ts'
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
  /** When facts were collected for the reconciliation. */
  readonly collected: readonly Span[]
}

const SPEED = 60
const TICK_MS = 30_000 / SPEED
const LOOK_EVERY_MS = 100
/** The longest wait for the facts, from the end of the generator. */
const LONGEST_WAIT_MS = 120_000

/**
 * Runs the retail pipeline continuously, measures it from outside, stops it when the last sale is in the facts, and reconciles. Throws when
 * a process ends that should not.
 */
export async function soak(example: RetailExample, options: SoakOptions): Promise<SoakOutcome> {
  const { ticks, onSample } = options
  await using shop = new OpenShop(example, { bin: resolve(options.bin), ticks, speed: SPEED }, onSample)
  await sell(shop, options)
  const landed = await landings(example)
  await untilFacts(
    shop,
    landed.reduce((sum, each) => sum + each.sales, 0),
  )
  await shop.stop()
  await example.run()
  return {
    figures: await example.reconcile(),
    samples: shop.samples,
    ticks: ticksOf(landed, shop.facts.commits),
    collected: shop.collecting.spans,
  }
}

/** Until the generator has ended, with the kills on the way. */
async function sell(shop: OpenShop, { ticks, kills }: SoakOptions): Promise<void> {
  const startMs = performance.now()
  const everyMs = (ticks * TICK_MS) / (kills + 1)
  let killed = 0
  while (shop.isSelling) {
    await sleep(LOOK_EVERY_MS)
    await shop.look()
    if (killed >= kills || performance.now() - startMs < everyMs * (killed + 1)) continue
    killed += 1
    await shop.killPipeline()
  }
}

async function untilFacts(shop: OpenShop, rows: number): Promise<void> {
  const startMs = performance.now()
  while (shop.facts.rows < rows) {
    if (performance.now() - startMs > LONGEST_WAIT_MS)
      throw new Error(`${shop.facts.rows} of ${rows} facts came.`)
    await sleep(LOOK_EVERY_MS)
    await shop.look()
  }
}
