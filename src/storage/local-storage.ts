import { randomUUID } from 'node:crypto'
import {
  closeSync,
  type Dirent,
  existsSync,
  fstatSync,
  fsync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type ObjectInfo, STAGING_FOLDER, type Storage } from './storage.ts'
import { errorCode, storageError } from './storage-error.ts'
import { checkedPath } from './storage-path.ts'

/** Files whose syncs happen at once: of very many, each would hold a file handle. */
const SYNCED_TOGETHER = 64

/** Suffix of files that are not yet, or no longer, objects. */
const TEMPORARY = '.tmp'

/**
 * A folder of the local file system. Only syncs, which take milliseconds, leave the thread: those of different writers
 * happen together. All other calls are synchronous inside: they are shorter than a turn of libuv's thread pool.
 */
export function localStorage(root: string): Storage {
  return new LocalStorage(resolve(root))
}

class LocalStorage implements Storage {
  readonly name: string

  constructor(root: string) {
    this.name = root
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.#attempt('read', path, (local) => unlessMissing(() => readFileSync(local)))
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#attempt('read', path, (local) => unlessMissing(() => readPart(local, offset, length)))
  }

  async stat(path: string): Promise<ObjectInfo | undefined> {
    return this.#attempt('stat', path, (local) => objectInfo(path, local))
  }

