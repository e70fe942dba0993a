import type { EngineSession } from '../../engine/engine.ts'
import { filter } from '../../plan/build.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import type { Storage } from '../../storage/storage.ts'
import type { StructType } from '../../types/data-type.ts'
import { scanRowFiles, writeRowFiles } from '../checkpoint/row-files.ts'
import { type Retention, stillCounts, untilOf } from './retention.ts'

/** Rows that were written at once, in files of our own. */
export interface Run {
  readonly paths: readonly string[]
  readonly rows: number
  /** Absent in states of older versions. */
  readonly bytes?: number
  /** Until when its last row counts, microseconds as decimal text; absent where that is not known. */
  readonly until?: string
}

/** How rows are carried on. */
export interface Keeping {
  /** Rows that the watermark has passed are left out when runs are merged, and whole runs of them at once. */
  readonly retention?: Retention
  /** What becomes of the rows of runs that are merged; by default they stay as they are. */
  readonly merge?: (rows: Relation) => Relation
}

/** Runs of similar size are merged when there are this many, so that a run is rewritten a logarithmic number of times. */
const MERGE_FACTOR = 8

/** One operator's rows: read as a relation, carried on by `append` and `expire`, or by `replace`. */
export class OperatorHandle {
  readonly #storage: Storage
  readonly #folder: string
  readonly #schema: StructType
  readonly #setRuns: (runs: readonly Run[]) => void
  readonly #before: readonly Run[]
  #runs: readonly Run[]
  #rowsWritten = 0
  #scan: Scan | undefined

  constructor(
    storage: Storage,
    folder: string,
    schema: StructType,
    runs: readonly Run[],
    setRuns: (runs: readonly Run[]) => void,
  ) {
    this.#storage = storage
    this.#folder = folder
    this.#schema = schema
    this.#before = runs
    this.#runs = runs
    this.#setRuns = setRuns
  }

  /** Nothing was remembered before the batch. */
  get isEmpty(): boolean {
    return this.#before.length === 0
  }

  /** All rows remembered before the batch. */
  async scan(): Promise<Scan> {
    this.#scan ??= await this.#scanOf(this.#before)
    return this.#scan
  }

  /**
   * Adds rows as a run of their own and returns how many they are. Runs of similar size are merged when there are many, so
   * that what a batch does not touch is not written again with it.
   */
  async append(session: EngineSession, rows: Relation, keeping: Keeping = {}): Promise<bigint> {
    const { retention, merge = (all) => all } = keeping
    const added = await this.#write(session, rows, retention)
    let runs = withRun(this.#runs, added)
    for (let from = mergeStart(runs); from !== undefined; from = mergeStart(runs)) {
      const all = await this.#scanOf(runs.slice(from))
      const keep = stillCounts(retention, this.#schema)
      const merged = merge(keep === undefined ? all : filter(all, keep))
      runs = withRun(runs.slice(0, from), await this.#write(session, merged, retention))
    }
    this.#put(runs, added.rows)
    return BigInt(added.rows)
  }

  /** Forgets the runs of which the watermark has passed every row. */
  expire({ overMicros }: Retention): void {
    if (overMicros === undefined) return
    const kept = this.#runs.filter(({ until }) => until === undefined || BigInt(until) > overMicros)
    this.#put(kept, 0)
  }

  /** Puts rows in the place of all that was remembered. */
  async replace(session: EngineSession, rows: Relation): Promise<void> {
    const written = await this.#write(session, rows)
    this.#put(withRun([], written), written.rows)
  }

  /** Rows that the batch has added, and those that were put in the place of others. */
  get rowsWritten(): number {
    return this.#rowsWritten
  }

  #put(runs: readonly Run[], rowsWritten: number): void {
    this.#runs = runs
    this.#rowsWritten += rowsWritten
    this.#setRuns(runs)
  }

  async #write(session: EngineSession, rows: Relation, retention?: Retention): Promise<Run> {
    const place = { storage: this.#storage, folder: this.#folder, prefix: 'run' }
    const written = await writeRowFiles(place, session, rows, this.#schema)
    const until = untilOf(retention, written.files)
    return {
      paths: written.paths,
      rows: Number(written.rowCount),
      bytes: written.files.reduce((sum, each) => sum + each.sizeBytes, 0),
      ...(until !== undefined && { until: until.toString() }),
    }
  }

  #scanOf(runs: readonly Run[]): Promise<Scan> {
    const paths = runs.flatMap((each) => each.paths)
    return scanRowFiles(this.#storage, paths, this.#schema)
  }
}

function withRun(runs: readonly Run[], added: Run): Run[] {
  return added.rows === 0 ? [...runs] : [...runs, added]
}

/** Where the run of same-sized runs at the end begins, when it is long enough to merge. */
function mergeStart(runs: readonly Run[]): number | undefined {
  if (runs.length < MERGE_FACTOR) return undefined
  const level = sizeLevel(runs.at(-1)!)
  let from = runs.length
  while (from > 0 && sizeLevel(runs[from - 1]!) <= level) from -= 1
  return runs.length - from >= MERGE_FACTOR ? from : undefined
}

/** Logarithm of the size to the merge factor. */
function sizeLevel(run: Run): number {
  return Math.floor(Math.log(Math.max(run.rows, 1)) / Math.log(MERGE_FACTOR))
}
