import type { ScanInput } from '../plan/scan.ts'
import type { StructType } from '../types/data-type.ts'

/** JSON that only its source understands. Stored in batch records as it is. */
export type Offset = unknown

/**
 * Where a streaming flow's rows come from. Offsets are opaque, so that file sets, table versions and per-partition
 * positions of a log all fit. A source holds no progress of its own: the checkpoint's batch records do.
 */
export interface Source {
  /** For messages and the event log: a table's name or a path. */
  readonly name: string

  /** Columns of the rows, and those only an explicit name reaches. May read the source (inference) when nothing is known. */
  schema(): Promise<SourceSchema>

  /** The newest offset there is now; undefined while the source is empty. */
  latest(): Promise<Offset | undefined>

  /** For a source of files: how many the last `latest` found that no batch has taken. */
  readonly waitingFiles?: number

  /**
   * The next batch after `from` (undefined: from the start) and not beyond `to`, within the source's own rate limits.
   * Undefined when there is nothing new.
   */
  plan(from: Offset | undefined, to: Offset): Promise<PlannedRange | undefined>

  /** Binds a planned range to rows. The same range gives the same rows, also after a crash. */
  read(range: unknown): Promise<BoundRange>

  /** Tells the source that a range is committed for good, so that it can forget or clean up. */
  commit?(range: unknown): Promise<void>

  /**
   * Asked when a batch failed: true when the source has taken new columns into its schema because of that error, so that
   * the flow can be resolved anew and started again (`schemaEvolutionMode`, columns added upstream).
   */
  evolve?(error: unknown): Promise<boolean>
}

export interface SourceSchema {
  readonly schema: StructType
  readonly hidden?: StructType
}

export interface PlannedRange {
  /** Everything a replay needs, plain JSON: files with size and modification time, versions, offsets. */
  readonly range: unknown
  readonly end: Offset
  /** What is left after this range, up to the offset that was asked for. */
  readonly backlog: Waiting
}

/** Files that no batch has taken yet, and their size. */
export interface Waiting {
  readonly files: number
  readonly bytes: number
}

export interface BoundRange extends SourceSchema {
  readonly input: ScanInput
}
