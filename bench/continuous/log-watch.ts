import { existsSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'

interface Commit {
  readonly commitInfo?: { readonly operationMetrics?: { readonly numOutputRows?: string } }
}

/** Hears of each commit to a table when its file appears: its rows, from outside of the process that writes it. */
export class LogWatch {
  readonly #log: string
  readonly #onRows: (rows: number) => void
  readonly #watcher: { close(): void }
  #next = 0

  /** The log must be there. `onRows` gets the rows that a commit wrote. */
  constructor(log: string, onRows: (rows: number) => void) {
    this.#log = log
    this.#onRows = onRows
    this.#watcher = watch(log, () => this.#look())
    this.#look()
  }

  close(): void {
    this.#watcher.close()
  }

  #look(): void {
    for (;;) {
      const path = join(this.#log, `${String(this.#next).padStart(20, '0')}.json`)
      if (!existsSync(path)) return
      this.#next += 1
      for (const line of readFileSync(path, 'utf8').split('\n')) {
        const { commitInfo } = line === '' ? {} : (JSON.parse(line) as Commit)
        if (commitInfo !== undefined) this.#onRows(Number(commitInfo.operationMetrics?.numOutputRows ?? 0))
      }
    }
  }
}
