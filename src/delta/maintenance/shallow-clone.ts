import { pathToFileURL } from 'node:url'
import { PipelineError } from '../../errors/index.ts'
import type { PointInTime } from '../../plan/point-in-time.ts'
import type { Storage } from '../../storage/storage.ts'
import { vectorPath } from '../deletion-vector/vector-path.ts'
import { encodePath } from '../files/file-path.ts'
import type { AddFile } from '../log/actions.ts'
import { logicalPath } from '../schema/column-mapping.ts'
import type { Snapshot } from '../snapshot.ts'
import { DeltaTable } from '../table.ts'
import type { TableContext } from '../table-context.ts'
import type { Transaction } from '../transaction.ts'
import { countOf } from './optimize-metrics.ts'

export interface CloneOptions {
  /** The version to clone; by default the newest. */
  readonly at?: PointInTime
  /** What to do where the target is a table already. Default: `create`. */
  readonly mode?: 'create' | 'createIfNotExists' | 'replace'
  /** Table properties of the clone, beside and before those of the source. */
  readonly properties?: Readonly<Record<string, string>>
}

/** The row that CLONE gives, and the version of the clone. Sizes in bytes. */
export interface CloneResult {
  readonly version: number
  readonly sourceTableSize: number
  readonly sourceNumOfFiles: number
  readonly numRemovedFiles: number
  readonly numCopiedFiles: number
  readonly removedFilesSize: number
  readonly copiedFilesSize: number
}

/**
 * CREATE TABLE ... SHALLOW CLONE: a table of its own whose first version reads the source's files where they are. VACUUM
 * of the source does not know of clones. Throws DELTA_TABLE_ALREADY_EXISTS, DELTA_CLONE_UNSUPPORTED_SOURCE for a source
 * without a folder, and what `snapshotAt` throws.
 */
export async function shallowClone(
  source: TableContext,
  target: Storage,
  options: CloneOptions = {},
): Promise<CloneResult> {
  const newest = await source.table.refresh()
  const snapshot = options.at === undefined ? newest : await source.table.snapshotAt(options.at)
  const existing = await DeltaTable.openIfExists(target, source.engine.deltaPort)
  if (existing !== undefined && options.mode !== 'replace') return keepExisting(existing, target, options)
  const configuration = { ...snapshot.metadata.configuration, ...options.properties }
  const transaction =
    existing === undefined
      ? createTransaction(source, target, snapshot, configuration)
      : replaceTransaction(existing, snapshot, configuration)
  const removed = existing === undefined ? [] : [...existing.snapshot.files()]
  const { readerFeatures = [], writerFeatures = [] } = snapshot.protocol
  transaction
    .requestProtocol({
      features: [...new Set([...readerFeatures, ...writerFeatures])],
      minReaderVersion: 1,
      minWriterVersion: 1,
    })
    .removeFiles(removed)
    .addFiles(absoluteFiles(snapshot, source.storage))
  const metrics = {
    sourceTableSize: snapshot.sizeBytes,
    sourceNumOfFiles: snapshot.numFiles,
    numRemovedFiles: removed.length,
    numCopiedFiles: 0,
    removedFilesSize: countOf(removed).size,
    copiedFilesSize: 0,
  }
  const { version } = await transaction.commit({
    operation: 'CLONE',
    operationParameters: {
      source: source.storage.name,
      sourceVersion: snapshot.version.toString(),
      isShallow: 'true',
    },
    operationMetrics: metrics,
  })
  return { version, ...metrics }
}

function keepExisting(existing: DeltaTable, target: Storage, { mode }: CloneOptions): CloneResult {
  if (mode !== 'createIfNotExists') {
    throw new PipelineError('DELTA_TABLE_ALREADY_EXISTS', { tableName: target.name })
  }
  return {
    version: existing.snapshot.version,
    sourceTableSize: 0,
    sourceNumOfFiles: 0,
    numRemovedFiles: 0,
    numCopiedFiles: 0,
    removedFilesSize: 0,
    copiedFilesSize: 0,
  }
}

function createTransaction(
  { engine }: TableContext,
  target: Storage,
  { metadata, clusteringColumns }: Snapshot,
  configuration: Readonly<Record<string, string>>,
): Transaction {
  const { schema, partitionColumns, description } = metadata
  return DeltaTable.create(target, engine.deltaPort, {
    schema,
    partitionColumns,
    configuration,
    ...(description !== undefined && { description }),
    ...(clusteringColumns !== undefined && {
      clusteringColumns: clusteringColumns.map((path) => logicalPath(schema, path)),
    }),
  })
}

function replaceTransaction(
  existing: DeltaTable,
  { metadata, clusteringColumns }: Snapshot,
  configuration: Readonly<Record<string, string>>,
): Transaction {
  const { schema, partitionColumns, description } = metadata
  const keys = (clusteringColumns ?? []).map((path) => logicalPath(schema, path))
  const isClustered = keys.length > 0 || (existing.snapshot.clusteringColumns ?? []).length > 0
  return existing
    .startTransaction()
    .readsWholeTable()
    .updateMetadata({
      isReplaced: true,
      schema,
      partitionColumns,
      configuration,
      description,
      ...(isClustered && { clusteringColumns: keys }),
    })
}

/** The files by URIs of their own: as the source's log names them, below its folder. Row ids are the clone's own. */
function* absoluteFiles(snapshot: Snapshot, { name }: Storage): Iterable<AddFile> {
  if (!name.startsWith('/') && !/^[a-z]:/i.test(name)) {
    throw new PipelineError('DELTA_CLONE_UNSUPPORTED_SOURCE', {
      source: name,
      detail: 'its files are in no folder that another table could read',
    })
  }
  const root = pathToFileURL(name).href
  const isAbsolute = (path: string) => path.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(path)
  const absolute = (path: string) => (isAbsolute(path) ? path : `${root}/${path}`)
  for (const { baseRowId: _, defaultRowCommitVersion: __, ...file } of snapshot.files()) {
    const vector = file.deletionVector
    const stored = vector == null ? undefined : vectorPath(vector)
    yield {
      ...file,
      path: absolute(file.path),
      dataChange: true,
      ...(vector != null &&
        stored !== undefined && {
          deletionVector: {
            ...vector,
            storageType: 'p',
            pathOrInlineDv: absolute(vector.storageType === 'p' ? stored : encodePath(stored)),
          },
        }),
    }
  }
}
