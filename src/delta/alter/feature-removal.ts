import { PipelineError } from '../../errors/index.ts'
import { ROW_TRACKING_DOMAIN } from '../row-tracking/assign-row-ids.ts'
import { CONSTRAINT_PREFIX } from '../schema/column-rules.ts'
import { ROW_COMMIT_VERSION_COLUMN, ROW_ID_COLUMN } from '../schema/complete-metadata.ts'
import { hasFieldMetadata } from '../schema/features.ts'
import { TYPE_CHANGES } from '../schema/type-widening.ts'
import { CLUSTERING_DOMAIN, type Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { Transaction } from '../transaction.ts'
import { removeColumnMapping } from './remove-column-mapping.ts'

/** What a feature leaves in a table, and how it is taken away. */
export interface FeatureRemoval {
  /** Throws where the table holds what users must remove themselves. */
  readonly checkUnused?: (snapshot: Snapshot) => void
  readonly properties?: readonly string[]
  /** Writes files anew that can only be read with the feature. */
  readonly rewrite?: (context: TableContext) => Promise<void>
  readonly domains?: (snapshot: Snapshot) => readonly string[]
  /** Older versions of the log can only be read with the feature. */
  readonly changesHistory?: true
}

const onlyThere =
  (domain: string) =>
  ({ domainMetadata }: Snapshot): readonly string[] =>
    domainMetadata.has(domain) ? [domain] : []

/** The features that can be dropped. */
export const removals: Readonly<Record<string, FeatureRemoval>> = {
  allowColumnDefaults: {
    checkUnused: noFieldMetadata('allowColumnDefaults', 'CURRENT_DEFAULT', 'columns have defaults'),
  },
  checkConstraints: { checkUnused: checkNoConstraints },
  columnMapping: { changesHistory: true, rewrite: removeColumnMapping },
  clustering: { domains: onlyThere(CLUSTERING_DOMAIN) },
  deletionVectors: {
    changesHistory: true,
    properties: ['delta.enableDeletionVectors'],
    checkUnused: checkNoDeletionVectors,
  },
  domainMetadata: { domains: ({ domainMetadata }) => [...domainMetadata.keys()] },
  generatedColumns: {
    checkUnused: noFieldMetadata('generatedColumns', 'delta.generationExpression', 'columns are generated'),
  },
  identityColumns: {
    checkUnused: noFieldMetadata('identityColumns', 'delta.identity.', 'columns are IDENTITY columns'),
  },
  inCommitTimestamp: {
    properties: [
      'delta.enableInCommitTimestamps',
      'delta.inCommitTimestampEnablementVersion',
      'delta.inCommitTimestampEnablementTimestamp',
    ],
  },
  rowTracking: {
    properties: [
      'delta.enableRowTracking',
      'delta.rowTrackingSuspended',
      ROW_ID_COLUMN,
      ROW_COMMIT_VERSION_COLUMN,
    ],
    domains: onlyThere(ROW_TRACKING_DOMAIN),
  },
  typeWidening: {
    changesHistory: true,
    properties: ['delta.enableTypeWidening'],
    checkUnused: noFieldMetadata(
      'typeWidening',
      TYPE_CHANGES,
      'columns were widened, and files may have the old types',
    ),
  },
  v2Checkpoint: { changesHistory: true, properties: ['delta.checkpointPolicy'] },
  vacuumProtocolCheck: {},
}

export function unset(transaction: Transaction, keys: readonly string[]): void {
  const rest = Object.entries(transaction.metadata.configuration).filter(([key]) => !keys.includes(key))
  transaction.updateMetadata({ configuration: Object.fromEntries(rest) })
}

function noFieldMetadata(feature: string, prefix: string, use: string): (snapshot: Snapshot) => void {
  const isUsed = hasFieldMetadata(prefix)
  return ({ metadata, tableName: table }) => {
    if (isUsed(metadata)) throw new PipelineError('DELTA_FEATURE_DROP_IN_USE', { feature, table, use })
  }
}

function checkNoConstraints({ metadata: { configuration } }: Snapshot): void {
  const names = Object.keys(configuration)
    .filter((each) => each.startsWith(CONSTRAINT_PREFIX))
    .map((each) => each.slice(CONSTRAINT_PREFIX.length))
  if (names.length === 0) return
  throw new PipelineError('DELTA_CANNOT_DROP_CHECK_CONSTRAINT_FEATURE', { constraints: names.join(', ') })
}

function checkNoDeletionVectors(snapshot: Snapshot): void {
  const count = [...snapshot.files()].filter((each) => each.deletionVector != null).length
  if (count === 0) return
  throw new PipelineError('DELTA_FEATURE_DROP_IN_USE', {
    feature: 'deletionVectors',
    table: snapshot.tableName,
    use: `${count} files have deletion vectors, which REORG TABLE ... APPLY (PURGE) removes`,
  })
}
