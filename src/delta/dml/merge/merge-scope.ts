import { alias, attribute, call, intLiteral, project } from '../../../plan/build.ts'
import type { Expression, UnresolvedAttribute } from '../../../plan/expression.ts'
import type { Relation, SubqueryAlias } from '../../../plan/relation.ts'
import { type DeltaScan, FILE_INDEX, ROW_POSITION } from '../../../plan/scan.ts'
import { field, LONG, type StructType, struct } from '../../../types/data-type.ts'
import type { AddFile } from '../../log/actions.ts'
import type { RowSession } from '../../row-engine.ts'
import { type RowIdentity, withRowIdentity } from '../../row-tracking/row-identity.ts'
import type { Metadata } from '../../schema/metadata.ts'

/** Number of a row of the staged source. */
export const SOURCE_ROW = '_source_row'

/** The target's column `index`, old value, under a name that no source has. */
export function oldColumn(index: number): UnresolvedAttribute {
  return attribute(oldColumnName(index))
}

export function oldColumnName(index: number): string {
  return `_target_${index}`
}

/** The names that a MERGE may use, and the two relations that they come from. */
export interface MergeScope {
  readonly targetAlias: string | undefined
  readonly sourceAlias: string
  /** Whether columns of the source may become the target's. */
  readonly evolves: boolean
  /** The target's columns as they are, and as they will be: with those that the MERGE adds. */
  readonly targetSchema: StructType
  readonly newSchema: StructType
  readonly sourceSchema: StructType
  /** Hidden columns of row tracking, where the table has it. */
  readonly rowIdentity?: RowIdentity | undefined
  /** The staged source under its alias, with SOURCE_ROW. */
  readonly source: Relation
}

/** The names of a MERGE before its source is staged. */
export type MergeNames = Omit<MergeScope, 'source'>

/**
 * The rows of target files: the columns by their names, then FILE_INDEX, ROW_POSITION, those of row tracking, and each column
 * again as `oldColumn(index)`, columns of the new schema that the files lack as NULL. `files` are those that the indexes of
 * the scan count.
 */
export function targetRows(
  scan: DeltaScan,
  files: readonly AddFile[],
  metadata: Metadata,
  names: MergeNames,
): Relation {
  const { targetSchema, newSchema, rowIdentity } = names
  const places = [field(FILE_INDEX, LONG), field(ROW_POSITION, LONG)]
  const input: DeltaScan = { ...scan, tableSchema: newSchema }
  const schema = struct([...newSchema.fields, ...places])
  const identified = withRowIdentity({ kind: 'Scan', input, schema }, files, metadata)
  const plain = [...targetSchema.fields.map((each) => each.name), FILE_INDEX, ROW_POSITION]
  const rows = project(identified, [
    ...[...plain, ...Object.values(rowIdentity ?? {})].map((name) => attribute(name)),
    ...newSchema.fields.map((each, index) => alias(attribute(each.name), oldColumnName(index))),
  ])
  return aliased(rows, names.targetAlias)
}

/** Rows that a query under an alias gives, once and for all, each with its number. */
export async function stageSource(
  session: RowSession,
  source: SubqueryAlias,
): Promise<{ readonly source: Relation; readonly rowCount: bigint }> {
  const numbered = project(source, [{ kind: 'UnresolvedStar' }, alias(rowNumber(), SOURCE_ROW)])
  const { scan, rowCount } = await session.stage(numbered)
  return { source: aliased(scan, source.alias), rowCount }
}

/** The source under the alias that it has, or one that no user writes, so that `*` tells its columns from the target's. */
export function namedSource(source: Relation): SubqueryAlias {
  return source.kind === 'SubqueryAlias' ? source : { kind: 'SubqueryAlias', input: source, alias: '_source' }
}

export function aliased(relation: Relation, name: string | undefined): Relation {
  return name === undefined ? relation : { kind: 'SubqueryAlias', input: relation, alias: name }
}

/** Counts from 1 in the order of arrival: a window without order streams. */
function rowNumber(): Expression {
  return {
    kind: 'WindowExpression',
    function: call('count', intLiteral(1)),
    partitionBy: [],
    orderBy: [],
    frame: { type: 'rows', lower: { kind: 'unboundedPreceding' }, upper: { kind: 'currentRow' } },
  }
}
