import type { Scan } from '../../plan/relation.ts'
import type { DeltaScan } from '../../plan/scan.ts'
import { withRowIdentity } from '../row-tracking/row-identity.ts'
import { deltaScanOf } from '../scan.ts'
import { logicalPath, MAPPING_MODE, MAX_COLUMN_ID, withoutMapping } from '../schema/column-mapping.ts'
import { columnMappingOf } from '../schema/physical-name.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { Transaction } from '../transaction.ts'
import { withSession } from '../with-session.ts'
import { layoutOf, writeRows } from '../write/write-rows.ts'
import { alterTable } from './alter-table.ts'

/**
 * Writes every row of a table whose columns are mapped into files that have the columns' own names, in one commit that
 * changes no data (Delta Lake's REMOVE COLUMN MAPPING). Conflicts with every concurrent change of data. Throws
 * DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME for names that files cannot have.
 */
export async function removeColumnMapping(context: TableContext): Promise<void> {
  if (columnMappingOf(context.table.snapshot.metadata) === 'none') return
  const operation = { operation: 'REMOVE COLUMN MAPPING', operationParameters: {} }
  await alterTable(context, operation, async (transaction, snapshot) => {
    unmap(transaction, snapshot)
    const files = [...snapshot.files()]
    transaction.readsWholeTable().removeFiles(files, { dataChange: false })
    if (files.length > 0) await rewrite(context, transaction, snapshot)
  })
}

function unmap(transaction: Transaction, { metadata, clusteringColumns = [] }: Snapshot): void {
  const { [MAPPING_MODE]: _mode, [MAX_COLUMN_ID]: _id, ...configuration } = metadata.configuration
  const schema = withoutMapping(metadata.schema)
  transaction.updateMetadata({ schema, configuration, isReplaced: true })
  if (clusteringColumns.length === 0) return
  transaction.clusterBy(clusteringColumns.map((path) => logicalPath(metadata.schema, path)))
}

async function rewrite(context: TableContext, transaction: Transaction, snapshot: Snapshot): Promise<void> {
  const { metadata, clusteringColumns = [] } = snapshot
  const input = await deltaScanOf(snapshot, context.storage)
  const scan: Scan & { readonly input: DeltaScan } = { kind: 'Scan', input, schema: metadata.schema }
  const query = withRowIdentity(scan, [...snapshot.files()], metadata)
  const layout = {
    ...layoutOf(snapshot, transaction.metadata),
    clusteringColumns: clusteringColumns.map((path) => logicalPath(metadata.schema, path)),
  }
  const { adds } = await withSession(context.engine, (session) =>
    writeRows(session, context.storage, query, layout, { rowIdentity: true }),
  )
  transaction.addFiles(adds.map((each) => ({ ...each, dataChange: false })))
}
