import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { attribute } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { struct } from '../../types/data-type.ts'
import type { RowSession } from '../row-engine.ts'
import { rowIdentityFields, withRowIdentity } from '../row-tracking/row-identity.ts'
import { deltaScanOf } from '../scan.ts'
import { columnMappingOf } from '../schema/protocol.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import { type Bin, numRecordsOf } from './bins.ts'
import { dataFields, markerField, publishInPartition, type RewrittenBin } from './compact-bins.ts'
import { type Curve, withCurve } from './curve.ts'
import { fileNumber, rankOf, stageSample } from './ranks.ts'
import { cubeTags } from './z-cube.ts'

export interface Ordering {
  readonly curve: Curve
  /** Columns, each a path of field names of the schema. */
  readonly columns: readonly (readonly string[])[]
  /** Their text in the files' tags. */
  readonly orderedBy: string
  /** `liquid` for clustered tables. */
  readonly clusteringProvider?: string
  /** Bytes. */
  readonly targetFileSize: number
}

/** Positions on the curve are 64-bit integers. */
const POSITION_BITS = 60

/**
 * Bits of a rank: one column alone is cut into a thousand parts, as Spark does. Of several, 256 parts each are cells enough
 * for any number of files, and found in a third of the time.
 */
function rankBits(columns: number): number {
  return columns === 1 ? 10 : Math.min(8, Math.floor(POSITION_BITS / columns))
}

/**
 * Rewrites the files of one partition so that each holds the rows of one stretch of a curve through all columns: a cube.
 * Rows of a file are sorted along it.
 */
export async function orderFiles(
  context: TableContext,
  session: RowSession,
  snapshot: Snapshot,
  bin: Bin,
  ordering: Ordering,
): Promise<RewrittenBin> {
  const { metadata } = snapshot
  const fields = dataFields(metadata)
  const marker = markerField(metadata.schema, '_file')
  const input = await deltaScanOf(snapshot, context.storage, bin.files)
  const scan = withRowIdentity({ kind: 'Scan', input, schema: struct(fields) }, bin.files, metadata)
  const query = await ordered(session, scan, {
    ordering,
    marker: marker.name,
    numRows: rowsOf(bin),
    numFiles: Math.max(1, Math.round(sizeOf(bin) / ordering.targetFileSize)),
  })
  const folder = await context.storage.stagingPath('')
  try {
    const { files } = await session.write({
      query,
      schema: struct([...fields, marker, ...rowIdentityFields(metadata)]),
      partitionColumns: [marker.name],
      columnMapping: columnMappingOf(metadata),
      folder,
      targetFileSize: ordering.targetFileSize,
    })
    const inOrder = files.toSorted((a, b) => fileOf(a, marker.name) - fileOf(b, marker.name))
    const added = await publishInPartition(context, snapshot, bin, inOrder)
    const tags = cubeTags({ id: randomUUID(), orderedBy: ordering.orderedBy }, ordering.curve)
    const { clusteringProvider } = ordering
    return {
      removed: bin.files,
      added: added.map((each) => ({
        ...each,
        tags: { ...each.tags, ...tags },
        ...(clusteringProvider !== undefined && { clusteringProvider }),
      })),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface OrderRequest {
  readonly ordering: Ordering
  readonly marker: string
  readonly numRows: number | undefined
  readonly numFiles: number
}

/** The rows in the order of the curve, each with the number of the file that it goes to. */
async function ordered(session: RowSession, scan: Relation, request: OrderRequest): Promise<Relation> {
  const { ordering, marker, numRows, numFiles } = request
  const { columns, curve } = ordering
  const bits = rankBits(columns.length)
  const keys = columns.map((path): Expression => attribute(...path))
  const ranks = columns.map((_, i) => `${marker}_rank${i}`)
  const position = `${marker}_position`
  const names = columns.map((_, i) => `${marker}_key${i}`)
  const keyed: Relation = {
    kind: 'WithColumns',
    input: scan,
    columns: keys.map((expression, i) => ({ name: names[i]!, expression })),
  }
  const sample = await stageSample(session, keyed, names, numRows)
  const expressions: Expression[] = []
  for (const name of names) {
    expressions.push(await rankOf(session, sample, name, bits))
  }
  const along = (rows: Relation) =>
    withCurve(
      {
        kind: 'WithColumns',
        input: rows,
        columns: ranks.map((name, i) => ({ name, expression: expressions[i]! })),
      },
      ranks,
      { curve, bits, name: position },
    )
  const file = await fileNumber(session, along(sample), position, numFiles)
  const marked: Relation = {
    kind: 'WithColumns',
    input: along(keyed),
    columns: [{ name: marker, expression: file }],
  }
  const order = [position, ...names].map((name) => ({
    kind: 'SortOrder' as const,
    child: attribute(name),
    direction: 'asc' as const,
    nulls: 'first' as const,
  }))
  return { kind: 'Sort', input: marked, order }
}

function rowsOf({ files }: Bin): number | undefined {
  let sum = 0
  for (const file of files) {
    const rows = numRecordsOf(file)
    if (rows === undefined) return undefined
    sum += rows
  }
  return sum
}

function sizeOf({ files }: Bin): number {
  return files.reduce((sum, each) => sum + each.size, 0)
}

function fileOf(file: { partitionValues: Readonly<Record<string, string | null>> }, marker: string): number {
  return Number(file.partitionValues[marker] ?? 0)
}
