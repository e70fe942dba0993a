import { type AddFile, type Commit, type DeltaTable, deltaScanOf, type Snapshot } from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { BoundRange, PlannedRange, Source, SourceSchema } from '../source.ts'
import type { DeltaSourceOptions } from './delta-source-options.ts'

/**
 * A Delta table as a stream: first the rows of one version, then what each commit after it adds. Commits that change rows
 * already given are an error unless an option says otherwise; commits that only move rows are invisible.
 */
export class DeltaSource implements Source {
  readonly name: string
  readonly #table: DeltaTable
  readonly #storage: Storage
  readonly #options: DeltaSourceOptions

  constructor(options: {
    readonly name: string
    readonly table: DeltaTable
    /** Rooted at the table. */
    readonly storage: Storage
    readonly options: DeltaSourceOptions
  }) {
    this.name = options.name
    this.#table = options.table
    this.#storage = options.storage
    this.#options = options.options
  }

  async schema(): Promise<SourceSchema> {
    return { schema: this.#table.snapshot.metadata.schema }
  }

  /** The place behind the newest commit. */
  async latest(): Promise<DeltaOffset> {
    const { version } = await this.#table.refresh()
    return this.#offset(version + 1)
  }

  /** Throws DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE, DELTA_SOURCE_IGNORE_DELETE, DELTA_SOURCE_TABLE_IGNORE_CHANGES. */
  async plan(from: unknown, to: unknown): Promise<PlannedRange | undefined> {
    const end = to as DeltaOffset
    const start = from === undefined ? await this.#start(end) : this.#resume(from as DeltaOffset)
    if (start.isInitialSnapshot) return this.#planSnapshot(start)
    const { next, files, bytes } = await this.#take(start, end)
    const isNew = from === undefined || !sameOffset(start, next)
    if (!isNew) return undefined
    return { range: { from: start, to: next, files, bytes } satisfies DeltaRange, end: next }
  }

  async read(range: unknown): Promise<BoundRange> {
    const { from, to } = range as DeltaRange
    const files = from.isInitialSnapshot
      ? await this.#snapshotFiles(from, to)
      : await this.#commitFiles(from, to)
    const snapshot = this.#table.snapshot
    return { input: await deltaScanOf(snapshot, this.#storage, files), schema: snapshot.metadata.schema }
  }

  #offset(version: number, index = 0, isInitialSnapshot = false): DeltaOffset {
    return {
      reservoirId: this.#table.snapshot.metadata.id,
      reservoirVersion: version,
      index,
      isInitialSnapshot,
    }
  }

  async #start(end: DeltaOffset): Promise<DeltaOffset> {
    const { startingVersion, startingTimestampMs } = this.#options
    if (startingVersion === 'latest') return end
    if (startingVersion !== undefined) return this.#offset(startingVersion)
    if (startingTimestampMs === undefined) return this.#offset(end.reservoirVersion - 1, 0, true)
    return this.#offset(await this.#firstVersionSince(startingTimestampMs, end))
  }

  async #firstVersionSince(timestampMs: number, end: DeltaOffset): Promise<number> {
    for await (const commit of this.#table.changes(0, end.reservoirVersion - 1)) {
      if (commit.timestampMs >= timestampMs) return commit.version
    }
    return end.reservoirVersion
  }

