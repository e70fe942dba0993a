import { maintainTable } from '../maintenance/maintain-tables.ts'
import type { UpdateRun } from '../run.ts'

/** Milliseconds between two rounds, and the longest one. */
const EVERY_MS = 60_000
const LONGEST_MS = 120_000

/** What a triggered update does at its end, a continuous one does now and then: events are folded, tables maintained, memory freed. */
export class Housekeeping {
  readonly #run: UpdateRun
  readonly #whileHeld: (table: string, work: () => Promise<void>) => Promise<void>
  #nextMs = performance.now() + EVERY_MS
  #round: Promise<void> | undefined

  constructor(
    run: UpdateRun,
    options: {
      /** Does work on a table while no flow replaces rows of it. */
      readonly whileHeld: (table: string, work: () => Promise<void>) => Promise<void>
    },
  ) {
    this.#run = run
    this.#whileHeld = options.whileHeld
  }

  /** Begins a round when it is time. */
  look(): void {
    if (this.#round !== undefined || performance.now() < this.#nextMs) return
    this.#round = this.#keepHouse().finally(() => {
      this.#round = undefined
      this.#nextMs = performance.now() + EVERY_MS
    })
  }

  async end(): Promise<void> {
    await this.#round
  }

  async #keepHouse(): Promise<void> {
    const run = this.#run
    await this.#fold()
    if (run.engine.isOpen) (await run.engine.get()).freeResults()
    const signal = AbortSignal.any([run.stopping, AbortSignal.timeout(LONGEST_MS)])
    for (const table of run.tables.takeWritten()) {
      if (signal.aborted) return
      await this.#whileHeld(table.identifier, () => maintainTable(run, table, signal))
    }
  }

  async #fold(): Promise<void> {
    const { events, engine } = this.#run
    if (!engine.isOpen || !events.isFoldDue()) return
    try {
      await events.fold(await engine.get())
    } catch {
      // The events are safe in the journals. The next round tries again, and the end of the update, which tells of it.
    }
  }
}
