import { fieldNamed } from '../../types/data-type.ts'
import type { AddFile } from '../log/actions.ts'
import { physicalNaming } from '../schema/physical-name.ts'
import { encodePath } from './file-path.ts'
import { fileStatistics, type StatisticsLayout } from './statistics.ts'
import type { WrittenDataFile } from './written-file.ts'

/**
 * The `add` action of a file that an engine wrote. `path` is its real path relative to the table's root, `metadata` that
 * of the table it goes to, whose physical names the action has, `modificationTime` in milliseconds since the epoch.
 */
export function addFileFrom(
  written: WrittenDataFile,
  path: string,
  metadata: StatisticsLayout,
  modificationTime = Date.now(),
): AddFile {
  const nameOf = physicalNaming(metadata)
  const values = metadata.partitionColumns.map((column) => {
    const value = written.partitionValues[column]
    const field = fieldNamed(metadata.schema, column)
    const name = field === undefined ? column : nameOf(field)
    // Readers cannot tell an empty partition value from null; Spark writes null for both.
    return [name, value === '' || value === undefined ? null : value] as const
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
