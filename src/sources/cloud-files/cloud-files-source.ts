import { PipelineError } from '../../errors/index.ts'
import type { FileSchemaReader } from '../../formats/infer-files.ts'
import { unknownFieldsOf } from '../../formats/unknown-fields.ts'
import type { DataSource } from '../../plan/relation.ts'
import { localStorage } from '../../storage/index.ts'
import type { Storage } from '../../storage/storage.ts'
import type { BoundRange, PlannedRange, Source, SourceSchema } from '../source.ts'
import type { LandedFiles } from '../watch/landed-files.ts'
import { type FileBatch, FileJournal, packed, unpacked } from './file-journal.ts'
import { FileQueue } from './file-queue.ts'
import { type FilesLeaf, filesLeaf } from './files-leaf.ts'
import { filesScan } from './files-scan.ts'
import {
  discoverSchema,
  type FilesSchema,
  rootOf,
  rowSchema,
  splitSchema,
  withHints,
  withUnknownFields,
} from './files-schema.ts'
import { FolderCache } from './folder-cache.ts'
import { type FoundFile, listFiles } from './list-files.ts'
import { dialectOf } from './parse-options.ts'
import { SchemaStore } from './schema-store.ts'
import { SourceCleaner } from './source-cleaner.ts'
import { sourcePath } from './source-path.ts'

export interface CloudFilesContext {
  /** Where relative paths start: the pipeline's folder. */
  readonly baseFolder: string
  /** This source's folder in the flow's checkpoint: which files were taken. A new checkpoint version has a new one. */
  readonly state: Storage
  /** Where the inferred schema and its history are kept, unless `schemaLocation` names another folder. */
  readonly schemas: Storage
  readonly reader: FileSchemaReader
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Where its folders are watched: then they are listed only when the watches do not know which files have landed. */
  readonly landed?: LandedFiles | undefined
}

/**
 * Auto Loader: a folder of files as a stream, each file in exactly one batch. Takes the formats
 * `cloudFiles`, `read_files` and Spark's own file streams. Throws the conditions of the options.
 */
export function cloudFilesSource(
  source: DataSource,
  context: CloudFilesContext,
): Source & { readonly leaf: FilesLeaf } {
  return new CloudFilesSource(filesLeaf(source, context.baseFolder), context)
}

/** How far the files are taken: batches 1 to `sequence`. */
interface FilesOffset {
  readonly sequence: number
}

/** A batch: its files with size and modification time. */
interface FilesRange {
  readonly sequence: number
  readonly files: ReturnType<typeof packed>[]
}

class CloudFilesSource implements Source {
  readonly name: string
  readonly leaf: FilesLeaf
  readonly #context: CloudFilesContext
  readonly #schemas: SchemaStore
  readonly #folders: FolderCache
  readonly #cleaner: SourceCleaner | undefined
  #journal: FileJournal | undefined
  #queue: FileQueue | undefined

