import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { main } from '../../src/cli/main.ts'

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

/** A folder of `examples/`, copied to a temporary folder and used by command lines, as its README says. */
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

  /** What `millrace <args>` prints in the folder. Throws what it says when it fails. */
  async millrace(...args: readonly string[]): Promise<string> {
    const printed = { stdout: '', stderr: '' }
    const exitCode = await main(args, {
      stdout: { write: (text) => (printed.stdout += text) },
      stderr: { write: (text) => (printed.stderr += text) },
      cwd: this.folder,
      environment: process.env,
      onInterrupt: () => () => undefined,
    })
    if (exitCode !== 0) throw new Error(`millrace ${args.join(' ')}\n${printed.stderr}`)
    return printed.stdout
  }

  /** The outcomes of an update, by the datasets' names. */
  async run(): Promise<ReadonlyMap<string, DatasetOutcome>> {
    const summary: { datasets: DatasetOutcome[] } = JSON.parse(await this.millrace('run', '--output', 'json'))
    return new Map(summary.datasets.map((each) => [each.name, each]))
  }

  /** The rows of a query, or of statements. */
  async query(sql: string): Promise<Record<string, unknown>[]> {
    return JSON.parse(await this.millrace('query', '--output', 'json', '--', sql))
  }

  /** The rows of a query, each as one text; NULL is empty, the items of an array are parted by commas. */
  async texts(sql: string): Promise<string[]> {
    return (await this.query(sql)).map((row) => Object.values(row).join(' | '))
  }

  remove(): void {
    rmSync(this.#root, { recursive: true })
  }
}
