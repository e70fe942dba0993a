import { PipelineError } from '../../errors/index.ts'
import { features } from '../schema/features.ts'
import { writerFeaturesOf } from '../schema/protocol.ts'
import { featureNamed } from '../schema/protocol-request.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { CommitResult } from '../transaction.ts'
import { alterTable } from './alter-table.ts'
import { type FeatureRemoval, removals, unset } from './feature-removal.ts'

/**
 * ALTER TABLE DROP FEATURE: takes what the feature left in the table's definition, then the feature itself. Where older
 * versions of the log can only be read with it, a checkpoint of its own is written first, from which on readers that do not
 * know the feature can read, and the feature checkpointProtection keeps it (as Delta Lake does from 4.0 on).
 * Columns that are mapped are written anew under their own names.
 * Throws DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT, DELTA_FEATURE_DROP_NONREMOVABLE_FEATURE,
 * DELTA_CANNOT_DROP_CHECK_CONSTRAINT_FEATURE, DELTA_FEATURE_DROP_IN_USE, DELTA_FEATURE_DROP_DEPENDENT_FEATURE.
 */
export async function dropFeature(context: TableContext, name: string): Promise<CommitResult> {
  const feature = featureNamed(name, context.storage.name)
  const removal = removalOf(feature, await context.table.refresh())
  removal.checkUnused?.(context.table.snapshot)
  if (removal.changesHistory !== true) return dropNow(context, feature, removal)
  await removal.rewrite?.(context)
  await turnOff(context, removal)
  await context.table.checkpoint()
  return dropProtected(context, feature, removal)
}

function removalOf(feature: string, { protocol, tableName }: Snapshot): FeatureRemoval {
  const present = writerFeaturesOf(protocol)
  if (!present.includes(feature)) {
    const parameters = { feature, table: tableName, features: present.join(', ') }
    throw new PipelineError('DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT', parameters)
  }
  const removal = removals[feature]
  if (removal === undefined) {
    const droppable = Object.keys(removals).join(', ')
    throw new PipelineError('DELTA_FEATURE_DROP_NONREMOVABLE_FEATURE', { feature, droppable })
  }
  const dependent = present.filter((each) => features[each]?.needs?.includes(feature))
  if (dependent.length === 0) return removal
  const parameters = { feature, dependentFeatures: dependent.join(', ') }
  throw new PipelineError('DELTA_FEATURE_DROP_DEPENDENT_FEATURE', parameters)
}

function dropNow(context: TableContext, feature: string, removal: FeatureRemoval): Promise<CommitResult> {
  return alterTable(context, operationOf(feature), (transaction, snapshot) => {
    removal.checkUnused?.(snapshot)
    if (removal.properties !== undefined) unset(transaction, removal.properties)
    for (const domain of removal.domains?.(snapshot) ?? []) {
      transaction.setDomainMetadata({ domain, configuration: '', removed: true })
    }
    transaction.dropFeatures([feature])
  })
}

/** Nothing that uses the feature is written from here on. */
async function turnOff(context: TableContext, { properties = [] }: FeatureRemoval): Promise<void> {
  const { configuration } = context.table.snapshot.metadata
  const isSet = properties.filter((key) => configuration[key] !== undefined)
  if (isSet.length === 0) return
  const operationParameters = { properties: isSet, ifExists: 'true' }
  await alterTable(context, { operation: 'UNSET TBLPROPERTIES', operationParameters }, (transaction) =>
    unset(transaction, isSet),
  )
}

function dropProtected(
  context: TableContext,
  feature: string,
  removal: FeatureRemoval,
): Promise<CommitResult> {
  return alterTable(context, operationOf(feature), (transaction, snapshot) => {
    removal.checkUnused?.(snapshot)
    transaction.readsWholeTable().dropFeatures([feature], { protectsHistory: true })
  })
}

const operationOf = (featureName: string) => ({
  operation: 'DROP FEATURE',
  operationParameters: { featureName },
})
