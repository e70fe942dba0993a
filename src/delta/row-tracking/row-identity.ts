import { alias, attribute, call, longLiteral, nullLiteral, project } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import { type DeltaScan, FILE_INDEX, ROW_POSITION } from '../../plan/scan.ts'
import { field, LONG, type StructField, struct } from '../../types/data-type.ts'
import type { AddFile } from '../log/actions.ts'
import { ROW_COMMIT_VERSION_COLUMN, ROW_ID_COLUMN } from '../schema/complete-metadata.ts'
import type { Metadata } from '../schema/metadata.ts'

/** The hidden columns in which files hold the ids of rows that came from other files, by their names in the files. */
export interface RowIdentity {
  readonly rowId: string
  readonly rowCommitVersion: string
}

/** Undefined where the table does not track rows (PROTOCOL.md, Row Tracking: `delta.enableRowTracking`). */
export function rowIdentityOf({ configuration }: Pick<Metadata, 'configuration'>): RowIdentity | undefined {
  if (!tracksRows(configuration)) return undefined
  const rowId = configuration[ROW_ID_COLUMN]
  const rowCommitVersion = configuration[ROW_COMMIT_VERSION_COLUMN]
  return rowId === undefined || rowCommitVersion === undefined ? undefined : { rowId, rowCommitVersion }
}

/** `delta.enableRowTracking` of a table. */
export function tracksRows(configuration: Metadata['configuration']): boolean {
  return configuration['delta.enableRowTracking']?.toLowerCase() === 'true'
}

/** The two hidden columns as fields that files may have; none where the table does not track rows. */
export function rowIdentityFields(metadata: Pick<Metadata, 'configuration'>): readonly StructField[] {
  const names = rowIdentityOf(metadata)
  return names === undefined ? [] : [field(names.rowId, LONG), field(names.rowCommitVersion, LONG)]
}

/**
 * A scan of a table's files with each row's id and the version that last changed it in the hidden columns, behind the
 * columns of the scan. Rows that are copied keep both; of rows that are updated the version is to be NULL
 * (`changedRowVersion`). The scan itself where the table does not track rows.
 * `files` are those of the scan, in its order.
 */
export function withRowIdentity(
  scan: Scan & { readonly input: DeltaScan },
  files: readonly AddFile[],
  metadata: Metadata,
): Relation {
  const names = rowIdentityOf(metadata)
  if (names === undefined) return scan
  const hidden = rowIdentityFields(metadata)
  const wanted = scan.schema.fields.map((each) => each.name)
  const virtual = [FILE_INDEX, ROW_POSITION].filter((name) => !wanted.includes(name))
  const input: DeltaScan = {
    ...scan.input,
    tableSchema: struct([...scan.input.tableSchema.fields, ...hidden]),
  }
  const schema = struct([
    ...scan.schema.fields,
    ...virtual.map((name) => field(name, LONG, false)),
    ...hidden,
  ])
  const byFile = (value: (file: AddFile) => number | bigint | null | undefined): Expression =>
    call(
      'element_at',
      call('array', ...files.map((file) => optionalLong(value(file)))),
      call('+', attribute(FILE_INDEX), longLiteral(1n)),
    )
  const rowId = call(
    '+',
    byFile((file) => file.baseRowId),
    attribute(ROW_POSITION),
  )
  const version = byFile((file) => file.defaultRowCommitVersion)
  return project({ ...scan, input, schema }, [
    ...wanted.map((name) => attribute(name)),
    alias(call('coalesce', attribute(names.rowId), rowId), names.rowId),
    alias(call('coalesce', attribute(names.rowCommitVersion), version), names.rowCommitVersion),
  ])
}

function optionalLong(value: number | bigint | null | undefined): Expression {
  return value == null ? nullLiteral(LONG) : longLiteral(BigInt(value))
}
