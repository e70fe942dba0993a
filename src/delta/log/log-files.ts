/** Names in `_delta_log` (PROTOCOL.md, Delta Table Contents). */

export const LOG_FOLDER = '_delta_log'
export const LAST_CHECKPOINT = `${LOG_FOLDER}/_last_checkpoint`
export const SIDECAR_FOLDER = `${LOG_FOLDER}/_sidecars`

/** What a name in the log folder stands for. */
export type LogFile =
  | { readonly kind: 'commit'; readonly version: number }
  | { readonly kind: 'checkpoint'; readonly version: number; readonly form: CheckpointForm }
  /** The commits `from` to `version` in one. */
  | { readonly kind: 'compaction'; readonly from: number; readonly version: number }
  | { readonly kind: 'checksum'; readonly version: number }

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

/** Path of a classic checkpoint. */
export function checkpointPath(version: number): string {
  return `${LOG_FOLDER}/${versionName(version)}.checkpoint.parquet`
}

/** Path of the version checksum (PROTOCOL.md, Version Checksum File). */
export function checksumPath(version: number): string {
  return `${LOG_FOLDER}/${versionName(version)}.crc`
}

/** Undefined for files that a reader ignores: temporary files, anything unknown. */
export function parseLogPath(path: string): LogFile | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const match = /^(\d{20})\.(?:(json)|(crc)|(\d{20})\.compacted\.json|checkpoint\.(.+))$/.exec(name)
  if (match === null) return undefined
  const [, digits, json, crc, last, rest] = match
  const version = Number(digits)
  if (json !== undefined) return { kind: 'commit', version }
  if (crc !== undefined) return { kind: 'checksum', version }
  if (last !== undefined) {
    return Number(last) > version ? { kind: 'compaction', from: version, version: Number(last) } : undefined
  }
  const form = checkpointForm(rest!)
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
