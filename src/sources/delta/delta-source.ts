import { type AddFile, type Commit, DeltaTable, deltaScanOf, type Snapshot } from '../../delta/index.ts'
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
  readonly #storage: Storage
  readonly #options: DeltaSourceOptions
  readonly #open: () => Promise<DeltaTable>
  #table: DeltaTable | undefined

  constructor(options: {
    readonly name: string
    /** Rooted at the table. */
    readonly storage: Storage
    /** Called when rows are needed: finding that there are none takes the log's names alone. */
    readonly open: () => Promise<DeltaTable>
    readonly options: DeltaSourceOptions
  }) {
    this.name = options.name
    this.#open = options.open
    this.#storage = options.storage
    this.#options = options.options
  }

  async schema(): Promise<SourceSchema> {
    return { schema: (await this.#opened()).snapshot.metadata.schema }
  }

  /** The place behind the newest commit; undefined while there is no table. */
  async latest(): Promise<LatestVersion | undefined> {
    const version = await DeltaTable.latestVersion(this.#storage)
    return version === undefined ? undefined : { reservoirVersion: version + 1 }
  }

  /** Throws DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE, DELTA_SOURCE_IGNORE_DELETE, DELTA_SOURCE_TABLE_IGNORE_CHANGES. */
  async plan(from: unknown, to: unknown): Promise<PlannedRange | undefined> {
    const { reservoirVersion: end } = to as LatestVersion
    const last = from as DeltaOffset | undefined
    if (last !== undefined && !last.isInitialSnapshot && last.reservoirVersion >= end) return undefined
    const table = await this.#opened()
    await table.refresh()
    const start = last === undefined ? await this.#start(table, end) : this.#resume(table, last)
    if (start.isInitialSnapshot) return this.#planSnapshot(table, start)
    const { next, files, bytes } = await this.#take(table, start, end)
    return { range: { from: start, to: next, files, bytes } satisfies DeltaRange, end: next }
  }

  async read(range: unknown): Promise<BoundRange> {
    const { from, to } = range as DeltaRange
    const table = await this.#opened()
    const { snapshot } = table
    const files = from.isInitialSnapshot
      ? await this.#snapshotFiles(table, from, to)
      : await this.#commitFiles(table, from, to)
    return { input: await deltaScanOf(snapshot, this.#storage, files), schema: snapshot.metadata.schema }
  }

  async #opened(): Promise<DeltaTable> {
    this.#table ??= await this.#open()
    return this.#table
  }

  async #start(table: DeltaTable, end: number): Promise<DeltaOffset> {
    const { startingVersion, startingTimestampMs } = this.#options
    if (startingVersion === 'latest') return offset(table, end)
    if (startingVersion !== undefined) return offset(table, startingVersion)
    if (startingTimestampMs === undefined) return offset(table, end - 1, 0, true)
    for await (const commit of table.changes(0, end - 1)) {
      if (commit.timestampMs >= startingTimestampMs) return offset(table, commit.version)
    }
    return offset(table, end)
  }

  #resume(table: DeltaTable, last: DeltaOffset): DeltaOffset {
    const { id } = table.snapshot.metadata
    if (last.reservoirId === id) return last
    throw new PipelineError('DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE', {
      table: this.name,
      oldTableId: last.reservoirId,
      newTableId: id,
    })
  }

  async #planSnapshot(table: DeltaTable, start: DeltaOffset): Promise<PlannedRange> {
    const files = orderedFiles(await snapshotAt(table, start.reservoirVersion), this.#options)
    const taken = withinLimits(files.slice(start.index), this.#options)
    const stop = start.index + taken.length
    const isDone = stop === files.length
    const next = isDone
      ? offset(table, start.reservoirVersion + 1)
      : offset(table, start.reservoirVersion, stop, true)
    const rest = files.slice(stop)
    return {
      range: { from: start, to: next, files: taken.length, bytes: totalBytes(taken) } satisfies DeltaRange,
      end: next,
      backlog: { files: rest.length, bytes: totalBytes(rest) },
    }
  }

  /** Walks the commits from `start` until a limit or `end` is reached. */
  async #take(
    table: DeltaTable,
    start: DeltaOffset,
    end: number,
  ): Promise<{ next: DeltaOffset; files: number; bytes: number }> {
    let files = 0
    let bytes = 0
    if (start.reservoirVersion >= end) return { next: start, files, bytes }
    for await (const { commit, added } of this.#commits(table, start, end - 1)) {
      const room = { ...this.#options, maxFilesPerTrigger: this.#options.maxFilesPerTrigger - files }
      const index = commit.version === start.reservoirVersion ? start.index : 0
      const taken = room.maxFilesPerTrigger === 0 ? [] : withinLimits(added.slice(index), room, bytes)
      files += taken.length
      bytes += totalBytes(taken)
      if (index + taken.length < added.length) {
        return { next: offset(table, commit.version, index + taken.length), files, bytes }
      }
    }
    return { next: offset(table, end), files, bytes }
  }

  async #snapshotFiles(table: DeltaTable, from: DeltaOffset, to: DeltaOffset): Promise<AddFile[]> {
    const files = orderedFiles(await snapshotAt(table, from.reservoirVersion), this.#options)
    return files.slice(from.index, to.isInitialSnapshot ? to.index : files.length)
  }

  async #commitFiles(table: DeltaTable, from: DeltaOffset, to: DeltaOffset): Promise<AddFile[]> {
    const last = to.index > 0 ? to.reservoirVersion : to.reservoirVersion - 1
    if (last < from.reservoirVersion) return []
    const files: AddFile[] = []
    for await (const { commit, added } of this.#commits(table, from, last)) {
      const start = commit.version === from.reservoirVersion ? from.index : 0
      files.push(...added.slice(start, commit.version === to.reservoirVersion ? to.index : added.length))
    }
    return files
  }

  /** Commits of versions `from` to `last` with the files whose rows are new in them. */
  async *#commits(
    table: DeltaTable,
    from: DeltaOffset,
    last: number,
  ): AsyncIterable<{ commit: Commit; added: AddFile[] }> {
    for await (const commit of table.changes(from.reservoirVersion, last)) {
      yield { commit, added: newFiles(commit, this.name, this.#options) }
    }
  }
}

/** The version that the next commit will have. */
export interface LatestVersion {
  readonly reservoirVersion: number
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

function offset(table: DeltaTable, version: number, index = 0, isInitialSnapshot = false): DeltaOffset {
  return { reservoirId: table.snapshot.metadata.id, reservoirVersion: version, index, isInitialSnapshot }
}

function snapshotAt(table: DeltaTable, version: number): Promise<Snapshot> | Snapshot {
  const { snapshot } = table
  return snapshot.version === version ? snapshot : table.snapshotAt({ version })
}
