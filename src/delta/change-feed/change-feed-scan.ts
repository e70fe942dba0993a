import { existsSync } from 'node:fs'
import { PipelineError } from '../../errors/index.ts'
import type { DeltaScan, DeltaScanFile } from '../../plan/scan.ts'
import type { Storage } from '../../storage/storage.ts'
import type { StructType } from '../../types/data-type.ts'
import { printDataType } from '../../types/ddl.ts'
import type { Commit } from '../log/actions.ts'
import { localPath, rowMetadata } from '../scan.ts'
import { type Metadata, metadataFrom } from '../schema/metadata.ts'
import { columnMappingOf } from '../schema/protocol.ts'
import { canReadAs } from '../schema/read-compatible.ts'
import type { DeltaTable } from '../table.ts'
import { changeFeedSchema } from './change-columns.ts'
import { type ChangeFeedOptions, type ChangeRange, changeRange } from './change-range.ts'
import { type ChangedFile, changedFiles } from './commit-changes.ts'
import { hasChangeFeed } from './write-change-files.ts'

/** The changes of a range of versions, as the input of a Scan. */
export interface ChangeFeed {
  readonly input: DeltaScan
  /** The table's columns at the end of the range, then `_change_type`, `_commit_version` and `_commit_timestamp`. */
  readonly schema: StructType
  /** `_metadata` of the files in which the rows lie. */
  readonly hidden?: StructType
}

/**
 * The rows that changed in a range of versions (Delta Lake's change data feed), none for null. Throws the conditions of `changeRange`,
 * DELTA_MISSING_CHANGE_DATA where the feed was off, DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA where older rows cannot
 * be read with the columns at the end, DELTA_LOG_FILE_NOT_FOUND for a version that was cleaned up, and
 * DELTA_CHANGE_DATA_FILE_NOT_FOUND for a file that VACUUM deleted.
 */
export async function changeFeedScan(
  context: { readonly table: DeltaTable; readonly storage: Storage },
  asked: ChangeFeedOptions | ChangeRange | null,
): Promise<ChangeFeed> {
  const { table, storage } = context
  const range = asked !== null && 'start' in asked ? await changeRange(storage, asked) : asked
  if (range == null) return changeFeedOf(table.snapshot.metadata, [])
  const { metadata: read } = await table.snapshotAt({ version: range.to })
  const files: DeltaScanFile[] = []
  let current: Metadata = (await table.snapshotAt({ version: range.from })).metadata
  for await (const commit of table.changes(range.from, range.to)) {
    if (commit.metaData !== undefined) current = metadataFrom(commit.metaData)
    checkRecorded(current, commit.version, range)
    checkReadable(current, read, commit.version, range)
    for (const file of await changedFiles(commit, storage))
      files.push(await changeScanFile(file, commit, storage))
  }
  return changeFeedOf(read, files)
}

/** Files of changes as a scan with the columns of one version. */
function changeFeedOf(metadata: Metadata, files: readonly DeltaScanFile[]): ChangeFeed {
  const input: DeltaScan = {
    kind: 'delta',
    files,
    tableSchema: metadata.schema,
    partitionColumns: metadata.partitionColumns,
    columnMapping: columnMappingOf(metadata),
  }
  return { input, schema: changeFeedSchema(metadata.schema), hidden: rowMetadata(metadata) }
}

/** A file of a commit's changes as a scan reads it. Throws DELTA_CHANGE_DATA_FILE_NOT_FOUND. */
export async function changeScanFile(
  { path, partitionValues, size, changeType, rows }: ChangedFile,
  { version, timestampMs }: Pick<Commit, 'version' | 'timestampMs'>,
  storage: Storage,
): Promise<DeltaScanFile> {
  const local = await localPath(path, storage)
  checkPresent(local, path, storage, version)
  return {
    path: local,
    partitionValues,
    sizeBytes: size,
    ...rows,
    change: { ...(changeType !== undefined && { type: changeType }), version, timestampMs },
  }
}

function checkRecorded(metadata: Metadata, version: number, range: ChangeRange): void {
  if (hasChangeFeed(metadata)) return
  throw new PipelineError('DELTA_MISSING_CHANGE_DATA', {
    startVersion: String(range.from),
    endVersion: String(range.to),
    version: String(version),
    key: 'delta.enableChangeDataFeed',
  })
}

function checkReadable(written: Metadata, read: Metadata, version: number, range: ChangeRange): void {
  if (written === read || canReadAs(read.schema, written.schema)) return
  throw new PipelineError('DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA', {
    start: String(range.from),
    end: String(range.to),
    readSchema: printDataType(read.schema),
    incompatibleVersion: String(version),
    dataSchema: printDataType(written.schema),
  })
}

function checkPresent(local: string, path: string, storage: Storage, version: number): void {
  if (existsSync(local)) return
  throw new PipelineError('DELTA_CHANGE_DATA_FILE_NOT_FOUND', {
    filePath: path,
    table: storage.name,
    version: String(version),
  })
}
