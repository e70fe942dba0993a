import { ARRAY_LIMIT, BITS_SIZE, NO_RUNS, OFFSETS_FROM, PORTABLE, WITH_RUNS } from './roaring-format.ts'

/** The numbers in a 64-bit Roaring bitmap, ascending; undefined when the bytes are something else. */
export function readRoaring64(bytes: Uint8Array): Float64Array | undefined {
  const cursor = new Cursor(bytes)
  try {
    if (cursor.u32() !== PORTABLE) return undefined
    const values = new Values()
    const buckets = Number(cursor.u64())
    for (let bucket = 0; bucket < buckets; bucket++) {
      const high = cursor.u32() * 2 ** 32
      if (!readRoaring32(cursor, high, values)) return undefined
    }
    return values.taken()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** https://github.com/RoaringBitmap/RoaringFormatSpec */
function readRoaring32(cursor: Cursor, high: number, values: Values): boolean {
  const cookie = cursor.u32()
  const hasRuns = (cookie & 0xffff) === WITH_RUNS
  if (!hasRuns && cookie !== NO_RUNS) return false
  const count = hasRuns ? (cookie >>> 16) + 1 : cursor.u32()
  if (count > 65536) return false
  const runFlags = hasRuns ? cursor.take(Math.ceil(count / 8)) : undefined
  const containers = Array.from({ length: count }, (_, index) => ({
    key: cursor.u16(),
    cardinality: cursor.u16() + 1,
    isRuns: runFlags !== undefined && ((runFlags[index >> 3]! >> (index & 7)) & 1) === 1,
  }))
  if (!hasRuns || count >= OFFSETS_FROM) cursor.take(4 * count)
  for (const { key, cardinality, isRuns } of containers) {
    const base = high + key * 65536
    if (isRuns) readRuns(cursor, base, values)
    else if (cardinality <= ARRAY_LIMIT) readArray(cursor, base, cardinality, values)
    else readBits(cursor, base, values)
  }
  return true
}

function readRuns(cursor: Cursor, base: number, values: Values): void {
  for (let run = cursor.u16(); run > 0; run--) {
    const start = base + cursor.u16()
    const last = start + cursor.u16()
    for (let value = start; value <= last; value++) values.push(value)
  }
}

function readArray(cursor: Cursor, base: number, count: number, values: Values): void {
  for (let index = 0; index < count; index++) values.push(base + cursor.u16())
}

function readBits(cursor: Cursor, base: number, values: Values): void {
  const bits = cursor.take(BITS_SIZE)
  for (let index = 0; index < 65536; index++) {
    if ((bits[index >> 3]! >> (index & 7)) & 1) values.push(base + index)
  }
}

/** Numbers in an array that doubles as it fills. */
class Values {
  #values = new Float64Array(1024)
  #length = 0

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  taken(): Float64Array {
    return this.#values.slice(0, this.#length)
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
