import { deleteRows, mergeInto, truncateTable, updateRows } from '../../delta/index.ts'
import type { Expression } from '../../plan/expression.ts'
import type {
  Assignment,
  DeleteFrom,
  MergeClause,
  MergeInto,
  TruncateTable,
  UpdateTable,
} from '../../sql/index.ts'
import { counts } from '../counts.ts'
import { NO_ROWS, type RowStream } from '../row-stream.ts'
import type { TableLeaf, Workspace } from '../workspace.ts'

export async function deleteFrom(command: DeleteFrom, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.changing(command.table, 'DELETE')
  const { numAffectedRows } = await deleteRows(context, {
    ...aliasOf(command),
    ...(await conditionOf(command, workspace)),
  })
  return counts({ num_affected_rows: numAffectedRows })
}

export async function updateTable(command: UpdateTable, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.changing(command.table, 'UPDATE')
  const { numAffectedRows } = await updateRows(context, {
    ...aliasOf(command),
    ...(await conditionOf(command, workspace)),
    assignments: await bindAssignments(command.assignments, workspace),
  })
  return counts({ num_affected_rows: numAffectedRows })
}

export async function mergeTable(command: MergeInto, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.changing(command.table, 'MERGE')
  const { alias } = aliasOf(command)
  const clauses: MergeClause[] = []
  for (const clause of command.clauses) clauses.push(await bindClause(clause, workspace))
  const done = await mergeInto(context, {
    source: await workspace.bind(command.source),
    ...(alias !== undefined && { targetAlias: alias }),
    condition: await workspace.bindExpression(command.condition),
    clauses,
    schemaEvolution: command.schemaEvolution || workspace.settings.mergesSchema,
  })
  return counts({
    num_affected_rows: done.numAffectedRows,
    num_updated_rows: done.numUpdatedRows,
    num_deleted_rows: done.numDeletedRows,
    num_inserted_rows: done.numInsertedRows,
  })
}

export async function truncate(command: TruncateTable, workspace: Workspace): Promise<RowStream> {
  await truncateTable(await workspace.changing(command.table, 'TRUNCATE'))
  return NO_ROWS
}

/** What columns of the table may be qualified with: its alias, or else its name. */
function aliasOf({ table, alias }: { readonly table: TableLeaf; readonly alias?: string }): {
  alias?: string
} {
  if (alias !== undefined) return { alias }
  return table.kind === 'Read' ? { alias: table.name.at(-1)! } : {}
}

async function conditionOf(
  { condition }: { readonly condition?: Expression },
  workspace: Workspace,
): Promise<{ condition?: Expression }> {
  return condition === undefined ? {} : { condition: await workspace.bindExpression(condition) }
}

async function bindAssignments(
  assignments: readonly Assignment[],
  workspace: Workspace,
): Promise<Assignment[]> {
  const bound: Assignment[] = []
  for (const each of assignments) bound.push({ ...each, value: await workspace.bindExpression(each.value) })
  return bound
}

async function bindClause(clause: MergeClause, workspace: Workspace): Promise<MergeClause> {
  const { action } = clause
  const bound =
    'assignments' in action
      ? { ...action, assignments: await bindAssignments(action.assignments, workspace) }
      : action
  return { ...clause, ...(await conditionOf(clause, workspace)), action: bound }
}
