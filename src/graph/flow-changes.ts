import type { AutoCdcSpec } from '../auto-cdc/index.ts'
import type { Position } from '../errors/index.ts'

/** How the rows of a flow's query change the rows of its target, as its definition says it. */
export interface FlowChanges {
  readonly kind: 'auto_cdc'
  readonly spec: AutoCdcSpec
  /** Where columns are named, by their names in lower case; the place of the definition counts for all others. */
  readonly columnPlaces?: ReadonlyMap<string, Position>
}
