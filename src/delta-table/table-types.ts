import { type PointInTime, pointInTime } from '../plan/point-in-time.ts'
import type { Condition } from './condition.ts'

/** A version by its number, or as it was at a time: `'2026-01-31 10:00:00'` (UTC without a zone) or a Date. */
export type At = { readonly version: number } | { readonly timestamp: string | Date }

export interface WriteOptions {
  /** New columns of the rows become columns of the table. */
  readonly mergeSchema?: boolean
  /** An application's own, growing number of this write: one that the table has already is not written again. */
  readonly application?: { readonly id: string; readonly version: bigint }
  /** Stands in the history. */
  readonly userMetadata?: string
}

export interface OverwriteOptions extends WriteOptions {
  /** Only rows for which this holds give way; all new rows must fulfil it. */
  readonly replaceWhere?: Condition
  /** `dynamic`: only the partitions of the new rows give way. */
  readonly partitionOverwriteMode?: 'static' | 'dynamic'
  /** The rows' columns take the place of the table's. */
  readonly overwriteSchema?: boolean
}

/** The options that there are, for those who are not told by types. */
export const WRITE_OPTIONS = { mergeSchema: true, application: true, userMetadata: true } as const
export const OVERWRITE_OPTIONS = {
  ...WRITE_OPTIONS,
  replaceWhere: true,
  partitionOverwriteMode: true,
  overwriteSchema: true,
} as const

/** What a write did. */
export interface WriteResult {
  /** The table's version with it. */
  readonly version: number
  readonly numInsertedRows: bigint
}

/** What UPDATE or DELETE did. */
export interface ChangeResult {
  readonly version: number
  readonly numAffectedRows: bigint
}

/** Throws INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT for a text that is no time. */
export function pointOf(at: At): PointInTime {
  if ('version' in at) return at
  if (at.timestamp instanceof Date) return { timestampMs: at.timestamp.getTime() }
  return pointInTime({ kind: 'timestamp', timestamp: at.timestamp })
}
