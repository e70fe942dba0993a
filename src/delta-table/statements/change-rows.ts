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
import type { Workspace } from '../workspace.ts'
import { type TargetNames, targetNames } from './target-names.ts'

export async function deleteFrom(command: DeleteFrom, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.changing(command.table, 'DELETE')
  const names = targetNames(command)
  const { numAffectedRows } = await deleteRows(context, {
    alias: names.alias,
    ...(await conditionOf(command, names, workspace)),
  })
  return counts({ num_affected_rows: numAffectedRows })
}

export async function updateTable(command: UpdateTable, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.changing(command.table, 'UPDATE')
  const names = targetNames(command)
  const { numAffectedRows } = await updateRows(context, {
    alias: names.alias,
    ...(await conditionOf(command, names, workspace)),
    assignments: await bindAssignments(command.assignments, names, workspace),
  })
  return counts({ num_affected_rows: numAffectedRows })
}

export async function mergeTable(command: MergeInto, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.changing(command.table, 'MERGE')
  const names = targetNames(command)
  const clauses: MergeClause[] = []
  for (const clause of command.clauses) clauses.push(await bindClause(clause, names, workspace))
  const done = await mergeInto(context, {
    source: await workspace.bind(command.source),
    targetAlias: names.alias,
    condition: await workspace.bindExpression(names.shortened(command.condition)),
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

async function conditionOf(
  { condition }: { readonly condition?: Expression },
  { shortened }: TargetNames,
  workspace: Workspace,
): Promise<{ condition?: Expression }> {
  return condition === undefined ? {} : { condition: await workspace.bindExpression(shortened(condition)) }
}

async function bindAssignments(
  assignments: readonly Assignment[],
  { shortened, shortName }: TargetNames,
  workspace: Workspace,
): Promise<Assignment[]> {
  const bound: Assignment[] = []
  for (const each of assignments) {
    const value = await workspace.bindExpression(shortened(each.value))
    bound.push({ ...each, column: shortName(each.column), value })
  }
  return bound
}

async function bindClause(
  clause: MergeClause,
  names: TargetNames,
  workspace: Workspace,
): Promise<MergeClause> {
  const { action } = clause
  const bound =
    'assignments' in action
      ? { ...action, assignments: await bindAssignments(action.assignments, names, workspace) }
      : action
  return { ...clause, ...(await conditionOf(clause, names, workspace)), action: bound }
}
