import { nearest, PipelineError } from '../../errors/index.ts'
import { sameName } from '../../types/same-name.ts'
import { CONSTRAINT_PREFIX } from './column-rules.ts'
import { isRequest, protocolRequestOf } from './protocol-request.ts'
import { parseInterval } from './table-properties.ts'

interface Rule {
  readonly expected: string
  readonly accepts: (value: string) => boolean
}

const FLAG: Rule = { expected: 'true or false', accepts: (value) => /^(true|false)$/i.test(value) }
const COUNT: Rule = { expected: 'a whole number', accepts: (value) => /^\d+$/.test(value) }
const POSITIVE: Rule = { expected: 'a whole number from 1', accepts: (value) => /^0*[1-9]\d*$/.test(value) }
const INTERVAL: Rule = {
  expected: "an interval such as 'interval 7 days', without months and years",
  accepts: (value) => parseInterval(value) !== undefined,
}
const ANY: Rule = { expected: 'a text', accepts: () => true }
const oneOf = (...values: readonly string[]): Rule => ({
  expected: values.map((each) => `'${each}'`).join(' or '),
  accepts: (value) => values.some((each) => sameName(each, value)),
})

/** Delta's table properties, as Delta Lake and Databricks document them. */
const RULES: Readonly<Record<string, Rule>> = {
  'delta.appendOnly': FLAG,
  'delta.autoOptimize.autoCompact': oneOf('true', 'false', 'auto', 'legacy'),
  'delta.autoOptimize.optimizeWrite': FLAG,
  'delta.checkpoint.writeStatsAsJson': FLAG,
  'delta.checkpoint.writeStatsAsStruct': FLAG,
  'delta.checkpointInterval': POSITIVE,
  'delta.checkpointPolicy': oneOf('classic', 'v2'),
  'delta.checkpointRetentionDuration': INTERVAL,
  'delta.columnMapping.mode': oneOf('none', 'name', 'id'),
  'delta.compatibility.symlinkFormatManifest.enabled': FLAG,
  'delta.dataSkippingNumIndexedCols': {
    expected: 'a whole number from -1',
    accepts: (value) => /^(-1|\d+)$/.test(value),
  },
  'delta.dataSkippingStatsColumns': ANY,
  'delta.dataSkippingStringPrefixLength': POSITIVE,
  'delta.deletedFileRetentionDuration': INTERVAL,
  'delta.dropFeatureTruncateHistory.retentionDuration': INTERVAL,
  'delta.enableChangeDataFeed': FLAG,
  'delta.enableDeletionVectors': FLAG,
  'delta.enableExpiredLogCleanup': FLAG,
  'delta.enableFullRetentionRollback': FLAG,
  'delta.enableIcebergCompatV1': FLAG,
  'delta.enableIcebergCompatV2': FLAG,
  'delta.enableIcebergCompatV3': FLAG,
  'delta.enableInCommitTimestamps': FLAG,
  'delta.enableRowTracking': FLAG,
  'delta.enableTypeWidening': FLAG,
  'delta.enableVariantShredding': FLAG,
  'delta.isolationLevel': oneOf('Serializable', 'WriteSerializable'),
  'delta.logRetentionDuration': INTERVAL,
  'delta.parquet.compression.codec': ANY,
  'delta.parquet.format.version': ANY,
  'delta.randomizeFilePrefixes': FLAG,
  'delta.randomPrefixLength': COUNT,
  'delta.requireCheckpointProtectionBeforeVersion': COUNT,
  'delta.rowTrackingSuspended': FLAG,
  'delta.sampleRetentionDuration': INTERVAL,
  'delta.setTransactionRetentionDuration': INTERVAL,
  'delta.targetFileSize': ANY,
  'delta.tuneFileSizesForRewrites': FLAG,
  'delta.universalFormat.enabledFormats': ANY,
}

/** Properties that writers keep for themselves. */
const RESERVED = [
  'delta.columnMapping.maxColumnId',
  'delta.inCommitTimestampEnablementVersion',
  'delta.inCommitTimestampEnablementTimestamp',
  'delta.rowTracking.materializedRowIdColumnName',
  'delta.rowTracking.materializedRowCommitVersionColumnName',
]

/**
 * Checks the properties that a user gives a table and puts the keys of Delta, which ignore case, in their own spelling. Keys
 * of others are free. Throws DELTA_UNKNOWN_CONFIGURATION, INVALID_TABLE_PROPERTY, DELTA_CANNOT_MODIFY_TABLE_PROPERTY,
 * DELTA_ADD_CONSTRAINTS, and what `protocolRequestOf` throws.
 */
export function checkedProperties(
  properties: Readonly<Record<string, string>>,
  tableName: string,
): Readonly<Record<string, string>> {
  protocolRequestOf(properties, tableName)
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [checkedProperty(key, value, tableName), value]),
  )
}

/** The key of a property in its own spelling, its value checked. Throws as `checkedProperties`. */
export function checkedProperty(key: string, value: string, datasetName: string): string {
  const wanted = key.toLowerCase()
  if (!wanted.startsWith('delta.') || isRequest(key)) return key
  if (wanted.startsWith(CONSTRAINT_PREFIX)) throw new PipelineError('DELTA_ADD_CONSTRAINTS', { prop: key })
  const reserved = RESERVED.find((each) => each.toLowerCase() === wanted)
  if (reserved !== undefined) {
    throw new PipelineError('DELTA_CANNOT_MODIFY_TABLE_PROPERTY', { prop: reserved })
  }
  const property = Object.keys(RULES).find((each) => each.toLowerCase() === wanted)
  if (property === undefined) throw unknownProperty(key, datasetName)
  const { accepts, expected } = RULES[property]!
  if (accepts(value)) return property
  throw new PipelineError('INVALID_TABLE_PROPERTY', { property, datasetName, expected, actual: value })
}

function unknownProperty(config: string, datasetName: string): PipelineError {
  const near = nearest(config, Object.keys(RULES))
  const suggestion =
    near === undefined
      ? 'Labels of your own are free as long as they do not begin with delta.'
      : `Did you mean '${near}'?`
  return new PipelineError('DELTA_UNKNOWN_CONFIGURATION', { config, datasetName, suggestion })
}
