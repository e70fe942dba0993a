import type { ObjectInfo, Storage } from './storage.ts'

/** A folder of a storage as a storage of its own: a table's root within a pipeline's storage. */
export function storageFolder(storage: Storage, folder: string): Storage {
  const inner = (path: string) => (path === '' ? folder : `${folder}/${path}`)
  const outer = (info: ObjectInfo): ObjectInfo => ({ ...info, path: info.path.slice(folder.length + 1) })
  return {
    name: `${storage.name}/${folder}`,
    read: (path) => storage.read(inner(path)),
    readRange: (path, offset, length) => storage.readRange(inner(path), offset, length),
    stat: async (path) => {
      const info = await storage.stat(inner(path))
      return info && outer(info)
    },
    async *list(prefix, options = {}) {
      const { startAfter, ...rest } = options
      const after = startAfter === undefined ? {} : { startAfter: inner(startAfter) }
      for await (const info of storage.list(inner(prefix), { ...rest, ...after })) yield outer(info)
    },
    putIfAbsent: (path, bytes) => storage.putIfAbsent(inner(path), bytes),
    put: (path, bytes) => storage.put(inner(path), bytes),
    append: (path, bytes) => storage.append(inner(path), bytes),
    delete: (paths) => storage.delete(paths.map(inner)),
    deleteAll: (prefix) => storage.deleteAll(inner(prefix)),
    localize: (path) => storage.localize(inner(path)),
    stagingPath: (prefix) => storage.stagingPath(inner(prefix)),
    publish: (files) => storage.publish(files.map(({ local, path }) => ({ local, path: inner(path) }))),
  }
}
