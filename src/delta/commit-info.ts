import type { IsolationLevel } from './commit/isolation.ts'
import { engineInfo } from './engine-info.ts'
import { hasInCommitTimestamps } from './schema/table-properties.ts'

/** What the commit says of itself (PROTOCOL.md, Commit Provenance Information; names as in DESCRIBE HISTORY). */
export interface CommitOptions {
  /** `WRITE`, `STREAMING UPDATE`, `CREATE TABLE`, `DLT REFRESH` ... */
  readonly operation: string
  readonly operationParameters?: Readonly<Record<string, unknown>>
  readonly operationMetrics?: Readonly<Record<string, string | number | bigint>>
  /** Further fields of commitInfo, such as counts of a batch. */
  readonly extra?: Readonly<Record<string, unknown>>
  /** By default true where files are only added and nothing was read. */
  readonly isBlindAppend?: boolean
}

/** One attempt to commit. */
interface Attempt {
  readonly txnId: string
  /** Time of the version before, milliseconds since the epoch. */
  readonly previousMs: number | undefined
  readonly nowMs: number
  readonly isolation: IsolationLevel
  readonly isBlind: boolean
  readonly readVersion: number | undefined
  /** The table's properties behind the commit. */
  readonly configuration: Readonly<Record<string, string>>
  /** Whether the commit was prepared for a table that tracks rows, and took the ids of rows that it moved along. */
  readonly keepsRowIds: boolean
}

/** The `commitInfo` action, in-commit timestamp first where the table has them. */
export function commitInfoOf(options: CommitOptions, attempt: Attempt): Readonly<Record<string, unknown>> {
  const { configuration, nowMs, previousMs = 0, readVersion } = attempt
  const isTracked = configuration['delta.enableRowTracking']?.toLowerCase() === 'true'
  return {
    ...(hasInCommitTimestamps(configuration) && { inCommitTimestamp: Math.max(nowMs, previousMs + 1) }),
    timestamp: nowMs,
    operation: options.operation,
    operationParameters: mapValues(options.operationParameters ?? {}, parameterText),
    ...(readVersion !== undefined && { readVersion }),
    isolationLevel: attempt.isolation,
    isBlindAppend: options.isBlindAppend ?? attempt.isBlind,
    operationMetrics: mapValues(options.operationMetrics ?? {}, String),
    engineInfo: engineInfo(),
    // Rows that move to other files take their ids along (PROTOCOL.md, Row Tracking, Commit Provenance Information).
    ...(isTracked && { tags: { 'delta.rowTracking.preserved': String(attempt.keepsRowIds) } }),
    ...options.extra,
    txnId: attempt.txnId,
  }
}

/** Values of operationParameters are texts, as Spark writes and older readers expect them: `"[]"`, `"true"`. */
function parameterText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function mapValues<In, Out>(
  record: Readonly<Record<string, In>>,
  change: (value: In) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
