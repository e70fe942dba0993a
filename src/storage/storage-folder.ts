import type { ObjectInfo, Storage } from './storage.ts'
import { checkedPath } from './storage-path.ts'

/**
 * A folder of a storage as a storage of its own: a table's root within a pipeline's storage. Paths do not lead out of it.
 * Throws STORAGE_PATH_OUTSIDE_ROOT besides what the storage throws.
 */
export function storageFolder(storage: Storage, folder: string): Storage {
  const name = `${storage.name}/${folder}`
  const inner = (path: string) => (checkedPath(name, path) === '' ? folder : `${folder}/${path}`)
  const outer = (info: ObjectInfo): ObjectInfo => ({ ...info, path: info.path.slice(folder.length + 1) })
  return {
    name,
    read: async (path) => storage.read(inner(path)),
    readRange: async (path, offset, length) => storage.readRange(inner(path), offset, length),
    stat: async (path) => {
      const info = await storage.stat(inner(path))
      return info && outer(info)
    },
    async *list(prefix, options = {}) {
      const { startAfter, ...rest } = options
      const after = startAfter === undefined ? {} : { startAfter: inner(startAfter) }
      for await (const info of storage.list(inner(prefix), { ...rest, ...after })) yield outer(info)
    },
    putIfAbsent: async (path, bytes, options) => storage.putIfAbsent(inner(path), bytes, options),
    put: async (path, bytes) => storage.put(inner(path), bytes),
    append: async (path, bytes) => storage.append(inner(path), bytes),
    delete: async (paths) => storage.delete(paths.map(inner)),
    deleteAll: async (prefix) => storage.deleteAll(inner(prefix)),
    localize: async (path) => storage.localize(inner(path)),
    stagingPath: async (prefix) => storage.stagingPath(inner(prefix)),
    publish: async (files) => storage.publish(files.map(({ local, path }) => ({ local, path: inner(path) }))),
  }
}
