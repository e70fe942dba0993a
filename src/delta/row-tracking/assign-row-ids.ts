import { PipelineError } from '../../errors/index.ts'
import { parseExact, stringifyExact } from '../../types/exact-json.ts'
import type { AddFile, CommitActions, DomainMetadata, Protocol } from '../log/actions.ts'
import type { Metadata } from '../schema/metadata.ts'
import { writerFeaturesOf } from '../schema/protocol.ts'

export const ROW_TRACKING_DOMAIN = 'delta.rowTracking'

/** True where every file that is added needs row ids (PROTOCOL.md, Row Tracking: supported and not suspended). */
export function givesRowIds(protocol: Protocol, { configuration }: Pick<Metadata, 'configuration'>): boolean {
  const isSuspended = configuration['delta.rowTrackingSuspended']?.toLowerCase() === 'true'
  return !isSuspended && writerFeaturesOf(protocol).includes('rowTracking')
}

/** The highest row id given, from the table's domains; -1 where none was. */
export function rowIdMark(domains: Iterable<DomainMetadata>): bigint {
  for (const { domain, configuration, removed } of domains) {
    if (domain !== ROW_TRACKING_DOMAIN || removed) continue
    const { rowIdHighWaterMark } = parseExact(configuration) as { rowIdHighWaterMark?: number | bigint }
    return BigInt(rowIdHighWaterMark ?? -1)
  }
  return -1n
}

/**
 * The commit as version `version`, with a range of row ids above `mark` for each file that has none yet, the version for rows
 * that bring none of their own, and the new mark. Files that are added again keep both.
 * Throws DELTA_ROW_ID_ASSIGNMENT_WITHOUT_STATS for a file whose rows are not counted.
 */
export function assignRowIds(actions: CommitActions, version: number, mark: bigint): CommitActions {
  let highest = mark
  const adds = actions.adds.map((add) => {
    const defaultRowCommitVersion = add.defaultRowCommitVersion ?? version
    if (add.baseRowId != null) return { ...add, defaultRowCommitVersion }
    const baseRowId = highest + 1n
    highest += recordsOf(add)
    return { ...add, baseRowId, defaultRowCommitVersion }
  })
  if (highest === mark) return { ...actions, adds }
  const configuration = stringifyExact({ rowIdHighWaterMark: highest })
  const domain: DomainMetadata = { domain: ROW_TRACKING_DOMAIN, configuration, removed: false }
  return { ...actions, adds, domains: [...actions.domains, domain] }
}

function recordsOf({ path, stats }: AddFile): bigint {
  const count = /"numRecords":\s*(\d+)/.exec(stats ?? '')?.[1]
  if (count !== undefined) return BigInt(count)
  throw new PipelineError('DELTA_ROW_ID_ASSIGNMENT_WITHOUT_STATS', { path })
}
