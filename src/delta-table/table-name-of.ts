import { formatTableName } from '../plan/table-name.ts'
import type { TableLeaf } from './workspace.ts'

/** A table as the user wrote it, for messages. */
export function tableNameOf(leaf: TableLeaf): string {
  return leaf.kind === 'Read' ? formatTableName(leaf.name) : `delta.\`${leaf.paths[0]}\``
}
