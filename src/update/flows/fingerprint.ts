import { createHash } from 'node:crypto'

/** Key under which a batch's record keeps the fingerprint of what was computed. */
export const FINGERPRINT = 'pipelines.queryFingerprint'

/** A digest of plans and settings: the same for definitions that differ only in their places in files. */
export function fingerprintOf(...parts: readonly unknown[]): string {
  const text = JSON.stringify(parts, (key, value: unknown) => {
    if (key === 'position') return undefined
    return typeof value === 'bigint' ? `${value}n` : value
  })
  return createHash('sha256').update(text).digest('hex')
}
