import { createHash, randomUUID } from 'node:crypto'

/**
 * The id of an event: for the same parts always the same (a version 8 UUID over their SHA-256), so that what recovery
 * emits again is recognised as the same event; without parts a random one.
 */
export function eventId(...parts: readonly (string | number | bigint)[]): string {
  if (parts.length === 0) return randomUUID()
  const hash = createHash('sha256')
    .update(JSON.stringify(parts.map(String)))
    .digest()
  hash[6] = (hash[6]! & 0x0f) | 0x80
  hash[8] = (hash[8]! & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}
