import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Catalog } from '../../src/catalog/index.ts'
import { DeltaTable, deltaScanOf } from '../../src/delta/index.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { readEvents } from '../../src/event-log/read-events.ts'
import { localStorage } from '../../src/storage/index.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const BIN = join(ROOT, 'dist/cli/bin.js')

/** Bytes of files, which hold names and times of their own, and what lay waiting at the moment. */
const IS_SIZE = /_bytes$|^backlog_/

/** A pipeline in a folder of its own, run by the real command. */
export class PipelineUnderTest {
  readonly folder: string

  /** `source`: the pipeline's folder below the repository's. */
  constructor(source = 'examples/orders') {
    this.folder = mkdtempSync(join(tmpdir(), 'millrace-crash-'))
    cpSync(join(ROOT, source), this.folder, {
      recursive: true,
      filter: (path) => !/warehouse|\.millrace|data$/.test(path.slice(ROOT.length)),
    })
  }

  async generate(rows: number, seed: number): Promise<void> {
    const args = ['--out', 'data/raw', '--rows', String(rows), '--seed', String(seed), '--files', '4']
    const { code, stderr } = await this.#command(['generate', 'orders', ...args])
    if (code !== 0) throw new Error(stderr)
  }

  /** Runs an update to its end. */
  async run(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.#command(['run', ...args])
    if (code !== 0) throw new Error(`run ended with ${code}: ${stderr}`)
  }

  /** Runs an update that kills itself at a step. Resolves to whether it came so far. */
  async runKilledAt(step: string, ...args: readonly string[]): Promise<boolean> {
    const { signal } = await this.#command(['run', ...args], { MILLRACE_CRASH_AT: step })
    return signal === 'SIGKILL'
  }

  /** Runs an update that is killed after some time. Resolves to whether it was still running. */
  async runKilledAfter(ms: number): Promise<boolean> {
    const { signal } = await this.#command(['run'], {}, ms)
    return signal === 'SIGKILL'
  }

  /** Starts a continuous update. With `crashAt` it kills itself at a step. */
  runContinuously(crashAt?: string): ContinuousRun {
    const env = crashAt === undefined ? process.env : { ...process.env, MILLRACE_CRASH_AT: crashAt }
    return new ContinuousRun(this.folder, env)
  }

  /** A file of JSON lines below `data/`, which appears whole. */
  land(path: string, rows: readonly object[]): void {
    const target = join(this.folder, 'data', path)
    const hidden = join(dirname(target), `.${basename(target)}`)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(hidden, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    renameSync(hidden, target)
  }

  /** Every table's rows, sorted, without the columns that tell the time of a run, or its batches. */
  async tables(engine: Engine): Promise<Record<string, string[]>> {
    const catalog = new Catalog({
      warehouse: join(this.folder, 'warehouse'),
      storage: join(this.folder, '.millrace'),
      tables: {},
      defaultCatalog: 'main',
      defaultSchema: 'shop',
    })
    const session = await engine.openSession({ timestampMicros: 0n, ansi: true })
    const rows: Record<string, string[]> = {}
    for (const { name, folder } of catalog.list()) {
      const storage = localStorage(folder)
      const { snapshot } = await DeltaTable.open(storage, engine.deltaPort)
      const { schema } = snapshot.metadata
      const columns = schema.fields
        .map((each) => each.name)
        .filter((each) => !/timestamp$|source_file|_quarantine_batch/.test(each))
      const input = await deltaScanOf(snapshot, storage)
      const read = await session.rows({
        kind: 'Project',
        input: { kind: 'Scan', input, schema },
        expressions: columns.map((each) => ({ kind: 'UnresolvedAttribute', parts: [each] })),
      })
      rows[name.table] = read.map((row) => JSON.stringify(row, exact)).sort()
    }
    await session.close()
    return rows
  }

  /** Sums over the event log, by dataset: rows written, dropped, quarantined, and each rule's counts. */
  async eventTotals(engine: Engine): Promise<Record<string, number>> {
    const storage = localStorage(join(this.folder, '.millrace'))
    const events = await readEvents(storage, { eventTypes: ['flow_progress'] }, async () => engine)
    const totals: Record<string, number> = {}
    const add = (key: string, count: number | undefined) => {
      if (count) totals[key] = (totals[key] ?? 0) + count
    }
    for (const { origin, details } of events) {
      const progress = details.flow_progress as Progress
      if (progress.status !== 'RUNNING') continue
      const dataset = origin.dataset_name!
      for (const [name, count] of Object.entries(progress.metrics ?? {})) {
        if (!IS_SIZE.test(name)) add(`${dataset} ${name}`, count)
      }
      for (const each of progress.data_quality?.expectations ?? []) {
        add(`${dataset} ${each.name} passed`, each.passed_records)
        add(`${dataset} ${each.name} failed`, each.failed_records)
      }
    }
    return totals
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #command(args: readonly string[], env: Record<string, string> = {}, killAfterMs?: number): Promise<Ended> {
    return new Promise((done, failed) => {
      const child = spawn(process.execPath, [BIN, ...args], {
        cwd: this.folder,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let stderr = ''
      child.stderr.on('data', (chunk) => {
        stderr += chunk
      })
      const timer =
        killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
      child.on('error', failed)
      child.on('close', (code, signal) => {
        clearTimeout(timer)
        done({ code, signal, stderr })
      })
    })
  }
}

/** A continuous update as a process of its own. */
export class ContinuousRun {
  /** Resolves when the process has ended. */
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  readonly #waiting = new Set<() => void>()
  readonly #batches = new Map<string, number>()
  #events = 0
  #isOver = false

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    const args = [BIN, 'run', '--continuous', '--output', 'json']
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] })
    const errors: string[] = []
    createInterface(child.stderr).on('line', (line) => {
      this.#events += 1
      const dataset = /"dataset_name":"main\.shop\.(\w+)".*"num_(?:output|upserted)_rows":[1-9]/.exec(
        line,
      )?.[1]
      if (dataset !== undefined) this.#batches.set(dataset, (this.#batches.get(dataset) ?? 0) + 1)
      if (line.includes('"level":"ERROR"')) errors.push(line)
      this.#heard()
    })
    this.#child = child
    this.ended = new Promise((done, failed) => {
      child.on('error', failed)
      child.on('close', (code, signal) => {
        this.#isOver = true
        this.#heard()
        done({ code, signal, stderr: errors.join('\n') })
      })
    })
  }

  /** Resolves when it has told of so many more events, or has ended. */
  async events(more: number): Promise<void> {
    const until = this.#events + more
    await this.#until(() => this.#events >= until)
  }

  /** Resolves when a dataset has got rows once more, or when the process has ended. */
  async batchOf(dataset: string): Promise<void> {
    const before = this.#batches.get(dataset) ?? 0
    await this.#until(() => (this.#batches.get(dataset) ?? 0) > before)
  }

  async #until(isReached: () => boolean): Promise<void> {
    while (!isReached() && !this.#isOver) {
      await new Promise<void>((done) => this.#waiting.add(done))
    }
  }

  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Ended> {
    this.#child.kill(signal)
    return this.ended
  }

  #heard(): void {
    for (const done of this.#waiting) done()
    this.#waiting.clear()
  }
}

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

interface Progress {
  readonly status: string
  readonly metrics?: Readonly<Record<string, number>>
  readonly data_quality?: {
    readonly expectations: readonly { name: string; passed_records: number; failed_records: number }[]
  }
}

function exact(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`
  return value instanceof Map ? [...value] : value
}
