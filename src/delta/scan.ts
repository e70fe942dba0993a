import { fileURLToPath } from 'node:url'
import { PipelineError } from '../errors/index.ts'
import type { DeltaScan, DeltaScanFile } from '../plan/scan.ts'
import type { Storage } from '../storage/storage.ts'
import { field, fieldNamed, LONG, STRING, type StructType, struct, TIMESTAMP } from '../types/data-type.ts'
import { readDeletionVector } from './deletion-vector/deletion-vector.ts'
import { decodePath } from './files/file-path.ts'
import type { AddFile } from './log/actions.ts'
import { rowIdentityOf, tracksRows } from './row-tracking/row-identity.ts'
import type { Metadata } from './schema/metadata.ts'
import { columnMappingOf } from './schema/protocol.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * A version's files (or some of them) as a scan that an engine can read: local paths, partition values, deleted rows.
 * Throws DELTA_UNSUPPORTED_FILE_LOCATION for files in a store that this storage does not reach.
 */
export async function deltaScanOf(
  snapshot: Pick<Snapshot, 'metadata' | 'files'>,
  storage: Storage,
  files: Iterable<AddFile> = snapshot.files(),
): Promise<DeltaScan> {
  const all = Array.from(files)
  const scanFiles: DeltaScanFile[] = []
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE).map((file) => scanFile(file, storage))
    scanFiles.push(...(await Promise.all(some)))
  }
  return { ...emptyScanOf(snapshot), files: scanFiles }
}

/** Files that are fetched side by side where the store is remote. */
const AT_ONCE = 256

/** The scan of a version without any of its files. */
export function emptyScanOf({ metadata }: Pick<Snapshot, 'metadata'>): DeltaScan {
  const rowTracking = rowIdentityOf(metadata)
  return {
    kind: 'delta',
    files: [],
    tableSchema: metadata.schema,
    partitionColumns: metadata.partitionColumns,
    columnMapping: columnMappingOf(metadata),
    ...(rowTracking !== undefined && { rowTracking }),
  }
}

/**
 * The hidden `_metadata` of a table's rows, as Spark has it; undefined where a column of the table has that name. The table
 * need not be there yet.
 */
export function rowMetadata({
  schema,
  configuration,
}: Pick<Metadata, 'schema' | 'configuration'>): StructType | undefined {
  if (fieldNamed(schema, '_metadata') !== undefined) return undefined
  const tracked = tracksRows(configuration) ? TRACKING_FIELDS : []
  return struct([field('_metadata', struct([...FILE_FIELDS, ...tracked]), false)])
}

const FILE_FIELDS = [
  field('file_path', STRING, false),
  field('file_name', STRING, false),
  field('file_size', LONG, false),
  field('file_block_start', LONG, false),
  field('file_block_length', LONG, false),
  field('file_modification_time', TIMESTAMP, false),
  field('row_index', LONG, false),
]
const TRACKING_FIELDS = ['row_id', 'base_row_id', 'row_commit_version', 'default_row_commit_version'].map(
  (name) => field(name, LONG),
)

/** A live file as a scan reads it. */
export async function scanFile(file: AddFile, storage: Storage): Promise<DeltaScanFile> {
  const { baseRowId, defaultRowCommitVersion, deletionVector } = file
  const numRecords = /"numRecords":\s*(\d+)/.exec(file.stats ?? '')?.[1]
  const scanned: Writable<DeltaScanFile> = {
    path: await localPath(file.path, storage),
    partitionValues: file.partitionValues,
    sizeBytes: file.size,
    modifiedMs: file.modificationTime,
  }
  if (numRecords !== undefined) scanned.numRecords = Number(numRecords)
  if (baseRowId != null) scanned.baseRowId = BigInt(baseRowId)
  if (defaultRowCommitVersion != null) scanned.defaultRowCommitVersion = defaultRowCommitVersion
  if (deletionVector != null) {
    scanned.deletedRows = await readDeletionVector(deletionVector, storage, file.path)
  }
  return scanned
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Paths are relative to the table's root, or absolute in tables cloned from another (PROTOCOL.md, Add File). */
export function localPath(path: string, storage: Storage): string | Promise<string> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(path)?.[1]?.toLowerCase()
  if (scheme === 'file') return fileURLToPath(path.replace(/^file:\/*/i, 'file:///'))
  if (scheme !== undefined && path.includes('://')) {
    throw new PipelineError('DELTA_UNSUPPORTED_FILE_LOCATION', { path, scheme, table: storage.name })
  }
  const decoded = decodePath(path)
  return decoded.startsWith('/') ? decoded : storage.localize(decoded)
}
