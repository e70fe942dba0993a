import { isDeepStrictEqual } from 'node:util'
import { parseSchemaJson } from '../../types/schema-json.ts'
import type { MetadataAction, Protocol } from '../log/actions.ts'
import { MAPPING_MODE, MAX_COLUMN_ID, withoutMapping } from '../schema/column-mapping.ts'
import { ROW_COMMIT_VERSION_COLUMN, ROW_ID_COLUMN } from '../schema/complete-metadata.ts'
import { features } from '../schema/features.ts'
import type { Metadata } from '../schema/metadata.ts'
import { columnMappingOf, physicalName } from '../schema/physical-name.ts'
import { writerFeaturesOf } from '../schema/protocol.ts'
import { withoutIdentityMarks } from '../write/identity-marks.ts'

/** Whether a commit prepared under `before` is right under `after` as well, which others put into the log meanwhile. */
export function isAdoptableProtocol(after: Protocol, before: Protocol | undefined): boolean {
  if (before === undefined) return false
  const had = new Set(writerFeaturesOf(before))
  const has = new Set(writerFeaturesOf(after))
  const added = [...has].filter((name) => !had.has(name))
  return [...had].every((name) => has.has(name)) && added.every((name) => features[name]?.obliges !== true)
}

/**
 * The same for metadata, of a commit that changes none itself. Others may have numbered rows of identity columns, or turned
 * features on whose obligations the commit meets when it follows (Delta Lake's list): it writes no deletion vectors though
 * it may, says its time, gives its files row ids, and its files have the physical names of columns that were just mapped.
 */
export function isAdoptableMetadata(after: MetadataAction, before: Metadata | undefined): boolean {
  if (before === undefined) return false
  const { configuration: properties = {}, schemaString: schema, ...rest } = after
  const { configuration: _properties, schemaString: oldSchema, ...oldRest } = before.action
  return (
    isDeepStrictEqual(rest, oldRest) &&
    onlyEnables(properties, before.configuration) &&
    isSameSchema(
      schema,
      oldSchema,
      columnMappingOf({ configuration: properties }) !== columnMappingOf(before),
    )
  )
}

type Properties = Metadata['configuration']

const isOn =
  (property: string) =>
  (after: Properties): boolean =>
    after[property]?.toLowerCase() === 'true'
const TIMES = isOn('delta.enableInCommitTimestamps')
const TRACKING = isOn('delta.enableRowTracking')
const MAPPING = (after: Properties, before: Properties): boolean =>
  columnMappingOf({ configuration: before }) === 'none' && after[MAPPING_MODE] === 'name'

/** The properties that others may set meanwhile, and what must hold of all properties then. */
const ENABLING: Readonly<Record<string, (after: Properties, before: Properties) => boolean>> = {
  'delta.enableDeletionVectors': isOn('delta.enableDeletionVectors'),
  'delta.checkpointPolicy': (after) => after['delta.checkpointPolicy']?.toLowerCase() === 'v2',
  'delta.enableInCommitTimestamps': TIMES,
  'delta.inCommitTimestampEnablementVersion': TIMES,
  'delta.inCommitTimestampEnablementTimestamp': TIMES,
  'delta.enableRowTracking': TRACKING,
  [ROW_ID_COLUMN]: TRACKING,
  [ROW_COMMIT_VERSION_COLUMN]: TRACKING,
  [MAPPING_MODE]: MAPPING,
  [MAX_COLUMN_ID]: MAPPING,
}

function onlyEnables(after: Properties, before: Properties): boolean {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed = [...keys].filter((key) => after[key] !== before[key])
  return changed.every((key) => ENABLING[key]?.(after, before) === true)
}

function isSameSchema(after: string | undefined, before: string | undefined, isMapped: boolean): boolean {
  if (after === before) return true
  if (after === undefined || before === undefined) return false
  const schema = withoutIdentityMarks(parseSchemaJson(after))
  const plain = isMapped ? withoutMapping(schema, (field) => physicalName(field) === field.name) : schema
  return isDeepStrictEqual(plain, withoutIdentityMarks(parseSchemaJson(before)))
}
