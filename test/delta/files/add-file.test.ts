import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareScalars } from '../../../src/delta/files/skipping/scalar.ts'
import { addFileFrom } from '../../../src/delta/index.ts'
import { DATE, type DataType, field, LONG, STRING, struct } from '../../../src/types/data-type.ts'

type Layout = Parameters<typeof addFileFrom>[2]

const mapped = (name: string, type: DataType, physicalName: string) =>
  field(name, type, true, { 'delta.columnMapping.physicalName': physicalName })

const layout = (more: Partial<Layout> = {}): Layout => ({
  schema: struct([field('a', LONG), field('s', struct([field('x', LONG), field('y', LONG)]))]),
  partitionColumns: [],
  configuration: {},
  ...more,
})

/** The action of a file whose every leaf has the bounds 1 and 2. */
const written = (table: Layout, partitionValues: Record<string, string | null> = {}) => {
  const columns = [['a'], ['s', 'x'], ['s', 'y']].map((path) => ({ path, min: '1', max: '2', nullCount: 0n }))
  const add = addFileFrom({ sizeBytes: 1, numRecords: 3n, partitionValues, columns }, 'f', table)
  return { ...add, stats: JSON.parse(add.stats!) as Record<string, unknown> }
}

describe('an add action', () => {
  it('has clustering columns among its statistics, whatever the properties leave out', () => {
    const configuration = { 'delta.dataSkippingNumIndexedCols': '0' }
    expect(written(layout({ configuration })).stats.minValues).toEqual({})
    expect(written(layout({ configuration, clusteringColumns: [['s', 'y']] })).stats).toMatchObject({
      minValues: { s: { y: 1 } },
      maxValues: { s: { y: 2 } },
      nullCount: { s: { y: 0 } },
    })
  })

  const schema = struct([
    mapped('a', LONG, 'col-1'),
    mapped('s', struct([mapped('x', LONG, 'col-3'), mapped('y', LONG, 'col-4')]), 'col-2'),
    mapped('day', DATE, 'col-5'),
  ])

  it('has physical names where the table maps columns, which properties name as the table does', () => {
    const configuration = {
      'delta.columnMapping.mode': 'name',
      'delta.dataSkippingStatsColumns': 's.y',
    }
    const table = layout({ schema, configuration, partitionColumns: ['day'], clusteringColumns: [['col-1']] })
    expect(written(table, { day: '2026-01-31' })).toMatchObject({
      partitionValues: { 'col-5': '2026-01-31' },
      stats: { minValues: { 'col-1': 1, 'col-2': { 'col-4': 1 } } },
    })
  })

  it('has the names of the table where it maps none, though fields have others', () => {
    const add = written(layout({ schema, partitionColumns: ['day'] }), { day: null })
    expect(add).toMatchObject({ partitionValues: { day: null }, stats: { minValues: { a: 1, s: { x: 1 } } } })
  })

  it.each(['', '0', '-1', 'many'])(
    'has prefixes of 32 characters where the wanted length is %j',
    (length) => {
      expect(bounds('x'.repeat(40), length)[0]).toBe('x'.repeat(32))
    },
  )

  it('has string bounds of the wanted length that hold in UTF-8 order', () => {
    const units = fc.constantFrom('a', '~', '\u007f', 'é', '\uffff', '😀', '\u{10ffff}')
    fc.assert(
      fc.property(
        fc.string({ unit: units, maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        (text, length) => {
          const [min, max] = bounds(text, String(length))
          expect(compareScalars(min!, text)).toBeLessThanOrEqual(0)
          expect(text.startsWith(min!)).toBe(true)
          expect(min!.length).toBeLessThanOrEqual(length + 1)
          expect(min!.isWellFormed()).toBe(true)
          if (max === undefined) return
          expect(compareScalars(max, text)).toBeGreaterThanOrEqual(0)
          expect(Buffer.compare(Buffer.from(max), Buffer.from(text))).toBeGreaterThanOrEqual(0)
          expect(max.length).toBeLessThanOrEqual(2 * length + 3)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

function bounds(text: string, length: string): [string | undefined, string | undefined] {
  const table = {
    schema: struct([field('c', STRING)]),
    partitionColumns: [],
    configuration: { 'delta.dataSkippingStringPrefixLength': length },
  }
  const columns = [{ path: ['c'], min: text, max: text, nullCount: 0n }]
  const { stats } = addFileFrom({ sizeBytes: 1, numRecords: 1n, partitionValues: {}, columns }, 'f', table)
  const { minValues, maxValues } = JSON.parse(stats!) as Record<string, { c?: string }>
  return [minValues!.c, maxValues!.c]
}
