import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import type { Storage } from '../../storage/storage.ts'
import type { StructType } from '../../types/data-type.ts'
import { dataTypeFromJson, dataTypeToJson } from '../../types/schema-json.ts'
import type { FilesSchema } from './files-schema.ts'

const FORMAT: DurableFormat = { name: 'millrace.files-schema', version: 1 }
const FOLDER = '_schemas'

/** The history of an inferred schema: `_schemas/0`, `_schemas/1`, ... below the schema location. */
export class SchemaStore {
  readonly #storage: Storage

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** The newest version and its number. Throws DAMAGED_FILE and UNSUPPORTED_FORMAT_VERSION. */
  async latest(): Promise<{ readonly version: number; readonly schema: FilesSchema } | undefined> {
    let version = -1
    for await (const { path } of this.#storage.list(FOLDER)) {
      const name = path.slice(FOLDER.length + 1)
      if (/^\d+$/.test(name)) version = Math.max(version, Number(name))
    }
    if (version < 0) return undefined
    const path = `${FOLDER}/${version}`
    const bytes = (await this.#storage.read(path)) ?? new Uint8Array()
    const content = decodeDurable(bytes, FORMAT, { storage: this.#storage.name, path })
    return {
      version,
      schema: {
        dataSchema: dataTypeFromJson(content.dataSchema, '') as StructType,
        partitionSchema: dataTypeFromJson(content.partitionSchema, '') as StructType,
      },
    }
  }

  /** Writes the version behind `after` (undefined: the first). False when another writer was first. */
  async write(schema: FilesSchema, after: number | undefined): Promise<boolean> {
    const path = `${FOLDER}/${(after ?? -1) + 1}`
    const body = {
      dataSchema: dataTypeToJson(schema.dataSchema),
      partitionSchema: dataTypeToJson(schema.partitionSchema),
    }
    return (await this.#storage.putIfAbsent(path, encodeDurable(FORMAT, body))) === 'created'
  }
}
