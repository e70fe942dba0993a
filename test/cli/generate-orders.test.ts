import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defectAt, orderAt, orderDefaults, orders, type RawOrder } from '../../src/cli/generate/order-rows.ts'
import { writeOrders } from '../../src/cli/generate/write-orders.ts'

const options = { ...orderDefaults, dirtyShare: 0.2 }
const rows = [...orders(1, 5000, options)]
const HOUR_MS = 3_600_000

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orders-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('orders are', () => {
  test('the same for the same seed, and others for another', () => {
    expect([...orders(1, 5000, options)]).toEqual(rows)
    expect([...orders(1, 5000, { ...options, seed: 7 })]).not.toEqual(rows)
  })

  test('the same whether they are made at once or in parts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), (cut) => {
        const parts = [...orders(1, cut, options), ...orders(cut + 1, 5000 - cut, options)]
        expect(parts).toEqual(rows)
      }),
      { numRuns: 10 },
    )
  })

  test('what they were in the first version', () => {
    expect(orderAt(1, orderDefaults)).toEqual({
      order_id: 1,
      customer_id: 488,
      amount: 112.8,
      status: 'completed',
      order_date: '2025-01-01T00:10:34.122Z',
      region: 'EU',
    })
  })

  test('never as late as an hour, so that a watermark of that length loses none', () => {
    let latest = 0
    for (const { order_date } of rows) {
      const time = Date.parse(order_date)
      expect(latest - time).toBeLessThan(HOUR_MS)
      latest = Math.max(latest, time)
    }
  })

  test('clean when no dirty ones are wanted', () => {
    for (const [i, order] of [...orders(1, 1000, { ...options, dirtyShare: 0 })].entries()) {
      expect(order.order_id).toBe(i + 1)
      expect(order.amount).toBeGreaterThanOrEqual(10)
      expect(order.amount).toBeLessThanOrEqual(1000)
      expect(order.customer_id).toBeGreaterThanOrEqual(1)
      expect(order.customer_id).toBeLessThanOrEqual(1000)
    }
  })
})

describe('dirty orders', () => {
  test('have the share that was asked for', () => {
    const dirty = rows.filter((_, i) => defectAt(i + 1, options) !== undefined)
    expect(dirty.length / rows.length).toBeCloseTo(0.2, 1)
  })

  test.each<[string, (order: RawOrder) => boolean]>([
    ['a null order_id', (order) => order.order_id === null],
    ['no order_id', (order) => order.order_id === undefined],
    ['a null amount', (order) => order.amount === null],
    ['no amount', (order) => order.amount === undefined],
    ['a negative amount', (order) => Number(order.amount) < 0],
    ['an amount of zero', (order) => order.amount === 0],
    ['too high an amount', (order) => Number(order.amount) >= 100_000],
    ['an amount as text', (order) => typeof order.amount === 'string'],
    ['no customer', (order) => order.customer_id === null],
  ])('have %s', (_, isSuch) => {
    expect(rows.some(isSuch)).toBe(true)
  })

  test('are sometimes sent twice, with the same content', () => {
    const seen = new Set<string>()
    const duplicates = rows
      .map((row) => JSON.stringify(row))
      .filter((row) => seen.size === seen.add(row).size)
    expect(duplicates.length).toBeGreaterThan(50)
  })

  test('are sometimes a bad first copy of an order that comes again five rows later, good', () => {
    const first = rows.findIndex((_, i) => defectAt(i + 1, options) === 'bad first copy')
    expect(rows[first]!.amount).toBeLessThan(0)
    expect(rows[first + 5]).toEqual({ ...rows[first]!, amount: -Number(rows[first]!.amount) })
  })

  test('never have a status that fails an update', () => {
    expect(new Set(rows.map((order) => order.status))).toEqual(new Set(['completed', 'pending', 'cancelled']))
  })

  test('have one with such a status when a fatal row is wanted', () => {
    const statuses = [...orders(1, 100, options, true)].map((order) => order.status)
    expect(statuses.filter((status) => status === 'refunded')).toHaveLength(1)
  })
})

describe('files', () => {
  const names = () => readdirSync(join(folder, 'orders')).sort()
  const lines = () =>
    names().flatMap((name) =>
      readFileSync(join(folder, 'orders', name), 'utf8')
        .trimEnd()
        .split('\n'),
    )

  test('are named for the rows that they hold, spread evenly', () => {
    writeOrders({ ...options, folder, rows: 10, files: 3 })
    expect(names()).toEqual([
      'orders-0000000001-0000000003.json',
      'orders-0000000004-0000000006.json',
      'orders-0000000007-0000000010.json',
    ])
    expect(lines()).toHaveLength(10)
  })

  test('go on after those that are there', () => {
    writeOrders({ ...options, folder, rows: 30 })
    const { firstRow, lastRow } = writeOrders({ ...options, folder, rows: 20 })
    expect([firstRow, lastRow]).toEqual([31, 50])
    expect(lines().map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(rows.slice(0, 50))))
  })

  test('start where they are told to', () => {
    const { firstRow } = writeOrders({ ...options, folder, rows: 5, firstRow: 1000 })
    expect(firstRow).toBe(1000)
    expect(names()).toEqual(['orders-0000001000-0000001004.json'])
  })

  test('hold one fatal row in all', () => {
    writeOrders({ ...options, folder, rows: 90, files: 3, fatal: true })
    expect(lines().filter((line) => line.includes('refunded'))).toHaveLength(1)
  })
})
