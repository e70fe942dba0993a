import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Example } from './example.ts'
import { programArguments } from './run-program.ts'
import { RunningProgram } from './running-program.ts'

/** What `scripts/reconcile.ts` says of a table: how many rows it has, lacks, and has too many. */
export interface Figure {
  readonly figure: string
  readonly rows: number
  readonly missing: number
  readonly unexpected: number
}

/** The retail example with empty landing tables. */
export class RetailExample extends Example {
  static async create(): Promise<RetailExample> {
    const example = new RetailExample('retail')
    await example.environment('setup.sql')
    return example
  }

  /** Runs the statements of a file in `environment/`. */
  environment(file: string): Promise<string> {
    return this.millrace('query', '--', this.statements(file))
  }

  /** The text of a file in `environment/`. */
  statements(file: string): string {
    return readFileSync(join(this.folder, 'environment', file), 'utf8')
  }

  /** Adds batches without waiting between them. */
  generate(batches: number, ...more: readonly string[]): Promise<string> {
    return this.millrace('generate', 'retail', '--batches', String(batches), '--speed', '0', ...more)
  }

  /** Computes the facts of the batches that were recorded since the last call. Gives way to other programs. */
  async collect(): Promise<void> {
    await this.#reconcile(['--collect'], { givesWay: true })
  }

  /** Compares all tables with what other queries give. */
  async reconcile(): Promise<readonly Figure[]> {
    return JSON.parse(await this.#reconcile())
  }

  async #reconcile(args: readonly string[] = [], { givesWay = false } = {}): Promise<string> {
    const script = join(this.folder, 'scripts/reconcile.ts')
    const program = new RunningProgram(programArguments(script, args), this.folder, { givesWay })
    const { stdout, stderr } = await program.ended
    if (stderr !== '') throw new Error(stderr)
    return stdout
  }
}
