import { attribute, call, filter, selectColumns, unionAll } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { hasChangeFeed, writeChangeFiles } from '../change-feed/write-change-files.ts'
import { usesDeletionVectors } from '../deletion-vector/uses-deletion-vectors.ts'
import { liveRecordsOf, sizeOf } from '../files/record-count.ts'
import type { AddFile } from '../log/actions.ts'
import { clusteredFiles, isOrderedFile } from '../maintenance/z-cube.ts'
import type { RowSession } from '../row-engine.ts'
import { rowIdentityFields } from '../row-tracking/row-identity.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import { fileShape } from '../write/file-shape.ts'
import { identityColumns } from '../write/identity-marks.ts'
import { layoutOf, type WrittenRows, writeRows } from '../write/write-rows.ts'
import { type FileChanges, NOTHING_WRITTEN } from './file-changes.ts'
import { markDeleted } from './mark-deleted.ts'

import { type RowPlaces, rowsBeside } from './placed-rows.ts'

/** Rows that take the place of others, for commands that know which by `placedRows`. */
export interface RowReplacement {
  readonly snapshot: Snapshot
  /** The files that places count. */
  readonly files: readonly AddFile[]
  /** The rows that go. */
  readonly removed: RowPlaces
  /** The rows that come: the table's columns as it stores them, and those of row identity where it tracks rows. */
  readonly added: Relation | undefined
  readonly addedCount: bigint
  /** What a change feed tells of both: the table's columns and `_change_type`. Read where rows go. */
  readonly changes: Relation
  /** Files that are put together with the rows that come; of their rows, those for which `keep` is TRUE. */
  readonly folded?: { readonly files: ReadonlySet<AddFile>; readonly keep: Expression }
  /** Columns by which the written rows are sorted. */
  readonly orderBy: readonly string[]
  /** Rows that get files of their own, over the table's columns, and how many bytes of the files written anew they are, roughly. */
  readonly apart?: { readonly rows: Expression; readonly bytes: number }
  /** Size of the written files in bytes, where the table's properties do not say. */
  readonly targetFileSize?: number
}

/**
 * Writes a replacement: rows that go are marked in deletion vectors where the table has them, else their files are written
 * anew, in one order with the rows that come. The caller registers with its transaction what it read.
 */
export async function replaceRows(
  session: RowSession,
  { storage }: Pick<TableContext, 'storage'>,
  replacement: RowReplacement,
): Promise<FileChanges> {
  const { snapshot, files, removed, folded } = replacement
  const { metadata } = snapshot
  const touched = [...removed].map(([place, rows]) => {
    const file = files[place]!
    return { file, rows, count: rows.length, live: liveRecordsOf(file) }
  })
  const others = touched.filter((each) => folded?.files.has(each.file) !== true)
  const whole = others.filter((each) => each.count === each.live)
  const partial = others.filter((each) => each.count !== each.live)
  const isMarked = usesDeletionVectors(metadata)
  const marked = isMarked ? partial.flatMap((each) => withLive(each) ?? []) : []
  const rewritten = partial.filter((each) => !isMarked || each.live === undefined).map((each) => each.file)
  const after = await markDeleted(storage, marked)
  const written = await writeReplaced(session, { storage }, replacement, rewritten)
  const gone = [...whole.map((each) => each.file), ...rewritten]
  const isTold = hasChangeFeed(metadata) && removed.size > 0
  return {
    removed: [...gone, ...(folded?.files ?? [])],
    marked: after.map((each, i) => ({ before: marked[i]!.file, after: each })),
    written: { ...written, adds: stillOrdered(written.adds, gone, snapshot) },
    changeFiles: isTold
      ? (await writeChangeFiles(session, storage, replacement.changes, metadata)).files
      : [],
  }
}

function withLive<Touched extends { readonly live: number | undefined }>(touched: Touched) {
  const { live } = touched
  return live === undefined ? undefined : { ...touched, live }
}

