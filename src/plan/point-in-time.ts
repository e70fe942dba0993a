import { PipelineError, type Position } from '../errors/index.ts'
import type { TimeTravel } from './relation.ts'

/** A version of a table by number, or as it was at a time (milliseconds since the epoch). */
export type PointInTime = { readonly version: number } | { readonly timestampMs: number }

/**
 * Which version of a table a query asks for. A time without a zone is UTC, the session's. Throws
 * INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT for a text that is no time.
 */
export function pointInTime(travel: TimeTravel, position?: Position): PointInTime {
  if (travel.kind === 'version') return { version: travel.version }
  const text = travel.timestamp.trim().replace(' ', 'T')
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(text)
  const timestampMs = Date.parse(
    hasZone && text.includes('T') ? text : text.includes('T') ? `${text}Z` : text,
  )
  if (!Number.isNaN(timestampMs)) return { timestampMs }
  throw new PipelineError(
    'INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT',
    { expr: travel.timestamp },
    { position },
  )
}
