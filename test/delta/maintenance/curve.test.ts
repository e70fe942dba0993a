import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RowSession } from '../../../src/delta/index.ts'
import { withCurve } from '../../../src/delta/maintenance/curve.ts'
import { parseQuery } from '../../../src/sql/index.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
let session: RowSession
beforeAll(async () => {
  tables = await openTestTables()
  session = await tables.engine.openSession()
})
afterAll(async () => {
  await session.close()
  await tables.close()
})

/** Every cell of a grid with its position on the curve, in the order of the curve. */
async function cellsAlong(curve: 'hilbert' | 'zorder', dimensions: number, bits: number) {
  const names = Array.from({ length: dimensions }, (_, i) => `r${i}`)
  const grid = parseQuery(cellsOf(names, 2 ** bits))
  const rows = await session.rows(withCurve(grid, names, { curve, bits, name: 'at' }))
  return rows
    .map((row) => ({ at: Number(row.at(-1)), cell: row.slice(dimensions, 2 * dimensions) as number[] }))
    .sort((a, b) => a.at - b.at)
}

/** The cells as literal rows, each coordinate twice: the curve uses one of them up. */
function cellsOf(names: readonly string[], side: number): string {
  const rows = Array.from({ length: side ** names.length }, (_, index) => {
    const cell = names.map((_, axis) => Math.floor(index / side ** axis) % side)
    return `(${[...cell, ...cell].join(', ')})`
  })
  const columns = [...names, ...names.map((name) => `cell_${name}`)]
  return `SELECT * FROM VALUES ${rows.join(', ')} AS t(${columns.join(', ')})`
}

it.each([
  [2, 4],
  [3, 2],
  [4, 2],
])(
  'a Hilbert curve through %i ranks of %i bits visits every cell once, a step at a time',
  async (n, bits) => {
    const cells = await cellsAlong('hilbert', n, bits)
    expect(cells.map((each) => each.at)).toEqual(Array.from({ length: 2 ** (n * bits) }, (_, i) => i))
    const steps = cells
      .slice(1)
      .map(({ cell }, i) => cell.reduce((sum, x, axis) => sum + Math.abs(x - cells[i]!.cell[axis]!), 0))
    expect(new Set(steps)).toEqual(new Set([1]))
  },
)

it('a Hilbert curve begins in one corner and turns as it is drawn', async () => {
  const cells = await cellsAlong('hilbert', 2, 2)
  expect(cells.map((each) => each.cell.join(''))).toEqual(
    '00 10 11 01 02 03 13 12 22 23 33 32 31 21 20 30'.split(' '),
  )
})

it('a Z-order curve interleaves the bits of the ranks', async () => {
  const cells = await cellsAlong('zorder', 2, 2)
  expect(cells.map((each) => each.cell.join(''))).toEqual(
    '00 01 10 11 02 03 12 13 20 21 30 31 22 23 32 33'.split(' '),
  )
})
