import { fileKey } from '../files/file-path.ts'
import type { AddFile, RemoveFile } from './actions.ts'

interface Entry {
  readonly file: AddFile
  /** Version whose commit removed it, or Infinity. */
  removedAt: number
}

/** The files of one version. */
export interface FileView {
  readonly count: number
  readonly sizeBytes: number
  files(): Iterable<AddFile>
}

/**
 * A table's files over the versions that a process has seen. Versions share one list, in which a file carries the version
 * that removed it: advancing costs what the commit changed, however large the table is, and older views stay as they were.
 */
export class FileSet {
  #entries: Entry[] = []
  /** Live files by key; made when a commit first looks for one, for reading a checkpoint needs none. */
  #live: Map<string, Entry> | undefined
  #count = 0
  #sizeBytes = 0

  get count(): number {
    return this.#count
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  add(version: number, file: AddFile): void {
    const key = fileKey(file)
    this.#retire(version, key)
    this.#index().set(key, this.#append(file))
  }

  /** Adds a file of a checkpoint, which names each once. */
  restore(file: AddFile): void {
    this.#live = undefined
    this.#append(file)
  }

  remove(version: number, file: RemoveFile): void {
    this.#retire(version, fileKey(file))
  }

  /** The files as of `version`, which must be the one applied last. */
  view(version: number): FileView {
    if (this.#entries.length > 64 && this.#entries.length > 2 * this.#count) {
      this.#entries = this.#entries.filter((each) => each.removedAt === Infinity)
    }
    const entries = this.#entries
    const length = entries.length
    return {
      count: this.#count,
      sizeBytes: this.#sizeBytes,
      *files() {
        for (let index = 0; index < length; index++) {
          const entry = entries[index]!
          if (entry.removedAt > version) yield entry.file
        }
      },
    }
  }

  #append(file: AddFile): Entry {
    const entry: Entry = { file, removedAt: Infinity }
    this.#entries.push(entry)
    this.#count += 1
    this.#sizeBytes += file.size
    return entry
  }

  #index(): Map<string, Entry> {
    if (this.#live === undefined) {
      this.#live = new Map()
      for (const entry of this.#entries) {
        if (entry.removedAt === Infinity) this.#live.set(fileKey(entry.file), entry)
      }
    }
    return this.#live
  }

  #retire(version: number, key: string): void {
    const live = this.#index()
    const entry = live.get(key)
    if (entry === undefined) return
    entry.removedAt = version
    live.delete(key)
    this.#count -= 1
    this.#sizeBytes -= entry.file.size
  }
}
