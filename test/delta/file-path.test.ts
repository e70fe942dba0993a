import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addFileFrom, dataFilePath, decodePath, encodePath } from '../../src/delta/index.ts'
import { field, LONG, STRING, struct } from '../../src/types/data-type.ts'

describe('paths in the log', () => {
  it.each([
    ['part-0.parquet', 'part-0.parquet'],
    ['day=2024-01-01/part-0.parquet', 'day=2024-01-01/part-0.parquet'],
    ['_2=bar+%2521/x', '_2=bar+%252521/x'],
    ['ts=2024-01-01 10%3A00/x', 'ts=2024-01-01%2010%253A00/x'],
    ['test%file%x', 'test%25file%25x'],
    ['ü/#?[]', '%C3%BC/%23%3F%5B%5D'],
    ['a=b+c@d:e&f,g;h$i', 'a=b+c@d:e&f,g;h$i'],
  ])('%j is written %j', (path, encoded) => {
    expect(encodePath(path)).toBe(encoded)
    expect(decodePath(encoded)).toBe(path)
  })

  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (path) => {
        expect(decodePath(encodePath(path))).toBe(path)
      }),
    )
  })

  it('that are no valid encoding are taken as they stand', () => {
    expect(decodePath('50%-off')).toBe('50%-off')
  })
})

describe('names of data files', () => {
  const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'

  it.each<[Record<string, string | null>, string]>([
    [{}, ''],
    [{ day: '2026-01-31' }, 'day=2026-01-31/'],
    [{ day: null }, 'day=__HIVE_DEFAULT_PARTITION__/'],
    [{ day: '' }, 'day=__HIVE_DEFAULT_PARTITION__/'],
    [{ 'a b': 'x/../y', z: '50 % ü' }, 'a%20b=x%2F..%2Fy/z=50%20%25%20%C3%BC/'],
    [{ at: '2026-01-31T10:00:00Z' }, 'at=2026-01-31T10%3A00%3A00Z/'],
  ])('of %j are in %s', (values, folder) => {
    const path = dataFilePath(Object.keys(values), values)
    expect(path.startsWith(folder)).toBe(true)
    expect(path.slice(folder.length)).toMatch(new RegExp(`^part-${uuid}\\.parquet$`))
  })

  it('fit into a file system however long the value is', () => {
    expect(dataFilePath(['p'], { p: 'ü'.repeat(1000) }).split('/')[0]!.length).toBeLessThanOrEqual(255)
  })
})

describe('the action of a written file', () => {
  it('has the encoded path and a null for each empty partition value', () => {
    const written = {
      sizeBytes: 12,
      numRecords: 3n,
      partitionValues: { p: '', q: 'a b', other: 'x' },
      columns: [{ path: ['id'], min: '1', max: '3', nullCount: 0n }],
    }
    const schema = struct([field('id', LONG), field('p', STRING), field('q', STRING), field('r', STRING)])
    const table = { schema, partitionColumns: ['p', 'q', 'r'], configuration: {} }
    expect(addFileFrom(written, 'q=a%20b/f.parquet', table, 1_700_000_000_000)).toEqual({
      path: 'q=a%2520b/f.parquet',
      partitionValues: { p: null, q: 'a b', r: null },
      size: 12,
      modificationTime: 1_700_000_000_000,
      dataChange: true,
      stats: '{"numRecords":3,"minValues":{"id":1},"maxValues":{"id":3},"nullCount":{"id":0}}',
    })
  })
})
