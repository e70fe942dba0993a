import type { Storage } from '../../src/storage/index.ts'

/** What was asked of a storage. */
export interface Counts {
  readonly storage: Storage
  /** Paths of `read`, `readRange` and `localize`, in order. */
  readonly reads: string[]
  /** Calls of `list`. */
  readonly lists: string[]
  /** Paths that `list` gave. */
  readonly listed: string[]
  /** Paths of `stat`. */
  readonly stats: string[]
}

/** A storage that notes how it is read. */
export function countingStorage(storage: Storage): Counts {
  const reads: string[] = []
  const lists: string[] = []
  const listed: string[] = []
  const stats: string[] = []
  const counted: Storage = {
    name: storage.name,
    read: (path) => {
      reads.push(path)
      return storage.read(path)
    },
    readRange: (path, offset, length) => {
      reads.push(path)
      return storage.readRange(path, offset, length)
    },
    stat: (path) => {
      stats.push(path)
      return storage.stat(path)
    },
    async *list(prefix, options) {
      lists.push(prefix)
      for await (const info of storage.list(prefix, options)) {
        listed.push(info.path)
        yield info
      }
    },
    putIfAbsent: (path, bytes, options) => storage.putIfAbsent(path, bytes, options),
    put: (path, bytes) => storage.put(path, bytes),
    append: (path, bytes) => storage.append(path, bytes),
    delete: (paths) => storage.delete(paths),
    deleteAll: (prefix) => storage.deleteAll(prefix),
    localize: (path) => {
      reads.push(path)
      return storage.localize(path)
    },
    stagingPath: (prefix) => storage.stagingPath(prefix),
    publish: (files) => storage.publish(files),
  }
  return { storage: counted, reads, lists, listed, stats }
}
