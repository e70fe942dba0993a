import { PipelineError } from '../../errors/index.ts'
import { type Command, parseScript, type Statement } from '../../sql/index.ts'
import { NO_ROWS, type RowStream } from '../row-stream.ts'
import type { Workspace } from '../workspace.ts'
import { alterTable, commentOn } from './alter-table.ts'
import { deleteFrom, mergeTable, truncate, updateTable } from './change-rows.ts'
import { convert } from './convert.ts'
import { cloneTable, createTable, createTableLike } from './create-table.ts'
import { describe } from './describe.ts'
import { dropTable } from './drop-table.ts'
import { insertInto } from './insert.ts'
import { analyzeTable, optimizeTable, reorgTable, vacuumTable } from './maintenance.ts'
import { restoreTable } from './restore.ts'
import { selectRows } from './select-rows.ts'
import { showCreateTable } from './show-create-table.ts'
import { showTables } from './show-tables.ts'

/**
 * Runs the statements of a text one after the other, each when the rows of the one before it were taken; the first error
 * ends it. All of the text is parsed before anything runs. Throws the parser's conditions and those of the statements.
 */
export async function* runScript(text: string, workspace: Workspace): AsyncGenerator<RowStream> {
  for (const statement of parseScript(text)) yield await runStatement(statement, workspace)
}

/** Runs one statement. Throws NOT_A_CONSOLE_QUERY for one that defines a part of a pipeline. */
export async function runStatement(statement: Statement | Command, workspace: Workspace): Promise<RowStream> {
  switch (statement.kind) {
    case 'QueryStatement':
      return selectRows(statement.query, workspace)
    case 'DescribeStatement':
      return describe(statement, workspace)
    case 'SetConfiguration':
      workspace.settings.set(statement.key, statement.value)
      return NO_ROWS
    case 'InsertInto':
      return insertInto(statement, workspace)
    case 'DeleteFrom':
      return deleteFrom(statement, workspace)
    case 'UpdateTable':
      return updateTable(statement, workspace)
    case 'MergeInto':
      return mergeTable(statement, workspace)
    case 'TruncateTable':
      return truncate(statement, workspace)
    case 'CreateTable':
      return createTable(statement, workspace)
    case 'CreateTableLike':
      return createTableLike(statement, workspace)
    case 'CloneTable':
      return cloneTable(statement, workspace)
    case 'AlterTable':
      return alterTable(statement, workspace)
    case 'CommentOn':
      return commentOn(statement, workspace)
    case 'DropTable':
      return dropTable(statement, workspace)
    case 'ConvertToDelta':
      return convert(statement, workspace)
    case 'ShowCreateTable':
      return showCreateTable(statement, workspace)
    case 'OptimizeTable':
      return optimizeTable(statement, workspace)
    case 'ReorgTable':
      return reorgTable(statement, workspace)
    case 'VacuumTable':
      return vacuumTable(statement, workspace)
    case 'AnalyzeTable':
      return analyzeTable(statement, workspace)
    case 'ShowTables':
      return showTables(statement, workspace)
    case 'RestoreTable':
      return restoreTable(statement, workspace)
    case 'CreateDataset':
    case 'CreateFlow':
    case 'CreateAutoCdcFlow':
    case 'UseCatalog':
    case 'UseSchema':
      throw new PipelineError(
        'NOT_A_CONSOLE_QUERY',
        { statement: definitions[statement.kind] },
        { position: statement.position },
      )
  }
}

const definitions = {
  CreateDataset: 'the definition of a dataset',
  CreateFlow: 'the definition of a flow',
  CreateAutoCdcFlow: 'the definition of a flow',
  UseCatalog: 'a USE',
  UseSchema: 'a USE',
} as const
