/** Numbers that look random and are the same in every run (xorshift32). */
export interface Random {
  /** From 0 up to but without `limit`. */
  below(limit: number): number
  of<Item>(items: readonly Item[]): Item
}

export function randomFrom(seed: number): Random {
  let state = seed | 1
  const below = (limit: number) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
  return { below, of: (items) => items[below(items.length)]! }
}

/** A copy of a file as a bad disk, a bad cable or a crash may leave it, and what was done to it. */
export function damage(bytes: Uint8Array, random: Random): { bytes: Uint8Array; text: string } {
  const copy = Buffer.from(bytes)
  const at = random.below(Math.max(1, copy.length))
  const kind = random.of([
    'bit',
    'bit',
    'bit',
    'bits',
    'cut',
    'cut line',
    'zeros',
    'double line',
    'blank line',
  ])
  switch (kind) {
    case 'bit':
      flip(copy, at, random)
      return { bytes: copy, text: `bit at ${at}` }
    case 'bits':
      for (let index = at; index < Math.min(at + 8, copy.length); index++) flip(copy, index, random)
      return { bytes: copy, text: `bits from ${at}` }
    case 'cut':
      return { bytes: copy.subarray(0, at), text: `cut at ${at}` }
    case 'cut line':
      return { bytes: copy.subarray(0, copy.lastIndexOf('\n', at) + 1), text: `cut at the line before ${at}` }
    case 'zeros':
      copy.fill(0, at, Math.min(at + 512, copy.length))
      return { bytes: copy, text: `zeros from ${at}` }
    case 'double line': {
      const end = copy.indexOf('\n', at) + 1
      const start = copy.lastIndexOf('\n', at - 1) + 1
      const line = copy.subarray(start, Math.max(start, end))
      return {
        bytes: Buffer.concat([copy.subarray(0, end), line, copy.subarray(end)]),
        text: `line at ${at} twice`,
      }
    }
    default:
      return {
        bytes: Buffer.concat([copy.subarray(0, at), Buffer.from('\n\n'), copy.subarray(at)]),
        text: `blank line at ${at}`,
      }
  }
}

function flip(bytes: Uint8Array, at: number, random: Random): void {
  if (at < bytes.length) bytes[at]! ^= 1 << random.below(8)
}
