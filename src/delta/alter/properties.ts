import { PipelineError } from '../../errors/index.ts'
import { sameName } from '../../types/same-name.ts'
import { logicalPath } from '../schema/column-mapping.ts'
import { checkedProperties, checkedProperty } from '../schema/property-rules.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { CommitResult, Transaction } from '../transaction.ts'
import { alterTable } from './alter-table.ts'

/**
 * ALTER TABLE SET TBLPROPERTIES. Features that the properties need are added to the protocol. Throws what `checkedProperties`
 * throws, and DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE.
 */
export function setTableProperties(
  context: TableContext,
  properties: Readonly<Record<string, string>>,
): Promise<CommitResult> {
  const checked = checkedProperties(properties, context.storage.name)
  const operation = { operation: 'SET TBLPROPERTIES', operationParameters: { properties: checked } }
  return alterTable(context, operation, (transaction, snapshot) => {
    transaction.updateMetadata({ configuration: { ...snapshot.metadata.configuration, ...checked } })
    const wasTracked = isRowTracked(snapshot.metadata.configuration)
    if (!wasTracked && isRowTracked(transaction.metadata.configuration)) giveRowIds(transaction, snapshot)
  })
}

/** ALTER TABLE UNSET TBLPROPERTIES. Throws DELTA_UNSET_NON_EXISTENT_PROPERTY unless `ifExists`. */
export function unsetTableProperties(
  context: TableContext,
  keys: readonly string[],
  { ifExists = false }: { ifExists?: boolean } = {},
): Promise<CommitResult> {
  const operationParameters = { properties: keys, ifExists: String(ifExists) }
  const operation = { operation: 'UNSET TBLPROPERTIES', operationParameters }
  return alterTable(context, operation, (transaction, { metadata: { configuration } }) => {
    const doomed = new Set<string>()
    for (const key of keys) {
      const isDelta = key.toLowerCase().startsWith('delta.')
      const same = (each: string) => (isDelta ? sameName(each, key) : each === key)
      const found = Object.keys(configuration).find(same)
      if (found !== undefined) {
        checkedProperty(found, configuration[found]!, context.storage.name)
        doomed.add(found)
      } else if (!ifExists) {
        throw new PipelineError('DELTA_UNSET_NON_EXISTENT_PROPERTY', {
          property: key,
          tableName: context.storage.name,
          properties: Object.keys(configuration).join(', ') || 'none',
        })
      }
    }
    const rest = Object.entries(configuration).filter(([key]) => !doomed.has(key))
    transaction.updateMetadata({ configuration: Object.fromEntries(rest) })
  })
}

/** COMMENT ON TABLE; undefined takes the comment away. */
export function setComment(context: TableContext, comment: string | undefined): Promise<CommitResult> {
  const operationParameters = { properties: { comment: comment ?? null } }
  return alterTable(context, { operation: 'SET TBLPROPERTIES', operationParameters }, (transaction) => {
    transaction.updateMetadata({ description: comment ?? '' })
  })
}

/**
 * ALTER TABLE CLUSTER BY; no columns for CLUSTER BY NONE. Files take the new order as they are optimized.
 * Throws DELTA_CLUSTERING_WITH_PARTITION, DELTA_COLUMN_NOT_FOUND_IN_SCHEMA.
 */
export async function clusterBy(
  context: TableContext,
  columns: readonly (readonly string[])[],
): Promise<CommitResult> {
  const { metadata, clusteringColumns = [] } = await context.table.refresh()
  const text = (paths: readonly (readonly string[])[]) => paths.map((path) => path.join('.')).join(',')
  const operationParameters = {
    oldClusteringColumns: text(clusteringColumns.map((path) => logicalPath(metadata.schema, path))),
    newClusteringColumns: text(columns),
  }
  return alterTable(context, { operation: 'CLUSTER BY', operationParameters }, (transaction) => {
    transaction.updateMetadata({ clusteringColumns: columns })
  })
}

function isRowTracked(configuration: Readonly<Record<string, string>>): boolean {
  return configuration['delta.enableRowTracking']?.toLowerCase() === 'true'
}

/**
 * Files from before row tracking get their ids in the commit that turns it on; their rows do not change. A file that
 * another adds meanwhile would have none.
 */
function giveRowIds(transaction: Transaction, snapshot: Snapshot): void {
  const files = [...snapshot.files()].filter((each) => each.baseRowId == null)
  transaction.readsWholeTable().addFiles(files.map((each) => ({ ...each, dataChange: false })))
}
