import { type FileSchemaReader, inferFiles } from '../../formats/infer-files.ts'
import { settleStruct } from '../../formats/merge-types.ts'
import {
  type DataType,
  field,
  LONG,
  STRING,
  type StructField,
  type StructType,
  struct,
  TIMESTAMP,
} from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import type { SourceSchema } from '../source.ts'
import { type FilesLeaf, formatOf } from './files-leaf.ts'
import type { FoundFile } from './list-files.ts'
import { partitionType, partitionValuesOf } from './partition-values.ts'
import { applySchemaHints } from './schema-hints.ts'
import { displayPath } from './source-path.ts'

/** The columns of a files source as they are known at one time. */
export interface FilesSchema {
  /** Columns read from the files. */
  readonly dataSchema: StructType
  /** Columns read from `name=value` folders. */
  readonly partitionSchema: StructType
}

/** `_metadata`, as Spark's file sources have it. */
const METADATA = struct([
  field('file_path', STRING, false),
  field('file_name', STRING, false),
  field('file_size', LONG, false),
  field('file_modification_time', TIMESTAMP, false),
  field('file_block_start', LONG, false),
  field('file_block_length', LONG, false),
])

/** The columns of the rows: data, partitions, rescued data; `_metadata` is hidden, unless a column has its name. */
export function rowSchema(leaf: FilesLeaf, { dataSchema, partitionSchema }: FilesSchema): SourceSchema {
  const { rescuedDataColumn } = leaf.options
  const fields = [...dataSchema.fields, ...partitionSchema.fields]
  if (rescuedDataColumn !== undefined && !has(fields, rescuedDataColumn)) {
    fields.push(field(rescuedDataColumn, STRING))
  }
  const schema = struct(fields)
  return has(fields, '_metadata')
    ? { schema }
    : { schema, hidden: struct([field('_metadata', METADATA, false)]) }
}

/**
 * The columns from the given schema or from a sample of the files, newest first, with schema hints applied. Undefined
 * when there is no schema and the files give none.
 */
export async function discoverSchema(
  leaf: FilesLeaf,
  files: readonly FoundFile[],
  reader: FileSchemaReader,
): Promise<FilesSchema | undefined> {
  const { options, source } = leaf
  const partitions = partitionFields(leaf, files)
  if (source.schema !== undefined) return splitSchema(source.schema, partitions)
  const newestFirst = files.toReversed().map((each) => ({ ...each, displayPath: displayPath(each.path) }))
  const inferred = await inferFiles(
    {
      format: formatOf(options, files),
      files: newestFirst,
      options: options.read,
      inferColumnTypes: options.inferColumnTypes,
      isComplete: options.rescuedDataColumn === undefined,
    },
    reader,
  )
  if (inferred === undefined && options.schemaHints === undefined) return undefined
  const own = (inferred?.fields ?? []).filter((each) => !has(partitions, each.name))
  return withHints(leaf, { dataSchema: struct(own), partitionSchema: struct(partitions) })
}

/** Hints may name data and partition columns, or new ones. */
export function withHints(leaf: FilesLeaf, { dataSchema, partitionSchema }: FilesSchema): FilesSchema {
  const all = applySchemaHints(
    struct([...dataSchema.fields, ...partitionSchema.fields]),
    leaf.options.schemaHints,
  )
  return splitSchema(all, partitionSchema.fields)
}

/** A schema's data columns, and the partition columns, with their types from the schema where it has them. */
export function splitSchema(schema: StructType, partitions: readonly StructField[]): FilesSchema {
  const typed = partitions.map(
    (partition) => schema.fields.find((each) => sameName(each.name, partition.name)) ?? partition,
  )
  return {
    dataSchema: struct(schema.fields.filter((each) => !has(partitions, each.name))),
    partitionSchema: struct(typed),
  }
}

function partitionFields({ paths, options }: FilesLeaf, files: readonly FoundFile[]): StructField[] {
  if (options.ignoresPartitions) return []
  const values = new Map<string, Set<string | null>>()
  for (const { path } of files) {
    for (const [name, value] of partitionValuesOf(rootOf(paths, path), path)) {
      values.set(name, (values.get(name) ?? new Set()).add(value))
    }
  }
  const names = options.partitionColumns ?? [...values.keys()]
  return names.map((name) =>
    field(name, options.inferColumnTypes ? partitionType(values.get(name) ?? []) : STRING),
  )
}

/** The root of the source's path that a file was found under. */
export function rootOf(paths: FilesLeaf['paths'], file: string): string {
  return (
    paths.find(({ root }) => file === root || file.startsWith(root === '/' ? '/' : `${root}/`))?.root ?? ''
  )
}

/**
 * A schema with fields that were met and that it lacks: new ones at the end of their struct, types that were met wider
 * replaced. With `asText` new columns are STRING. The same object when nothing changes.
 */
export function withUnknownFields(schema: StructType, unknown: StructType, asText: boolean): StructType {
  const settled = settleStruct(unknown)
  const fields = asText ? settled.fields.map((each) => ({ ...each, dataType: STRING })) : settled.fields
  return merged(schema, struct(fields)) as StructType
}

function merged(known: DataType, found: DataType): DataType {
  if (known.kind === 'struct' && found.kind === 'struct') return mergedStruct(known, found)
  if (known.kind === 'array' && found.kind === 'array') {
    const elementType = merged(known.elementType, found.elementType)
    return elementType === known.elementType ? known : { ...known, elementType }
  }
  if (known.kind === 'map' && found.kind === 'map') {
    const valueType = merged(known.valueType, found.valueType)
    return valueType === known.valueType ? known : { ...known, valueType }
  }
  return found
}

function mergedStruct(known: StructType, found: StructType): StructType {
  const fields = known.fields.map((each) => {
    const other = found.fields.find(({ name }) => name === each.name)
    const dataType = other === undefined ? each.dataType : merged(each.dataType, other.dataType)
    return dataType === each.dataType ? each : { ...each, dataType }
  })
  const added = found.fields.filter((each) => !has(known.fields, each.name))
  const isSame = added.length === 0 && fields.every((each, i) => each === known.fields[i])
  return isSame ? known : struct([...fields, ...added])
}

function has(fields: readonly StructField[], name: string): boolean {
  return fields.some((each) => sameName(each.name, name))
}
