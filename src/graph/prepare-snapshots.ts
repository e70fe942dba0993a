import { intervalColumns, type SnapshotSpec } from '../auto-cdc/index.ts'
import { PipelineError } from '../errors/index.ts'
import { alias, FALSE, filter, nullLiteral, project } from '../plan/build.ts'
import type { Relation } from '../plan/relation.ts'
import { type DataType, type StructField, type StructType, TIMESTAMP } from '../types/data-type.ts'
import { sameName } from '../types/same-name.ts'
import type { SnapshotChanges } from './flow-changes.ts'
import type {
  NextSnapshot,
  PreparedSnapshot,
  ResolvedSnapshotSource,
  ResolvedSnapshots,
} from './resolved-graph.ts'
import { type VersionedSnapshot, versionLiteral, versionTypeOf } from './snapshot-versions.ts'

/** Where the snapshots of a flow come from, with whole names in what is known of their queries. */
export interface PreparedSnapshots {
  readonly source: ResolvedSnapshotSource
  /** The type of the versions; undefined where the query that gives them must be analyzed for it. */
  readonly versionType?: DataType
  /** The query of the snapshots where a function gives them: its first, or no rows of the columns that the target declares. */
  readonly query?: Relation
}

/** What preparing needs to know of the flow and its pipeline. */
export interface SnapshotContext {
  readonly flowName: string
  /** The target's columns where they are declared. */
  readonly declared: StructType | undefined
  /** Runs the user's code. Throws what it throws with its place. */
  readonly evaluate: <Result>(body: () => Result | Promise<Result>) => Promise<Result>
  /** Gives the query of a later snapshot whole names. */
  readonly qualify: (query: Relation) => Relation
}

/**
 * Prepares the source of a snapshot flow. A function is called for its first snapshot, whose columns are the target's, unless
 * these are declared. Throws what the function throws, AUTOCDC_SNAPSHOT_FUNCTION_RESULT and AUTOCDC_SNAPSHOT_SCHEMA_UNKNOWN.
 */
export async function prepareSnapshots(
  { source, spec }: SnapshotChanges,
  context: SnapshotContext,
): Promise<PreparedSnapshots> {
  if (source.kind === 'periodic') return { source, versionType: TIMESTAMP }
  if (source.kind === 'versions') return { source }
  const { flowName, declared, evaluate, qualify } = context
  const snapshotBehind = async (
    latest: Parameters<NextSnapshot>[0],
  ): Promise<PreparedSnapshot | undefined> => {
    const result = await evaluate(() => source.next(latest))
    if (result === null || result === undefined) return undefined
    return checkedSnapshot(result, flowName)
  }
  const next: NextSnapshot = async (latest) => {
    const snapshot = await snapshotBehind(latest)
    return snapshot && { ...snapshot, query: qualify(snapshot.query) }
  }
  const prepared = { source: { kind: 'function', next } } as const
  if (declared !== undefined) return { ...prepared, ...declaredSnapshot(declared, spec) }
  const first = await snapshotBehind(null)
  if (first === undefined) throw new PipelineError('AUTOCDC_SNAPSHOT_SCHEMA_UNKNOWN', { flowName })
  return { ...prepared, query: first.query, versionType: versionLiteral(first.version).dataType }
}

/** What a function gave, looked at once more since types are not checked when it runs. */
function checkedSnapshot(result: VersionedSnapshot, flowName: string): PreparedSnapshot {
  const { df, version } = result
  const isVersion =
    ['number', 'bigint', 'string'].includes(typeof version) ||
    version instanceof Date ||
    version instanceof Uint8Array
  if (isVersion && typeof df === 'object' && df !== null && 'relation' in df)
    return { query: df.relation, version }
  const actual = typeof result === 'object' ? `{${Object.keys(result).join(', ')}}` : String(result)
  throw new PipelineError('AUTOCDC_SNAPSHOT_FUNCTION_RESULT', { flowName, actual })
}

/** No rows of the columns that snapshots have by what the target declares. */
function declaredSnapshot(
  { fields }: StructType,
  spec: SnapshotSpec,
): { query: Relation; versionType: DataType } {
  const intervals = intervalColumns(spec)
  const isBound = ({ name }: StructField) => intervals.some((each) => sameName(each, name))
  const columns = fields.filter((each) => !isBound(each))
  const row: Relation = { kind: 'LocalRelation', rows: [[]], columns: [] }
  const nulls = columns.map(({ name, dataType }) => alias(nullLiteral(dataType), name))
  const versionType = fields.find(isBound)?.dataType ?? { kind: 'unknown' }
  return { query: filter(project(row, nulls), FALSE), versionType }
}

/** The snapshots of a flow with the type of their versions. Throws what `versionTypeOf` throws. */
export function resolveSnapshotSource(
  { source, versionType }: PreparedSnapshots,
  { spec }: SnapshotChanges,
  schemaOf: (query: Relation) => StructType,
): ResolvedSnapshots {
  if (source.kind !== 'versions') return { spec, source, versionType: versionType! }
  return { spec, source, versionType: versionTypeOf(source.version, schemaOf) }
}
