import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { FileSchemaReader } from '../../formats/infer-files.ts'
import type { PipelineProject } from '../../graph/project.ts'
import type { DataSource } from '../../plan/relation.ts'
import { type FilesPin, listedFiles, pinFiles } from '../../sources/cloud-files/index.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import { localStorage, type Storage } from '../../storage/index.ts'
import type { RevealedSecrets } from './revealed-secrets.ts'

const FORMAT: DurableFormat = { name: 'millrace.files-pin', version: 1 }

/**
 * Folders that are read as they stand, listed once until `listAgain`: once an update, or once a change that it hears of. The columns that were found in the same files before are
 * remembered, so that a folder in which nothing changed is not read again.
 */
export class FilePins {
  readonly #project: PipelineProject
  readonly #reader: FileSchemaReader
  readonly #secrets: RevealedSecrets
  readonly #pins = new Map<string, Promise<FilesPin>>()

  constructor(project: PipelineProject, reader: FileSchemaReader, secrets: RevealedSecrets) {
    this.#project = project
    this.#reader = reader
    this.#secrets = secrets
  }

  /** Throws what listing and inference throw. */
  pin(source: DataSource): Promise<FilesPin> {
    const key = sourceKey(source)
    const known = this.#pins.get(key) ?? this.#find(source, key)
    this.#pins.set(key, known)
    known.catch(() => this.#pins.delete(key))
    return known
  }

  /** Folders have changed. */
  listAgain(): void {
    this.#pins.clear()
  }

  async #find(source: DataSource, key: string): Promise<FilesPin> {
    const storage = sourceStorage(this.#project, key)
    const context = { baseFolder: this.#project.folder, reader: this.#reader }
    const before = await readPin(storage)
    const revealed = this.#secrets.reveal(source)
    const files = JSON.stringify(listedFiles(revealed, context))
    if (before !== undefined && JSON.stringify(before.files) === files) return before
    const pin = await pinFiles(revealed, context)
    await storage.put(PATH, encodeDurable(FORMAT, { pin }))
    return pin
  }
}

const PATH = 'files.json'

/** Options that say when files are taken, not what is in them: they may change and the source stays the same. */
const OF_PROGRESS = new Set([
  'maxfilespertrigger',
  'maxbytespertrigger',
  'maxfileage',
  'includeexistingfiles',
  'allowoverwrites',
  'schemaevolutionmode',
])

/** Recognises a source by what it reads and how: its paths, format, options and schema. */
export function sourceKey({ format, paths, options, schema }: DataSource): string {
  const reading = Object.entries(options).filter(
    ([name]) => !OF_PROGRESS.has(name.toLowerCase().replace(/^cloudfiles\./, '')),
  )
  return createHash('sha256')
    .update(JSON.stringify([format, paths, Object.fromEntries(reading), schema]))
    .digest('hex')
    .slice(0, 32)
}

/** Folder of what is remembered of a source between updates: the history of its schema, its last listing. */
export function sourceStorage(project: PipelineProject, key: string): Storage {
  return localStorage(join(project.spec.storage, 'sources', key))
}

async function readPin(storage: Storage): Promise<FilesPin | undefined> {
  const bytes = await storage.read(PATH)
  if (bytes === undefined) return undefined
  return decodeDurable(bytes, FORMAT, { storage: storage.name, path: PATH }).pin as FilesPin
}
