/** When each tick had reached all of some tables. Ticks count from 0. */
export class Arrivals {
  /** Milliseconds of `performance.now()`, by tick. */
  readonly atMs: number[] = []
  readonly #reached: Map<string, number>
  #waiting: { readonly tick: number; readonly done: () => void }[] = []

  constructor(tables: readonly string[]) {
    this.#reached = new Map(tables.map((each) => [each, -1]))
  }

  /** A table holds all rows of the ticks up to this one. */
  reached(table: string, tick: number): void {
    this.#reached.set(table, tick)
    const nowMs = performance.now()
    while (this.atMs.length <= Math.min(...this.#reached.values())) this.atMs.push(nowMs)
    for (const each of this.#waiting) if (each.tick < this.atMs.length) each.done()
    this.#waiting = this.#waiting.filter((each) => each.tick >= this.atMs.length)
  }

  /** Resolves when a tick and all before it have arrived. */
  async all(tick: number): Promise<void> {
    if (tick >= this.atMs.length) await new Promise<void>((done) => this.#waiting.push({ tick, done }))
  }
}
