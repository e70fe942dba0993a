import type { AddFile } from '../log/actions.ts'

/** Rows that a file holds, deleted ones counted, where its statistics tell. */
export function recordsOf({ stats }: Pick<AddFile, 'stats'>): number | undefined {
  const count = /"numRecords"\s*:\s*(\d+)/.exec(stats ?? '')?.[1]
  return count === undefined ? undefined : Number(count)
}

/** Rows that are left of a file, where its statistics tell. */
export function liveRecordsOf(file: Pick<AddFile, 'stats' | 'deletionVector'>): number | undefined {
  const count = recordsOf(file)
  return count === undefined ? undefined : count - (file.deletionVector?.cardinality ?? 0)
}

/** The same file with statistics that tell its number of rows, deleted ones counted. */
export function withRecords(file: AddFile, count: number): AddFile {
  const rest = (file.stats ?? '{}').trim().slice(1)
  return { ...file, stats: `{"numRecords":${count}${rest === '}' ? '' : ','}${rest}` }
}

/** Bytes of files together. */
export function sizeOf(files: readonly Pick<AddFile, 'size'>[]): number {
  return files.reduce((sum, each) => sum + each.size, 0)
}
