import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readDeletionVector } from '../../../src/delta/deletion-vector/deletion-vector.ts'
import type { DeletionVectorDescriptor } from '../../../src/delta/index.ts'
import { memoryStorage } from '../../../src/storage/index.ts'

const storage = memoryStorage()
const read = (descriptor: Partial<DeletionVectorDescriptor>) =>
  readDeletionVector(descriptor as DeletionVectorDescriptor, storage, 'f.parquet')

const header = (buckets: number) => {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32LE(1681511377, 0)
  bytes.writeBigUInt64LE(BigInt(buckets), 4)
  return bytes
}
const u16 = (...values: number[]) => Buffer.from(Uint16Array.from(values).buffer)
const u32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer)

/** Stores a bitmap as Delta's files of deletion vectors do, behind `before` other bytes. */
async function stored(bitmap: Buffer, change: { checksum?: number; size?: number } = {}): Promise<void> {
  const size = Buffer.alloc(4)
  size.writeInt32BE(change.size ?? bitmap.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(change.checksum ?? crc32(bitmap))
  const file = Buffer.concat([Buffer.from([1]), size, bitmap, checksum])
  await storage.put('ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin', file)
}
const ON_DISK = { storageType: 'u', pathOrInlineDv: 'ab^-aqEH.-t@S}K{vb[*k^', offset: 1 } as const

describe('a deletion vector', () => {
  it('stands in the log', async () => {
    const rows = await read({
      storageType: 'i',
      pathOrInlineDv: '^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L',
      sizeInBytes: 44,
      cardinality: 6,
    })
    expect([...rows]).toEqual([3, 4, 7, 11, 18, 29])
  })

  it('stands in a file, as array, bits and runs, beyond 32 bits', async () => {
    const bits = Buffer.alloc(8192)
    for (let value = 0; value < 65536; value += 2) bits[value >> 3]! |= 1 << (value & 7)
    const plain = Buffer.concat([u32(0, 12346, 2), u16(0, 1, 1, 32767), u32(0, 0), u16(5, 6), bits])
    const runs = Buffer.concat([u32(1, 12347), Buffer.from([1]), u16(0, 3), u16(2, 10, 1, 20, 1)])
    const bitmap = Buffer.concat([header(2), plain, runs])
    await stored(bitmap)
    const rows = await read({ ...ON_DISK, sizeInBytes: bitmap.length, cardinality: 2 + 32768 + 4 })
    expect([...rows.slice(0, 4)]).toEqual([5, 6, 65536, 65538])
    const high = 2 ** 32
    expect([...rows.slice(-4)]).toEqual([high + 10, high + 11, high + 20, high + 21])
  })

  const small = Buffer.concat([header(1), u32(0, 12346, 1), u16(0, 0), u32(0), u16(7)])
  it.each<[string, () => Promise<void>, Partial<DeletionVectorDescriptor>, string]>([
    [
      'another checksum',
      () => stored(small, { checksum: 1 }),
      {},
      'the checksum in ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin is wrong',
    ],
    [
      'another size',
      () => stored(small, { size: 5 }),
      {},
      'ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin holds another size than the log says',
    ],
    [
      'another number of rows',
      () => stored(small),
      { cardinality: 2 },
      'it holds 1 rows where the log says 2',
    ],
    ['other bytes', () => stored(Buffer.alloc(small.length)), {}, 'it is not a portable Roaring bitmap'],
    [
      'a torn bitmap',
      () => stored(small.subarray(0, 20)),
      { sizeInBytes: 20 },
      'it is not a portable Roaring bitmap',
    ],
    [
      'no file',
      () => storage.deleteAll(''),
      {},
      'ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin is missing or too short',
    ],
  ])('with %s is refused', async (_case, prepare, change, detail) => {
    await prepare()
    const descriptor = { ...ON_DISK, sizeInBytes: small.length, cardinality: 1, ...change }
    await expect(read(descriptor)).rejects.toMatchObject({
      condition: 'DELTA_INVALID_DELETION_VECTOR',
      parameters: { file: 'f.parquet', table: 'memory:', detail },
    })
  })
})
