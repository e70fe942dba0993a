import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import type { Storage } from '../../storage/storage.ts'
import type { FilesLeaf } from './files-leaf.ts'
import { FolderMemory, type RememberedFolders } from './list-files.ts'

const FORMAT: DurableFormat = { name: 'millrace.files-folders', version: 1 }
const PATH = 'folders.json'

/**
 * Keeps the memory of unchanged folders beside the journal. It only saves work: it is begun anew when it is missing, or
 * when the options that decide about files have changed.
 */
export class FolderCache {
  readonly #storage: Storage
  readonly #signature: string
  #saved = ''

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
    const bytes = await this.#storage.read(PATH)
    if (bytes === undefined) return new FolderMemory()
    const content = decodeDurable(bytes, FORMAT, { storage: this.#storage.name, path: PATH })
    if (content.signature !== this.#signature) return new FolderMemory()
    this.#saved = JSON.stringify(content.folders)
    return FolderMemory.fromJSON(content.folders as RememberedFolders)
  }

  async save(memory: FolderMemory): Promise<void> {
    const folders = memory.toJSON()
    const text = JSON.stringify(folders)
    if (text === this.#saved) return
    await this.#storage.put(PATH, encodeDurable(FORMAT, { signature: this.#signature, folders }))
    this.#saved = text
  }
}
