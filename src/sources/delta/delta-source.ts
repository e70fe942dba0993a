import { type AddFile, DeltaTable, deltaScanOf } from '../../delta/index.ts'
import { listCommits } from '../../delta/log/log-listing.ts'
import { timedVersions } from '../../delta/log/time-travel.ts'
import { isCondition, PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import type { BoundRange, PlannedRange, Source, SourceSchema } from '../source.ts'
import { beforeCommit, type DeltaOffset, type DeltaRange } from './delta-offset.ts'
import type { DeltaSourceOptions } from './delta-options.ts'
import { type StreamedTable, StreamFiles } from './stream-files.ts'

export interface DeltaSourceContext {
  /** The table's name or path, for messages and the checkpoint. */
  readonly name: string
  /** Rooted at the table. */
  readonly storage: Storage
  /** Called when rows are needed: finding that there are none takes the log's names alone. */
  readonly open: () => Promise<DeltaTable>
  readonly options: DeltaSourceOptions
}

/** Behind the newest commit. */
interface LatestVersion {
  readonly reservoirVersion: number
}

interface Opened extends StreamedTable {
  readonly files: StreamFiles
}

/**
 * A Delta table as a stream of the rows that are appended to it (dlt-semantics 6.6): first the table as it is when the
 * stream begins, in batches, then commit by commit. The columns are those of the table when the source is opened; a commit
 * that adds columns ends the stream, which goes on with the new columns when it is opened again.
 */
export class DeltaSource implements Source {
  readonly name: string
  readonly #context: DeltaSourceContext
  #opened: Promise<Opened> | undefined

  constructor(context: DeltaSourceContext) {
    this.name = context.name
    this.#context = context
  }

  async schema(): Promise<SourceSchema> {
    return { schema: (await this.#open()).read.metadata.schema }
  }

  /** Found by the names of the log alone; undefined while there is no table. */
  async latest(): Promise<LatestVersion | undefined> {
    const version = await DeltaTable.latestVersion(this.#context.storage)
    return version === undefined ? undefined : { reservoirVersion: version + 1 }
  }

  /** A range without files is planned where it moves the offset on: over compactions, or to pin where `latest` began. */
  async plan(from: unknown, to: unknown): Promise<PlannedRange | undefined> {
    const { reservoirVersion } = to as LatestVersion
    const last = from as DeltaOffset | undefined
    if (last?.reservoirVersion === reservoirVersion) return undefined
    const { table, read, files } = await this.#openSame(last)
    await table.refresh()
    const until = beforeCommit(read.metadata.id, reservoirVersion)
    const start = last ?? (await this.#start(until))
    const batch = new BatchLimits(this.#context.options)
    let end = start
    try {
      for await (const { file, at } of files.between(start, until)) {
        if (file !== undefined && !batch.take(file)) break
        end = at
      }
    } catch (error) {
      // What comes before the commit in question is read first.
      if (batch.count === 0) throw error
    }
    const pinsLatest = last === undefined && this.#context.options.startingVersion === 'latest'
    if (end === start && !pinsLatest) return undefined
    const range: DeltaRange = { from: start, to: end }
    return { range, end }
  }

  async read(range: unknown): Promise<BoundRange> {
    const { from, to } = range as DeltaRange
    const { files, read, storage } = await this.#openSame(from)
    const adds: AddFile[] = []
    for await (const { file } of files.between(from, to)) if (file !== undefined) adds.push(file)
    return { schema: read.metadata.schema, input: await deltaScanOf(read, storage, adds) }
  }

  async evolve(error: unknown): Promise<boolean> {
    if (!isCondition(error, 'DELTA_SCHEMA_CHANGED_WITH_VERSION')) return false
    this.#opened = undefined
    return true
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#openTable()
    return this.#opened
  }

  async #openTable(): Promise<Opened> {
    const { name, storage, options, open } = this.#context
    const table = await open()
    const source = { name, storage, table, read: table.snapshot, options }
    return { ...source, files: new StreamFiles(source) }
  }

  /** Throws DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE where an offset is of another table. */
  async #openSame(offset: DeltaOffset | undefined): Promise<Opened> {
    const opened = await this.#open()
    const { id } = opened.read.metadata
    if (offset === undefined || id === offset.reservoirId) return opened
    throw new PipelineError('DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE', {
      table: this.name,
      oldTableId: offset.reservoirId,
      newTableId: id,
    })
  }

  /** Where a new stream begins. */
  async #start(until: DeltaOffset): Promise<DeltaOffset> {
    const { startingVersion, startingTimestamp } = this.#context.options
    const { reservoirId, reservoirVersion } = until
    if (startingVersion === 'latest') return until
    if (startingVersion !== undefined)
      return beforeCommit(reservoirId, await this.#checkedVersion(startingVersion))
    if (startingTimestamp !== undefined)
      return beforeCommit(reservoirId, await this.#versionFrom(startingTimestamp))
    return { reservoirId, reservoirVersion: reservoirVersion - 1, index: -1, isInitialSnapshot: true }
  }

  /** A version that the log has, or the one to come. Throws DELTA_VERSION_NOT_FOUND. */
  async #checkedVersion(version: number): Promise<number> {
    const commits = await listCommits(this.#context.storage)
    const earliest = commits[0]?.version ?? 0
    const latest = commits.at(-1)?.version ?? 0
    if (version >= earliest && version <= latest + 1) return version
    throw new PipelineError('DELTA_VERSION_NOT_FOUND', {
      userVersion: String(version),
      earliest: String(earliest),
      latest: String(latest),
      table: this.name,
    })
  }

  /** The first version committed at a time or later; the one to come when there is none. */
  async #versionFrom(timestampMs: number): Promise<number> {
    const { storage } = this.#context
    const versions = await timedVersions(storage, await listCommits(storage))
    const first = versions.find((each) => each.timestampMs >= timestampMs)
    return first?.version ?? (versions.at(-1)?.version ?? -1) + 1
  }
}

/** How much a batch may hold: `maxFilesPerTrigger`, and `maxBytesPerTrigger` where that leaves one file at least. */
class BatchLimits {
  readonly #options: DeltaSourceOptions
  #bytes = 0
  count = 0

  constructor(options: DeltaSourceOptions) {
    this.#options = options
  }

  take(file: AddFile): boolean {
    const { maxFilesPerTrigger, maxBytesPerTrigger } = this.#options
    if (this.count === maxFilesPerTrigger) return false
    if (this.count > 0 && maxBytesPerTrigger !== undefined && this.#bytes + file.size > maxBytesPerTrigger)
      return false
    this.#bytes += file.size
    this.count++
    return true
  }
}
