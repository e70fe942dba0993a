import type { Relation, Scan } from '../../plan/relation.ts'
import { type DeltaScan, FILE_INDEX, ROW_POSITION } from '../../plan/scan.ts'
import { field, LONG, struct } from '../../types/data-type.ts'
import { unionOf } from '../deletion-vector/write-deletion-vectors.ts'
import type { AddFile } from '../log/actions.ts'
import { withRowIdentity } from '../row-tracking/row-identity.ts'
import { deltaScanOf } from '../scan.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'

/** Positions of rows in their files, ascending, by the place of the file in a list. */
export type RowPlaces = ReadonlyMap<number, Float64Array>

/**
 * The live rows of files with their places: the table's columns, FILE_INDEX (the place in `files`), ROW_POSITION, and the
 * hidden columns of row identity where the table tracks rows.
 */
export async function placedRows(
  { storage }: Pick<TableContext, 'storage'>,
  snapshot: Snapshot,
  files: readonly AddFile[],
): Promise<Relation> {
  const found = await deltaScanOf(snapshot, storage, files)
  const input: DeltaScan = { ...found, files: found.files.map((each, index) => ({ ...each, index })) }
  const places = [field(FILE_INDEX, LONG, false), field(ROW_POSITION, LONG, false)]
  const schema = struct([...snapshot.metadata.schema.fields, ...places])
  return withRowIdentity({ kind: 'Scan', input, schema }, files, snapshot.metadata)
}

/** The live rows of files but those at the given places, counted through `files`. */
export async function rowsBeside(
  { storage }: Pick<TableContext, 'storage'>,
  snapshot: Snapshot,
  files: readonly AddFile[],
  removed: RowPlaces,
): Promise<Relation> {
  const found = await deltaScanOf(snapshot, storage, files)
  const scanned = found.files.map((each, place) => {
    const rows = removed.get(place)
    if (rows === undefined) return each
    return { ...each, deletedRows: unionOf(each.deletedRows ?? new Float64Array(0), rows) }
  })
  const scan: Scan & { readonly input: DeltaScan } = {
    kind: 'Scan',
    input: { ...found, files: scanned },
    schema: snapshot.metadata.schema,
  }
  return withRowIdentity(scan, files, snapshot.metadata)
}
