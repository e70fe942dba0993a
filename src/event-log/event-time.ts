/** Microseconds since the epoch as `2026-01-31T10:00:00.123456Z`. */
export function isoMicros(micros: bigint): string {
  const seconds = new Date(Number(micros / 1000n)).toISOString().slice(0, 19)
  return `${seconds}.${String(micros % 1_000_000n).padStart(6, '0')}Z`
}

/** The other way round; also from the engine's form, with a space and without zone (UTC). */
export function microsOf(text: string): bigint {
  const [seconds, fraction = ''] = text.replace(' ', 'T').replace('Z', '').split('.')
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6))
}
