import { rmSync } from 'node:fs'
import type { Relation } from '../../plan/relation.ts'
import type { Storage } from '../../storage/storage.ts'
import { field, STRING, struct } from '../../types/data-type.ts'
import { addFileFrom } from '../files/add-file.ts'
import { dataFilePath } from '../files/file-path.ts'
import type { AddCdcFile } from '../log/actions.ts'
import type { RowSession } from '../row-engine.ts'
import type { Metadata } from '../schema/metadata.ts'
import { columnMappingOf } from '../schema/protocol.ts'
import { CHANGE_TYPE } from './change-columns.ts'

/** Changed rows that are in files of a table's folder, and in no version yet. */
export interface WrittenChanges {
  readonly files: readonly AddCdcFile[]
  readonly rowCount: bigint
}

/** True where the table records its changes: a commit that rewrites files must then add change files. */
export function hasChangeFeed(metadata: Pick<Metadata, 'configuration'>): boolean {
  return metadata.configuration['delta.enableChangeDataFeed']?.toLowerCase() === 'true'
}

/**
 * Writes changed rows as change data files of a table, durable under `_change_data/`, for a transaction to add. The query
 * gives the table's columns and `_change_type`: `insert`, `update_preimage`, `update_postimage` or `delete`. A commit with
 * one change file hides its other changes from readers of the feed, so the files must hold them all (PROTOCOL.md, Change
 * Data Files).
 */
export async function writeChangeFiles(
  session: RowSession,
  storage: Storage,
  query: Relation,
  metadata: Metadata,
): Promise<WrittenChanges> {
  const folder = await storage.stagingPath('')
  const { partitionColumns } = metadata
  const schema = struct([...metadata.schema.fields, field(CHANGE_TYPE, STRING)])
  try {
    const written = await session.write({
      query,
      schema,
      partitionColumns,
      columnMapping: columnMappingOf(metadata),
      folder,
    })
    const named = written.files.map((file) => ({
      file,
      path: `_change_data/${dataFilePath(partitionColumns, file.partitionValues, 'cdc')}`,
    }))
    await storage.publish(named.map(({ file, path }) => ({ local: file.localPath, path })))
    const files = named.map(({ file, path }) => {
      const { path: encoded, partitionValues, size } = addFileFrom(file, path, metadata)
      return { path: encoded, partitionValues, size, dataChange: false } as const
    })
    return { files, rowCount: written.rowCount }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
