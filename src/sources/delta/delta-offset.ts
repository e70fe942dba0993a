/**
 * How far a table is read, in the form of Delta's own streaming source: the files of a version up to and with `index`;
 * -1 stands before its first file.
 */
export interface DeltaOffset {
  /** Id of the table. */
  readonly reservoirId: string
  readonly reservoirVersion: number
  readonly index: number
  /** True while the files are those of the table as it was at the version, false for those of the commit. */
  readonly isInitialSnapshot: boolean
  /** Of the commit before the version: a table that was made anew in the same place has another. */
  readonly commit?: string
}

/** The files behind `from` up to and with `to`. */
export interface DeltaRange {
  readonly from: DeltaOffset
  readonly to: DeltaOffset
}

/** Before the first file of a commit. */
export function beforeCommit(reservoirId: string, version: number): DeltaOffset {
  return { reservoirId, reservoirVersion: version, index: -1, isInitialSnapshot: false }
}

/** True when `a` stands behind `b`. */
export function isBehind(a: DeltaOffset, b: DeltaOffset): boolean {
  return a.reservoirVersion === b.reservoirVersion
    ? a.index > b.index
    : a.reservoirVersion > b.reservoirVersion
}
