/** What the log needs done with Parquet; the engine of the process does it. Paths are local. */
export interface DeltaPort {
  /**
   * The rows of checkpoint files, a chunk at a time, each as the JSON text of one object with a field per top-level
   * column (nulls may be present). Maps are JSON objects; 64-bit integers keep their digits.
   */
  readActions(paths: readonly string[]): AsyncIterable<readonly string[]>

  /** Writes actions, each the JSON text of one, as a classic checkpoint: one struct column per kind of action. */
  writeCheckpoint(path: string, actions: Iterable<string>): Promise<void>
}