  #resume(offset: DeltaOffset): DeltaOffset {
    const { id } = this.#table.snapshot.metadata
    if (offset.reservoirId === id) return offset
    throw new PipelineError('DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE', {
      table: this.name,
      oldTableId: offset.reservoirId,
      newTableId: id,
    })
  }

  async #planSnapshot(start: DeltaOffset): Promise<PlannedRange> {
    const files = orderedFiles(await this.#snapshotAt(start.reservoirVersion), this.#options)
    const taken = withinLimits(files.slice(start.index), this.#options)
    const stop = start.index + taken.length
    const isDone = stop === files.length
    const next = isDone
      ? this.#offset(start.reservoirVersion + 1)
      : this.#offset(start.reservoirVersion, stop, true)
    const rest = files.slice(stop)
    return {
      range: { from: start, to: next, files: taken.length, bytes: totalBytes(taken) } satisfies DeltaRange,
      end: next,
      backlog: { files: rest.length, bytes: totalBytes(rest) },
    }
  }

  /** Walks the commits from `start` until a limit or `end` is reached. */
  async #take(
    start: DeltaOffset,
    end: DeltaOffset,
  ): Promise<{ next: DeltaOffset; files: number; bytes: number }> {
    let files = 0
    let bytes = 0
    if (start.reservoirVersion >= end.reservoirVersion) return { next: start, files, bytes }
    for await (const { commit, added } of this.#commits(start, end.reservoirVersion - 1)) {
      const room = { ...this.#options, maxFilesPerTrigger: this.#options.maxFilesPerTrigger - files }
      const index = commit.version === start.reservoirVersion ? start.index : 0
      const taken = room.maxFilesPerTrigger === 0 ? [] : withinLimits(added.slice(index), room, bytes)
      files += taken.length
      bytes += totalBytes(taken)
      if (index + taken.length < added.length) {
        return { next: this.#offset(commit.version, index + taken.length), files, bytes }
      }
    }
    return { next: this.#offset(end.reservoirVersion), files, bytes }
  }

  async #snapshotFiles(from: DeltaOffset, to: DeltaOffset): Promise<AddFile[]> {
    const files = orderedFiles(await this.#snapshotAt(from.reservoirVersion), this.#options)
    return files.slice(from.index, to.isInitialSnapshot ? to.index : files.length)
  }

  async #commitFiles(from: DeltaOffset, to: DeltaOffset): Promise<AddFile[]> {
    const last = to.index > 0 ? to.reservoirVersion : to.reservoirVersion - 1
    if (last < from.reservoirVersion) return []
    const files: AddFile[] = []
    for await (const { commit, added } of this.#commits(from, last)) {
      const start = commit.version === from.reservoirVersion ? from.index : 0
      files.push(...added.slice(start, commit.version === to.reservoirVersion ? to.index : added.length))
    }
    return files
  }

  #snapshotAt(version: number): Promise<Snapshot> | Snapshot {
    const { snapshot } = this.#table
    return snapshot.version === version ? snapshot : this.#table.snapshotAt({ version })
  }

  /** Commits of versions `from` to `last` with the files whose rows are new in them. */
  async *#commits(from: DeltaOffset, last: number): AsyncIterable<{ commit: Commit; added: AddFile[] }> {
    for await (const commit of this.#table.changes(from.reservoirVersion, last)) {
      if (commit.metaData !== undefined && commit.metaData.id !== from.reservoirId) {
        this.#resume({ ...from, reservoirId: commit.metaData.id })
      }
      yield { commit, added: newFiles(commit, this.name, this.#options) }
    }
  }
}

/** A place in a table's log: behind `index` files of the version (of its whole snapshot, or of its commit). */
export interface DeltaOffset {
  /** The table's id. */
  readonly reservoirId: string
  readonly reservoirVersion: number
  readonly index: number
  readonly isInitialSnapshot: boolean
}

interface DeltaRange {
  readonly from: DeltaOffset
  readonly to: DeltaOffset
  readonly files: number
  readonly bytes: number
}

/** The files that a commit adds to the stream, in the order of its log; throws for changes that no option allows. */
function newFiles(commit: Commit, table: string, options: DeltaSourceOptions): AddFile[] {
  const added = commit.adds.filter((each) => each.dataChange && !isExcluded(each, options))
  const isChange = commit.removes.some((each) => each.dataChange)
  if (!isChange) return added
  if (options.skipChangeCommits) return []
  if (options.ignoreChanges) return added
  const version = String(commit.version)
  if (added.length > 0) throw new PipelineError('DELTA_SOURCE_TABLE_IGNORE_CHANGES', { table, version })
  if (options.ignoreDeletes) return []
  throw new PipelineError('DELTA_SOURCE_IGNORE_DELETE', { table, version })
}

/** A snapshot's files in an order that every reader of the same version finds again: oldest first, then by path. */
function orderedFiles(snapshot: Snapshot, options: DeltaSourceOptions): AddFile[] {
  return [...snapshot.files()]
    .filter((each) => !isExcluded(each, options))
    .sort((a, b) => a.modificationTime - b.modificationTime || (a.path < b.path ? -1 : 1))
}

function isExcluded(file: AddFile, { excludeRegex }: DeltaSourceOptions): boolean {
  return excludeRegex?.test(file.path) ?? false
}

/** As many files from the front as one batch may hold; at least one where there is one and none was taken before. */
function withinLimits(
  files: readonly AddFile[],
  { maxFilesPerTrigger, maxBytesPerTrigger = Infinity }: DeltaSourceOptions,
  bytesBefore = 0,
): AddFile[] {
  const taken: AddFile[] = []
  let bytes = bytesBefore
  for (const file of files.slice(0, maxFilesPerTrigger)) {
    if (bytes > 0 && bytes + file.size > maxBytesPerTrigger) break
    taken.push(file)
    bytes += file.size
  }
  return taken
}

function totalBytes(files: readonly AddFile[]): number {
  return files.reduce((sum, each) => sum + each.size, 0)
}

function sameOffset(a: DeltaOffset, b: DeltaOffset): boolean {
  return (
    a.reservoirVersion === b.reservoirVersion &&
    a.index === b.index &&
    a.isInitialSnapshot === b.isInitialSnapshot
  )
}
