import { PipelineError } from '../../errors/index.ts'
import type { FileSchemaReader } from '../../formats/infer-files.ts'
import type { DataSource } from '../../plan/relation.ts'
import { localStorage } from '../../storage/index.ts'
import type { Storage } from '../../storage/storage.ts'
import type { StructType } from '../../types/data-type.ts'
import { dataTypeFromJson, dataTypeToJson } from '../../types/schema-json.ts'
import type { BoundRange, SourceSchema } from '../source.ts'
import { packed, unpacked } from './file-journal.ts'
import { filesLeaf } from './files-leaf.ts'
import { filesScan } from './files-scan.ts'
import { discoverSchema, rowSchema, splitSchema, withHints } from './files-schema.ts'
import { listFiles } from './list-files.ts'
import { SchemaStore } from './schema-store.ts'
import { sourcePath } from './source-path.ts'

export interface FilesInputContext {
  /** Where relative paths start: the pipeline's folder. */
  readonly baseFolder: string
  readonly reader: FileSchemaReader
}

/** A listing and the columns found in it, as plain JSON: the same one gives the same rows. */
export interface FilesPin {
  readonly files: readonly ReturnType<typeof packed>[]
  readonly dataSchema: unknown
  readonly partitionSchema: unknown
}

/**
 * Files as they stand, for `spark.read` and `read_files` without STREAM: lists and infers now. What the sample of a schema
 * did not hold is rescued where there is a rescued-data column; `spark.read`, which has none, reads everything to infer.
 * Throws CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE, CF_PATH_DOES_NOT_EXIST and the conditions of the options.
 */
export async function pinFiles(source: DataSource, context: FilesInputContext): Promise<FilesPin> {
  const leaf = filesLeaf(source, context.baseFolder)
  const files = listFiles(leaf.paths, leaf.options)
  const schema = await discoverSchema(leaf, files, context.reader)
  if (schema === undefined) throw new PipelineError('CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE', { path: leaf.name })
  return {
    files: files.map(packed),
    dataSchema: dataTypeToJson(schema.dataSchema),
    partitionSchema: dataTypeToJson(schema.partitionSchema),
  }
}

/** The files that there are now, as a pin holds them. */
export function listedFiles(
  source: DataSource,
  context: Pick<FilesInputContext, 'baseFolder'>,
): FilesPin['files'] {
  const leaf = filesLeaf(source, context.baseFolder)
  return listFiles(leaf.paths, leaf.options).map(packed)
}

/** The rows of a listing. */
export function bindFiles(source: DataSource, pin: FilesPin, context: FilesInputContext): BoundRange {
  const leaf = filesLeaf(source, context.baseFolder)
  const schema = {
    dataSchema: dataTypeFromJson(pin.dataSchema, '') as StructType,
    partitionSchema: dataTypeFromJson(pin.partitionSchema, '') as StructType,
  }
  const onUnknownField = leaf.options.rescuedDataColumn === undefined ? 'ignore' : 'rescue'
  return {
    ...rowSchema(leaf, schema),
    input: filesScan(leaf, schema, pin.files.map(unpacked), onUnknownField),
  }
}

/** The rows of the files that there are now. */
export async function resolveFiles(source: DataSource, context: FilesInputContext): Promise<BoundRange> {
  return bindFiles(source, await pinFiles(source, context), context)
}

/**
 * The columns as far as they are known without reading any data: the stored schema of a stream, or the given schema (open
 * while no file was read and folders may add columns). Undefined when nothing is known yet. Checks the options.
 */
export async function knownFilesSchema(
  source: DataSource,
  context: { readonly baseFolder: string; readonly schemas?: Storage },
): Promise<SourceSchema | undefined> {
  const leaf = filesLeaf(source, context.baseFolder)
  const { schemaLocation } = leaf.options
  const storage =
    schemaLocation === undefined
      ? context.schemas
      : localStorage(sourcePath(schemaLocation, context.baseFolder).root)
  const stored =
    source.isStreaming && storage !== undefined ? await new SchemaStore(storage).latest() : undefined
  if (stored !== undefined) {
    const { fields } = stored.schema.partitionSchema
    const isGiven = source.schema !== undefined
    return rowSchema(leaf, isGiven ? splitSchema(source.schema, fields) : withHints(leaf, stored.schema))
  }
  if (source.schema === undefined) return undefined
  const known = rowSchema(leaf, splitSchema(source.schema, []))
  const { ignoresPartitions, partitionColumns } = leaf.options
  if (ignoresPartitions || partitionColumns?.length === 0) return known
  return { ...known, schema: { ...known.schema, open: true } }
}
