import type { FoundFile } from './list-files.ts'

/** Files that wait for a batch, and how many bytes they are. */
export class FileQueue {
  #files: readonly FoundFile[]
  #at = 0
  #bytes: number

  constructor(files: readonly FoundFile[]) {
    this.#files = files
    this.#bytes = files.reduce((sum, each) => sum + each.sizeBytes, 0)
  }

  get count(): number {
    return this.#files.length - this.#at
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The next files: at most `maxFiles`, and no more than `maxBytes` of them unless the first alone is larger. */
  head(maxFiles: number, maxBytes: number | undefined): readonly FoundFile[] {
    let end = this.#at
    let bytes = 0
    while (end < this.#files.length && end - this.#at < maxFiles) {
      bytes += this.#files[end]!.sizeBytes
      if (end > this.#at && maxBytes !== undefined && bytes > maxBytes) break
      end++
    }
    return this.#files.slice(this.#at, end)
  }

  /** Takes the first `count` files out. */
  drop(count: number): void {
    for (const each of this.#files.slice(this.#at, this.#at + count)) this.#bytes -= each.sizeBytes
    this.#at += count
  }
}
