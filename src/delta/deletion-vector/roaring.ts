/** PROTOCOL.md, Deletion Vector Format: the magic number before a bitmap in Roaring's portable 64-bit format. */
const PORTABLE = 1681511377
const NO_RUNS = 12346
const WITH_RUNS = 12347
/** Containers up to this size are sorted arrays, larger ones bitmaps of 8 KiB. */
const ARRAY_LIMIT = 4096

/** The numbers in a 64-bit Roaring bitmap, ascending; undefined when the bytes are something else. */
export function readRoaring64(bytes: Uint8Array): bigint[] | undefined {
  const cursor = new Cursor(bytes)
  try {
    if (cursor.u32() !== PORTABLE) return undefined
    const values: bigint[] = []
    const buckets = Number(cursor.u64())
    for (let bucket = 0; bucket < buckets; bucket++) {
      const high = BigInt(cursor.u32()) << 32n
      if (!readRoaring32(cursor, (low) => values.push(high | BigInt(low)))) return undefined
    }
    return values
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** https://github.com/RoaringBitmap/RoaringFormatSpec */
function readRoaring32(cursor: Cursor, emit: (value: number) => void): boolean {
  const cookie = cursor.u32()
  const hasRuns = (cookie & 0xffff) === WITH_RUNS
  if (!hasRuns && cookie !== NO_RUNS) return false
  const count = hasRuns ? (cookie >>> 16) + 1 : cursor.u32()
  const runFlags = hasRuns ? cursor.take(Math.ceil(count / 8)) : undefined
  const containers = Array.from({ length: count }, (_, index) => ({
    key: cursor.u16(),
    cardinality: cursor.u16() + 1,
    isRuns: runFlags !== undefined && ((runFlags[index >> 3]! >> (index & 7)) & 1) === 1,
  }))
  if (!hasRuns || count >= 4) cursor.take(4 * count)
  for (const { key, cardinality, isRuns } of containers) {
    const base = key * 65536
    if (isRuns) readRuns(cursor, base, emit)
    else if (cardinality <= ARRAY_LIMIT) readArray(cursor, base, cardinality, emit)
    else readBits(cursor, base, emit)
  }
  return true
}

function readRuns(cursor: Cursor, base: number, emit: (value: number) => void): void {
  for (let run = cursor.u16(); run > 0; run--) {
    const start = base + cursor.u16()
    const last = start + cursor.u16()
    for (let value = start; value <= last; value++) emit(value)
  }
}

function readArray(cursor: Cursor, base: number, count: number, emit: (value: number) => void): void {
  for (let index = 0; index < count; index++) emit(base + cursor.u16())
}

function readBits(cursor: Cursor, base: number, emit: (value: number) => void): void {
  const bits = cursor.take(8192)
  for (let index = 0; index < 65536; index++) {
    if ((bits[index >> 3]! >> (index & 7)) & 1) emit(base + index)
  }
}

/** Little-endian reading; beyond the end a RangeError. */
class Cursor {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u16(): number {
    this.#at += 2
    return this.#view.getUint16(this.#at - 2, true)
  }

  u32(): number {
    this.#at += 4
    return this.#view.getUint32(this.#at - 4, true)
  }

  u64(): bigint {
    this.#at += 8
    return this.#view.getBigUint64(this.#at - 8, true)
  }

  take(length: number): Uint8Array {
    this.#at += length
    if (this.#at > this.#bytes.length) throw new RangeError('beyond the end of the bitmap')
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
