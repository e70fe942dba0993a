import { PipelineError } from '../../errors/index.ts'
import type { DataType, StructField, StructType } from '../../types/data-type.ts'
import type { Protocol } from '../log/actions.ts'
import type { Metadata } from './metadata.ts'

/** A table feature (PROTOCOL.md, Table Features). */
interface Feature {
  /** Readers must know it too. */
  readonly reader?: true
  /** Features that must be listed with it. */
  readonly needs?: readonly string[]
  /** Reader versions 2 and writer versions up to 6 imply features: the version from which on they do. */
  readonly legacyWriter?: number
  /** We can read tables that list it. */
  readonly readable?: true
  /** Whether we can write a table that lists it, given its metadata. */
  readonly writable?: (metadata: Metadata) => boolean
  /** True when the metadata asks for it. */
  readonly neededBy?: (metadata: Metadata) => boolean
}

const always = () => true
const hasProperty = (name: string, value: string) => (metadata: Metadata) =>
  metadata.configuration[name]?.toLowerCase() === value
const hasFieldMetadata = (prefix: string) => (metadata: Metadata) =>
  someField(metadata.schema, (field) => Object.keys(field.metadata).some((key) => key.startsWith(prefix)))
const hasType = (kind: DataType['kind']) => (metadata: Metadata) =>
  someField(metadata.schema, (field) => contains(field.dataType, kind))
const not =
  (test: (metadata: Metadata) => boolean): ((metadata: Metadata) => boolean) =>
  (metadata) =>
    !test(metadata)

const hasConstraints = (metadata: Metadata) =>
  Object.keys(metadata.configuration).some((key) => key.startsWith('delta.constraints.'))
const isMapped = (metadata: Metadata) => columnMappingOf(metadata) !== 'none'
const isGenerated = hasFieldMetadata('delta.generationExpression')
const isIdentity = hasFieldMetadata('delta.identity.')
const hasDefaults = hasFieldMetadata('CURRENT_DEFAULT')

const features: Readonly<Record<string, Feature>> = {
  appendOnly: { legacyWriter: 2, writable: always },
  invariants: { legacyWriter: 2, writable: not(hasFieldMetadata('delta.invariants')) },
  checkConstraints: { legacyWriter: 3, writable: not(hasConstraints), neededBy: hasConstraints },
  changeDataFeed: {
    legacyWriter: 4,
    writable: always,
    neededBy: hasProperty('delta.enableChangeDataFeed', 'true'),
  },
  generatedColumns: { legacyWriter: 4, writable: not(isGenerated), neededBy: isGenerated },
  columnMapping: {
    reader: true,
    legacyWriter: 5,
    readable: true,
    writable: not(isMapped),
    neededBy: isMapped,
  },
  identityColumns: { legacyWriter: 6, writable: not(isIdentity), neededBy: isIdentity },
  allowColumnDefaults: { writable: not(hasDefaults), neededBy: hasDefaults },
  timestampNtz: { reader: true, readable: true, writable: always, neededBy: hasType('timestamp_ntz') },
  deletionVectors: {
    reader: true,
    readable: true,
    writable: always,
    neededBy: hasProperty('delta.enableDeletionVectors', 'true'),
  },
  domainMetadata: { writable: always },
  clustering: { needs: ['domainMetadata'], writable: always },
  inCommitTimestamp: { writable: always, neededBy: hasProperty('delta.enableInCommitTimestamps', 'true') },
  vacuumProtocolCheck: { reader: true, readable: true, writable: always },
  v2Checkpoint: {
    reader: true,
    readable: true,
    writable: not(hasProperty('delta.checkpointPolicy', 'v2')),
    neededBy: hasProperty('delta.checkpointPolicy', 'v2'),
  },
  typeWidening: {
    reader: true,
    readable: true,
    writable: always,
    neededBy: hasProperty('delta.enableTypeWidening', 'true'),
  },
  'typeWidening-preview': { reader: true, readable: true, writable: always },
  rowTracking: { needs: ['domainMetadata'], neededBy: hasProperty('delta.enableRowTracking', 'true') },
  variantType: { reader: true, neededBy: hasType('variant') },
}

