import { restore } from '../../delta/index.ts'
import { pointInTime } from '../../plan/point-in-time.ts'
import type { RestoreTable } from '../../sql/index.ts'
import { counts } from '../counts.ts'
import type { RowStream } from '../row-stream.ts'
import type { Workspace } from '../workspace.ts'

export async function restoreTable(command: RestoreTable, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.changing(command.table, 'RESTORE')
  const done = await restore(context, pointInTime(command.to, command.position))
  return counts({
    table_size_after_restore: done.tableSizeAfterRestore,
    num_of_files_after_restore: done.numOfFilesAfterRestore,
    num_removed_files: done.numRemovedFiles,
    num_restored_files: done.numRestoredFiles,
    removed_files_size: done.removedFilesSize,
    restored_files_size: done.restoredFilesSize,
  })
}
