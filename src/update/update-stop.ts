/**
 * How an update stops. A wish to stop ends it at once, or, once it runs continuously, lets batches that have begun come to
 * their end, for a time.
 */
export class UpdateStop {
  readonly #stopping = new AbortController()
  readonly #abandon = new AbortController()
  readonly #wish: AbortSignal | undefined
  #graceMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(wish: AbortSignal | undefined) {
    this.#wish = wish
    if (wish?.aborted === true) this.now()
    else wish?.addEventListener('abort', this.now)
  }

  /** Aborted when no other batch is to begin. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** Aborted when running queries are to end. */
  get signal(): AbortSignal {
    return this.#abandon.signal
  }

  /** Milliseconds that running batches may take from a stop on. */
  grant(graceMs: number): void {
    this.#graceMs = graceMs
  }

  readonly now = (): void => {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    if (this.#graceMs === 0) this.#abandon.abort()
    else this.#timer = setTimeout(() => this.#abandon.abort(), this.#graceMs)
  }

  /** The update has ended: nothing is left to stop. */
  close(): void {
    clearTimeout(this.#timer)
    this.#wish?.removeEventListener('abort', this.now)
  }
}

/**
 * What a user's function gives. Rejects with the signal's reason when that comes first: the function cannot be interrupted, and
 * what it does later counts no more.
 */
export async function unlessAborted<Result>(given: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    if (signal.aborted) abort()
    return await Promise.race([given, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