  async *list(
    prefix: string,
    options: { startAfter?: string; recursive?: boolean } = {},
  ): AsyncIterable<ObjectInfo> {
    const { startAfter, recursive = false } = options
    const paths = this.#attempt('list', prefix, () =>
      recursive ? this.#pathsBelow(prefix) : this.#pathsIn(prefix),
    )
    const wanted = startAfter === undefined ? paths : paths.filter((path) => path > startAfter)
    for (const path of wanted.sort()) {
      const info = this.#attempt('stat', path, (local) => objectInfo(path, local))
      if (info !== undefined) yield info
    }
  }

  async putIfAbsent(
    path: string,
    bytes: Uint8Array,
    { durable = true }: { durable?: boolean } = {},
  ): Promise<'created' | 'exists'> {
    return this.#attemptWrite('create', path, async (local) => {
      if (existsSync(local)) return 'exists'
      const temporary = await this.#writeTemporary(local, bytes, durable)
      try {
        linkSync(temporary, local)
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return 'exists'
        throw error
      } finally {
        unlinkSync(temporary)
      }
      if (durable) await syncFolder(dirname(local))
      return 'created'
    })
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.#attemptWrite('write', path, async (local) => {
      const temporary = await this.#writeTemporary(local, bytes)
      renameSync(temporary, local)
      await syncFolder(dirname(local))
    })
  }

  async append(path: string, bytes: Uint8Array): Promise<void> {
    await this.#attemptWrite('append to', path, async (local) => {
      const isNew = !existsSync(local)
      if (isNew) await makeFolder(dirname(local))
      await appendSynced(local, bytes)
      if (isNew) await syncFolder(dirname(local))
    })
  }

  async delete(paths: readonly string[]): Promise<void> {
    const folders = new Set<string>()
    for (const path of paths) {
      this.#attempt('delete', path, (local) => {
        if (!existsSync(local)) return
        rmSync(local, { force: true })
        folders.add(dirname(local))
      })
    }
    await this.#syncAll(folders)
  }

  async deleteAll(prefix: string): Promise<void> {
    await this.#attemptWrite('delete', prefix, async (local) => {
      if (!existsSync(local)) return
      rmSync(local, { recursive: true, force: true })
      await syncFolder(dirname(local))
    })
  }

  async removeEmptyFolders(wanted: (folder: string) => boolean, cutoffMs: number): Promise<number> {
    return this.#attempt('delete', '', () => {
      let removed = 0
      const visit = (folder: string): void => {
        for (const entry of entriesOf(this.#local(folder))) {
          const path = folder === '' ? entry.name : `${folder}/${entry.name}`
          if (!entry.isDirectory() || !wanted(path)) continue
          visit(path)
          if (removeIfEmpty(this.#local(path), cutoffMs)) removed += 1
        }
      }
      visit('')
      return removed
    })
  }

  async localize(path: string): Promise<string> {
    return this.#local(path)
  }

  async stagingPath(prefix: string): Promise<string> {
    return this.#attemptWrite('create', prefix, async (local) => {
      await makeFolder(local)
      const folder = join(local, STAGING_FOLDER)
      mkdirSync(folder, { recursive: true })
      return join(folder, randomUUID())
    })
  }

  async publish(files: readonly { local: string; path: string }[]): Promise<void> {
    const folders = new Set<string>()
    const publishOne = (file: { readonly local: string; readonly path: string }) =>
      this.#attemptWrite('publish', file.path, async (target) => {
        await syncFile(file.local)
        await makeFolder(dirname(target))
        linkSync(file.local, target)
        unlinkSync(file.local)
        folders.add(dirname(target))
      })
    for (let at = 0; at < files.length; at += SYNCED_TOGETHER) {
      await Promise.all(files.slice(at, at + SYNCED_TOGETHER).map(publishOne))
    }
    await this.#syncAll(folders)
    for (const folder of new Set(files.map((each) => dirname(each.local)))) removeEmptyStaging(folder)
  }

  #local(path: string): string {
    return join(this.name, checkedPath(this.name, path))
  }

  #attempt<Result>(action: string, path: string, work: (local: string) => Result): Result {
    const local = this.#local(path)
    try {
      return work(local)
    } catch (error) {
      throw storageError(action, local, error)
    }
  }

  async #attemptWrite<Result>(
    action: string,
    path: string,
    work: (local: string) => Promise<Result>,
  ): Promise<Result> {
    const local = this.#local(path)
    try {
      return await work(local)
    } catch (error) {
      throw storageError(action, local, error)
    }
  }

  /** `folders` are local. */
  async #syncAll(folders: Iterable<string>): Promise<void> {
    await Promise.all([...folders].map(syncFolder))
  }

  /** Names alone, folders among them: a long log has very many, of which few are wanted. */
  #pathsIn(prefix: string): string[] {
    const folder = prefix.replace(/\/$/, '')
    const names = unlessMissing(() => readdirSync(this.#local(folder))) ?? []
    const shown = names.filter((name) => !isTemporary(name))
    return folder === '' ? shown : shown.map((name) => `${folder}/${name}`)
  }

  #pathsBelow(prefix: string): string[] {
    const paths: string[] = []
    const start = prefix.replace(/\/$/, '')
    const pending = [start]
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      for (const entry of entriesOf(this.#local(folder))) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`
        if (entry.isDirectory()) {
          if (entry.name !== STAGING_FOLDER) pending.push(path)
        } else if (!isTemporary(entry.name)) paths.push(path)
      }
    }
    return paths
  }

  async #writeTemporary(target: string, bytes: Uint8Array, durable = true): Promise<string> {
    await makeFolder(dirname(target))
    const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}${TEMPORARY}`)
    try {
      await writeNew(temporary, bytes, durable)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
    return temporary
  }
}

function isTemporary(name: string): boolean {
  return name.startsWith('.') && name.endsWith(TEMPORARY)
}

function entriesOf(folder: string): Dirent[] {
  return unlessMissing(() => readdirSync(folder, { withFileTypes: true })) ?? []
}

function objectInfo(path: string, local: string): ObjectInfo | undefined {
  const stats: Stats | undefined = unlessMissing(() => statSync(local))
  if (stats === undefined || stats.isDirectory()) return undefined
  return { path, sizeBytes: stats.size, modifiedMs: Math.floor(stats.mtimeMs) }
}

function unlessMissing<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}

function readPart(local: string, offset: number, length: number): Uint8Array {
  const file = openSync(local, 'r')
  try {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, fstatSync(file).size - offset)))
    let done = 0
    while (done < bytes.length) {
      const count = readSync(file, bytes, done, bytes.length - done, offset + done)
      if (count === 0) break
      done += count
    }
    return bytes.subarray(0, done)
  } finally {
    closeSync(file)
  }
}

/** Writes a file that is not there yet. */
async function writeNew(local: string, bytes: Uint8Array, durable: boolean): Promise<void> {
  const file = openSync(local, 'wx')
  try {
    writeFileSync(file, bytes)
    if (durable) await sync(file)
  } finally {
    closeSync(file)
  }
}

/** Appends all or nothing as long as the process lives: later appends must not follow half a record. */
async function appendSynced(local: string, bytes: Uint8Array): Promise<void> {
  const file = openSync(local, 'a')
  try {
    const { size } = fstatSync(file)
    try {
      writeFileSync(file, bytes)
      await sync(file)
    } catch (error) {
      ftruncateSync(file, size)
      throw error
    }
  } finally {
    closeSync(file)
  }
}

const sync = promisify(fsync)

async function syncFile(local: string): Promise<void> {
  const file = openSync(local, 'r')
  try {
    await sync(file)
  } finally {
    closeSync(file)
  }
}

/** Makes names in a folder durable. Windows has no handle on a folder: its file systems journal names themselves. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32' && existsSync(folder)) await syncFile(folder)
}

/** Creates a folder and those above it, durably. */
async function makeFolder(folder: string): Promise<void> {
  const first = mkdirSync(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** A folder that changed lately may be about to get a file from a running writer. */
function removeIfEmpty(local: string, cutoffMs: number): boolean {
  if (entriesOf(local).length > 0 || statSync(local).mtimeMs > cutoffMs) return false
  rmdirSync(local)
  return true
}

/** The staging folder itself stays: it is needed again. */
function removeEmptyStaging(folder: string): void {
  for (let each = folder; dirname(each).split(/[/\\]/).includes(STAGING_FOLDER); each = dirname(each)) {
    if (entriesOf(each).length > 0) return
    try {
      rmdirSync(each)
    } catch (error) {
      if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'ENOENT') throw error
      return
    }
  }
}
