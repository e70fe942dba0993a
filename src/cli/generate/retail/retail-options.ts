export interface RetailOptions {
  /** Any 32-bit integer; the same seed gives the same rows. */
  readonly seed: number
  /** Event time from one batch to the next, milliseconds. */
  readonly intervalMs: number
  /** Event time of the first batch, milliseconds since the epoch. */
  readonly startMs: number
  /** An event happened up to this long before its batch, milliseconds. */
  readonly skewMs: number
  /** Sales a batch. */
  readonly sales: number
  /** The most rows a batch of each dimension. */
  readonly customers: number
  readonly products: number
  readonly stores: number
  /** Share of rows with a defect, 0 to 1. None of them breaks a rule that fails an update. */
  readonly dirtyShare: number
}

export const retailDefaults: RetailOptions = {
  seed: 42,
  intervalMs: 30_000,
  startMs: Date.UTC(2026, 0, 1),
  skewMs: 60_000,
  sales: 500,
  customers: 30,
  products: 20,
  stores: 10,
  dirtyShare: 0.02,
}
