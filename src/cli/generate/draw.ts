/** A number in [0, 1) made of its arguments alone: the finalizer of MurmurHash3, once for the decision and once for the row. */
export function draw(seed: number, n: number, decision: number): number {
  return mix(mix(seed + Math.imul(decision, 0x9e3779b9)) ^ n) / 2 ** 32
}

/** A 32-bit number that says nothing of the one that it was made of. */
export function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
