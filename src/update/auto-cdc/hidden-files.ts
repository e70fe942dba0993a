import { type CommittedBatches, STATE } from '../../auto-cdc/index.ts'
import { type AddFile, physicalPath, type Snapshot } from '../../delta/index.ts'

/** Files with up to so many rows are of the first class, those with eight times as many of the next, and so on. */
const FIRST_CLASS = 50_000
const CLASS_FACTOR = 8
/** So many files of a class are put together to one of the next. */
const MOST_OF_CLASS = 16
/** Larger files stay apart. */
const MOST_ROWS = 4_000_000

interface Statistics {
  readonly numRecords?: number
  readonly minValues?: Readonly<Record<string, unknown>>
  readonly maxValues?: Readonly<Record<string, unknown>>
  readonly nullCount?: Readonly<Record<string, number>>
}

/** Files of which all rows were made obsolete by batches that the target has, by their statistics alone. */
export function obsoleteFiles(snapshot: Snapshot, committed: CommittedBatches): ReadonlySet<AddFile> {
  const stored = (name: string) => physicalPath(snapshot.metadata.schema, [name])[0]!
  const columns = { flow: stored(STATE.removedByFlow), batch: stored(STATE.removedByBatch) }
  return new Set([...snapshot.files()].filter((file) => isObsolete(statisticsOf(file), columns, committed)))
}

function isObsolete(
  { minValues, maxValues, nullCount }: Statistics,
  columns: { readonly flow: string; readonly batch: string },
  committed: CommittedBatches,
): boolean {
  const flow = minValues?.[columns.flow]
  const batch = maxValues?.[columns.batch]
  if (nullCount?.[columns.flow] !== 0 || typeof flow !== 'string' || batch === undefined) return false
  const reached = committed.get(flow)
  return flow === maxValues?.[columns.flow] && reached !== undefined && BigInt(batch as number) <= reached
}

/**
 * Files that are to be put together: those of a class that has too many, and those of which most rows are deleted. Each row
 * is so written again a few times in all, however many batches come.
 */
export function filesToFold(snapshot: Snapshot, except: ReadonlySet<AddFile>): ReadonlySet<AddFile> {
  const files = [...snapshot.files()].filter((file) => !except.has(file) && rowsOf(file) < MOST_ROWS)
  const classes = Map.groupBy(files, (file) => classOf(rowsOf(file)))
  const full = [...classes.values()].filter((each) => each.length >= MOST_OF_CLASS).flat()
  const hollow = files.filter((file) => (file.deletionVector?.cardinality ?? 0) > rowsOf(file) / 2)
  return new Set([...full, ...hollow])
}

function classOf(rows: number): number {
  return Math.max(0, Math.ceil(Math.log(rows / FIRST_CLASS) / Math.log(CLASS_FACTOR)))
}

function rowsOf(file: AddFile): number {
  return statisticsOf(file).numRecords ?? 0
}

function statisticsOf({ stats }: AddFile): Statistics {
  return stats == null ? {} : (JSON.parse(stats) as Statistics)
}
