import { isDeepStrictEqual } from 'node:util'
import type { MetadataAction, Protocol } from '../log/actions.ts'
import { metadataFrom } from '../schema/metadata.ts'
import type { Snapshot } from '../snapshot.ts'
import { isAdoptableMetadata, isAdoptableProtocol } from './adoptable.ts'

/** What a version of a table asked of those who wrote files for it: plain data, to be kept beside the files. */
export interface WrittenFor {
  readonly protocol: Protocol
  readonly metaData: MetadataAction
}

export function writtenFor({ protocol, metadata }: Snapshot): WrittenFor {
  return { protocol, metaData: metadata.action }
}

/**
 * Whether files that were written for an earlier version are right for this one, by the rules of commits that come later:
 * one that `redefines` the table follows no other definition than its own.
 */
export function fits({ protocol, metaData }: WrittenFor, now: Snapshot, redefines: boolean): boolean {
  const { action } = now.metadata
  if (!isAdoptableProtocol(now.protocol, protocol)) return false
  return redefines ? isDeepStrictEqual(action, metaData) : isAdoptableMetadata(action, metadataFrom(metaData))
}
