import type { DataType } from '../../types/data-type.ts'
import { allFields } from '../../types/nested-types.ts'
import { holdsKind } from '../../types/type-classes.ts'
import { CONSTRAINT_PREFIX } from './column-rules.ts'
import type { Metadata } from './metadata.ts'
import { columnMappingOf } from './physical-name.ts'

/** A table feature (PROTOCOL.md, Table Features). */
export interface Feature {
  /** Readers must know it too. */
  readonly reader?: true
  /** Features that must be listed with it. */
  readonly needs?: readonly string[]
  /** Writer versions below 7 imply features: the version from which on they do. */
  readonly legacyWriter?: number
  /** Reader version 2 implies it. */
  readonly legacyReader?: number
  /** We can read tables that list it. */
  readonly readable?: true
  /** Whether we can write a table that lists it, given its metadata. */
  readonly writable?: (metadata: Metadata) => boolean
  /**
   * A commit that was prepared before the table listed it may lack what it asks for: rows that were not checked, change data
   * that was not written. The others ask nothing of files, or only what the commit gives them when it follows.
   */
  readonly obliges?: true
  /** True when the metadata asks for it. */
  readonly neededBy?: (metadata: Metadata) => boolean
}

type Test = (metadata: Metadata) => boolean

const always: Test = () => true
const has =
  (name: string, value = 'true'): Test =>
  ({ configuration }) =>
    configuration[name]?.toLowerCase() === value
/** Some field has metadata whose key begins so. */
export const hasFieldMetadata =
  (prefix: string): Test =>
  ({ schema }) =>
    allFields(schema).some((field) => Object.keys(field.metadata).some((key) => key.startsWith(prefix)))
const hasType =
  (kind: DataType['kind']): Test =>
  ({ schema }) =>
    holdsKind(schema, [kind])
const not =
  (test: Test): Test =>
  (metadata) =>
    !test(metadata)

const hasConstraints: Test = ({ configuration }) =>
  Object.keys(configuration).some((key) => key.startsWith(CONSTRAINT_PREFIX))
const isMapped: Test = (metadata) => columnMappingOf(metadata) !== 'none'

/** A feature that stays listed where it is off: then it asks nothing of writers. */
const onlyWhenOff = (property: string): Feature => ({
  obliges: true,
  writable: not(has(property)),
  neededBy: has(property),
})

/** The features that we know, those of old protocol versions first. What is missing is refused by its name. */
export const features: Readonly<Record<string, Feature>> = {
  appendOnly: { legacyWriter: 2, obliges: true, writable: always },
  invariants: { legacyWriter: 2, obliges: true, writable: always },
  checkConstraints: { legacyWriter: 3, obliges: true, writable: always, neededBy: hasConstraints },
  changeDataFeed: {
    legacyWriter: 4,
    obliges: true,
    writable: always,
    neededBy: has('delta.enableChangeDataFeed'),
  },
  generatedColumns: {
    legacyWriter: 4,
    obliges: true,
    writable: always,
    neededBy: hasFieldMetadata('delta.generationExpression'),
  },
  columnMapping: {
    reader: true,
    legacyReader: 2,
    legacyWriter: 5,
    readable: true,
    writable: always,
    neededBy: isMapped,
  },
  identityColumns: {
    legacyWriter: 6,
    obliges: true,
    writable: always,
    neededBy: hasFieldMetadata('delta.identity.'),
  },
  allowColumnDefaults: { obliges: true, writable: always, neededBy: hasFieldMetadata('CURRENT_DEFAULT') },
  timestampNtz: { reader: true, readable: true, writable: always, neededBy: hasType('timestamp_ntz') },
  deletionVectors: {
    reader: true,
    readable: true,
    writable: always,
    neededBy: has('delta.enableDeletionVectors'),
  },
  domainMetadata: { writable: always },
  clustering: { needs: ['domainMetadata'], writable: always },
  inCommitTimestamp: { writable: always, neededBy: has('delta.enableInCommitTimestamps') },
  vacuumProtocolCheck: { reader: true, readable: true, writable: always },
  v2Checkpoint: {
    reader: true,
    readable: true,
    writable: always,
    neededBy: has('delta.checkpointPolicy', 'v2'),
  },
  typeWidening: {
    reader: true,
    readable: true,
    writable: always,
    neededBy: has('delta.enableTypeWidening'),
  },
  'typeWidening-preview': { reader: true, readable: true, writable: always },
  rowTracking: { needs: ['domainMetadata'], writable: always, neededBy: has('delta.enableRowTracking') },
  checkpointProtection: { writable: always },
  variantType: {
    reader: true,
    readable: true,
    writable: always,
    neededBy: hasType('variant'),
  },
  'variantType-preview': { reader: true, readable: true, writable: always },
  variantShredding: {
    reader: true,
    needs: ['variantType'],
    readable: true,
    writable: not(has('delta.enableVariantShredding')),
    neededBy: has('delta.enableVariantShredding'),
  },
  'variantShredding-preview': {
    reader: true,
    readable: true,
    writable: not(has('delta.enableVariantShredding')),
  },
  icebergCompatV1: onlyWhenOff('delta.enableIcebergCompatV1'),
  icebergCompatV2: onlyWhenOff('delta.enableIcebergCompatV2'),
  icebergCompatV3: onlyWhenOff('delta.enableIcebergCompatV3'),
}

/** Features that a table's metadata needs; `extra` are those that it cannot show, such as clustering. */
export function neededFeatures(metadata: Metadata, extra: readonly string[] = []): readonly string[] {
  const names = new Set<string>(extra)
  for (const [name, feature] of Object.entries(features)) if (feature.neededBy?.(metadata)) names.add(name)
  for (const name of names) for (const other of features[name]?.needs ?? []) names.add(other)
  return [...names]
}
