import type { Storage } from '../../src/storage/index.ts'
import { storageError } from '../../src/storage/storage-error.ts'

/**
 * How a write goes wrong: not at all done, done although it fails, done in part (appends), done twice as by a transport that
 * sends it again (the second answer is told), or refused by a full disk.
 */
export type Fault = 'before' | 'after' | 'torn' | 'repeated' | 'full'

export type Write = 'putIfAbsent' | 'put' | 'append' | 'delete' | 'deleteAll' | 'publish'

/** A real storage whose writes fail when `decide` says so, which is asked before each one. */
export function faultyStorage(
  storage: Storage,
  decide: (operation: Write, path: string) => Fault | undefined,
): Storage {
  const attempt = async <Result>(
    operation: Write,
    path: string,
    write: () => Promise<Result>,
    tear: () => Promise<unknown> = async () => undefined,
  ): Promise<Result> => {
    const fault = decide(operation, path)
    if (fault === undefined) return write()
    if (fault === 'full') throw storageError(operation, path, diskFull())
    if (fault === 'repeated') {
      await write()
      return write()
    }
    if (fault === 'after') await write()
    if (fault === 'torn') await tear()
    throw new Error(`${operation} ${path} failed ${fault === 'torn' ? 'half way' : fault}`)
  }
  return {
    name: storage.name,
    read: (path) => storage.read(path),
    readRange: (path, offset, length) => storage.readRange(path, offset, length),
    stat: (path) => storage.stat(path),
    list: (prefix, options) => storage.list(prefix, options),
    localize: (path) => storage.localize(path),
    stagingPath: (prefix) => storage.stagingPath(prefix),
    putIfAbsent: (path, bytes, options) =>
      attempt('putIfAbsent', path, () => storage.putIfAbsent(path, bytes, options)),
    put: (path, bytes) => attempt('put', path, () => storage.put(path, bytes)),
    append: (path, bytes) =>
      attempt(
        'append',
        path,
        () => storage.append(path, bytes),
        () => storage.append(path, bytes.subarray(0, bytes.length / 2)),
      ),
    delete: (paths) =>
      attempt(
        'delete',
        paths.join(', '),
        () => storage.delete(paths),
        () => storage.delete(paths.slice(0, paths.length / 2)),
      ),
    deleteAll: (prefix) => attempt('deleteAll', prefix, () => storage.deleteAll(prefix)),
    publish: (files) =>
      attempt('publish', files.map((each) => each.path).join(', '), () => storage.publish(files)),
  }
}

/** A storage of a process that dies at its `step`th write (from 1): that one goes wrong as told, no later one happens. */
export function dyingStorage(storage: Storage, step: number, fault: Fault): Storage {
  let writes = 0
  return faultyStorage(storage, () => {
    writes += 1
    return writes < step ? undefined : writes === step ? fault : 'before'
  })
}

/** A storage that takes turns with others before each of its calls and, for answers that come late, after it. */
export function scheduledStorage(storage: Storage, turn: (call: string) => Promise<void>): Storage {
  const call = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    await turn(name)
    const result = await work()
    await turn(`${name} answers`)
    return result
  }
  return {
    name: storage.name,
    read: (path) => call(`read ${path}`, () => storage.read(path)),
    readRange: (path, offset, length) => call(`read ${path}`, () => storage.readRange(path, offset, length)),
    stat: (path) => call(`stat ${path}`, () => storage.stat(path)),
    async *list(prefix, options) {
      yield* await call(`list ${prefix}`, () => Array.fromAsync(storage.list(prefix, options)))
    },
    localize: (path) => storage.localize(path),
    stagingPath: (prefix) => storage.stagingPath(prefix),
    putIfAbsent: (path, bytes) => call(`putIfAbsent ${path}`, () => storage.putIfAbsent(path, bytes)),
    put: (path, bytes) => call(`put ${path}`, () => storage.put(path, bytes)),
    append: (path, bytes) => call(`append ${path}`, () => storage.append(path, bytes)),
    delete: (paths) => call(`delete ${paths.length}`, () => storage.delete(paths)),
    deleteAll: (prefix) => call(`delete ${prefix}`, () => storage.deleteAll(prefix)),
    publish: (files) => call('publish', () => storage.publish(files)),
  }
}

function diskFull(): Error {
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
}
