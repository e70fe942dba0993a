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
  readonly #live = new Map<string, Entry>()
  #sizeBytes = 0

  get count(): number {
    return this.#live.size
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  add(version: number, file: AddFile): void {
    const key = fileKey(file)
    this.#retire(version, key)
    const entry: Entry = { file, removedAt: Infinity }
    this.#entries.push(entry)
    this.#live.set(key, entry)
    this.#sizeBytes += file.size
  }

  /** Adds a file of a checkpoint, which names each once: false for one that is there. */
  addNew(file: AddFile): boolean {
    const entry: Entry = { file, removedAt: Infinity }
    const before = this.#live.size
    this.#live.set(fileKey(file), entry)
    this.#entries.push(entry)
    this.#sizeBytes += file.size
    return this.#live.size > before
  }

  remove(version: number, file: RemoveFile): void {
    this.#retire(version, fileKey(file))
  }

  /** The files as of `version`, which must be the one applied last. */
  view(version: number): FileView {
    if (this.#entries.length > 64 && this.#entries.length > 2 * this.#live.size) {
      this.#entries = [...this.#live.values()]
    }
    const entries = this.#entries
    const length = entries.length
    return {
      count: this.#live.size,
      sizeBytes: this.#sizeBytes,
      *files() {
        for (let index = 0; index < length; index++) {
          const entry = entries[index]!
          if (entry.removedAt > version) yield entry.file
        }
      },
    }
  }

  #retire(version: number, key: string): void {
    const entry = this.#live.get(key)
    if (entry === undefined) return
    entry.removedAt = version
    this.#live.delete(key)
    this.#sizeBytes -= entry.file.size
  }
}
