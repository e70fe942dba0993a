import type { Expression } from '../../plan/expression.ts'
import type { RowEngine } from '../row-engine.ts'
import type { Snapshot } from '../snapshot.ts'

/** What a command that changes rows did. */
export interface ChangeResult {
  /** The table's version afterwards: the one before where no row was concerned. */
  readonly version: number
  readonly snapshot: Snapshot
  /** Spark's `num_affected_rows`. */
  readonly numAffectedRows: bigint
}

/** A condition for operationParameters: `["(a = 1)"]`, `[]` for none. */
export function predicateText(engine: RowEngine, condition: Expression | undefined): string {
  return JSON.stringify(condition === undefined ? [] : [engine.printExpression(condition)])
}