/** The rows that come, and those that stay in the files that are written anew. */
async function writeReplaced(
  session: RowSession,
  context: Pick<TableContext, 'storage'>,
  replacement: RowReplacement,
  rewritten: readonly AddFile[],
): Promise<WrittenRows> {
  const { snapshot, files, removed, added, folded, apart } = replacement
  const { metadata } = snapshot
  const beside = (some: readonly AddFile[]) => rowsBeside(context, snapshot, some, placesIn(some))
  const placesIn = (some: readonly AddFile[]): RowPlaces =>
    new Map(
      some.flatMap((file, place) => {
        const rows = removed.get(files.indexOf(file))
        return rows === undefined ? [] : [[place, rows] as const]
      }),
    )
  const parts = [
    ...(rewritten.length > 0 ? [await beside(rewritten)] : []),
    ...(folded !== undefined && folded.files.size > 0
      ? [filter(await beside([...folded.files]), folded.keep)]
      : []),
    ...(added === undefined ? [] : [added]),
  ]
  if (parts.length === 0) return NOTHING_WRITTEN
  const names = [...metadata.schema.fields, ...rowIdentityFields(metadata)].map((each) => each.name)
  const query = unionAll(parts.map((each) => selectColumns(each, names)))
  const bytes = sizeOf([...rewritten, ...(folded?.files ?? [])])
  const write = (rows: Relation, size: number) =>
    writeSorted(session, context, replacement, { query: rows, bytes: size })
  if (apart === undefined) return write(query, bytes)
  const held = (await session.stage(query)).scan
  const own = await write(filter(held, apart.rows), apart.bytes)
  const rest = await write(filter(held, call('not', apart.rows)), bytes - apart.bytes)
  return {
    adds: [...own.adds, ...rest.adds],
    rowCount: own.rowCount + rest.rowCount,
    identityMarks: { ...own.identityMarks, ...rest.identityMarks },
  }
}

/** Writes rows in order; those that were there before are `bytes` large, roughly. */
function writeSorted(
  session: RowSession,
  { storage }: Pick<TableContext, 'storage'>,
  replacement: RowReplacement,
  { query, bytes }: { readonly query: Relation; readonly bytes: number },
): Promise<WrittenRows> {
  const { snapshot, orderBy, targetFileSize } = replacement
  const { metadata } = snapshot
  const fitsOne = isOneFile(replacement, bytes)
  return writeRows(session, storage, fitsOne ? sorted(query, orderBy) : query, layoutOf(snapshot), {
    rowIdentity: true,
    givenIdentities: identityColumns(metadata.schema),
    ...(!fitsOne && {
      ...(targetFileSize !== undefined && { targetFileSize }),
      ...fileShape(metadata),
      orderBy,
    }),
  })
}

/** Rows beyond which the size of what comes is not taken for nothing. */
const FEW_ROWS = 10_000n
/** Bytes that are one file where nobody says how large files are to be. */
const ONE_FILE = 32 << 20

/** Whether what is written is surely one file: then it is sorted and written at once, not held and cut. */
function isOneFile(
  { snapshot: { metadata }, addedCount, targetFileSize }: RowReplacement,
  bytes: number,
): boolean {
  if (addedCount > FEW_ROWS || metadata.partitionColumns.length > 0) return false
  const wanted = fileShape(metadata).targetFileSize ?? targetFileSize ?? ONE_FILE
  return bytes <= wanted * 1.5
}

function sorted(input: Relation, columns: readonly string[]): Relation {
  const order = columns.map((name) => {
    return { kind: 'SortOrder', child: attribute(name), direction: 'asc', nulls: 'first' } as const
  })
  return { kind: 'Sort', input, order }
}

/** Files that take the place of files in the order of the clustering keys, or are the first, are in that order too. */
function stillOrdered(
  adds: readonly AddFile[],
  gone: readonly AddFile[],
  { clusteringColumns: keys = [], numFiles }: Snapshot,
): readonly AddFile[] {
  const wereOrdered = (gone.length > 0 || numFiles === 0) && gone.every(isOrderedFile)
  const isOneOrder = keys.length === 1 || (keys.length > 0 && adds.length === 1)
  return wereOrdered && isOneOrder ? clusteredFiles(adds, keys) : adds
}
