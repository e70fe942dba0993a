import { ARRAY_LIMIT, BITS_SIZE, NO_RUNS, OFFSETS_FROM, PORTABLE, WITH_RUNS } from './roaring-format.ts'

/** Whole numbers from 0 to 2^53, ascending and distinct, as a 64-bit Roaring bitmap in its portable format. */
export function writeRoaring64(values: Float64Array): Uint8Array {
  const buckets = [...groupsBy(values, 2 ** 32)]
  const header = Buffer.alloc(12)
  header.writeUInt32LE(PORTABLE, 0)
  header.writeBigUInt64LE(BigInt(buckets.length), 4)
  const parts = buckets.flatMap(({ key, values: inBucket }) => [littleEndian32(key), roaring32(inBucket)])
  return Buffer.concat([header, ...parts])
}

/** The values that share a quotient by `size`, in order. */
function* groupsBy(
  values: Float64Array,
  size: number,
): Generator<{ readonly key: number; readonly values: Float64Array }> {
  for (let start = 0; start < values.length; ) {
    const key = Math.floor(values[start]! / size)
    let end = start + 1
    while (end < values.length && values[end]! < (key + 1) * size) end += 1
    yield { key, values: values.subarray(start, end) }
    start = end
  }
}

interface Container {
  readonly key: number
  readonly cardinality: number
  readonly isRuns: boolean
  readonly bytes: Buffer
}

/** https://github.com/RoaringBitmap/RoaringFormatSpec, of the values' lower 32 bits. */
function roaring32(values: Float64Array): Buffer {
  const containers = [...groupsBy(values, 65536)].map((group) => containerOf(group.key % 65536, group.values))
  const hasRuns = containers.some((each) => each.isRuns)
  const cookie = hasRuns
    ? [littleEndian32(WITH_RUNS + (containers.length - 1) * 65536), runFlags(containers)]
    : [littleEndian32(NO_RUNS), littleEndian32(containers.length)]
  const heads = containers.flatMap(({ key, cardinality }) => littleEndian16([key, cardinality - 1]))
  const front = Buffer.concat([...cookie, ...heads])
  const hasOffsets = !hasRuns || containers.length >= OFFSETS_FROM
  const offsets: Buffer[] = []
  let offset = front.length + 4 * containers.length
  for (const { bytes } of containers) {
    offsets.push(littleEndian32(offset))
    offset += bytes.length
  }
  return Buffer.concat([front, ...(hasOffsets ? offsets : []), ...containers.map((each) => each.bytes)])
}

function runFlags(containers: readonly Container[]): Buffer {
  const flags = Buffer.alloc(Math.ceil(containers.length / 8))
  for (const [i, { isRuns }] of containers.entries()) if (isRuns) flags[i >> 3]! |= 1 << (i & 7)
  return flags
}

/** The smallest of the three forms. */
function containerOf(key: number, values: Float64Array): Container {
  const cardinality = values.length
  const runs = runsOf(values)
  const plainSize = cardinality <= ARRAY_LIMIT ? 2 * cardinality : BITS_SIZE
  const isRuns = 2 + 2 * runs.length < plainSize
  const bytes = isRuns
    ? littleEndian16([runs.length / 2, ...runs])
    : cardinality <= ARRAY_LIMIT
      ? littleEndian16(values.map((each) => each % 65536))
      : bitsOf(values)
  return { key, cardinality, isRuns, bytes }
}

/** Start and length - 1 of each run of neighbours; the search ends where runs would no longer be the smallest form. */
function runsOf(values: Float64Array): number[] {
  const runs: number[] = []
  for (let i = 0; i < values.length && 2 * runs.length < BITS_SIZE; ) {
    let last = i
    while (last + 1 < values.length && values[last + 1] === values[last]! + 1) last += 1
    runs.push(values[i]! % 65536, last - i)
    i = last + 1
  }
  return runs
}

function bitsOf(values: Float64Array): Buffer {
  const bits = Buffer.alloc(BITS_SIZE)
  for (const value of values) {
    const low = value % 65536
    bits[low >> 3]! |= 1 << (low & 7)
  }
  return bits
}

function littleEndian16(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  for (let i = 0; i < values.length; i++) bytes.writeUInt16LE(values[i]!, 2 * i)
  return bytes
}

function littleEndian32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
