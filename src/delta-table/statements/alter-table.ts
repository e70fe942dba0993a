import {
  addColumns,
  addConstraint,
  addFeature,
  changeColumn,
  clusterBy,
  dropColumns,
  dropConstraint,
  dropFeature,
  renameColumn,
  replaceColumns,
  setComment,
  setTableProperties,
  syncIdentity,
  type TableContext,
  unsetTableProperties,
} from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import {
  type AlterAction,
  type AlterTable,
  type ColumnChange,
  type CommentOn,
  printSparkExpression,
} from '../../sql/index.ts'
import { newColumn } from '../new-column.ts'
import { NO_ROWS, type RowStream } from '../row-stream.ts'
import type { Workspace } from '../workspace.ts'

/**
 * ALTER TABLE. Throws what the changes throw, UNSUPPORTED_FEATURE.STATEMENT for RENAME TO, and
 * UNSUPPORTED_FEATURE.CLAUSE for DROP FEATURE ... TRUNCATE HISTORY.
 */
export async function alterTable(command: AlterTable, workspace: Workspace): Promise<RowStream> {
  if (command.action.kind === 'RenameTable') {
    const parameters = {
      statement: 'ALTER TABLE ... RENAME TO',
      alternative: 'A table is its folder: rename that, or write CREATE TABLE ... AS SELECT.',
    }
    throw new PipelineError('UNSUPPORTED_FEATURE.STATEMENT', parameters, { position: command.position })
  }
  if (command.action.kind === 'DropFeature' && command.action.truncateHistory) {
    const parameters = {
      clause: 'TRUNCATE HISTORY',
      alternative: 'Leave it out: a checkpoint is written, at which readers without the feature begin.',
    }
    throw new PipelineError('UNSUPPORTED_FEATURE.CLAUSE', parameters, { position: command.position })
  }
  await apply(command.action, await workspace.context(command.table))
  return NO_ROWS
}

async function apply(
  action: Exclude<AlterAction, { kind: 'RenameTable' }>,
  context: TableContext,
): Promise<unknown> {
  switch (action.kind) {
    case 'SetProperties':
      return setTableProperties(context, action.properties)
    case 'UnsetProperties':
      return unsetTableProperties(context, action.keys, { ifExists: action.ifExists })
    case 'AddColumns': {
      const columns = action.columns.map(({ parent, definition, place }) => ({
        ...newColumn(definition, parent),
        ...(place !== undefined && { place }),
      }))
      return addColumns(context, columns, { ifNotExists: action.ifNotExists })
    }
    case 'AlterColumns':
      for (const change of action.changes) await applyChange(change, context)
      return
    case 'RenameColumn':
      return renameColumn(context, action.column, action.to)
    case 'DropColumns':
      return dropColumns(context, action.columns, { ifExists: action.ifExists })
    case 'ReplaceColumns': {
      const columns = action.columns.map((each) => newColumn(each))
      return replaceColumns(context, columns)
    }
    case 'AddConstraint':
      return addConstraint(context, { name: action.constraint.name, expression: action.constraint.text })
    case 'DropConstraint':
      return dropConstraint(context, action.name, { ifExists: action.ifExists })
    case 'ClusterBy':
      return clusterBy(
        context,
        action.columns === 'auto' ? [] : action.columns.map((each) => each.split('.')),
      )
    case 'AddFeature':
      return addFeature(context, action.feature)
    case 'DropFeature':
      return dropFeature(context, action.feature)
  }
}

async function applyChange(change: ColumnChange, context: TableContext): Promise<void> {
  const { column, name, dataType, isNullable, comment, defaultValue, place, syncIdentity: sync } = change
  if (sync) {
    await syncIdentity(context, column.join('.'))
    return
  }
  if (name !== undefined && name !== column.at(-1)) await renameColumn(context, column, name)
  const path = name === undefined ? column : [...column.slice(0, -1), name]
  await changeColumn(context, path, {
    ...(dataType !== undefined && { dataType }),
    ...(isNullable !== undefined && { nullable: isNullable }),
    ...(comment !== undefined && { comment }),
    ...(defaultValue !== undefined && {
      defaultValue: defaultValue === null ? null : printSparkExpression(defaultValue),
    }),
    ...(place !== undefined && { place }),
  })
}

/** COMMENT ON TABLE or COLUMN; NULL takes the comment away. */
export async function commentOn(command: CommentOn, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.context(command.table)
  if (command.column === undefined) await setComment(context, command.comment ?? undefined)
  else await changeColumn(context, command.column, { comment: command.comment ?? '' })
  return NO_ROWS
}
