import { features } from '../schema/features.ts'
import { featureNamed, protocolRequestOf } from '../schema/protocol-request.ts'
import type { TableContext } from '../table-context.ts'
import type { CommitResult } from '../transaction.ts'
import { alterTable } from './alter-table.ts'

/** ALTER TABLE ADD FEATURE. Throws DELTA_UNSUPPORTED_FEATURES_IN_CONFIG. */
export function addFeature(context: TableContext, name: string): Promise<CommitResult> {
  const feature = featureNamed(name, context.storage.name)
  const operationParameters = { newProtocol: { feature } }
  return alterTable(context, { operation: 'UPGRADE PROTOCOL', operationParameters }, (transaction) => {
    transaction.requestProtocol({
      features: [feature, ...(features[feature]!.needs ?? [])],
      minReaderVersion: 1,
      minWriterVersion: 1,
    })
  })
}

/** Raises a table's protocol versions; never lowers them. Throws INVALID_TABLE_PROPERTY for versions that do not exist. */
export function upgradeProtocol(
  context: TableContext,
  reader: number,
  writer: number,
): Promise<CommitResult> {
  const properties = { 'delta.minReaderVersion': `${reader}`, 'delta.minWriterVersion': `${writer}` }
  const request = protocolRequestOf(properties, context.storage.name)
  const operationParameters = { newProtocol: { minReaderVersion: reader, minWriterVersion: writer } }
  return alterTable(context, { operation: 'UPGRADE PROTOCOL', operationParameters }, (transaction) => {
    transaction.requestProtocol(request)
  })
}