/** How columns are found in data files (PROTOCOL.md, Column Mapping). */
export function columnMappingOf(metadata: Pick<Metadata, 'configuration'>): 'none' | 'name' | 'id' {
  const mode = metadata.configuration['delta.columnMapping.mode']
  return mode === 'name' || mode === 'id' ? mode : 'none'
}

/**
 * Throws DELTA_INVALID_PROTOCOL_VERSION or DELTA_UNSUPPORTED_FEATURES_FOR_READ when a table may hold what we would
 * misread. `table` names it.
 */
export function checkReadable(protocol: Protocol, table: string): void {
  if (protocol.minReaderVersion > 3) throw unsupportedVersion(protocol, table)
  const unsupported = (protocol.readerFeatures ?? []).filter((name) => features[name]?.readable !== true)
  if (unsupported.length > 0) {
    throw new PipelineError('DELTA_UNSUPPORTED_FEATURES_FOR_READ', {
      table,
      features: unsupported.join(', '),
    })
  }
}

/** Throws the same for writing, when a table asks of its writers what we do not do. */
export function checkWritable(protocol: Protocol, metadata: Metadata, table: string): void {
  checkReadable(protocol, table)
  if (protocol.minWriterVersion > 7) throw unsupportedVersion(protocol, table)
  const unsupported = writerFeaturesOf(protocol).filter(
    (name) => features[name]?.writable?.(metadata) !== true,
  )
  if (unsupported.length > 0) {
    throw new PipelineError('DELTA_UNSUPPORTED_FEATURES_FOR_WRITE', {
      table,
      features: unsupported.join(', '),
    })
  }
}

/** Features that a table's metadata needs; `extra` are those that it cannot show, such as clustering. */
export function neededFeatures(metadata: Metadata, extra: readonly string[] = []): readonly string[] {
  const names = new Set<string>(extra)
  for (const [name, feature] of Object.entries(features)) if (feature.neededBy?.(metadata)) names.add(name)
  for (const name of names) for (const other of features[name]?.needs ?? []) names.add(other)
  return [...names]
}

/**
 * The lowest protocol that covers `needed` on top of `current`: version (1,2) where nothing is needed, so that every
 * reader opens the table, else a feature list that holds no more than it must.
 */
export function protocolFor(needed: readonly string[], current?: Protocol): Protocol {
  const plain: Protocol = { minReaderVersion: 1, minWriterVersion: 2 }
  const before = current ?? plain
  const known = new Set(writerFeaturesOf(before))
  if (needed.every((name) => known.has(name))) return before
  const writerFeatures = [...new Set(['appendOnly', 'invariants', ...known, ...needed])].sort()
  const readerFeatures = writerFeatures.filter((name) => features[name]?.reader)
  return readerFeatures.length > 0
    ? { minReaderVersion: 3, minWriterVersion: 7, readerFeatures, writerFeatures }
    : { minReaderVersion: 1, minWriterVersion: 7, writerFeatures }
}

/** The writer features of a protocol, those that a version below 7 implies spelt out. */
export function writerFeaturesOf(protocol: Protocol): readonly string[] {
  if (protocol.minWriterVersion >= 7) return protocol.writerFeatures ?? []
  return Object.entries(features)
    .filter(([, feature]) => (feature.legacyWriter ?? Infinity) <= protocol.minWriterVersion)
    .map(([name]) => name)
}

function unsupportedVersion(protocol: Protocol, table: string): PipelineError {
  return new PipelineError('DELTA_INVALID_PROTOCOL_VERSION', {
    table,
    reader: protocol.minReaderVersion.toString(),
    writer: protocol.minWriterVersion.toString(),
  })
}

function someField(schema: StructType, test: (field: StructField) => boolean): boolean {
  return schema.fields.some(
    (field) => test(field) || structsIn(field.dataType).some((inner) => someField(inner, test)),
  )
}

function structsIn(type: DataType): StructType[] {
  switch (type.kind) {
    case 'struct':
      return [type]
    case 'array':
      return structsIn(type.elementType)
    case 'map':
      return [...structsIn(type.keyType), ...structsIn(type.valueType)]
    default:
      return []
  }
}

function contains(type: DataType, kind: DataType['kind']): boolean {
  switch (type.kind) {
    case 'array':
      return contains(type.elementType, kind)
    case 'map':
      return contains(type.keyType, kind) || contains(type.valueType, kind)
    default:
      return type.kind === kind
  }
}
