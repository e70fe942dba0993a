import { aggregate, alias, attribute, call } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { struct } from '../../types/data-type.ts'
import type { Row, Value } from '../../types/row.ts'
import type { CommitOptions } from '../commit-info.ts'
import { fileStatistics, indexedLeaves, type StatisticsLayout } from '../files/statistics.ts'
import type { WrittenColumn } from '../files/written-file.ts'
import type { AddFile } from '../log/actions.ts'
import type { RowSession } from '../row-engine.ts'
import { deltaScanOf } from '../scan.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import { withSession } from '../with-session.ts'
import { dataFields, markerField } from './compact-bins.ts'

/** Files that one query reads. */
const BATCH = 500

/** What tells how files are read. */
type ScannedTable = Pick<Snapshot, 'metadata' | 'files'> & Partial<Pick<Snapshot, 'clusteringColumns'>>

type Leaf = ReturnType<typeof indexedLeaves>[number]

/**
 * Gives files without statistics theirs, with `all` every file, read from their rows, in one commit that changes no data:
 * after a change of `delta.dataSkippingStatsColumns` old files lack those of the new columns. Files with deletion vectors
 * are left out: statistics are of all physical rows. Returns how many files got some.
 */
export async function computeStatistics(
  context: TableContext,
  { all = false }: { readonly all?: boolean } = {},
): Promise<number> {
  const snapshot = await context.table.refresh()
  const files = [...snapshot.files()].filter(
    (each) => (all || each.stats == null) && each.deletionVector == null,
  )
  if (files.length === 0) return 0
  const done = await withSession(context.engine, (session) =>
    withStatistics(context, session, snapshot, files),
  )
  const options: CommitOptions = { operation: 'COMPUTE STATS', operationMetrics: { numFiles: done.length } }
  await context.table
    .startTransaction()
    .readFiles(files)
    .addFiles(done.map((each) => ({ ...each, dataChange: false })))
    .commit(options)
  return done.length
}

/** The same files, each with the statistics of its rows. */
export async function withStatistics(
  context: Pick<TableContext, 'storage'>,
  session: RowSession,
  snapshot: ScannedTable,
  files: readonly AddFile[],
): Promise<AddFile[]> {
  const result: AddFile[] = []
  for (let start = 0; start < files.length; start += BATCH) {
    result.push(...(await batchStatistics(context, session, snapshot, files.slice(start, start + BATCH))))
  }
  return result
}

async function batchStatistics(
  { storage }: Pick<TableContext, 'storage'>,
  session: RowSession,
  snapshot: ScannedTable,
  files: readonly AddFile[],
): Promise<AddFile[]> {
  const { metadata, clusteringColumns } = snapshot
  const layout: StatisticsLayout = { ...metadata, clusteringColumns }
  const leaves = indexedLeaves(layout).filter(({ type }) => !['void', 'variant'].includes(type.kind))
  const marker = markerField(metadata.schema, '_file')
  const scan = await deltaScanOf(snapshot, storage, files)
  const rows: Relation = {
    kind: 'Scan',
    input: {
      ...scan,
      tableSchema: struct([...scan.tableSchema.fields, marker]),
      partitionColumns: [...scan.partitionColumns, marker.name],
      files: scan.files.map((file, index) => ({
        ...file,
        partitionValues: { ...file.partitionValues, [marker.name]: String(index) },
      })),
    },
    schema: struct([...dataFields(metadata), marker]),
  }
  const found = await session.rows(
    aggregate(
      rows,
      [attribute(marker.name)],
      [
        attribute(marker.name),
        alias(call('count', { kind: 'UnresolvedStar' }), 'n'),
        ...leaves.flatMap((leaf, index) => measures(leaf, index)),
      ],
    ),
  )
  const byFile = new Map(found.map((row) => [Number(row[0]), row]))
  return files.map((file, index) => ({
    ...file,
    stats: statisticsOf(file, byFile.get(index), { leaves, layout }),
  }))
}

/** Count of values, lowest, highest and whether one is NaN: four columns a leaf. */
function measures({ path, type }: Leaf, index: number): Expression[] {
  const value = attribute(...path)
  const isBounded = !['array', 'map', 'binary', 'boolean'].includes(type.kind)
  const isFloat = type.kind === 'float' || type.kind === 'double'
  const nothing: Expression = { kind: 'Literal', value: null, dataType: type }
  return [
    alias(call('count', value), `c${index}`),
    alias(isBounded ? call('min', value) : call('any_value', nothing), `l${index}`),
    alias(isBounded ? call('max', value) : call('any_value', nothing), `h${index}`),
    alias(call('max', isFloat ? call('isnan', value) : call('isnull', nothing)), `x${index}`),
  ]
}

function statisticsOf(
  file: AddFile,
  row: Row | undefined,
  { leaves, layout }: { leaves: readonly Leaf[]; layout: StatisticsLayout },
): string {
  const numRecords = BigInt((row?.[1] as bigint | undefined) ?? 0n)
  const columns = leaves.map(({ path, type }, index): WrittenColumn => {
    const at = 2 + 4 * index
    const isFloat = type.kind === 'float' || type.kind === 'double'
    const min = textOf(row?.[at + 1])
    const max = textOf(row?.[at + 2])
    return {
      path,
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
      nullCount: numRecords - BigInt((row?.[at] as bigint | undefined) ?? 0n),
      hasNan: isFloat && row?.[at + 3] === true,
    }
  })
  const written = { sizeBytes: file.size, numRecords, partitionValues: {}, columns }
  return fileStatistics(written, layout)
}

/** The text form of a bound. */
function textOf(value: Value | undefined): string | undefined {
  return value === null || value === undefined || typeof value === 'object' ? undefined : String(value)
}
