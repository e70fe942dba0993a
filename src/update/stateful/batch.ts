import type { EngineSession, RuleCount, Staged } from '../../engine/engine.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation, Rule, Scan } from '../../plan/relation.ts'
import type { StructType } from '../../types/data-type.ts'
import type { StateVersion } from '../state-store.ts'
import type { EventTimeProgress } from './watermark.ts'

/** One micro-batch while it is computed: what the operators may use, and what they observe. */
export interface Batch {
  readonly session: EngineSession
  /** Columns and Spark types of a bound query. */
  readonly schemaOf: (query: Relation) => StructType
  /** The watermark that the batch starts with, microseconds; undefined before any event was seen. */
  readonly watermarkMicros: bigint | undefined
  /** The state before the batch, and the place for the state after it. Undefined for a query without state. */
  readonly state: StateVersion
  readonly observed: Observed
}

/** What one batch counted on its way. */
export interface Observed {
  /** Newest event times of this batch, by watermark node in tree order. */
  readonly eventTimes: EventTimeProgress[]
  duplicatesDropped: bigint
  droppedByWatermark: bigint
  readonly expectations: DatasetCounts[]
  /** Staged rows to release when the batch is over. */
  readonly staged: Staged[]
}

/** Rule counts of one dataset, with its rejected rows. */
export interface DatasetCounts {
  readonly dataset: string
  readonly rules: readonly Rule[]
  readonly counts: readonly RuleCount[]
  readonly rejectedCount: bigint
  readonly rejects?: Scan
}

export function nothingObserved(): Observed {
  return { eventTimes: [], duplicatesDropped: 0n, droppedByWatermark: 0n, expectations: [], staged: [] }
}

/** Holds a query's rows for the rest of the batch. Rows that are held already, under whatever name, are not held twice. */
export async function stageStreaming(
  batch: Batch,
  query: Relation,
): Promise<{ scan: Scan; rowCount: bigint }> {
  const { input } = unaliased(query)
  const known = batch.observed.staged.find((each) => each.scan.input === input)
  if (known !== undefined) return { scan: { ...known.scan, isStreaming: true }, rowCount: known.rowCount }
  const staged = await batch.session.stage(query)
  const scan: Scan = { ...staged.scan, isStreaming: true }
  batch.observed.staged.push({ ...staged, scan })
  return { scan, rowCount: staged.rowCount }
}

/** True where reading a relation again gives the same rows at the cost of a scan: nothing is computed but its columns. */
export function isCheapToRepeat(query: Relation): boolean {
  const relation = unaliased(query)
  if (relation.kind === 'Scan') return relation.input.kind !== 'files'
  if (relation.kind === 'Project')
    return relation.expressions.every(isColumn) && isCheapToRepeat(relation.input)
  return false
}

function unaliased(query: Relation): Relation & { readonly input?: unknown } {
  return query.kind === 'SubqueryAlias' && query.columns === undefined ? unaliased(query.input) : query
}

function isColumn(expression: Expression): boolean {
  if (expression.kind === 'Alias') return isColumn(expression.child)
  return expression.kind === 'UnresolvedAttribute' || expression.kind === 'UnresolvedStar'
}
