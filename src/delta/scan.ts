import { fileURLToPath } from 'node:url'
import { PipelineError } from '../errors/index.ts'
import type { DeltaScan, DeltaScanFile } from '../plan/scan.ts'
import type { Storage } from '../storage/storage.ts'
import { readDeletionVector } from './deletion-vector/deletion-vector.ts'
import { decodePath } from './files/file-path.ts'
import type { AddFile } from './log/actions.ts'
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
  const scanFiles: DeltaScanFile[] = []
  for (const file of files) scanFiles.push(await scanFile(file, storage))
  return {
    kind: 'delta',
    files: scanFiles,
    tableSchema: snapshot.metadata.schema,
    partitionColumns: snapshot.metadata.partitionColumns,
    columnMapping: columnMappingOf(snapshot.metadata),
  }
}

/** A live file as a scan reads it. */
export async function scanFile(file: AddFile, storage: Storage): Promise<DeltaScanFile> {
  const numRecords = /"numRecords":\s*(\d+)/.exec(file.stats ?? '')?.[1]
  return {
    path: await localPath(file.path, storage),
    partitionValues: file.partitionValues,
    sizeBytes: file.size,
    ...(numRecords !== undefined && { numRecords: Number(numRecords) }),
    ...(file.deletionVector != null && {
      deletedRows: await readDeletionVector(file.deletionVector, storage, file.path),
    }),
  }
}

/** Paths are relative to the table's root, or absolute in tables cloned from another (PROTOCOL.md, Add File). */
export async function localPath(path: string, storage: Storage): Promise<string> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(path)?.[1]?.toLowerCase()
  if (scheme === 'file') return fileURLToPath(path.replace(/^file:\/*/i, 'file:///'))
  if (scheme !== undefined && path.includes('://')) {
    throw new PipelineError('DELTA_UNSUPPORTED_FILE_LOCATION', { path, scheme, table: storage.name })
  }
  const decoded = decodePath(path)
  return decoded.startsWith('/') ? decoded : storage.localize(decoded)
}
