import { formatTableName } from '../../plan/table-name.ts'
import type { ShowCreateTable } from '../../sql/index.ts'
import { field, STRING, type StructField, struct } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { columnLike } from '../new-column.ts'
import type { RowStream } from '../row-stream.ts'
import { tableNameOf } from '../table-name-of.ts'
import type { Workspace } from '../workspace.ts'

const createSchema = struct([field('createtab_stmt', STRING)])

/** SHOW CREATE TABLE: the statement that makes a table of the same form, without its rows. */
export async function showCreateTable(command: ShowCreateTable, workspace: Workspace): Promise<RowStream> {
  const { snapshot, folder } = await workspace.open(command.table)
  const { metadata, clusteringColumns = [] } = snapshot
  const { schema, partitionColumns, description, configuration } = metadata
  const columns = schema.fields.map((each) => `  ${columnText(each)}`).join(',\n')
  const properties = Object.entries(configuration).sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = [
    `CREATE TABLE ${tableNameOf(command.table)} (\n${columns})`,
    'USING delta',
    ...(partitionColumns.length > 0 ? [`PARTITIONED BY (${partitionColumns.map(nameText).join(', ')})`] : []),
    ...(clusteringColumns.length > 0
      ? [`CLUSTER BY (${clusteringColumns.map(formatTableName).join(', ')})`]
      : []),
    ...(command.table.kind === 'DataSource' ? [] : [`LOCATION ${quoted(folder)}`]),
    ...(description ? [`COMMENT ${quoted(description)}`] : []),
    ...(properties.length > 0
      ? [
          `TBLPROPERTIES (\n${properties.map(([key, value]) => `  ${quoted(key)} = ${quoted(value)}`).join(',\n')})`,
        ]
      : []),
  ]
  return { schema: createSchema, chunks: [[[lines.join('\n')]]] }
}

function columnText(column: StructField): string {
  const { name, dataType, nullable, metadata } = column
  const { identity } = columnLike(column)
  const text = (key: string, clause: (value: string) => string) =>
    typeof metadata[key] === 'string' ? clause(metadata[key]) : ''
  return [
    `${nameText(name)} ${printSqlType(dataType)}`,
    nullable ? '' : ' NOT NULL',
    text('delta.generationExpression', (value) => ` GENERATED ALWAYS AS (${value})`),
    identity === undefined
      ? ''
      : ` GENERATED ${identity.allowExplicitInsert ? 'BY DEFAULT' : 'ALWAYS'} AS IDENTITY (START WITH ${identity.start} INCREMENT BY ${identity.step})`,
    text('CURRENT_DEFAULT', (value) => ` DEFAULT ${value}`),
    text('comment', (value) => ` COMMENT ${quoted(value)}`),
  ].join('')
}

function nameText(name: string): string {
  return formatTableName([name])
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
