import type { AutoCdcSpec, SnapshotSpec } from '../auto-cdc/index.ts'
import type { Position } from '../errors/index.ts'
import type { Relation } from '../plan/relation.ts'
import type { SnapshotFunction } from './snapshot-versions.ts'

/** How the rows of a flow's query change the rows of its target, as its definition says it. */
export type FlowChanges = AutoCdcChanges | SnapshotChanges

/** The rows are change events. */
export interface AutoCdcChanges extends ColumnPlaces {
  readonly kind: 'auto_cdc'
  readonly spec: AutoCdcSpec
}

/** The rows are what the target should be: what differs changes. */
export interface SnapshotChanges extends ColumnPlaces {
  readonly kind: 'auto_cdc_snapshot'
  readonly spec: SnapshotSpec
  readonly source: SnapshotSource
}

interface ColumnPlaces {
  /** Where columns are named, by their names in lower case; the place of the definition counts for all others. */
  readonly columnPlaces?: ReadonlyMap<string, Position>
}

export type SnapshotSource =
  /** One an update: what the flow's query gives at that time, which is its version. */
  | { readonly kind: 'periodic' }
  /** `version` gives one value, the next version, or none; the flow's query gives the snapshot of that version. */
  | { readonly kind: 'versions'; readonly version: Relation }
  /** The function gives snapshots one after the other, the first for the flow's query. */
  | { readonly kind: 'function'; readonly next: SnapshotFunction }
