import { nearest, PipelineError } from '../../errors/index.ts'
import { sameName } from '../../types/same-name.ts'
import { features } from './features.ts'

/** What a user asks of the protocol by table properties, which are acted upon and not stored. */
export interface ProtocolRequest {
  readonly features: readonly string[]
  readonly minReaderVersion: number
  readonly minWriterVersion: number
}

const FEATURE = 'delta.feature.'
const VERSIONS = { reader: 'delta.minreaderversion', writer: 'delta.minwriterversion' } as const

/** The properties that are stored. */
export function storedProperties(
  properties: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !isRequest(key)))
}

/** True for `delta.feature.<name>`, `delta.minReaderVersion`, `delta.minWriterVersion`, `delta.ignoreProtocolDefaults`. */
export function isRequest(key: string): boolean {
  const name = key.toLowerCase()
  const single: readonly string[] = [...Object.values(VERSIONS), 'delta.ignoreprotocoldefaults']
  return name.startsWith(FEATURE) || single.includes(name)
}

/**
 * Reads the request in a table's properties. `table` names it in errors. Throws DELTA_UNSUPPORTED_FEATURES_IN_CONFIG for a
 * feature that does not exist, DELTA_UNSUPPORTED_FEATURE_STATUS for a value other than `supported`, and
 * INVALID_TABLE_PROPERTY for a version that does not exist.
 */
export function protocolRequestOf(
  properties: Readonly<Record<string, string>>,
  table: string,
): ProtocolRequest {
  const names: string[] = []
  const versions: { reader: number; writer: number } = { reader: 1, writer: 1 }
  for (const [key, value] of Object.entries(properties)) {
    const name = key.toLowerCase()
    if (name.startsWith(FEATURE)) names.push(requestedFeature(key.slice(FEATURE.length), value, table))
    if (name === VERSIONS.reader) versions.reader = versionOf(key, value, 3, table)
    if (name === VERSIONS.writer) versions.writer = versionOf(key, value, 7, table)
  }
  return { features: names, minReaderVersion: versions.reader, minWriterVersion: versions.writer }
}

/** The feature in its own spelling. Throws DELTA_UNSUPPORTED_FEATURES_IN_CONFIG where there is none of that name. */
export function featureNamed(name: string, table: string): string {
  const known = Object.keys(features)
  const found = known.find((each) => sameName(each, name))
  if (found !== undefined) return found
  const suggestion = nearest(name, known)
  throw new PipelineError('DELTA_UNSUPPORTED_FEATURES_IN_CONFIG', {
    feature: name,
    table,
    suggestion:
      suggestion === undefined ? `Known features: ${known.join(', ')}.` : `Did you mean '${suggestion}'?`,
  })
}

function requestedFeature(name: string, status: string, table: string): string {
  const feature = featureNamed(name, table)
  if (['supported', 'enabled'].includes(status.toLowerCase())) return feature
  throw new PipelineError('DELTA_UNSUPPORTED_FEATURE_STATUS', { feature, status })
}

function versionOf(property: string, value: string, newest: number, datasetName: string): number {
  const version = Number(value)
  if (Number.isInteger(version) && version >= 1 && version <= newest) return version
  const expected = `a whole number from 1 to ${newest}`
  throw new PipelineError('INVALID_TABLE_PROPERTY', { property, datasetName, expected, actual: value })
}
