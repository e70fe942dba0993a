import { alias, attribute, project } from '../../plan/build.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import { type DeltaScan, FILE_INDEX, ROW_POSITION } from '../../plan/scan.ts'
import { field, LONG, struct } from '../../types/data-type.ts'
import type { AddFile } from '../log/actions.ts'
import { rowIdentityFields, withRowIdentity } from '../row-tracking/row-identity.ts'
import { deltaScanOf } from '../scan.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import { aliased, oldColumnName } from './merge/merge-scope.ts'

/** Rows of the table that a command changes. */
export interface TargetRows {
  /** The table's columns, then FILE_INDEX (the place in `files`), ROW_POSITION, each column again as `oldColumn(index)`, and
   * the hidden columns of row identity where the table tracks rows. */
  readonly relation: Relation
  readonly files: readonly AddFile[]
}

/** The live rows of files, known by `alias` to conditions and values. */
export async function targetRows(
  { storage }: Pick<TableContext, 'storage'>,
  { snapshot, alias: name }: { readonly snapshot: Snapshot; readonly alias: string | undefined },
  files: readonly AddFile[],
): Promise<TargetRows> {
  const { metadata } = snapshot
  const found = await deltaScanOf(snapshot, storage, files)
  const input: DeltaScan = { ...found, files: found.files.map((each, index) => ({ ...each, index })) }
  const places = [field(FILE_INDEX, LONG, false), field(ROW_POSITION, LONG, false)]
  const schema = struct([...metadata.schema.fields, ...places])
  const scan: Scan & { readonly input: DeltaScan } = { kind: 'Scan', input, schema }
  const hidden = rowIdentityFields(metadata)
  const relation = project(withRowIdentity(scan, files, metadata), [
    ...schema.fields.map((each) => attribute(each.name)),
    ...metadata.schema.fields.map((each, index) => alias(attribute(each.name), oldColumnName(index))),
    ...hidden.map((each) => attribute(each.name)),
  ])
  return { relation: aliased(relation, name), files }
}
