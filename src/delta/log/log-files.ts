/** Names in `_delta_log` (PROTOCOL.md, Delta Table Contents). */

export const LOG_FOLDER = '_delta_log'
export const LAST_CHECKPOINT = `${LOG_FOLDER}/_last_checkpoint`

/** What a name in the log folder stands for. */
export type LogFile =
  | { readonly kind: 'commit'; readonly version: number }
  | { readonly kind: 'checkpoint'; readonly version: number; readonly form: CheckpointForm }

export type CheckpointForm =
  | { readonly kind: 'classic' }
  | { readonly kind: 'parts'; readonly part: number; readonly parts: number }
  | { readonly kind: 'v2'; readonly format: 'json' | 'parquet' }

/** Versions are printed with 20 digits, so that names sort as numbers do. */
export function versionName(version: number): string {
  return version.toString().padStart(20, '0')
}

export function commitPath(version: number): string {
  return `${LOG_FOLDER}/${versionName(version)}.json`
}

export function checkpointPath(version: number): string {
  return `${LOG_FOLDER}/${versionName(version)}.checkpoint.parquet`
}

/** Undefined for files that a reader ignores: checksums, compactions, temporary files, anything unknown. */
export function parseLogPath(path: string): LogFile | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const match = /^(\d{20})\.(?:(json)|checkpoint\.(.+))$/.exec(name)
  if (match === null) return undefined
  const version = Number(match[1])
  if (match[2] !== undefined) return { kind: 'commit', version }
  const form = checkpointForm(match[3]!)
  return form && { kind: 'checkpoint', version, form }
}

function checkpointForm(rest: string): CheckpointForm | undefined {
  if (rest === 'parquet') return { kind: 'classic' }
  const parts = /^(\d{10})\.(\d{10})\.parquet$/.exec(rest)
  if (parts !== null) return { kind: 'parts', part: Number(parts[1]), parts: Number(parts[2]) }
  const v2 = /^[0-9a-fA-F-]{36}\.(json|parquet)$/.exec(rest)
  if (v2 !== null) return { kind: 'v2', format: v2[1] as 'json' | 'parquet' }
  return undefined
}
