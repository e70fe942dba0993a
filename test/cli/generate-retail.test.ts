import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BatchCounts, LandingTables } from '../../src/cli/generate/retail/landing-tables.ts'
import { type RetailOptions, retailDefaults } from '../../src/cli/generate/retail/retail-options.ts'
import { DeltaTable } from '../../src/delta-table/index.ts'

const options = { ...retailDefaults, sales: 40, dirtyShare: 0.3 }
const names = ['customers', 'products', 'stores', 'sales'] as const

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'retail-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Opens the tables, adds batches and closes them again; the counts of each batch. */
async function generate(
  name: string,
  batches: number,
  given: RetailOptions = options,
): Promise<BatchCounts[]> {
  await using landing = await LandingTables.open(join(folder, name), given)
  const counts: BatchCounts[] = []
  for (let i = 0; i < batches; i++) {
    const last = landing.lastBatchMs
    counts.push(await landing.write(last === undefined ? given.startMs : last + given.intervalMs, given))
  }
  return counts
}

/** The rows of the four tables, in the order in which they landed. */
async function landed(name: string) {
  const rows: Record<string, object[]> = {}
  for (const table of names) {
    await using opened = await DeltaTable.forPath(join(folder, name, table))
    const found = await opened.toArray()
    rows[table] = found.map((row) => ({ ...row })).sort((a, b) => (text(a) < text(b) ? -1 : 1))
  }
  return rows
}

const text = (row: object) =>
  JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value))

describe('the rows are', () => {
  test('the same for the same seed, and others for another', async () => {
    await generate('a', 4)
    await generate('b', 4)
    await generate('other', 4, { ...options, seed: 7 })
    expect(await landed('b')).toEqual(await landed('a'))
    expect((await landed('other')).sales).not.toEqual((await landed('a')).sales)
  })

  test('the same whether the generator was stopped in between or not', async () => {
    await generate('at once', 6)
    await generate('in parts', 1)
    await generate('in parts', 3)
    await generate('in parts', 2)
    expect(await landed('in parts')).toEqual(await landed('at once'))
  })

  test('the same when the generator died in the middle of a batch', async () => {
    await generate('whole', 3)
    await generate('killed', 2)
    for (const table of ['customers', 'products']) {
      cpSync(join(folder, 'whole', table), join(folder, 'killed', table), { recursive: true, force: true })
    }
    await generate('killed', 0)
    expect(await landed('killed')).toEqual(await landed('whole'))
  })
})

describe('a batch', () => {
  test('has its sales, and no more changes than are allowed', async () => {
    for (const counts of await generate('a', 12)) {
      expect(counts.sales).toBe(40)
      expect(counts.customers).toBeLessThanOrEqual(options.customers)
      expect(counts.products).toBeLessThanOrEqual(options.products)
      expect(counts.stores).toBeLessThanOrEqual(options.stores)
    }
  })

  test('has no sales before customers, products and stores have ids', async () => {
    const few = { ...options, stores: 1, products: 1, customers: 1, seed: 10 }
    const counts = await generate('a', 6, few)
    const first = (['customers', 'products', 'stores'] as const).map((name) =>
      counts.findIndex((each) => each[name] > 0),
    )
    expect(first).toEqual([4, 1, 2])
    expect(counts.map((each) => each.sales)).toEqual([0, 0, 0, 0, 40, 40])
    await expect(generate('never', 3, { ...options, stores: 0 })).resolves.toMatchObject([
      { sales: 0 },
      { sales: 0 },
      { sales: 0 },
    ])
  })

  test('tells of events of its last minute', async () => {
    await generate('a', 2)
    for (const rows of Object.values(await landed('a'))) {
      for (const row of rows as Record<string, string | null>[]) {
        const time = row.sale_timestamp ?? row.update_timestamp
        if (time === null || time === undefined) continue
        const ageMs =
          options.startMs + options.intervalMs - Date.parse(`${time.replace(' ', 'T').slice(0, 23)}Z`)
        expect(ageMs).toBeGreaterThanOrEqual(0)
        expect(ageMs).toBeLessThanOrEqual(options.intervalMs + options.skewMs)
      }
    }
  })
})

test('ids are those of the rows before, and sales name known ones', async () => {
  await generate('a', 3)
  const before = await landed('a')
  await generate('a', 1)
  const after = await landed('a')
  const ids = (rows: readonly object[] | undefined, key: string) =>
    (rows as Record<string, bigint | null>[]).map((row) => row[key]).filter((id) => id !== null) as bigint[]
  const last = (rows: readonly object[] | undefined, key: string) =>
    ids(rows, key).reduce((most, id) => (id > most ? id : most), 0n)
  expect(last(after.sales, 'transaction_id')).toBeGreaterThan(last(before.sales, 'transaction_id'))
  expect(new Set(ids(after.sales, 'transaction_id')).size).toBe(Number(last(after.sales, 'transaction_id')))
  for (const [table, key] of [
    ['customers', 'customer_id'],
    ['products', 'product_id'],
    ['stores', 'store_id'],
  ] as const) {
    const known = new Set(ids(after[table], key))
    expect(known.size).toBe(Number(last(after[table], key)))
    expect(ids(after.sales, key).every((id) => known.has(id))).toBe(true)
  }
})

test('a share of nothing is dirty, when none is wanted', async () => {
  await generate('a', 3, { ...options, dirtyShare: 0 })
  const { sales } = await landed('a')
  for (const row of sales as Record<string, number | string | null>[]) {
    expect(Object.values(row)).not.toContain(null)
    expect(row.unit_price).toBeGreaterThan(0)
    expect(row.discount).toBeGreaterThanOrEqual(0)
    expect(row.discount).toBeLessThan(1)
    expect(row.quantity).not.toBe(0)
  }
  expect(new Set(sales!.map((row) => (row as { transaction_id: bigint }).transaction_id)).size).toBe(120)
})
