import type { AddFile, PartitionValues } from '../log/actions.ts'

/** Files of one partition that become one. */
export interface Bin {
  readonly partitionValues: PartitionValues
  readonly files: readonly AddFile[]
}

export interface BinLimits {
  /** Files below this size are put together, in bytes. */
  readonly minFileSize: number
  /** What a bin holds at most, in bytes. */
  readonly maxFileSize: number
  /** Files beside which the rest of their bin is small stay as they are: what is done again and again must not rewrite them each time. */
  readonly isGradual?: boolean
}

/** Share of a file's rows from which on its deletion vector is worth a rewrite. */
const DELETED_SHARE = 0.05

/**
 * What bin-packing rewrites: small files of a partition, packed by size, and files of which more than a twentieth is
 * deleted. A file alone in its bin stays as it is, unless rows of it are deleted.
 */
export function packBins(files: readonly AddFile[], limits: BinLimits): Bin[] {
  return groupByPartition(files.filter((each) => isWorthRewriting(each, limits))).flatMap((group) =>
    pack(group.files, limits.maxFileSize)
      .map((bin) => (limits.isGradual ? withoutLarge(bin) : bin))
      .filter((bin) => bin.length > 1 || bin[0]!.deletionVector != null)
      .map((bin) => ({ ...group, files: bin })),
  )
}

/** The files of each partition, in the order in which the partitions first appear. */
export function groupByPartition(files: readonly AddFile[]): Bin[] {
  const groups = Map.groupBy(files, (each) => partitionKey(each.partitionValues))
  return [...groups.values()].map((group) => ({
    partitionValues: group[0]!.partitionValues,
    files: group,
  }))
}

/** True where the deletion vector hides more than a twentieth of the file's rows, or an unknown share. */
export function hasManyDeleted(file: AddFile): boolean {
  if (file.deletionVector == null) return false
  const rows = numRecordsOf(file)
  return rows === undefined || file.deletionVector.cardinality > DELETED_SHARE * rows
}

/** Physical rows of a file, as its statistics tell; undefined where they do not. */
export function numRecordsOf(file: AddFile): number | undefined {
  const found = /"numRecords":\s*(\d+)/.exec(file.stats ?? '')?.[1]
  return found === undefined ? undefined : Number(found)
}

function isWorthRewriting(file: AddFile, { minFileSize }: BinLimits): boolean {
  return file.size < minFileSize || hasManyDeleted(file)
}

function pack(files: readonly AddFile[], maxFileSize: number): AddFile[][] {
  const bins: AddFile[][] = []
  let room = 0
  for (const file of files.toSorted((a, b) => a.size - b.size)) {
    if (bins.length === 0 || file.size > room) {
      bins.push([])
      room = maxFileSize
    }
    bins.at(-1)!.push(file)
    room -= file.size
  }
  return bins
}

/**
 * The files of a bin, which lie by size, but for those that are more than twice as large as all smaller ones: so each row is written anew
 * a few times in the life of a table, and the number of files stays small.
 */
function withoutLarge(bin: readonly AddFile[]): readonly AddFile[] {
  let bytes = 0
  return bin.filter((file) => {
    if (bytes > 0 && file.size > 2 * bytes && !hasManyDeleted(file)) return false
    bytes += file.size
    return true
  })
}

function partitionKey(values: PartitionValues): string {
  const names = Object.keys(values)
  return names.length === 0 ? '' : JSON.stringify(names.sort().map((name) => [name, values[name] ?? null]))
}
