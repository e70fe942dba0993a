import { hasManySmallFiles, isOrderedFile, type Snapshot } from '../../delta/index.ts'

const DAY_MS = 86_400_000
/** Rows in no order are worth ordering from so many files or bytes on, or once a day. */
const UNORDERED_FILES = 50
const UNORDERED_BYTES = 64 << 20

/** What a table needs; decided from its log alone, so that asking costs nothing. */
export type DueOptimize =
  | { readonly kind: 'compact' }
  | { readonly kind: 'cluster' }
  | { readonly kind: 'zorder'; readonly columns: readonly string[] }

/**
 * The OPTIMIZE that would gain something, by `pipelines.autoOptimize.managed` (default true), `pipelines.autoOptimize.zOrderCols`,
 * `delta.autoOptimize.autoCompact` and the table's clustering keys. `nowMs` is milliseconds since the epoch.
 */
export function dueOptimize(snapshot: Snapshot, nowMs: number): DueOptimize | undefined {
  const { configuration } = snapshot.metadata
  const isManaged = configuration['pipelines.autoOptimize.managed']?.toLowerCase() !== 'false'
  if (isManaged && (snapshot.clusteringColumns ?? []).length > 0) {
    return isOrderingDue(snapshot, nowMs) ? { kind: 'cluster' } : undefined
  }
  const columns = columnsIn(configuration['pipelines.autoOptimize.zOrderCols'])
  if (isManaged && columns.length > 0 && isOrderingDue(snapshot, nowMs)) return { kind: 'zorder', columns }
  const wanted = configuration['delta.autoOptimize.autoCompact']?.toLowerCase()
  const compacts = isManaged || wanted === 'true' || wanted === 'auto'
  return compacts && hasManySmallFiles(snapshot) ? { kind: 'compact' } : undefined
}

/**
 * Whether the table's rows are to be put in order: where many came since, or where some did and that was a day ago. A
 * table of one file is in order enough.
 */
function isOrderingDue(snapshot: Snapshot, nowMs: number): boolean {
  let files = 0
  let bytes = 0
  let lastOrderedMs = 0
  for (const file of snapshot.files()) {
    if (isOrderedFile(file)) lastOrderedMs = Math.max(lastOrderedMs, file.modificationTime)
    else {
      files += 1
      bytes += file.size
    }
  }
  if (files === 0 || snapshot.numFiles < 2) return false
  if (isClustered(snapshot) && (files >= UNORDERED_FILES || bytes >= UNORDERED_BYTES)) return true
  return nowMs - lastOrderedMs >= DAY_MS
}

function isClustered({ clusteringColumns = [] }: Snapshot): boolean {
  return clusteringColumns.length > 0
}

/** `"year,month"`, as the property's documentation has it. */
function columnsIn(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((each) => each.trim().replaceAll(/^["`]|["`]$/g, ''))
    .filter((each) => each !== '')
}
