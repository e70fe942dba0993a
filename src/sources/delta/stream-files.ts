import { type ChangedFile, changedFiles } from '../../delta/change-feed/commit-changes.ts'
import type { AddFile, Commit, DeltaTable, Snapshot } from '../../delta/index.ts'
import { listCommits } from '../../delta/log/log-listing.ts'
import { metadataFrom } from '../../delta/schema/metadata.ts'
import { isCondition, PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { beforeCommit, type DeltaOffset, isBehind } from './delta-offset.ts'
import type { DeltaSourceOptions } from './delta-options.ts'
import { appendedFiles, checkDefinition, checkRecorded, type Definition } from './stream-commit.ts'

/** A step of the stream: to `at`, over a file or over a commit without any. */
export interface StreamStep {
  readonly file?: StreamedFile
  readonly at: DeltaOffset
}

/** A file of the stream, read whole, or in a change feed for the changes that are in it. */
export type StreamedFile =
  | { readonly kind: 'rows'; readonly file: AddFile }
  /** A file of the table as the stream found it: all its rows are inserts. */
  | { readonly kind: 'inserts'; readonly file: AddFile; readonly commit: CommitTime }
  | { readonly kind: 'changes'; readonly file: ChangedFile; readonly commit: CommitTime }

type CommitTime = Pick<Commit, 'version' | 'timestampMs'>

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
  #initial: { readonly version: number; readonly files: readonly StreamedFile[] } | undefined
  /** Commits from here on have a definition that can be read, as long as none of them brings another. */
  #checkedFrom: number

  constructor(source: StreamedTable) {
    this.#source = source
    this.#checkedFrom = source.read.metadataSince
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
      const files = await this.#filesOf(commit)
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
    files: readonly StreamedFile[],
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

  async #filesOf(commit: Commit): Promise<readonly StreamedFile[]> {
    const { name, storage, options } = this.#source
    const definition = await this.#newDefinition(commit)
    if (definition !== undefined) {
      this.#checkReadable(definition)
      if (options.readChangeFeed) checkRecorded(definition)
    }
    this.#checkedFrom = Math.min(this.#checkedFrom, commit.version)
    if (!options.readChangeFeed) {
      return appendedFiles(commit, name, options).map((file) => ({ kind: 'rows', file }))
    }
    const files = await changedFiles(commit, storage)
    return files.filter(this.#isWanted).map((file) => ({ kind: 'changes', file, commit: timeOf(commit) }))
  }

  /** The definition of a commit where it is not that of the commit before, or where this one is the first that is read. */
  async #newDefinition({ version, metaData }: Commit): Promise<Definition | undefined> {
    if (metaData !== undefined) return { version, metadata: metadataFrom(metaData) }
    return version < this.#checkedFrom ? this.#snapshotAt(version) : undefined
  }

  #checkReadable(definition: Definition): void {
    const { name, read } = this.#source
    const { id, schema } = read.metadata
    checkDefinition(definition, { table: name, id, schema, version: read.version })
  }

  /** All files of a version, oldest first. */
  async #filesAt(version: number): Promise<readonly StreamedFile[]> {
    if (this.#initial?.version !== version) {
      this.#initial = { version, files: await this.#initialFiles(version) }
    }
    return this.#initial.files
  }

  async #initialFiles(version: number): Promise<StreamedFile[]> {
    const snapshot = await this.#snapshotAt(version)
    if (snapshot === undefined) return []
    this.#checkReadable(snapshot)
    const files = [...snapshot.files()].filter(this.#isWanted)
    files.sort((a, b) => a.modificationTime - b.modificationTime || (a.path < b.path ? -1 : 1))
    const commit = timeOf(snapshot)
    const { readChangeFeed } = this.#source.options
    return files.map((file) => (readChangeFeed ? { kind: 'inserts', file, commit } : { kind: 'rows', file }))
  }

  #isWanted = ({ path }: { readonly path: string }): boolean =>
    this.#source.options.excludeRegex?.test(path) !== true

  async #snapshotAt(version: number): Promise<Snapshot | undefined> {
    try {
      return await this.#source.table.snapshotAt({ version })
    } catch (error) {
      if (!isGone(error)) throw error
      this.#lose(version)
      return undefined
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

function timeOf({ version, timestampMs }: CommitTime): CommitTime {
  return { version, timestampMs }
}
