import type { AddFile } from '../log/actions.ts'
import type { Metadata } from '../schema/metadata.ts'
import { encodePath } from './file-path.ts'
import { fileStatistics } from './statistics.ts'
import type { WrittenDataFile } from './written-file.ts'

/**
 * The `add` action of a file that an engine wrote. `path` is its real path relative to the table's root, `metadata` that
 * of the table it goes to, `modificationTime` in milliseconds since the epoch.
 */
export function addFileFrom(
  written: WrittenDataFile,
  path: string,
  metadata: Pick<Metadata, 'schema' | 'partitionColumns' | 'configuration'>,
  modificationTime = Date.now(),
): AddFile {
  const values = metadata.partitionColumns.map((column) => {
    const value = written.partitionValues[column]
    // Readers cannot tell an empty partition value from null; Spark writes null for both.
    return [column, value === '' || value === undefined ? null : value] as const
  })
  return {
    path: encodePath(path),
    partitionValues: Object.fromEntries(values),
    size: written.sizeBytes,
    modificationTime,
    dataChange: true,
    stats: fileStatistics(written, metadata),
  }
}
