import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A commit of the facts. */
export interface FactsCommit {
  /** When its file appeared, milliseconds since the epoch. */
  readonly atMs: number
  /** Rows of the table with it. */
  readonly rows: number
}

interface Action {
  readonly commitInfo?: {
    readonly operation: string
    readonly operationMetrics?: { readonly numOutputRows?: string }
  }
}

/** Follows the log of `gold_sales_facts` from outside of the process that writes it, before the log is cleaned. */
export class FactsLog {
  readonly commits: FactsCommit[] = []
  readonly #log: string
  #version = 0

  constructor(folder: string) {
    this.#log = join(folder, 'warehouse/main/retail/gold_sales_facts/_delta_log')
  }

  /** Rows that the table has had at the last look. */
  get rows(): number {
    return this.commits.at(-1)?.rows ?? 0
  }

  look(): void {
    for (;;) {
      const path = join(this.#log, `${String(this.#version).padStart(20, '0')}.json`)
      const stat = statSync(path, { throwIfNoEntry: false })
      if (stat === undefined) return
      this.#version += 1
      this.commits.push({ atMs: stat.mtimeMs, rows: this.rows + rowsIn(readFileSync(path, 'utf8')) })
    }
  }
}

/** Rows that a commit of the stream added. */
function rowsIn(commit: string): number {
  const actions = commit.split('\n').map((line): Action => (line === '' ? {} : JSON.parse(line)))
  const info = actions.find((each) => each.commitInfo !== undefined)?.commitInfo
  return info?.operation === 'STREAMING UPDATE' ? Number(info.operationMetrics?.numOutputRows ?? 0) : 0
}
