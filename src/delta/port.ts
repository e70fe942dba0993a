import type { StructType } from '../types/data-type.ts'
import type { CheckpointAction } from './log/actions.ts'

/** What the log needs done with Parquet; the engine of the process does it. Paths are local. */
export interface DeltaPort {
  /**
   * The rows of checkpoint files, a chunk at a time, each as the JSON text of one object with a field per top-level
   * column (nulls may be present). Maps are JSON objects; 64-bit integers keep their digits; `add.stats` is the JSON text
   * of the statistics also where the file holds them as columns only. Throws DELTA_INVALID_LOG_FILE for a file that was
   * damaged since `writeCheckpoint` wrote it.
   */
  readActions(paths: readonly string[]): AsyncIterable<readonly string[]>

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

/** What columns a checkpoint file has besides those that its actions show. */
export interface CheckpointColumns {
  /** The kinds of actions that the file is for; by default those of a classic checkpoint. */
  readonly kinds?: readonly (keyof CheckpointAction)[]
  /** Types of the fields `add.stats_parsed` and `add.partitionValues_parsed`, where the actions have them. */
  readonly parsed?: { readonly stats: StructType; readonly partitionValues?: StructType }
}
