import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Relation } from '../../plan/relation.ts'
import type { Storage } from '../../storage/storage.ts'
import { struct } from '../../types/data-type.ts'
import { addFileFrom } from '../files/add-file.ts'
import { dataFilePath } from '../files/file-path.ts'
import type { StatisticsLayout } from '../files/statistics.ts'
import type { AddFile } from '../log/actions.ts'
import type { RowSession, WrittenFile } from '../row-engine.ts'
import { rowIdentityFields } from '../row-tracking/row-identity.ts'
import type { Metadata } from '../schema/metadata.ts'
import { columnMappingOf } from '../schema/physical-name.ts'
import type { Snapshot } from '../snapshot.ts'
import { type IdentityMarks, identityMarks } from './identity-marks.ts'
import { checkNotNull } from './not-null.ts'

/** Rows that are in files of a table's folder, and in no version yet. */
export interface WrittenRows {
  readonly adds: readonly AddFile[]
  readonly rowCount: bigint
  /** Values given to identity columns, to be committed with the rows. */
  readonly identityMarks: IdentityMarks
}

/** The form of a table's files. */
export type FileLayout = StatisticsLayout

/** A table's metadata with its clustering keys, which always get statistics. */
export type TableLayout = Metadata & Pick<FileLayout, 'clusteringColumns'>

/** What files of a version are written by, or of one that is about to have other metadata. */
export function layoutOf(snapshot: Snapshot, metadata: Metadata = snapshot.metadata): TableLayout {
  return { ...metadata, clusteringColumns: snapshot.clusteringColumns }
}

export interface WriteOptions {
  /** Columns of the query, which the table may lack. */
  readonly orderBy?: readonly string[]
  /** Bytes. */
  readonly targetFileSize?: number
  /** The table as errors name it; by default its folder. */
  readonly tableName?: string
  /** The query has the hidden columns of `withRowIdentity`: rows that were in the table before keep their ids. */
  readonly rowIdentity?: boolean
  /** Identity columns of which the rows bring the values. */
  readonly givenIdentities?: readonly string[]
}

/**
 * Writes a query's rows as data files of a table, under their final names and durable, for a transaction to add. Columns are
 * matched by name and cast; what else a table asks of its rows is checked by `prepareRows`, except for NOT NULL of plain
 * columns: throws DELTA_NOT_NULL_CONSTRAINT_VIOLATED, and then publishes nothing.
 */
export async function writeRows(
  session: RowSession,
  storage: Storage,
  query: Relation,
  metadata: TableLayout,
  options: WriteOptions = {},
): Promise<WrittenRows> {
  // Writers of a table share its staging folder: to make and remove one for each file takes longer than to write the file.
  const folder = dirname(await storage.stagingPath(''))
  const { tableName = storage.name, rowIdentity = false, givenIdentities, ...shape } = options
  const hidden = rowIdentity ? rowIdentityFields(metadata) : []
  const written = await session.write({
    query,
    schema: struct([...metadata.schema.fields, ...hidden]),
    partitionColumns: metadata.partitionColumns,
    columnMapping: columnMappingOf(metadata),
    folder,
    ...shape,
  })
  try {
    checkNotNull(written.files, metadata, tableName)
    return {
      adds: await publishFiles(storage, written.files, metadata),
      rowCount: written.rowCount,
      identityMarks: identityMarks(written.files, metadata, givenIdentities),
    }
  } catch (error) {
    for (const { localPath } of written.files) rmSync(localPath, { force: true })
    throw error
  }
}

/** Makes written files durable under their final names. They belong to no version yet. */
export async function publishFiles(
  storage: Storage,
  files: readonly WrittenFile[],
  layout: FileLayout,
): Promise<AddFile[]> {
  const named = files.map((file) => ({
    file,
    path: dataFilePath(layout.partitionColumns, file.partitionValues),
  }))
  await storage.publish(named.map(({ file, path }) => ({ local: file.localPath, path })))
  return named.map(({ file, path }) => addFileFrom(file, path, layout))
}
