import { PipelineError } from '../../errors/index.ts'
import type { ObjectInfo, Storage } from '../../storage/storage.ts'
import { type StructField, type StructType, struct } from '../../types/data-type.ts'
import { printDataType } from '../../types/ddl.ts'
import { sameType } from '../../types/same-type.ts'
import { encodePath } from '../files/file-path.ts'
import type { AddFile } from '../log/actions.ts'
import type { RowEngine } from '../row-engine.ts'
import { DeltaTable } from '../table.ts'
import { withSession } from '../with-session.ts'
import { withStatistics } from './compute-statistics.ts'
import { hivePartition } from './hive-partition.ts'

export interface ConvertOptions {
  /** The partition columns, which stand in the names of the folders (`day=2026-01-31`), in their order. */
  readonly partitionSchema?: StructType
  /** False for NO STATISTICS: the files' rows are not read. Default: true. */
  readonly collectStatistics?: boolean
  readonly configuration?: Readonly<Record<string, string>>
}

export interface ConvertResult {
  readonly version: number
  /** 0 where the folder is a Delta table already. */
  readonly numConvertedFiles: number
}

/**
 * CONVERT TO DELTA: makes a folder of Parquet files a Delta table, in place. Columns are those of all files, by name; every
 * file below the folder that is not hidden becomes a live file. Throws DELTA_CONVERSION_NO_FILES,
 * DELTA_CONVERSION_NO_PARTITION_FOUND and the other conditions of folder names, DELTA_FAILED_TO_MERGE_FIELDS for a column of two
 * types, and what `checkTableDefinition` throws.
 */
export async function convertToDelta(
  { storage, engine }: { readonly storage: Storage; readonly engine: RowEngine },
  options: ConvertOptions = {},
): Promise<ConvertResult> {
  const existing = await DeltaTable.openIfExists(storage, engine.deltaPort)
  if (existing !== undefined) return { version: existing.snapshot.version, numConvertedFiles: 0 }
  const partitions = options.partitionSchema?.fields ?? []
  const found = await parquetFiles(storage)
  if (found.length === 0) throw new PipelineError('DELTA_CONVERSION_NO_FILES', { path: storage.name })
  const files = found.map((info) => addOf(info, partitions, storage.name))
  const schema = struct([...(await dataSchema(storage, engine, found, partitions)), ...partitions])
  const partitionColumns = partitions.map((each) => each.name)
  const transaction = DeltaTable.create(storage, engine.deltaPort, {
    schema,
    partitionColumns,
    ...(options.configuration !== undefined && { configuration: options.configuration }),
  })
  const collects = options.collectStatistics !== false
  const metadata = transaction.metadata
  const adds = collects
    ? await withSession(engine, (session) =>
        withStatistics({ storage }, session, { metadata, files: () => files }, files),
      )
    : files
  const { version } = await transaction.addFiles(adds).commit({
    operation: 'CONVERT',
    operationParameters: {
      numFiles: files.length.toString(),
      partitionedBy: JSON.stringify(partitionColumns),
      collectStats: String(collects),
      sourceFormat: 'parquet',
    },
    operationMetrics: { numConvertedFiles: files.length },
  })
  return { version, numConvertedFiles: files.length }
}

async function parquetFiles(storage: Storage): Promise<ObjectInfo[]> {
  const files: ObjectInfo[] = []
  for await (const info of storage.list('', { recursive: true })) {
    if (info.path.endsWith('.parquet') && !isHidden(info.path)) files.push(info)
  }
  return files
}

/** Names that begin with `_` or `.` are hidden, as Spark reads a folder, but not folders of partition columns called so. */
function isHidden(path: string): boolean {
  return path.split('/').some((name, depth, { length }) => {
    const isPartition = depth < length - 1 && name.includes('=')
    return (name.startsWith('_') || name.startsWith('.')) && !isPartition
  })
}

function addOf(info: ObjectInfo, partitions: readonly StructField[], root: string): AddFile {
  return {
    path: encodePath(info.path),
    partitionValues: hivePartition(info.path, partitions, root),
    size: info.sizeBytes,
    modificationTime: info.modifiedMs,
    dataChange: true,
  }
}

/** The columns of all files, in the order in which they first appear; partition columns are not read from files. */
async function dataSchema(
  storage: Storage,
  engine: RowEngine,
  files: readonly ObjectInfo[],
  partitions: readonly StructField[],
): Promise<StructField[]> {
  const hidden = new Set(partitions.map((each) => each.name.toLowerCase()))
  const fields = new Map<string, StructField>()
  for (const { path } of files) {
    const { fields: found } = await engine.parquetSchema(await storage.localize(path))
    for (const field of found) {
      const key = field.name.toLowerCase()
      const known = fields.get(key)
      if (hidden.has(key)) continue
      if (known === undefined) fields.set(key, { ...field, nullable: true })
      else if (!sameType(known.dataType, field.dataType)) throw twoTypes(known, field, path)
    }
  }
  return [...fields.values()]
}

function twoTypes(known: StructField, found: StructField, path: string): PipelineError {
  return new PipelineError('DELTA_FAILED_TO_MERGE_FIELDS', {
    currentField: known.name,
    updateField: `${found.name} of ${path}`,
    currentType: printDataType(known.dataType),
    updateType: printDataType(found.dataType),
  })
}
