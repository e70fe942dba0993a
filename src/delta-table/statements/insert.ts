import { appendRows, defaultValue, overwriteRows, type TableContext } from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import { alias, attribute, call, conjunction, project } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import type { InsertInto } from '../../sql/index.ts'
import { fieldNamed, type StructType } from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import { counts } from '../counts.ts'
import type { RowStream } from '../row-stream.ts'
import { tableNameOf } from '../table-name-of.ts'
import type { Workspace } from '../workspace.ts'

/** INSERT INTO and OVERWRITE. Columns are matched by position, or by name where the statement says so. */
export async function insertInto(command: InsertInto, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.changing(command.table, command.overwrite ? 'INSERT OVERWRITE' : 'INSERT')
  const query = rowsOf(command, context, await workspace.bind(command.query))
  const options = {
    mergeSchema: command.schemaEvolution || workspace.settings.mergesSchema,
    tableName: tableNameOf(command.table),
  }
  const replaceWhere = command.replaceWhere ?? partitionCondition(command, workspace)
  const written =
    command.overwrite || replaceWhere !== undefined
      ? await overwriteRows(context, query, {
          ...options,
          ...(replaceWhere !== undefined && { replaceWhere }),
          partitionOverwriteMode: workspace.settings.overwritesPartitions ? 'dynamic' : 'static',
        })
      : await appendRows(context, query, options)
  return counts({ num_affected_rows: written.numInsertedRows, num_inserted_rows: written.numInsertedRows })
}

/** The rows with the names of the columns that they are for. */
function rowsOf(command: InsertInto, context: TableContext, bound: Relation): Relation {
  const { schema } = context.table.snapshot.metadata
  const fixed = command.partition.filter((each) => each.value !== undefined)
  const isFixed = (name: string) => fixed.some((each) => sameName(each.column, name))
  const columns = command.columns ?? schema.fields.map((each) => each.name).filter((name) => !isFixed(name))
  const rows = withDefaults(bound, columns, schema, context)
  const named = command.byName ? rows : renamed(command, context, rows, columns)
  if (fixed.length === 0) return named
  return project(named, [
    { kind: 'UnresolvedStar' },
    ...fixed.map(({ column, value }) => alias(value!, column)),
  ])
}

/** DEFAULT in VALUES is the default of the column in whose place it stands. */
function withDefaults(
  rows: Relation,
  columns: readonly string[],
  schema: StructType,
  { engine }: TableContext,
): Relation {
  if (rows.kind !== 'LocalRelation') return rows
  const valueAt = (value: Expression, at: number): Expression => {
    const isDefault = value.kind === 'UnresolvedAttribute' && /^default$/i.test(value.parts.join('.'))
    const field = isDefault && at < columns.length ? fieldNamed(schema, columns[at]!) : undefined
    return field === undefined ? value : defaultValue(field, engine)
  }
  return { ...rows, rows: rows.rows.map((row) => row.map(valueAt)) }
}

/** Throws INSERT_COLUMN_ARITY_MISMATCH for too few or too many columns; schema evolution takes more. */
function renamed(
  command: InsertInto,
  { engine }: TableContext,
  rows: Relation,
  columns: readonly string[],
): Relation {
  const given = engine.schemaOf(rows).fields.map((each) => each.name)
  const isEvolving = command.schemaEvolution && command.columns === undefined
  if (given.length < columns.length || (given.length > columns.length && !isEvolving)) {
    const kind = given.length < columns.length ? 'NOT_ENOUGH_DATA_COLUMNS' : 'TOO_MANY_DATA_COLUMNS'
    throw new PipelineError(
      `INSERT_COLUMN_ARITY_MISMATCH.${kind}`,
      {
        tableName: tableNameOf(command.table),
        tableColumns: columns.join(', '),
        dataColumns: given.join(', '),
      },
      { position: command.position },
    )
  }
  const names = [...columns, ...given.slice(columns.length)]
  return { kind: 'SubqueryAlias', input: rows, alias: 'rows', columns: names }
}

/** INSERT OVERWRITE ... PARTITION (day = '...') replaces those partitions. */
function partitionCondition(command: InsertInto, workspace: Workspace): Expression | undefined {
  const fixed = command.partition.filter((each) => each.value !== undefined)
  if (!command.overwrite || fixed.length === 0 || workspace.settings.overwritesPartitions) return undefined
  return conjunction(fixed.map(({ column, value }) => call('<=>', attribute(column), value!)))
}
