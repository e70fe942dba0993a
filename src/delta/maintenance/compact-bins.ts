import { rmSync } from 'node:fs'
import type { DeltaScan } from '../../plan/scan.ts'
import { fieldNamed, INTEGER, type StructField, type StructType, struct } from '../../types/data-type.ts'
import type { AddFile } from '../log/actions.ts'
import type { RowSession, WrittenFile } from '../row-engine.ts'
import { rowIdentityFields, withRowIdentity } from '../row-tracking/row-identity.ts'
import { deltaScanOf } from '../scan.ts'
import type { Metadata } from '../schema/metadata.ts'
import { physicalName } from '../schema/physical-name.ts'
import { columnMappingOf } from '../schema/protocol.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import { publishFiles } from '../write/write-rows.ts'
import type { Bin } from './bins.ts'

/** A bin and the files that hold its rows now. They belong to no version yet. */
export interface RewrittenBin {
  readonly removed: readonly AddFile[]
  readonly added: readonly AddFile[]
}

/** Bins that one query writes: more would hold too many files open, larger ones gain nothing by sharing it. */
const BINS_A_QUERY = 64
const BYTES_A_QUERY = 256 << 20

/** Rewrites bins, many small ones by one query. */
export async function compactBins(
  context: TableContext,
  session: RowSession,
  snapshot: Snapshot,
  bins: readonly Bin[],
): Promise<RewrittenBin[]> {
  const rewritten: RewrittenBin[] = []
  for (const batch of batchesOf(bins)) {
    rewritten.push(...(await compactBatch(context, session, snapshot, batch)))
  }
  return rewritten
}

function batchesOf(bins: readonly Bin[]): Bin[][] {
  const batches: Bin[][] = []
  let bytes = Infinity
  for (const bin of bins) {
    const size = bin.files.reduce((sum, each) => sum + each.size, 0)
    if (bytes + size > BYTES_A_QUERY || batches.at(-1)!.length >= BINS_A_QUERY) {
      batches.push([])
      bytes = 0
    }
    batches.at(-1)!.push(bin)
    bytes += size
  }
  return batches
}

/**
 * One query over all files of some bins. Which bin a row belongs to is a partition column of its own, in the scan and in
 * what is written; it is no column of the files.
 */
async function compactBatch(
  context: TableContext,
  session: RowSession,
  snapshot: Snapshot,
  bins: readonly Bin[],
): Promise<RewrittenBin[]> {
  const { metadata } = snapshot
  const marker = markerField(metadata.schema)
  const isMarked = bins.length > 1
  const columns = isMarked ? [...dataFields(metadata), marker] : dataFields(metadata)
  const input = await markedScan(context, snapshot, bins, marker)
  const query = withRowIdentity(
    { kind: 'Scan', input, schema: struct(columns) },
    bins.flatMap((each) => each.files),
    metadata,
  )
  const folder = await context.storage.stagingPath('')
  try {
    const { files: written } = await session.write({
      query,
      schema: struct([...columns, ...rowIdentityFields(metadata)]),
      partitionColumns: isMarked ? [marker.name] : [],
      columnMapping: columnMappingOf(metadata),
      folder,
    })
    const byBin = Map.groupBy(written, (each) => Number(each.partitionValues[marker.name] ?? 0))
    return await Promise.all(
      bins.map(async (bin, index) => ({
        removed: bin.files,
        added: await publishInPartition(context, snapshot, bin, byBin.get(index) ?? []),
      })),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function markedScan(
  context: TableContext,
  snapshot: Snapshot,
  bins: readonly Bin[],
  marker: StructField,
): Promise<DeltaScan> {
  const all = bins.flatMap((bin, index) => bin.files.map((file) => ({ file, index })))
  const scan = await deltaScanOf(
    snapshot,
    context.storage,
    all.map(({ file }) => file),
  )
  return {
    ...scan,
    tableSchema: struct([...scan.tableSchema.fields, marker]),
    partitionColumns: [...scan.partitionColumns, marker.name],
    files: scan.files.map((file, position) => ({
      ...file,
      partitionValues: { ...file.partitionValues, [marker.name]: String(all[position]!.index) },
    })),
  }
}

/** Gives written files of one partition their final names; partition values keep the text that the log had. */
export async function publishInPartition(
  context: TableContext,
  { metadata, clusteringColumns }: Snapshot,
  { partitionValues }: Pick<Bin, 'partitionValues'>,
  written: readonly WrittenFile[],
): Promise<AddFile[]> {
  const values = logicalValues(metadata, partitionValues)
  const adds = await publishFiles(
    context.storage,
    written.map((each) => ({ ...each, partitionValues: values })),
    { ...metadata, clusteringColumns },
  )
  return adds.map((each) => ({ ...each, partitionValues, dataChange: false }))
}

/** The columns that stand in a table's files. */
export function dataFields({ schema, partitionColumns }: Metadata): StructField[] {
  const partitions = new Set(partitionColumns.map((each) => each.toLowerCase()))
  return schema.fields.filter((each) => !partitions.has(each.name.toLowerCase()))
}

/** An integer column with a name that no column of the table begins with. */
export function markerField(schema: StructType, wanted = '_bin'): StructField {
  let name = wanted
  while (schema.fields.some((each) => each.name.toLowerCase().startsWith(name))) name = `_${name}`
  return { name, dataType: INTEGER, nullable: true, metadata: {} }
}

/** Partition values by the names that the schema has; the log has physical ones with column mapping. */
function logicalValues(
  { schema, partitionColumns }: Metadata,
  values: AddFile['partitionValues'],
): Record<string, string | null> {
  return Object.fromEntries(
    partitionColumns.map((name) => {
      const field = fieldNamed(schema, name)
      return [name, (field && values[physicalName(field)]) ?? values[name] ?? null]
    }),
  )
}
