import type { EngineSession, RuleCount, Staged } from '../../engine/engine.ts'
import { PipelineError } from '../../errors/index.ts'
import { type AnalyzerContext, columnNames } from '../../plan/analyzer/analyze.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Expect, Relation, Rule, Scan } from '../../plan/relation.ts'
import type { StructType } from '../../types/data-type.ts'
import type { StateVersion } from './state-store.ts'
import type { EventTimeProgress } from './watermark.ts'

/** For queries whose leaves are bound. Names and time bounds do not depend on how errors are treated. */
export const BOUND_CONTEXT: AnalyzerContext = {
  ansi: true,
  resolveLeaf: (leaf) => {
    throw new PipelineError('INTERNAL_ERROR', { detail: `an unbound ${leaf.kind} in a streaming query` })
  },
}

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
  /** The query's aggregation gives out its whole result, not only what is new. */
  readonly isComplete: boolean
  /** Whether a set of rules must see its rows apart: to be counted, or because a broken one fails the flow. */
  readonly appliesRules: (node: Expect) => boolean
}

/** What one batch counted on its way. */
export interface Observed {
  /** Newest event times of this batch, by watermark node in tree order. */
  readonly eventTimes: EventTimeProgress[]
  duplicatesDropped: bigint
  droppedByWatermark: bigint
  readonly expectations: DatasetCounts[]
  /** The rows that pass the rules of each dataset that the query streams, by identifier. */
  readonly views: Map<string, Relation>
  /** Rows that the session holds. */
  readonly staged: Staged[]
}

/** Rule counts of one dataset, with the rows that passed and those that did not. */
export interface DatasetCounts {
  readonly dataset: string
  readonly rules: readonly Rule[]
  /** The rules saw all rows of the dataset, not only what is new. */
  readonly isWhole: boolean
  /** The rows that the rules saw. */
  readonly input: Relation
  readonly counts: readonly RuleCount[]
  readonly survivors: Scan
  readonly rejectedCount: bigint
  readonly rejects?: Scan
}

export function nothingObserved(): Observed {
  return {
    eventTimes: [],
    duplicatesDropped: 0n,
    droppedByWatermark: 0n,
    expectations: [],
    views: new Map(),
    staged: [],
  }
}

export interface StagedRows {
  readonly scan: Scan
  readonly rowCount: bigint
}

/** Holds a query's rows for the rest of the batch. Rows that are held already, under whatever name, are not held twice. */
export async function stageStreaming(batch: Batch, query: Relation): Promise<StagedRows> {
  const rows = unaliased(query)
  const known =
    rows.kind === 'Scan' ? batch.observed.staged.find((each) => each.scan.input === rows.input) : undefined
  if (known !== undefined) return { scan: { ...known.scan, isStreaming: true }, rowCount: known.rowCount }
  const staged = await batch.session.stage(query)
  const scan: Scan = { ...staged.scan, isStreaming: true }
  batch.observed.staged.push({ ...staged, scan })
  return { scan, rowCount: staged.rowCount }
}

/** Rows that take the place of a query's: columns can still be reached by their names, `orders.amount`. */
export function underNameOf(query: Relation, rows: Relation): Relation {
  const names = columnNames(query, BOUND_CONTEXT).filter((each) => each.isListed)
  return { kind: 'SubqueryAlias', input: rows, alias: '', names }
}

/** True where reading a relation again gives the same rows at the cost of a scan: nothing is computed but its columns. */
export function isCheapToRepeat(query: Relation): boolean {
  const relation = unaliased(query)
  if (relation.kind === 'Scan') return relation.input.kind !== 'files'
  if (relation.kind === 'Project')
    return relation.expressions.every(isColumn) && isCheapToRepeat(relation.input)
  return false
}

function unaliased(query: Relation): Relation {
  const keepsNames =
    query.kind === 'SubqueryAlias' && query.columns === undefined && query.names === undefined
  return keepsNames ? unaliased(query.input) : query
}

function isColumn(expression: Expression): boolean {
  if (expression.kind === 'Alias') return isColumn(expression.child)
  return expression.kind === 'UnresolvedAttribute' || expression.kind === 'UnresolvedStar'
}
