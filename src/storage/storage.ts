/** What `list` and `stat` tell about an object. */
export interface ObjectInfo {
  /** Path relative to the storage's root, `/`-separated, no leading slash. */
  readonly path: string
  readonly sizeBytes: number
  /** Last modification, milliseconds since the epoch. */
  readonly modifiedMs: number
}

/**
 * Folder in which `stagingPath` makes its paths, below their prefix. `list` never shows it. What a crash leaves in it is
 * garbage that the owner of the prefix may remove at any time that it writes nothing: `deleteAll('<prefix>/.staging')`.
 */
export const STAGING_FOLDER = '.staging'

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

  /**
   * Objects in the folder `prefix` (`''` is the root), with `recursive` also in those below it, sorted by path (UTF-16
   * order); only those after `startAfter` (a full path, existing or not) if given. Nothing where there is no such folder.
   */
  list(prefix: string, options?: { startAfter?: string; recursive?: boolean }): AsyncIterable<ObjectInfo>

  /**
   * Creates the object with all its content at once; 'exists' when another was first. Never overwrites. What may be lost or
   * torn in a crash, and costs less so, is put with `durable: false`.
   */
  putIfAbsent(
    path: string,
    bytes: Uint8Array,
    options?: { readonly durable?: boolean },
  ): Promise<'created' | 'exists'>

  /** Creates or replaces the object atomically. */
  put(path: string, bytes: Uint8Array): Promise<void>

  /**
   * Appends and syncs; creates the object if absent. For journals on local disks: a crash may leave a torn tail, a
   * write that failed does not.
   */
  append(path: string, bytes: Uint8Array): Promise<void>

  /** Removes the objects that exist; missing ones are no error. */
  delete(paths: readonly string[]): Promise<void>

  /** Removes everything below a folder. */
  deleteAll(prefix: string): Promise<void>

  /**
   * Removes the folders that hold nothing, last changed by `cutoffMs` (milliseconds since the epoch) and chosen by
   * `wanted`, which is asked with their path. Returns how many. Absent where a store has no folders.
   */
  removeEmptyFolders?(wanted: (folder: string) => boolean, cutoffMs: number): Promise<number>

  /** A local path at which the object can be read, fetched first where the store is remote. */
  localize(path: string): Promise<string>

  /** A fresh local path, to become a folder or a file, at which an engine may write before `publish`. */
  stagingPath(prefix: string): Promise<string>

  /**
   * Moves local files (written below a staging path) to their paths, durable when done, and removes the staging folders
   * that this empties. Never overwrites. A failure may leave some of the files published: no commit names them yet.
   */
  publish(files: readonly { local: string; path: string }[]): Promise<void>
}
