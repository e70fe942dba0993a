import type { Example } from '../examples/example.ts'
import type { Span } from './chore.ts'
import type { FactsCommit } from './facts-log.ts'

/** One batch of the generator. */
export interface Landing {
  /** When its sales landed, milliseconds since the epoch. */
  readonly landedMs: number
  /** How many of them become facts. */
  readonly sales: number
}

export interface Tick {
  readonly landedMs: number
  /** Milliseconds until the last of its sales was a fact. */
  readonly latencyMs: number
}

/** The batches in their order, from the files that landed: valid sales count where they come first. */
export async function landings(example: Example): Promise<Landing[]> {
  const rows = await example.query(`
    SELECT unix_millis(landed) AS landed_ms, count(*) AS sales FROM (
      SELECT transaction_id, min(_metadata.file_modification_time) AS landed FROM parquet.\`data/landing/sales\`
      WHERE transaction_id IS NOT NULL AND customer_id IS NOT NULL AND product_id IS NOT NULL AND store_id IS NOT NULL
        AND quantity > 0 AND unit_price > 0 AND discount BETWEEN 0 AND 1 AND sale_timestamp IS NOT NULL
      GROUP BY transaction_id)
    GROUP BY landed ORDER BY landed`)
  return rows.map(({ landed_ms, sales }) => ({ landedMs: Number(landed_ms), sales: Number(sales) }))
}

/** How long each batch took: streams keep the order, so a batch is through when the facts have as many rows as landed up to it. */
export function ticksOf(landed: readonly Landing[], commits: readonly FactsCommit[]): Tick[] {
  let rows = 0
  return landed.map(({ landedMs, sales }) => {
    rows += sales
    const through = commits.find((each) => each.rows >= rows)
    return { landedMs, latencyMs: (through?.atMs ?? Infinity) - landedMs }
  })
}

/** The ticks beside which none of the spans lies. */
export function ticksOutside(spans: readonly Span[], ticks: readonly Tick[]): Tick[] {
  return ticks.filter(
    ({ landedMs, latencyMs }) =>
      !spans.some(({ fromMs, toMs }) => fromMs <= landedMs + latencyMs && toMs >= landedMs),
  )
}
