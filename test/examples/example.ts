import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What an update did to a dataset, as `millrace run --output json` tells it. */
export interface DatasetOutcome {
  readonly name: string
  readonly status: string
  readonly technique: string | null
  readonly rows_written: number
  readonly rows_dropped: number
  readonly rows_quarantined: number
  readonly expectations: readonly { name: string; action: string; passed: number; failed: number }[]
}

/** A folder of `examples/`, copied to a temporary folder and used through the command line as its README says. */
export class Example {
  readonly folder: string
  readonly #root = mkdtempSync(join(tmpdir(), 'millrace-example-'))

  constructor(name: string) {
    this.folder = join(this.#root, name)
    cpSync(resolve('examples', name), this.folder, {
      recursive: true,
      filter: (path) => !/\/(data|warehouse|\.millrace)$/.test(path),
    })
  }

  /** Runs `millrace <args>` in the folder, with a text as its standard input. Returns what it prints. */
  millrace(args: readonly string[], input = ''): string {
    return execFileSync(process.execPath, [resolve('src/cli/bin.ts'), ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
  }

  /** The outcomes of an update, by the datasets' names. */
  run(): ReadonlyMap<string, DatasetOutcome> {
    const { datasets } = JSON.parse(this.millrace(['run', '--output', 'json'])) as {
      datasets: DatasetOutcome[]
    }
    return new Map(datasets.map((each) => [each.name, each]))
  }

  /** The rows of a query. */
  query(sql: string): Record<string, unknown>[] {
    return JSON.parse(this.millrace(['query', '--output', 'json', sql]))
  }

  remove(): void {
    rmSync(this.#root, { recursive: true })
  }
}
