/** From when to when, milliseconds since the epoch. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** Work that is done again and again beside others, never twice at once. */
export class Chore {
  /** When it was done, in order. */
  readonly spans: Span[] = []
  readonly #everyMs: number
  readonly #work: () => Promise<unknown>
  #nextMs: number
  #running: Promise<unknown> | undefined
  #failure: unknown

  constructor(everyMs: number, work: () => Promise<unknown>) {
    this.#everyMs = everyMs
    this.#work = work
    this.#nextMs = performance.now() + everyMs
  }

  /** Begins the work when it is time. Throws what it has failed with. */
  look(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#running !== undefined || performance.now() < this.#nextMs) return
    const fromMs = Date.now()
    this.#running = this.#work()
      .catch((error) => {
        this.#failure = error
      })
      .finally(() => {
        this.#running = undefined
        this.spans.push({ fromMs, toMs: Date.now() })
        this.#nextMs = performance.now() + this.#everyMs
      })
  }

  /** Waits for work that has begun. */
  async end(): Promise<void> {
    await this.#running
    if (this.#failure !== undefined) throw this.#failure
  }
}
