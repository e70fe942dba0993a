import { PipelineError } from '../../errors/index.ts'
import type { Protocol } from '../log/actions.ts'
import { features } from './features.ts'
import type { Metadata } from './metadata.ts'

export { neededFeatures } from './features.ts'
export { columnMappingOf } from './physical-name.ts'

/** Versions from which on a protocol lists its features (PROTOCOL.md, Table Features). */
const LISTS_READER_FEATURES = 3
const LISTS_WRITER_FEATURES = 7

/**
 * Throws DELTA_INVALID_PROTOCOL_VERSION or DELTA_UNSUPPORTED_FEATURES_FOR_READ when a table may hold what we would
 * misread. `table` names it.
 */
export function checkReadable(protocol: Protocol, table: string): void {
  if (protocol.minReaderVersion > LISTS_READER_FEATURES) throw unsupportedVersion(protocol, table)
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
  if (protocol.minWriterVersion > LISTS_WRITER_FEATURES) throw unsupportedVersion(protocol, table)
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

/**
 * The lowest protocol that covers `needed` on top of `current`: version (1,2) where nothing is needed, so that every
 * reader opens the table, else a feature list that holds no more than it must.
 */
export function protocolFor(needed: readonly string[], current?: Protocol): Protocol {
  const before = current ?? { minReaderVersion: 1, minWriterVersion: 2 }
  const known = new Set(writerFeaturesOf(before))
  if (needed.every((name) => known.has(name))) return before
  const listed = listing([...known, ...needed])
  return before.minReaderVersion >= LISTS_READER_FEATURES ? withReaderList(listed) : listed
}

/**
 * The protocol with at least these versions. Versions that imply their features are kept as they are where nothing else
 * is listed; 3 and 7 turn them into a list.
 */
export function atLeast(protocol: Protocol, reader: number, writer: number): Protocol {
  if (reader <= protocol.minReaderVersion && writer <= protocol.minWriterVersion) return protocol
  if (protocol.minWriterVersion >= LISTS_WRITER_FEATURES || writer >= LISTS_WRITER_FEATURES) {
    const implied = impliedFeatures(reader, Math.min(writer, LISTS_WRITER_FEATURES - 1))
    const asked = writer < LISTS_WRITER_FEATURES ? implied : []
    const listed = listing([...writerFeaturesOf(protocol), ...asked])
    return reader >= LISTS_READER_FEATURES ? withReaderList(listed) : listed
  }
  return {
    minReaderVersion: Math.max(reader, protocol.minReaderVersion),
    minWriterVersion: Math.max(writer, protocol.minWriterVersion),
  }
}

/** The protocol without some features, and back at (1,2) where the rest allows it. */
export function withoutFeatures(protocol: Protocol, dropped: readonly string[]): Protocol {
  const rest = writerFeaturesOf(protocol).filter((name) => !dropped.includes(name))
  const isPlain = rest.every((name) => name === 'appendOnly' || name === 'invariants')
  return isPlain ? { minReaderVersion: 1, minWriterVersion: 2 } : listing(rest)
}

/** The writer features of a protocol, those that a version below 7 implies spelt out. */
export function writerFeaturesOf(protocol: Protocol): readonly string[] {
  if (protocol.minWriterVersion >= LISTS_WRITER_FEATURES) return protocol.writerFeatures ?? []
  return impliedFeatures(protocol.minReaderVersion, protocol.minWriterVersion)
}

function impliedFeatures(reader: number, writer: number): string[] {
  return Object.entries(features)
    .filter(
      ([, { legacyWriter = Infinity, legacyReader = 1 }]) => legacyWriter <= writer && legacyReader <= reader,
    )
    .map(([name]) => name)
}

/** Column mapping alone asks for reader version 2, which more readers know than a list. */
function listing(names: readonly string[]): Protocol {
  const writerFeatures = [...new Set(['appendOnly', 'invariants', ...names])].sort()
  const ofReaders = writerFeatures.filter((name) => features[name]?.reader)
  const minReaderVersion = Math.max(
    1,
    ...ofReaders.map((name) => features[name]!.legacyReader ?? LISTS_READER_FEATURES),
  )
  const listed: Protocol = { minReaderVersion, minWriterVersion: LISTS_WRITER_FEATURES, writerFeatures }
  return minReaderVersion < LISTS_READER_FEATURES ? listed : withReaderList(listed)
}

function withReaderList(protocol: Protocol): Protocol {
  const writerFeatures = protocol.writerFeatures ?? []
  return {
    minReaderVersion: LISTS_READER_FEATURES,
    minWriterVersion: LISTS_WRITER_FEATURES,
    readerFeatures: writerFeatures.filter((name) => features[name]?.reader),
    writerFeatures,
  }
}

function unsupportedVersion(protocol: Protocol, table: string): PipelineError {
  return new PipelineError('DELTA_INVALID_PROTOCOL_VERSION', {
    table,
    reader: protocol.minReaderVersion.toString(),
    writer: protocol.minWriterVersion.toString(),
  })
}
