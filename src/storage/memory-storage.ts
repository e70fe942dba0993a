import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type ObjectInfo, STAGING_FOLDER, type Storage } from './storage.ts'
import { storageError } from './storage-error.ts'
import { checkedPath } from './storage-path.ts'

interface StoredObject {
  readonly bytes: Uint8Array
  readonly modifiedMs: number
}

/**
 * Objects in memory, gone with the process: for tests and for tables that nobody keeps. Engines read them through
 * copies in a temporary folder. `now` gives modification times, milliseconds since the epoch.
 */
export function memoryStorage(now: () => number = Date.now): Storage {
  return new MemoryStorage(now)
}

class MemoryStorage implements Storage {
  readonly name = 'memory:'
  readonly #objects = new Map<string, StoredObject>()
  readonly #copies = new WeakMap<StoredObject, string>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.#objects.get(checkedPath(this.name, path))?.bytes.slice()
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#objects.get(checkedPath(this.name, path))?.bytes.slice(offset, offset + length)
  }

  async stat(path: string): Promise<ObjectInfo | undefined> {
    const stored = this.#objects.get(checkedPath(this.name, path))
    return stored && { path, sizeBytes: stored.bytes.length, modifiedMs: stored.modifiedMs }
  }

  async *list(
    prefix: string,
    options: { startAfter?: string; recursive?: boolean } = {},
  ): AsyncIterable<ObjectInfo> {
    const folder = folderOf(checkedPath(this.name, prefix))
    for (const path of [...this.#objects.keys()].sort()) {
      if (!path.startsWith(folder)) continue
      if (options.startAfter !== undefined && path <= options.startAfter) continue
      if (options.recursive !== true && path.includes('/', folder.length)) continue
      const info = await this.stat(path)
      if (info !== undefined) yield info
    }
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    if (this.#objects.has(checkedPath(this.name, path))) return 'exists'
    this.#store(path, bytes)
    return 'created'
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    this.#store(checkedPath(this.name, path), bytes)
  }

  async append(path: string, bytes: Uint8Array): Promise<void> {
    const before = this.#objects.get(checkedPath(this.name, path))?.bytes ?? new Uint8Array()
    this.#store(path, Buffer.concat([before, bytes]))
  }

  async delete(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#objects.delete(checkedPath(this.name, path))
  }

  async deleteAll(prefix: string): Promise<void> {
    const folder = folderOf(checkedPath(this.name, prefix))
    for (const path of this.#objects.keys()) if (path.startsWith(folder)) this.#objects.delete(path)
  }

  async localize(path: string): Promise<string> {
    const stored = this.#objects.get(checkedPath(this.name, path))
    if (stored === undefined) return join(temporaryFolder(), 'missing', path)
    let copy = this.#copies.get(stored)
    if (copy === undefined) {
      copy = join(temporaryFolder(), randomUUID(), path)
      mkdirSync(dirname(copy), { recursive: true })
      writeFileSync(copy, stored.bytes)
      this.#copies.set(stored, copy)
    }
    return copy
  }

  async stagingPath(prefix: string): Promise<string> {
    checkedPath(this.name, prefix)
    const folder = join(temporaryFolder(), STAGING_FOLDER)
    mkdirSync(folder, { recursive: true })
    return join(folder, randomUUID())
  }

  async publish(files: readonly { local: string; path: string }[]): Promise<void> {
    for (const file of files) {
      try {
        const outcome = await this.putIfAbsent(file.path, readFileSync(file.local))
        if (outcome === 'exists') throw Object.assign(new Error('exists already'), { code: 'EEXIST' })
        rmSync(file.local)
      } catch (error) {
        throw storageError('publish', file.path, error)
      }
    }
  }

  #store(path: string, bytes: Uint8Array): void {
    this.#objects.set(path, { bytes: bytes.slice(), modifiedMs: this.#now() })
  }
}

function folderOf(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
}

let sharedFolder: string | undefined

/** One folder for all memory storages of the process, removed when it ends. */
function temporaryFolder(): string {
  if (sharedFolder === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-memory-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    sharedFolder = folder
  }
  return sharedFolder
}
