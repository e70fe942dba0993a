import { PipelineError } from '../../errors/index.ts'
import { ROW_TRACKING_DOMAIN } from '../row-tracking/assign-row-ids.ts'
import { CONSTRAINT_PREFIX } from '../schema/column-rules.ts'
import { ROW_COMMIT_VERSION_COLUMN, ROW_ID_COLUMN } from '../schema/complete-metadata.ts'
import { features } from '../schema/features.ts'
import { writerFeaturesOf } from '../schema/protocol.ts'
import { featureNamed, protocolRequestOf } from '../schema/protocol-request.ts'
import { CLUSTERING_DOMAIN, type Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { CommitResult, Transaction } from '../transaction.ts'
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

/**
 * ALTER TABLE DROP FEATURE for features whose traces are in the definition alone, so that no older version of the log stands
 * in a reader's way: what the feature left there is removed in the same commit. Throws
 * DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT, DELTA_FEATURE_DROP_NONREMOVABLE_FEATURE,
 * DELTA_CANNOT_DROP_CHECK_CONSTRAINT_FEATURE, DELTA_FEATURE_DROP_IN_USE, DELTA_FEATURE_DROP_DEPENDENT_FEATURE.
 */
export function dropFeature(context: TableContext, name: string): Promise<CommitResult> {
  const table = context.storage.name
  const feature = featureNamed(name, table)
  const operation = { operation: 'DROP FEATURE', operationParameters: { featureName: feature } }
  return alterTable(context, operation, (transaction, snapshot) => {
    const present = writerFeaturesOf(snapshot.protocol)
    if (!present.includes(feature)) {
      const parameters = { feature, table, features: present.join(', ') }
      throw new PipelineError('DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT', parameters)
    }
    const remove = REMOVERS[feature]
    if (remove === undefined) {
      const droppable = Object.keys(REMOVERS).join(', ')
      throw new PipelineError('DELTA_FEATURE_DROP_NONREMOVABLE_FEATURE', { feature, droppable })
    }
    const dependent = present.filter((each) => features[each]?.needs?.includes(feature))
    if (dependent.length > 0) {
      const parameters = { feature, dependentFeatures: dependent.join(', ') }
      throw new PipelineError('DELTA_FEATURE_DROP_DEPENDENT_FEATURE', parameters)
    }
    remove(transaction, snapshot)
    transaction.dropFeatures([feature])
  })
}

/** Takes what a feature left in a table, or throws where users must do it themselves. */
type Remover = (transaction: Transaction, snapshot: Snapshot) => void

const REMOVERS: Readonly<Record<string, Remover>> = {
  allowColumnDefaults: refuseWhereMetadata('CURRENT_DEFAULT', 'columns have defaults'),
  checkConstraints: (_, { metadata: { configuration } }) => {
    const names = Object.keys(configuration)
      .filter((each) => each.startsWith(CONSTRAINT_PREFIX))
      .map((each) => each.slice(CONSTRAINT_PREFIX.length))
    if (names.length === 0) return
    const parameters = { constraints: names.join(', ') }
    throw new PipelineError('DELTA_CANNOT_DROP_CHECK_CONSTRAINT_FEATURE', parameters)
  },
  clustering: (transaction) => removeDomain(transaction, CLUSTERING_DOMAIN),
  domainMetadata: (transaction, { domainMetadata }) => {
    for (const domain of domainMetadata.keys()) removeDomain(transaction, domain)
  },
  generatedColumns: refuseWhereMetadata('delta.generationExpression', 'columns are generated'),
  identityColumns: refuseWhereMetadata('delta.identity.', 'columns are IDENTITY columns'),
  inCommitTimestamp: (transaction) =>
    unset(transaction, [
      'delta.enableInCommitTimestamps',
      'delta.inCommitTimestampEnablementVersion',
      'delta.inCommitTimestampEnablementTimestamp',
    ]),
  rowTracking: (transaction, snapshot) => {
    unset(transaction, [
      'delta.enableRowTracking',
      'delta.rowTrackingSuspended',
      ROW_ID_COLUMN,
      ROW_COMMIT_VERSION_COLUMN,
    ])
    if (snapshot.domainMetadata.has(ROW_TRACKING_DOMAIN)) removeDomain(transaction, ROW_TRACKING_DOMAIN)
  },
  vacuumProtocolCheck: () => {},
}

function refuseWhereMetadata(prefix: string, use: string): Remover {
  return (_, { metadata: { schema }, tableName }) => {
    const isUsed = schema.fields.some((each) =>
      Object.keys(each.metadata).some((key) => key.startsWith(prefix)),
    )
    if (!isUsed) return
    throw new PipelineError('DELTA_FEATURE_DROP_IN_USE', { feature: prefix, table: tableName, use })
  }
}

function unset(transaction: Transaction, keys: readonly string[]): void {
  const rest = Object.entries(transaction.metadata.configuration).filter(([key]) => !keys.includes(key))
  transaction.updateMetadata({ configuration: Object.fromEntries(rest) })
}

function removeDomain(transaction: Transaction, domain: string): void {
  transaction.setDomainMetadata({ domain, configuration: '', removed: true })
}
