import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { EngineSession } from '../../engine/engine.ts'
import { filter } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import type { Storage } from '../../storage/storage.ts'
import type { StructType } from '../../types/data-type.ts'

/** Rows that were written at once, in files of our own. */
export interface Run {
  readonly paths: readonly string[]
  readonly rows: number
}

/** Runs of similar size are merged when there are this many, so that a run is rewritten a logarithmic number of times. */
const MERGE_FACTOR = 8

/** One operator's rows: read as a relation, carried on by `append` or `replace`. */
export class OperatorHandle {
  readonly #storage: Storage
  readonly #folder: string
  readonly #schema: StructType
  readonly #setRuns: (runs: readonly Run[]) => void
  #runs: readonly Run[]
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
    this.#runs = runs
    this.#setRuns = setRuns
  }

  get isEmpty(): boolean {
    return this.#runs.length === 0
  }

  /** All rows remembered before the batch. */
  async scan(): Promise<Scan> {
    this.#scan ??= await this.#scanOf(this.#runs)
    return this.#scan
  }

  /**
   * Adds rows as a run of their own and returns how many they are. Runs of similar size are merged when there are many,
   * leaving out rows for which `keep` is not TRUE.
   */
  async append(session: EngineSession, rows: Relation, keep?: Expression): Promise<bigint> {
    const added = await this.#write(session, rows)
    let runs = withRun(this.#runs, added)
    for (let from = mergeStart(runs); from !== undefined; from = mergeStart(runs)) {
      const merged = await this.#scanOf(runs.slice(from))
      const kept = keep === undefined ? merged : filter(merged, keep)
      runs = withRun(runs.slice(0, from), await this.#write(session, kept))
    }
    this.#setRuns(runs)
    return BigInt(added.rows)
  }

  /** Puts rows in the place of all that was remembered. */
  async replace(session: EngineSession, rows: Relation): Promise<void> {
    this.#setRuns(withRun([], await this.#write(session, rows)))
  }

  async #write(session: EngineSession, rows: Relation): Promise<Run> {
    const folder = await this.#storage.stagingPath(this.#folder)
    try {
      const written = await session.write({ query: rows, schema: this.#schema, partitionColumns: [], folder })
      const files = written.files.map(({ localPath }) => ({
        local: localPath,
        path: `${this.#folder}/run-${randomUUID()}.parquet`,
      }))
      await this.#storage.publish(files)
      return { paths: files.map((each) => each.path), rows: Number(written.rowCount) }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #scanOf(runs: readonly Run[]): Promise<Scan> {
    const stored = runs.flatMap((each) => each.paths)
    const paths = await Promise.all(stored.map((each) => this.#storage.localize(each)))
    return { kind: 'Scan', input: { kind: 'parquet', paths }, schema: this.#schema }
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
