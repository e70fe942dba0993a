import type { StructType } from '../types/data-type.ts'
import type { AddFile, CheckpointAction } from './log/actions.ts'

/** What the log needs done with Parquet; the engine of the process does it. Paths are local. */
export interface DeltaPort {
  /** A checkpoint will likely be read soon: what takes time to open may begin to. */
  prepare?(): void

  /**
   * The rows of checkpoint files, a chunk at a time. Throws DELTA_INVALID_LOG_FILE, whose place is the path, for a file
   * that was damaged since `writeCheckpoint` wrote it.
   */
  readActions(paths: readonly string[]): AsyncIterable<CheckpointChunk>

  /**
   * Writes actions as a checkpoint file: one struct column per kind of action, with every field that an action has. Returns
   * the number of actions.
   */
  writeCheckpoint(
    path: string,
    actions: Iterable<CheckpointAction>,
    columns?: CheckpointColumns,
  ): Promise<number>
}

/** Some rows of a checkpoint. */
export interface CheckpointChunk {
  /** Files, with `stats` as JSON text also where the checkpoint holds statistics as columns only. */
  readonly adds?: readonly AddFile[]
  /**
   * Other actions, each as the JSON text of one object with a field per top-level column (nulls may be present). Maps are
   * JSON objects; 64-bit integers keep their digits.
   */
  readonly rows?: readonly string[]
}

/** What columns a checkpoint file has besides those that its actions show. */
export interface CheckpointColumns {
  /** The kinds of actions that the file is for; by default those of a classic checkpoint. */
  readonly kinds?: readonly (keyof CheckpointAction)[]
  /** Types of the fields `add.stats_parsed` and `add.partitionValues_parsed`, where the actions have them. */
  readonly parsed?: { readonly stats: StructType; readonly partitionValues?: StructType }
}
