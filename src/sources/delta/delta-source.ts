import { changeScanFile } from '../../delta/change-feed/change-feed-scan.ts'
import { changeFeedSchema, commitStamp, DeltaTable, deltaScanOf, rowMetadata } from '../../delta/index.ts'
import { listCommits } from '../../delta/log/log-listing.ts'
import { timedVersions } from '../../delta/log/time-travel.ts'
import { scanFile } from '../../delta/scan.ts'
import { isCondition, PipelineError } from '../../errors/index.ts'
import type { DeltaScanFile } from '../../plan/scan.ts'
import type { Storage } from '../../storage/storage.ts'
import type { StructType } from '../../types/data-type.ts'
import type { BoundRange, PlannedRange, Source, SourceSchema } from '../source.ts'
import { Backlog } from './backlog.ts'
import { beforeCommit, type DeltaOffset, type DeltaRange } from './delta-offset.ts'
import type { DeltaSourceOptions } from './delta-options.ts'
import { checkRecorded } from './stream-commit.ts'
import { type StreamedFile, type StreamedTable, StreamFiles } from './stream-files.ts'

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
 * A Delta table as a stream of the rows that are appended to it, or of all its changes: first the
 * table as it is when the stream begins, in batches, then commit by commit. The columns are those of the table when the source is opened; a commit
 * that adds columns ends the stream, which goes on with the new columns when it is opened again.
 */
export class DeltaSource implements Source {
  readonly name: string
  readonly #context: DeltaSourceContext
  readonly #backlog = new Backlog()
  #opened: Promise<Opened> | undefined

  constructor(context: DeltaSourceContext) {
    this.name = context.name
    this.#context = context
  }

  async schema(): Promise<SourceSchema> {
    const opened = await this.#open()
    return { schema: columnsOf(opened), hidden: rowMetadata(opened.read.metadata) }
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
    if (last !== undefined && (await this.#isElsewhere(last, reservoirVersion))) this.#opened = undefined
    else if (last?.reservoirVersion === reservoirVersion) return undefined
    const { table, read, files } = await this.#openSame(last)
    await table.refresh()
    const until = beforeCommit(read.metadata.id, reservoirVersion)
    const start = last ?? (await this.#start(until))
    const batch = new BatchLimits(this.#context.options)
    let end = start
    try {
      for await (const { file, at } of files.between(start, until)) {
        if (file !== undefined && !batch.take(file.file)) break
        end = at
      }
    } catch (error) {
      // What comes before the commit in question is read first.
      if (batch.files === 0) throw error
    }
    const pinsLatest = last === undefined && this.#context.options.startingVersion === 'latest'
    if (end === start && !pinsLatest) return undefined
    end = await this.#stamped(end)
    const range: DeltaRange = { from: start, to: end }
    const { files: count, bytes } = batch
    const backlog = await this.#backlog.behind({ start, end, files: count, bytes }, until, files)
    return { range, end, backlog }
  }

  async read(range: unknown): Promise<BoundRange> {
    const { from, to } = range as DeltaRange
    const opened = await this.#openSame(from)
    const input = await deltaScanOf(opened.read, opened.storage, [])
    const files: DeltaScanFile[] = []
    for await (const { file } of opened.files.between(from, to)) {
      if (file !== undefined) files.push(await streamedScanFile(file, opened.storage))
    }
    const hidden = rowMetadata(opened.read.metadata)
    return { schema: columnsOf(opened), hidden, input: { ...input, files } }
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
    if (options.readChangeFeed) checkRecorded(table.snapshot)
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

  async #stamped(offset: DeltaOffset): Promise<DeltaOffset> {
    const { reservoirVersion } = offset
    const commit =
      reservoirVersion > 0 ? await commitStamp(this.#context.storage, reservoirVersion - 1) : undefined
    return { ...offset, ...(commit !== undefined && { commit }) }
  }

  /** Whether the log may be that of another table than the offset's: a log that goes on may have lost the commit. */
  async #isElsewhere({ commit, reservoirVersion }: DeltaOffset, latest: number): Promise<boolean> {
    if (commit === undefined) return false
    const now = await commitStamp(this.#context.storage, reservoirVersion - 1)
    return now === undefined ? latest < reservoirVersion : now !== commit
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

function columnsOf({ read, options }: Opened): StructType {
  const { schema } = read.metadata
  return options.readChangeFeed ? changeFeedSchema(schema) : schema
}

async function streamedScanFile(streamed: StreamedFile, storage: Storage): Promise<DeltaScanFile> {
  switch (streamed.kind) {
    case 'rows':
      return scanFile(streamed.file, storage)
    case 'inserts':
      return { ...(await scanFile(streamed.file, storage)), change: { type: 'insert', ...streamed.commit } }
    case 'changes':
      return changeScanFile(streamed.file, streamed.commit, storage)
  }
}

/** What a batch holds, and how much it may: `maxFilesPerTrigger`, and `maxBytesPerTrigger` where that leaves one file at least. */
class BatchLimits {
  readonly #options: DeltaSourceOptions
  files = 0
  bytes = 0

  constructor(options: DeltaSourceOptions) {
    this.#options = options
  }

  take(file: { readonly size: number }): boolean {
    const { maxFilesPerTrigger, maxBytesPerTrigger } = this.#options
    if (this.files === maxFilesPerTrigger) return false
    if (this.files > 0 && maxBytesPerTrigger !== undefined && this.bytes + file.size > maxBytesPerTrigger)
      return false
    this.files++
    this.bytes += file.size
    return true
  }
}
