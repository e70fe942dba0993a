import { PipelineError, type Position } from '../../../errors/index.ts'
import type { Expression } from '../../../plan/expression.ts'

/** `column = value`; the column as written, with its qualifier and the fields of a struct. */
export interface MergeAssignment {
  readonly column: readonly string[]
  /** The name DEFAULT alone means the column's default. */
  readonly value: Expression
  readonly position?: Position
}

export type MergeAction =
  | { readonly kind: 'update' | 'insert'; readonly assignments: readonly MergeAssignment[] }
  /** `updateAll` and `insertAll` are UPDATE SET * and INSERT *: every column from the source's of its name. */
  | { readonly kind: 'updateAll' | 'insertAll' | 'delete' }

/** One WHEN of a MERGE. Of a kind's clauses the first whose condition is true decides over a row. */
export interface MergeClause {
  readonly when: 'matched' | 'notMatched' | 'notMatchedBySource'
  readonly condition?: Expression
  /** `notMatched` only inserts, the others only update and delete; `updateAll` needs a match. */
  readonly action: MergeAction
  readonly position?: Position
}

const OMITTED = {
  matched: 'NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION',
  notMatched: 'NON_LAST_NOT_MATCHED_BY_TARGET_CLAUSE_OMIT_CONDITION',
  notMatchedBySource: 'NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION',
} as const

const ALLOWED: Readonly<Record<MergeClause['when'], readonly MergeAction['kind'][]>> = {
  matched: ['update', 'updateAll', 'delete'],
  notMatched: ['insert', 'insertAll'],
  notMatchedBySource: ['update', 'delete'],
}

/**
 * Throws DELTA_MERGE_MISSING_WHEN without clauses, NON_LAST_*_CLAUSE_OMIT_CONDITION for a clause that leaves nothing to those
 * behind it, and DELTA_MERGE_INVALID_WHEN_CLAUSE for an action that its kind of row cannot take.
 */
export function checkClauses(clauses: readonly MergeClause[]): void {
  if (clauses.length === 0) throw new PipelineError('DELTA_MERGE_MISSING_WHEN', {})
  for (const { when, action, position } of clauses) {
    if (ALLOWED[when].includes(action.kind)) continue
    const parameters = { when: clauseName(when), action: action.kind, allowed: ALLOWED[when].join(', ') }
    throw new PipelineError('DELTA_MERGE_INVALID_WHEN_CLAUSE', parameters, { position })
  }
  for (const ofKind of Map.groupBy(clauses, (each) => each.when).values()) {
    const early = ofKind.slice(0, -1).find((each) => each.condition === undefined)
    if (early !== undefined) throw new PipelineError(OMITTED[early.when], {}, { position: early.position })
  }
}

function clauseName(when: MergeClause['when']): string {
  return {
    matched: 'WHEN MATCHED',
    notMatched: 'WHEN NOT MATCHED',
    notMatchedBySource: 'WHEN NOT MATCHED BY SOURCE',
  }[when]
}
