import type { DataFrame } from '../dataframe/index.ts'
import { PipelineError } from '../errors/index.ts'
import { longLiteral, nullLiteral } from '../plan/build.ts'
import type { Expression, Literal } from '../plan/expression.ts'
import { literalOf } from '../plan/literal.ts'
import type { Relation } from '../plan/relation.ts'
import { mapExpressions, transform, transformExpression } from '../plan/rewrite.ts'
import { type DataType, type StructType, VOID } from '../types/data-type.ts'
import { printSqlType } from '../types/ddl.ts'
import { isAtomic } from '../types/type-classes.ts'

/** What orders snapshots: whole numbers are BIGINT, other numbers DOUBLE, a Date is TIMESTAMP. */
export type SnapshotVersion = number | bigint | string | Date | Uint8Array

/**
 * Gives the snapshot behind `latestVersion`, which is null before the first, or null when there is none yet. It is called
 * again until it gives null; versions ascend.
 */
export type SnapshotFunction = (
  latestVersion: SnapshotVersion | null,
) => VersionedSnapshot | null | undefined | Promise<VersionedSnapshot | null | undefined>

export interface VersionedSnapshot {
  readonly df: DataFrame
  readonly version: SnapshotVersion
}

/** The literal of a version that a snapshot function gives. */
export function versionLiteral(version: SnapshotVersion): Literal {
  return typeof version === 'number' && Number.isSafeInteger(version)
    ? longLiteral(BigInt(version))
    : literalOf(version)
}

/** Values for the functions by which the queries of a snapshot flow speak of versions. */
export interface SnapshotVersions {
  readonly last: Expression
  readonly current: Expression
}

/** A query in which `last_snapshot_version()` and `current_snapshot_version()` are these values. */
export function bindSnapshotVersions(query: Relation, versions: SnapshotVersions): Relation {
  const values: Readonly<Record<string, Expression>> = {
    last_snapshot_version: versions.last,
    current_snapshot_version: versions.current,
  }
  const bind = (node: Expression): Expression =>
    node.kind === 'UnresolvedFunction' ? (values[node.name] ?? node) : node
  return transform(query, (node) => mapExpressions(node, (each) => transformExpression(each, bind)))
}

/**
 * The type of the versions that a query gives, which is found out twice: first with an untyped NULL as the last version, and
 * then with one of the type that this gave. Throws AUTOCDC_SNAPSHOT_VERSION_NOT_ONE_COLUMN and AUTOCDC_SNAPSHOT_VERSION_NOT_ATOMIC.
 */
export function versionTypeOf(version: Relation, schemaOf: (query: Relation) => StructType): DataType {
  const typed = (type: DataType): DataType => {
    const nothing = nullLiteral(type)
    const { fields } = schemaOf(bindSnapshotVersions(version, { last: nothing, current: nothing }))
    if (fields.length === 1) return fields[0]!.dataType
    const columns = fields.map((each) => each.name).join(', ')
    throw new PipelineError('AUTOCDC_SNAPSHOT_VERSION_NOT_ONE_COLUMN', {
      count: String(fields.length),
      columns,
    })
  }
  const type = typed(typed(VOID))
  if (isAtomic(type) || ['void', 'unknown'].includes(type.kind)) return type
  throw new PipelineError('AUTOCDC_SNAPSHOT_VERSION_NOT_ATOMIC', { dataType: printSqlType(type) })
}

/** A query of snapshots as it is analyzed: no version is known, but their type is. */
export function boundToVersions(
  query: Relation,
  { versionType }: { readonly versionType: DataType },
): Relation {
  const version = nullLiteral(versionType.kind === 'unknown' ? VOID : versionType)
  return bindSnapshotVersions(query, { last: version, current: version })
}
