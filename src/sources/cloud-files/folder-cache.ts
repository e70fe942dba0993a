import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import type { Storage } from '../../storage/storage.ts'
import type { FilesLeaf } from './files-leaf.ts'
import { FolderMemory, type RememberedFolders } from './list-files.ts'

const FORMAT: DurableFormat = { name: 'millrace.files-folders', version: 1 }
const PATH = 'folders.json'

/** Milliseconds between two writes of the memory. */
const SAVE_EVERY_MS = 60_000

/**
 * Keeps the memory of unchanged folders, now and then also beside the journal. It only saves work: it is begun anew when it
 * is missing, or when the options that decide about files have changed.
 */
export class FolderCache {
  readonly #storage: Storage
  readonly #signature: string
  #memory: FolderMemory | undefined
  #saved = ''
  #savedMs = -Infinity

  constructor(storage: Storage, { paths, options }: FilesLeaf) {
    const { fileNamePattern, useStrictGlobber, modifiedAfter, modifiedBefore } = options
    this.#storage = storage
    this.#signature = JSON.stringify([
      paths,
      fileNamePattern,
      useStrictGlobber,
      modifiedAfter,
      modifiedBefore,
    ])
  }

  async load(): Promise<FolderMemory> {
    this.#memory ??= await this.#read()
    return this.#memory
  }

  /** Writes what `load` has given, unless it was written lately. */
  async save(): Promise<void> {
    const nowMs = performance.now()
    if (this.#memory === undefined || nowMs - this.#savedMs < SAVE_EVERY_MS) return
    this.#savedMs = nowMs
    const folders = this.#memory.toJSON()
    const text = JSON.stringify(folders)
    if (text === this.#saved) return
    await this.#storage.put(PATH, encodeDurable(FORMAT, { signature: this.#signature, folders }))
    this.#saved = text
  }

  async #read(): Promise<FolderMemory> {
    const bytes = await this.#storage.read(PATH)
    if (bytes === undefined) return new FolderMemory()
    const content = decodeDurable(bytes, FORMAT, { storage: this.#storage.name, path: PATH })
    if (content.signature !== this.#signature) return new FolderMemory()
    this.#saved = JSON.stringify(content.folders)
    return FolderMemory.fromJSON(content.folders as RememberedFolders)
  }
}
