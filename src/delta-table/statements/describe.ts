import { tableDetail } from '../../delta/index.ts'
import type { DescribeStatement } from '../../sql/index.ts'
import { localStorage } from '../../storage/index.ts'
import type { RowStream } from '../row-stream.ts'
import { columnsOf, detailOf, historyOf, propertiesOf } from '../table-facts.ts'
import type { TableLeaf, Workspace } from '../workspace.ts'

/** DESCRIBE TABLE, DETAIL, HISTORY and SHOW TBLPROPERTIES. */
export async function describe(statement: DescribeStatement, workspace: Workspace): Promise<RowStream> {
  const table = await workspace.open(statement.table as TableLeaf)
  const { schema, partitionColumns } = table.snapshot.metadata
  switch (statement.what) {
    case 'columns':
    case 'extended':
      return columnsOf(schema, partitionColumns)
    case 'detail':
      return detailOf(tableDetail({ table: table.table, storage: localStorage(table.folder) }))
    case 'history':
      return historyOf(table, statement.limit)
    case 'properties':
      return propertiesOf(table)
  }
}
