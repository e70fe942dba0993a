import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDeletionVector } from '../../../src/delta/deletion-vector/deletion-vector.ts'
import { readRoaring64 } from '../../../src/delta/deletion-vector/read-roaring.ts'
import { writeDeletionVectors } from '../../../src/delta/deletion-vector/write-deletion-vectors.ts'
import { writeRoaring64 } from '../../../src/delta/deletion-vector/write-roaring.ts'
import { decodeZ85, encodeZ85 } from '../../../src/delta/deletion-vector/z85.ts'
import { memoryStorage } from '../../../src/storage/index.ts'
import { fileInLog } from '../../support/delta.ts'

const range = (from: number, count: number, step = 1) =>
  Float64Array.from({ length: count }, (_, i) => from + i * step)

/** Sets of positions as deletes leave them: scattered, dense, in runs, beyond 32 bits. */
const positions = fc
  .array(
    fc.record({
      from: fc.oneof(
        fc.nat(200_000),
        fc.nat(300_000).map((each) => 2 ** 32 + each),
      ),
      count: fc.oneof(fc.constant(1), fc.nat(100), fc.nat(9000)),
      step: fc.constantFrom(1, 1, 2, 3, 7),
    }),
    { maxLength: 12 },
  )
  .map((parts) => {
    const all = new Set(parts.flatMap(({ from, count, step }) => [...range(from, count, step)]))
    return Float64Array.from(all).sort()
  })

describe('a Roaring bitmap', () => {
  it('holds what was put into it', () => {
    fc.assert(
      fc.property(positions, (values) => {
        expect(readRoaring64(writeRoaring64(values))).toEqual(values)
      }),
      { numRuns: 60 },
    )
  })

  it.each<[string, Float64Array, number]>([
    ['few values as a sorted array', Float64Array.of(3, 4, 7, 11, 18, 29), 12 + 4 + 8 + 4 + 4 + 6 * 2],
    ['neighbours as runs', range(10, 50_000), 12 + 4 + 4 + 1 + 4 + 2 + 4],
    ['many values apart as bits', range(0, 20_000, 2), 12 + 4 + 8 + 4 + 4 + 8192],
    ['nothing', new Float64Array(0), 12],
  ])('stores %s', (_case, values, size) => {
    expect(writeRoaring64(values)).toHaveLength(size)
  })

  it('is byte for byte that of the Java library', () => {
    const text = '^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L'
    const bytes = writeRoaring64(Float64Array.of(3, 4, 7, 11, 18, 29))
    expect(Buffer.from(bytes)).toEqual(Buffer.from(decodeZ85(text, 44)))
    expect(encodeZ85(bytes)).toBe(text)
  })
})

describe('Z85', () => {
  it('gives back all bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(Buffer.from(decodeZ85(encodeZ85(bytes), bytes.length))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('is that of ZeroMQ RFC 32', () => {
    expect(encodeZ85(Buffer.from('864FD26FB559F75B', 'hex'))).toBe('HelloWorld')
  })
})

describe('writing deletion vectors', () => {
  const stats = '{"numRecords":100000,"minValues":{"d":1.50}}'

  it('puts small ones into the log and large ones into one file', async () => {
    const storage = memoryStorage()
    const written = await writeDeletionVectors(storage, [
      { file: fileInLog('a.parquet', { stats }), rows: Float64Array.of(29, 3, 4, 7, 11, 18) },
      { file: fileInLog('b.parquet', { stats }), rows: range(0, 100, 3) },
      { file: fileInLog('c.parquet', { stats }), rows: range(0, 20_000, 2) },
    ])
    expect(written.map((each) => each.deletionVector)).toEqual([
      {
        storageType: 'i',
        pathOrInlineDv: '^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L',
        sizeInBytes: 44,
        cardinality: 6,
      },
      expect.objectContaining({ storageType: 'i', cardinality: 100 }),
      expect.objectContaining({ storageType: 'u', offset: 1, sizeInBytes: 8224, cardinality: 20_000 }),
    ])
    expect(written[0]!.stats).toBe('{"numRecords":100000,"minValues":{"d":1.50},"tightBounds":false}')
    const files = await Array.fromAsync(storage.list(''))
    expect(files.map((each) => each.path)).toEqual([
      expect.stringMatching(/^deletion_vector_[0-9a-f-]{36}\.bin$/),
    ])
    expect((await storage.read(files[0]!.path))!.subarray(0, 5)).toEqual(Buffer.from([1, 0, 0, 0x20, 0x20]))
  })

  it('unites them with the old ones', async () => {
    const storage = memoryStorage()
    let file = fileInLog('a.parquet', { stats })
    for (const rows of [range(0, 3000, 3), range(0, 3000, 5), range(0, 0)]) {
      ;[file] = (await writeDeletionVectors(storage, [{ file, rows }])) as [typeof file]
    }
    const expected = [...new Set([...range(0, 3000, 3), ...range(0, 3000, 5)])].sort((a, b) => a - b)
    const rows = await readDeletionVector(file.deletionVector!, storage, file.path)
    expect([...rows]).toEqual(expected)
    expect(file.deletionVector!.cardinality).toBe(expected.length)
    expect(file.stats).toBe('{"numRecords":100000,"minValues":{"d":1.50},"tightBounds":false}')
  })
})
