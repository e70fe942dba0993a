import { rm } from 'node:fs/promises'
import { isTable } from '../../catalog/index.ts'
import { isCondition, PipelineError } from '../../errors/index.ts'
import type { DropTable } from '../../sql/index.ts'
import { NO_ROWS, type RowStream } from '../row-stream.ts'
import type { TableLeaf, Workspace } from '../workspace.ts'

/**
 * DROP TABLE: removes a table of the warehouse with its files. Throws TABLE_OR_VIEW_NOT_FOUND, and DROP_EXTERNAL_TABLE for a
 * table elsewhere, whose files are somebody else's.
 */
export async function dropTable(command: DropTable, workspace: Workspace): Promise<RowStream> {
  const folder = existingFolder(command, workspace)
  if (folder === undefined) return NO_ROWS
  if (!isManaged(command.table, folder, workspace)) {
    throw new PipelineError('DROP_EXTERNAL_TABLE', { path: folder }, { position: command.position })
  }
  await workspace.changing(command.table, 'DROP TABLE')
  await rm(folder, { recursive: true })
  return NO_ROWS
}

function existingFolder({ table, ifExists, position }: DropTable, workspace: Workspace): string | undefined {
  try {
    const folder = workspace.folderOf(table)
    if (isTable(folder)) return folder
    throw new PipelineError('DELTA_PATH_DOES_NOT_EXIST', { path: folder }, { position })
  } catch (error) {
    const isMissing =
      isCondition(error, 'TABLE_OR_VIEW_NOT_FOUND') || isCondition(error, 'DELTA_PATH_DOES_NOT_EXIST')
    if (ifExists && isMissing) return undefined
    throw error
  }
}

function isManaged(table: TableLeaf, folder: string, { catalog }: Workspace): boolean {
  return table.kind === 'Read' && catalog !== undefined && catalog.holds(folder)
}
