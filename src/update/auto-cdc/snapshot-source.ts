import { bindSnapshotVersions, type SnapshotVersion, versionLiteral } from '../../graph/snapshot-versions.ts'
import { cast, nullLiteral, project, stringLiteral } from '../../plan/build.ts'
import type { Expression, Literal } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { type DataType, STRING } from '../../types/data-type.ts'
import type { BatchQueryOptions } from '../batch/batch-query.ts'
import { withSession } from '../batch/batch-query.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import { bindBatch, flowInputs, pinStatics } from '../inputs/flow-inputs.ts'
import { inlineViews } from '../inputs/inline.ts'
import { inputFactory } from '../inputs/input-factory.ts'
import { timestampLiteral } from '../stateful/watermark.ts'
import { unlessAborted } from '../update-stop.ts'

/** A snapshot that a flow is to compare its target with. */
export interface NextSnapshot {
  /** Whole names, versions put in; views in their places. */
  readonly query: Relation
  /** Plain JSON for the batch's record; undefined where the time of the batch is the version. */
  readonly version?: StoredVersion
}

/** A version as records keep it: its SQL text, or the value that a function gave. */
export type StoredVersion = { readonly kind: 'sql'; readonly text: string } | FunctionVersion

interface FunctionVersion {
  readonly kind: 'number' | 'bigint' | 'string' | 'date' | 'bytes'
  readonly text: string
}

/** The snapshot behind the version that was taken last; undefined when there is none. */
export async function nextSnapshot(
  options: BatchQueryOptions,
  last: StoredVersion | undefined,
): Promise<NextSnapshot | undefined> {
  const { run, flow } = options
  const { source, versionType } = flow.snapshots!
  if (source.kind === 'periodic') return { query: inlineViews(flow.query, run.graph) }
  if (source.kind === 'function') {
    const asked = source.next(last === undefined ? null : userValue(last))
    const given = await unlessAborted(asked, run.signal)
    if (given === undefined) return undefined
    return { query: inlineViews(given.query, run.graph), version: stored(given.version) }
  }
  const before = last === undefined ? nullLiteral(versionType) : storedLiteral(last, versionType)
  const text = await versionText(
    options,
    bindSnapshotVersions(source.version, { last: before, current: before }),
  )
  if (text === undefined) return undefined
  return sqlSnapshot(options, { kind: 'sql', text }, before)
}

/** The snapshot that a record names, for doing its batch again; undefined where a function has to give it. */
export function recordedSnapshot(
  options: BatchQueryOptions,
  record: BatchRecord,
  last: StoredVersion | undefined,
): NextSnapshot | undefined {
  const { run, flow } = options
  const { source, versionType } = flow.snapshots!
  if (source.kind === 'function') return undefined
  if (source.kind === 'periodic') return { query: inlineViews(flow.query, run.graph) }
  const before = last === undefined ? nullLiteral(versionType) : storedLiteral(last, versionType)
  return sqlSnapshot(options, versionOf(record)!, before)
}

/** The version of a batch as its events' sequence. */
export function sequenceOf(record: BatchRecord, versionType: DataType): Expression {
  const version = versionOf(record)
  return version === undefined
    ? timestampLiteral(record.timestampMicros)
    : storedLiteral(version, versionType)
}

export function versionOf(record: BatchRecord | undefined): StoredVersion | undefined {
  return record?.sources[0]?.range as StoredVersion | undefined
}

/** The version of a batch as messages name it: of a periodic snapshot the time at which it was taken. */
export function versionTextOf(record: BatchRecord): string {
  return versionOf(record)?.text ?? new Date(Number(record.timestampMicros / 1000n)).toISOString()
}

export function storedLiteral(version: StoredVersion, versionType: DataType): Expression {
  if (version.kind === 'sql') return cast(stringLiteral(version.text), versionType)
  const literal = userLiteral(version)
  return versionType.kind === 'unknown' ? literal : cast(literal, versionType)
}

/** A version that a function gave, in its own type. */
export function userLiteral(version: FunctionVersion): Literal {
  return versionLiteral(userValue(version))
}

function sqlSnapshot(
  { run, flow }: BatchQueryOptions,
  version: StoredVersion,
  last: Expression,
): NextSnapshot {
  const current = storedLiteral(version, flow.snapshots!.versionType)
  return { query: inlineViews(bindSnapshotVersions(flow.query, { last, current }), run.graph), version }
}

/** The one value of a query as SQL text; undefined for no row and for NULL. */
async function versionText(options: BatchQueryOptions, version: Relation): Promise<string | undefined> {
  const { run, flow, checkpoint } = options
  const inputs = flowInputs(inlineViews(version, run.graph), inputFactory(run, checkpoint))
  const record: BatchRecord = {
    batchId: 0,
    sources: [],
    statics: await pinStatics(inputs),
    timestampMicros: run.clock.nowMicros(),
    configuration: flow.configuration,
  }
  return withSession(run, record, async (session) => {
    const rows = await session.stage(await bindBatch(inputs, record))
    const columns = rows.scan.schema.fields.map(({ name }) =>
      cast({ kind: 'UnresolvedAttribute', parts: [name] }, STRING),
    )
    const [row] = await session.rows(project(rows.scan, columns))
    return (row?.[0] as string | null | undefined) ?? undefined
  })
}

function stored(version: SnapshotVersion): StoredVersion {
  if (version instanceof Date) return { kind: 'date', text: version.toISOString() }
  if (version instanceof Uint8Array) return { kind: 'bytes', text: Buffer.from(version).toString('base64') }
  return { kind: typeof version as 'number' | 'bigint' | 'string', text: String(version) }
}

/** The value that the user's function gave. */
function userValue({ kind, text }: StoredVersion): SnapshotVersion {
  switch (kind) {
    case 'number':
      return Number(text)
    case 'bigint':
      return BigInt(text)
    case 'date':
      return new Date(text)
    case 'bytes':
      return new Uint8Array(Buffer.from(text, 'base64'))
    default:
      return text
  }
}
