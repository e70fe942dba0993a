import { foldEvents } from '../maintenance/fold-events.ts'
import { type AroundMaintenance, maintainTables } from '../maintenance/maintain-tables.ts'
import type { UpdateRun } from '../run.ts'

/** Milliseconds between two rounds. */
const EVERY_MS = 60_000

/** What a triggered update does at its end, a continuous one does now and then: events are folded, tables maintained, memory freed. */
export class Housekeeping {
  readonly #run: UpdateRun
  readonly #whileHeld: AroundMaintenance
  #nextMs = performance.now() + EVERY_MS
  #round: Promise<void> | undefined
  /** What no part of a round expects. */
  #failure: unknown

  constructor(
    run: UpdateRun,
    options: {
      /** Does work on a table while no flow replaces rows of it. */
      readonly whileHeld: AroundMaintenance
    },
  ) {
    this.#run = run
    this.#whileHeld = options.whileHeld
  }

  /** Begins a round when it is time. The flows go on, whatever comes of it. */
  look(): void {
    if (this.#round !== undefined || performance.now() < this.#nextMs) return
    this.#round = this.#keepHouse()
      .catch((error: unknown) => {
        this.#failure = error
      })
      .finally(() => {
        this.#round = undefined
        this.#nextMs = performance.now() + EVERY_MS
      })
  }

  /** Waits for the round that goes on. Throws what no part of a round expected. */
  async end(): Promise<void> {
    await this.#round
    if (this.#failure !== undefined) throw this.#failure
  }

  async #keepHouse(): Promise<void> {
    // What goes wrong with events is tried again in the next round, and at the end of the update, which tells of it.
    await foldEvents(this.#run)
    await this.#freeMemory()
    await maintainTables(this.#run, this.#whileHeld)
  }

  async #freeMemory(): Promise<void> {
    const { engine } = this.#run
    if (!engine.isOpen) return
    // The flow that opens an engine in vain tells of it.
    const opened = await engine.get().catch(() => undefined)
    opened?.freeResults()
  }
}