  constructor(leaf: FilesLeaf, context: CloudFilesContext) {
    const { schemaLocation } = leaf.options
    this.leaf = leaf
    this.name = leaf.name
    this.#context = context
    this.#schemas = new SchemaStore(
      schemaLocation === undefined
        ? context.schemas
        : localStorage(sourcePath(schemaLocation, context.baseFolder).root),
    )
    this.#folders = new FolderCache(context.state, leaf)
    const roots = leaf.paths.map((each) => each.root)
    context.landed?.listen(context.state.name, roots)
    this.#cleaner = cleanerOf(leaf, context)
  }

  async schema(): Promise<SourceSchema> {
    return rowSchema(this.leaf, await this.#filesSchema())
  }

  async latest(): Promise<unknown> {
    const journal = await this.#openJournal()
    await this.#cleaner?.clean(this.#now())
    this.#queue = new FileQueue(await this.#discover(journal))
    const { lastSequence } = journal
    return this.#queue.count === 0 && lastSequence === 0
      ? undefined
      : { sequence: lastSequence, waitingFiles: this.#queue.count }
  }

  get waitingFiles(): number {
    return this.#queue?.count ?? 0
  }

  async plan(from: unknown): Promise<PlannedRange | undefined> {
    const journal = await this.#openJournal()
    const { sequence } = (from as FilesOffset | undefined) ?? { sequence: 0 }
    if (sequence !== journal.lastSequence && sequence + 1 !== journal.lastSequence) {
      throw new PipelineError('CF_STATE_INCORRECT', {
        path: this.name,
        expected: String(sequence),
        found: String(journal.lastSequence),
      })
    }
    this.#queue ??= new FileQueue(await this.#discover(journal))
    const batch = journal.pending(sequence) ?? (await this.#nextBatch(journal, this.#queue))
    if (batch === undefined) return undefined
    const range: FilesRange = { sequence: batch.sequence, files: batch.files.map(packed) }
    const end: FilesOffset = { sequence: batch.sequence }
    return { range, end, backlog: { files: this.#queue.count, bytes: this.#queue.bytes } }
  }

  async read(range: unknown): Promise<BoundRange> {
    const schema = await this.#filesSchema()
    const files = (range as FilesRange).files.map(unpacked)
    return {
      ...rowSchema(this.leaf, schema),
      input: filesScan(this.leaf, schema, files, this.#onUnknownField),
    }
  }

  async commit(range: unknown): Promise<void> {
    const { sequence, files } = range as FilesRange
    await (await this.#openJournal()).restore({ sequence, files: files.map(unpacked) })
    await this.#cleaner?.committed(files.map(unpacked), this.#now())
  }

  async evolve(error: unknown): Promise<boolean> {
    const unknown = unknownFieldsOf(error)
    if (unknown === undefined || !this.leaf.options.schemaEvolutionMode.startsWith('addNewColumns'))
      return false
    const latest = await this.#schemas.latest()
    if (latest === undefined) return false
    const asText = !this.leaf.options.inferColumnTypes
    const dataSchema = withUnknownFields(latest.schema.dataSchema, unknown, asText)
    if (dataSchema === latest.schema.dataSchema) return false
    await this.#schemas.write(withHints(this.leaf, { ...latest.schema, dataSchema }), latest.version)
    return true
  }

  get #onUnknownField(): 'fail' | 'rescue' | 'ignore' {
    const { schemaEvolutionMode, rescuedDataColumn } = this.leaf.options
    if (schemaEvolutionMode === 'rescue') return 'rescue'
    if (schemaEvolutionMode !== 'none') return 'fail'
    return rescuedDataColumn === undefined ? 'ignore' : 'rescue'
  }

  /** The stored schema, or that of the files there are now, which is stored. A given schema stands for its data columns. */
  async #filesSchema(): Promise<FilesSchema> {
    const { source, paths, options } = this.leaf
    const stored = await this.#schemas.latest()
    if (stored !== undefined) {
      return source.schema === undefined
        ? withHints(this.leaf, stored.schema)
        : splitSchema(source.schema, stored.schema.partitionSchema.fields)
    }
    if (source.schema === undefined && dialectOf(source.format) === 'spark') {
      throw new PipelineError('CF_SCHEMA_REQUIRED', { format: source.format })
    }
    const files = listFiles(paths, options)
    const found = await discoverSchema(this.leaf, files, this.#context.reader)
    if (found === undefined) throw new PipelineError('CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE', { path: this.name })
    // Which folders are partitions is not known before there are files.
    if (files.length === 0) return found
    return (await this.#schemas.write(found, undefined)) ? found : this.#filesSchema()
  }

  async #openJournal(): Promise<FileJournal> {
    const isByTime = this.leaf.options.allowOverwrites
    this.#journal ??= await FileJournal.open(this.#context.state, (file) =>
      isByTime ? `${file.path}\n${file.modifiedMs}` : file.path,
    )
    return this.#journal
  }

  /** The files that are in no batch yet, oldest first. */
  async #discover(journal: FileJournal): Promise<FoundFile[]> {
    const { paths, options } = this.leaf
    const isFirst = journal.isNew
    const folders = options.allowOverwrites ? undefined : await this.#folders.load()
    const isKnown = (path: string) => journal.has({ path, sizeBytes: 0, modifiedMs: 0 })
    const landed = this.#context.landed?.take(this.#context.state.name)
    const told = this.#queue?.count === 0 ? landed : undefined
    const found = listFiles(paths, options, options.allowOverwrites ? { told } : { isKnown, folders, told })
    const fresh = found.filter((each) => !journal.has(each) && (isFirst || !this.#isTooOld(each)))
    if (isFirst && !options.includeExistingFiles) {
      await journal.passOver(fresh)
      return []
    }
    folders?.forget(fresh.map((each) => each.path))
    if (folders !== undefined) await this.#folders.save()
    return fresh
  }

  #isTooOld(file: FoundFile): boolean {
    const { maxFileAge } = this.leaf.options
    return maxFileAge !== undefined && file.modifiedMs < this.#now() - maxFileAge
  }

  async #nextBatch(journal: FileJournal, queue: FileQueue): Promise<FileBatch | undefined> {
    const { maxFilesPerTrigger, maxBytesPerTrigger, maxFileAge } = this.leaf.options
    const files = queue.head(maxFilesPerTrigger, maxBytesPerTrigger)
    if (files.length === 0) return undefined
    if (maxFileAge !== undefined) journal.forgetBefore(this.#now() - maxFileAge)
    const batch = await journal.append(files)
    queue.drop(files.length)
    return batch
  }

  #now(): number {
    return (this.#context.now ?? Date.now)()
  }
}

function cleanerOf(leaf: FilesLeaf, { state, baseFolder }: CloudFilesContext): SourceCleaner | undefined {
  const { cleanSource } = leaf.options
  if (cleanSource === undefined) return undefined
  const { moveDestination } = cleanSource
  const destination = moveDestination === undefined ? undefined : sourcePath(moveDestination, baseFolder).root
  const roots = leaf.paths.map((each) => each.root)
  return new SourceCleaner(state, cleanSource, roots, (path) => rootOf(leaf.paths, path), destination)
}
