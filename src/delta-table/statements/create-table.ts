import { resolve } from 'node:path'
import {
  createTable as create,
  createTableAs,
  DeltaTable,
  shallowClone,
  type TableDefinition,
} from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import { pointInTime } from '../../plan/point-in-time.ts'
import type { CloneTable, CreateTable, CreateTableLike, TableReference } from '../../sql/index.ts'
import { localStorage, type Storage } from '../../storage/index.ts'
import { counts } from '../counts.ts'
import { columnLike, newColumn } from '../new-column.ts'
import { NO_ROWS, type RowStream } from '../row-stream.ts'
import type { Workspace } from '../workspace.ts'

/** CREATE TABLE, with rows or without. */
export async function createTable(command: CreateTable, workspace: Workspace): Promise<RowStream> {
  const storage = localStorage(placeFor(command, workspace))
  const engine = await workspace.rowEngine()
  const options = { mode: command.mode, now: workspace.now }
  if (command.query === undefined) {
    await create(storage, engine, definitionOf(command), options)
    return NO_ROWS
  }
  const query = await workspace.bind(command.query)
  const { numInsertedRows } = await createTableAs(storage, engine, definitionOf(command), query, options)
  return counts({ num_affected_rows: numInsertedRows, num_inserted_rows: numInsertedRows })
}

function definitionOf(command: CreateTable): TableDefinition {
  const { columns, constraints, partitionedBy, clusterBy, comment, tableProperties } = command
  const typed = partitionedBy.flatMap(({ name, dataType }) =>
    dataType === undefined ? [] : [{ path: [name], dataType }],
  )
  return {
    columns: [...columns.map((each) => newColumn(each)), ...typed],
    constraints: constraints.map(({ name, text }) => ({ name, expression: text })),
    ...(partitionedBy.length > 0 && { partitionColumns: partitionedBy.map((each) => each.name) }),
    ...(Array.isArray(clusterBy) && { clusteringColumns: clusterBy.map((column) => column.split('.')) }),
    ...(comment !== undefined && { comment }),
    properties: tableProperties,
  }
}

/** CREATE TABLE ... LIKE: the columns, the partitioning and the properties of another table, and none of its rows. */
export async function createTableLike(command: CreateTableLike, workspace: Workspace): Promise<RowStream> {
  const storage = localStorage(placeFor(command, workspace))
  const { snapshot } = await workspace.open(command.source)
  const { schema, partitionColumns, configuration, description } = snapshot.metadata
  const definition = {
    columns: schema.fields.map(columnLike),
    partitionColumns,
    properties: { ...ownProperties(configuration), ...command.tableProperties },
    ...(description !== undefined && { comment: description }),
  }
  const mode = command.ifNotExists ? 'createIfNotExists' : 'create'
  await create(storage, await workspace.rowEngine(), definition, { mode, now: workspace.now })
  return NO_ROWS
}

/** Without those that a table keeps books in, which are another table's own. */
function ownProperties(configuration: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const books = /^delta\.(columnMapping\.maxColumnId|inCommitTimestampEnablement|rowTracking\.materialized)/
  return Object.fromEntries(Object.entries(configuration).filter(([key]) => !books.test(key)))
}

/** CREATE TABLE ... SHALLOW CLONE. Throws UNSUPPORTED_FEATURE.CLAUSE for a deep one. */
export async function cloneTable(command: CloneTable, workspace: Workspace): Promise<RowStream> {
  if (!command.isShallow) {
    const parameters = {
      clause: 'DEEP CLONE',
      alternative: 'Write SHALLOW CLONE, or CREATE TABLE ... AS SELECT * FROM the table to copy its rows.',
    }
    throw new PipelineError('UNSUPPORTED_FEATURE.CLAUSE', parameters, { position: command.position })
  }
  const storage = localStorage(placeFor(command, workspace))
  await checkReplaced(command, storage)
  const { timeTravel, ...source } = command.source
  const done = await shallowClone(await workspace.context(source), storage, {
    ...(timeTravel !== undefined && { at: pointInTime(timeTravel, command.position) }),
    mode: command.mode === 'createOrReplace' ? 'replace' : command.mode,
    properties: command.tableProperties,
  })
  return counts({
    source_table_size: done.sourceTableSize,
    source_num_of_files: done.sourceNumOfFiles,
    num_removed_files: done.numRemovedFiles,
    num_copied_files: done.numCopiedFiles,
    removed_files_size: done.removedFilesSize,
    copied_files_size: done.copiedFilesSize,
  })
}

/** REPLACE TABLE needs a table that is there. */
async function checkReplaced({ mode }: CloneTable, storage: Storage): Promise<void> {
  if (mode !== 'replace' || (await DeltaTable.latestVersion(storage)) !== undefined) return
  throw new PipelineError('DELTA_CANNOT_REPLACE_MISSING_TABLE', { tableName: storage.name })
}

/** The folder of the table. A name stands for its place in the warehouse: there is no metastore to note another. */
function placeFor(
  { table, location, position }: Pick<CreateTable, 'table' | 'location' | 'position'>,
  workspace: Workspace,
): string {
  const place = workspace.placeOf(table)
  if (location === undefined || resolve(workspace.folder, location) === place) return place
  const parameters = { clause: 'LOCATION', alternative: locationAlternative(table, location) }
  throw new PipelineError('UNSUPPORTED_FEATURE.CLAUSE', parameters, { position })
}

function locationAlternative(table: TableReference, location: string): string {
  const create = `Write CREATE TABLE delta.\`${location}\``
  if (table.kind === 'DataSource') return `${create}.`
  return `${create}, and name it in the pipeline's spec: tables: {${table.name.at(-1)}: ${location}}.`
}
