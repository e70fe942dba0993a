import { crc32 } from 'node:zlib'
import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { parseExact, stringifyExact } from '../../types/exact-json.ts'
import type { Snapshot } from '../snapshot.ts'
import type { DomainMetadata, MetadataAction, Protocol } from './actions.ts'
import { checksumPath } from './log-files.ts'
import type { LogState } from './log-state.ts'

/** The figures of a version checksum that are relied on (PROTOCOL.md, Version Checksum Schema). */
interface VersionChecksum {
  readonly tableSizeBytes?: number
  readonly numFiles?: number
  readonly metadata?: MetadataAction
  readonly protocol?: Protocol
  readonly domainMetadata?: readonly DomainMetadata[]
  /** Of the other fields; only ours have it. */
  readonly checksum?: string
}

/**
 * Writes the checksum of `snapshot`, the version that `state` stands at. One that exists is kept. It is optional, so it is
 * not made durable: what a crash leaves of it reads as absent.
 */
export async function writeVersionChecksum(
  storage: Storage,
  snapshot: Snapshot,
  state: LogState,
): Promise<void> {
  const { hasInCommitTimestamps, txnId } = state
  const body = {
    ...(txnId !== undefined && { txnId }),
    tableSizeBytes: snapshot.sizeBytes,
    numFiles: snapshot.numFiles,
    numMetadata: 1,
    numProtocol: 1,
    ...(hasInCommitTimestamps && { inCommitTimestampOpt: snapshot.timestampMs }),
    setTransactions: [...snapshot.transactions.values()],
    domainMetadata: [...snapshot.domainMetadata.values()],
    metadata: snapshot.metadata.action,
    protocol: snapshot.protocol,
  }
  const text = stringifyExact({ ...body, checksum: checksumOf(body) })
  await storage.putIfAbsent(checksumPath(snapshot.version), new TextEncoder().encode(text), {
    durable: false,
  })
}

/**
 * Compares the state with the version's checksum, as Delta Lake does. One of another writer that names other metadata
 * domains than the log is of another log, and not relied on. Throws DELTA_VERSION_CHECKSUM_MISMATCH.
 */
export async function checkVersionChecksum(storage: Storage, state: LogState): Promise<void> {
  const file = checksumPath(state.version)
  const bytes = await storage.read(file)
  const written = bytes && readChecksum(bytes)
  if (written === undefined || !describes(written, state)) return
  for (const [what, found, expected] of comparisons(state, written)) {
    if (expected === undefined || found === expected) continue
    throw new PipelineError('DELTA_VERSION_CHECKSUM_MISMATCH', {
      table: storage.name,
      version: state.version.toString(),
      file,
      what,
      found,
      expected,
    })
  }
}

function describes({ checksum, domainMetadata = [] }: VersionChecksum, state: LogState): boolean {
  return checksum !== undefined || domainMetadata.every(({ domain }) => state.domains.has(domain))
}

function comparisons(
  state: LogState,
  written: VersionChecksum,
): readonly (readonly [what: string, found: string, expected: string | undefined])[] {
  const { metadata, protocol } = written
  return [
    ['number of files', state.numFiles.toString(), written.numFiles?.toString()],
    ['size of all files', state.sizeBytes.toString(), written.tableSizeBytes?.toString()],
    ['id of the table', String(state.metadataAction?.id), metadata?.id],
    ['schema', String(state.metadataAction?.schemaString), metadata?.schemaString],
    ['protocol', versionsOf(state.protocol), protocol && versionsOf(protocol)],
  ]
}

function versionsOf(protocol: Protocol | undefined): string {
  return `(${protocol?.minReaderVersion},${protocol?.minWriterVersion})`
}

/** Undefined for a file that cannot be read, or is not as we wrote it: the table does not need it. */
function readChecksum(bytes: Uint8Array): VersionChecksum | undefined {
  let json: unknown
  try {
    json = parseExact(new TextDecoder().decode(bytes))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  if (typeof json !== 'object' || json === null) return undefined
  const { checksum, ...body } = json as VersionChecksum
  return checksum === undefined || checksum === checksumOf(body) ? (json as VersionChecksum) : undefined
}

function checksumOf(body: object): string {
  return `crc32-${crc32(stringifyExact(body)).toString(16).padStart(8, '0')}`
}
