/** What `list` and `stat` tell about an object. */
export interface ObjectInfo {
  /** Path relative to the storage's root, `/`-separated, no leading slash. */
  readonly path: string
  readonly sizeBytes: number
  /** Last modification, milliseconds since the epoch. */
  readonly modifiedMs: number
}

/**
 * Where bytes are: the only way to logs, checkpoints, journals and data files. Paths are relative to the storage's root,
 * `/`-separated. Every write is durable (file and folder synced) when its promise resolves; a write that throws may or
 * may not have happened, which callers of `putIfAbsent` settle by reading back.
 */
export interface Storage {
  /** Human name of the root for messages, for example a folder path or `memory:`. Holds no secret. */
  readonly name: string

  /** The whole object, or undefined when it does not exist. */
  read(path: string): Promise<Uint8Array | undefined>

  /** `length` bytes from `offset`; fewer at the end of the object. Undefined when it does not exist. */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined>

  stat(path: string): Promise<ObjectInfo | undefined>

  /** Objects below the folder `prefix`, sorted by path, only those after `startAfter` (a full path) if given. */
  list(prefix: string, options?: { startAfter?: string; recursive?: boolean }): AsyncIterable<ObjectInfo>

  /** Creates the object with all its content at once; 'exists' when another was first. Never overwrites. */
  putIfAbsent(path: string, bytes: Uint8Array): Promise<'created' | 'exists'>

  /** Creates or replaces the object atomically. */
  put(path: string, bytes: Uint8Array): Promise<void>

  /** Appends and syncs; creates the object if absent. For journals on local disks. */
  append(path: string, bytes: Uint8Array): Promise<void>

  /** Removes the objects that exist; missing ones are no error. */
  delete(paths: readonly string[]): Promise<void>

  /** Removes everything below a folder. */
  deleteAll(prefix: string): Promise<void>

  /** A local path at which the object can be read, fetched first where the store is remote. */
  localize(path: string): Promise<string>

  /** A fresh local path in the folder `prefix`'s file system at which an engine may write before `publish`. */
  stagingPath(prefix: string): Promise<string>

  /** Makes local files (written below a staging path) durable objects under their paths. Never overwrites. */
  publish(files: readonly { local: string; path: string }[]): Promise<void>
}
