import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BatchCounts, LandingTables } from '../generate/retail/landing-tables.ts'
import { type RetailOptions, retailDefaults } from '../generate/retail/retail-options.ts'
import { plural } from '../output/format-number.ts'
import type { Terminal } from '../terminal.ts'

export interface GenerateRetailOptions {
  readonly out: string
  /** How many batches; without end when left out. */
  readonly batches?: number
  /** Seconds of event time from one batch to the next. */
  readonly interval: number
  /** How many times faster than the clock; 0: without waiting. */
  readonly speed: number
  readonly sales: number
  readonly customers: number
  readonly products: number
  readonly stores: number
  /** Seconds. */
  readonly skew: number
  readonly dirty: number
  readonly seed: number
  readonly fatal?: boolean
  readonly output: 'text' | 'json'
}

/** `millrace generate retail`: batches of sales and of changed customers, products and stores, until it is stopped. */
export async function generateRetail(options: GenerateRetailOptions, terminal: Terminal): Promise<number> {
  const stop = new AbortController()
  const stopListening = terminal.onInterrupt(() => stop.abort())
  const retail = retailOptions(options)
  try {
    await using landing = await LandingTables.open(resolve(terminal.cwd, options.out), retail)
    const everyMs = options.speed === 0 ? 0 : retail.intervalMs / options.speed
    const startMs = performance.now()
    for (let i = 0; i < (options.batches ?? Infinity); i++) {
      await pause(startMs + i * everyMs - performance.now(), stop.signal)
      if (stop.signal.aborted) break
      const last = landing.lastBatchMs
      const batchMs = last === undefined ? retail.startMs : last + retail.intervalMs
      const counts = await landing.write(batchMs, retail)
      terminal.stdout.write(batchText(batchMs, counts, options.output))
    }
    if (options.fatal === true) await landing.writeFatalStore()
    return 0
  } finally {
    stopListening()
  }
}

function retailOptions({ interval, skew, dirty, ...options }: GenerateRetailOptions): RetailOptions {
  return {
    seed: options.seed,
    intervalMs: Math.round(interval * 1000),
    startMs: retailDefaults.startMs,
    skewMs: Math.round(skew * 1000),
    sales: options.sales,
    customers: options.customers,
    products: options.products,
    stores: options.stores,
    dirtyShare: dirty,
  }
}

/** Ends early when the signal does. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}

function batchText(batchMs: number, counts: BatchCounts, output: 'text' | 'json'): string {
  const time = new Date(batchMs).toISOString()
  if (output === 'json') return `${JSON.stringify({ batch: time, ...counts })}\n`
  const { sales, customers, products, stores } = counts
  const parts = [
    plural(sales, 'sale'),
    plural(customers, 'customer'),
    plural(products, 'product'),
    plural(stores, 'store'),
  ]
  return `${time}  ${parts.join(', ')}\n`
}
