import type { AddFile, Commit, DeltaTable, Snapshot } from '../../delta/index.ts'
import { listCommits } from '../../delta/log/log-listing.ts'
import { isCondition, PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { beforeCommit, type DeltaOffset, isBehind } from './delta-offset.ts'
import type { DeltaSourceOptions } from './delta-options.ts'
import { appendedFiles, checkDefinition } from './stream-commit.ts'

/** A step of the stream: to `at`, over a file or over a commit without any. */
export interface StreamStep {
  readonly file?: AddFile
  readonly at: DeltaOffset
}

/** A table as a stream reads it. */
export interface StreamedTable {
  readonly name: string
  readonly storage: Storage
  readonly table: DeltaTable
  /** The version whose columns are read. */
  readonly read: Snapshot
  readonly options: DeltaSourceOptions
}

/** The files of a table in the order of the stream. */
export class StreamFiles {
  readonly #source: StreamedTable
  #initial: { readonly version: number; readonly files: readonly AddFile[] } | undefined

  constructor(source: StreamedTable) {
    this.#source = source
  }

  /**
   * The steps behind `from` up to and with `to`. Throws the conditions of commits that a stream cannot take, and
   * DELTA_LOG_FILE_NOT_FOUND_FOR_STREAMING_SOURCE where the log was cleaned before it was read.
   */
  async *between(from: DeltaOffset, to: DeltaOffset): AsyncGenerator<StreamStep> {
    for await (const step of this.#after(from, to)) {
      if (isBehind(step.at, to)) return
      yield step
    }
  }

  async *#after(from: DeltaOffset, to: DeltaOffset): AsyncGenerator<StreamStep> {
    const { reservoirVersion: version, index } = from
    if (from.isInitialSnapshot) yield* this.#steps(version, index, await this.#filesAt(version), true)
    const first = from.isInitialSnapshot ? version + 1 : version
    // The commit at which an offset between two files stands is still to be read.
    const last = to.index < 0 || to.isInitialSnapshot ? to.reservoirVersion - 1 : to.reservoirVersion
    for await (const commit of this.#commits(first, last)) {
      const files = this.#filesOf(commit)
      yield* this.#steps(
        commit.version,
        commit.version === version && !from.isInitialSnapshot ? index : -1,
        files,
        false,
      )
    }
  }

  /** The step over a version's last file goes on to the next version. */
  *#steps(
    version: number,
    index: number,
    files: readonly AddFile[],
    isInitialSnapshot: boolean,
  ): Generator<StreamStep> {
    const reservoirId = this.#source.read.metadata.id
    const end = beforeCommit(reservoirId, version + 1)
    if (index + 1 >= files.length) yield { at: end }
    for (let i = index + 1; i < files.length; i++) {
      const isLast = i === files.length - 1
      const at = isLast ? end : { reservoirId, reservoirVersion: version, index: i, isInitialSnapshot }
      yield { file: files[i]!, at }
    }
  }

  #filesOf(commit: Commit): readonly AddFile[] {
    const { name, read, options } = this.#source
    const { id, schema } = read.metadata
    checkDefinition(commit, { table: name, id, schema, version: read.version })
    return appendedFiles(commit, name, options)
  }

  /** All files of a version, oldest first. */
  async #filesAt(version: number): Promise<readonly AddFile[]> {
    if (this.#initial?.version !== version) {
      const files = (await this.#snapshotAt(version)).filter(
        (each) => this.#source.options.excludeRegex?.test(each.path) !== true,
      )
      files.sort((a, b) => a.modificationTime - b.modificationTime || (a.path < b.path ? -1 : 1))
      this.#initial = { version, files }
    }
    return this.#initial!.files
  }

  async #snapshotAt(version: number): Promise<AddFile[]> {
    try {
      return [...(await this.#source.table.snapshotAt({ version })).files()]
    } catch (error) {
      if (!isGone(error)) throw error
      this.#lose(version)
      return []
    }
  }

  async *#commits(first: number, last: number): AsyncGenerator<Commit> {
    let next = first
    while (next <= last) {
      try {
        for await (const commit of this.#source.table.changes(next, last)) {
          yield commit
          next = commit.version + 1
        }
      } catch (error) {
        if (!isGone(error)) throw error
      }
      if (next > last) return
      this.#lose(next)
      const missing = next
      const left = (await listCommits(this.#source.storage, next)).find((each) => each.version > missing)
      if (left === undefined) return
      next = left.version
    }
  }

  #lose(version: number): void {
    const { name, options } = this.#source
    if (!options.failOnDataLoss) return
    throw new PipelineError('DELTA_LOG_FILE_NOT_FOUND_FOR_STREAMING_SOURCE', {
      table: name,
      version: String(version),
    })
  }
}

/** The log no longer has what a version needs. */
function isGone(error: unknown): boolean {
  return isCondition(error, 'DELTA_VERSION_NOT_FOUND') || isCondition(error, 'DELTA_LOG_FILE_NOT_FOUND')
}
