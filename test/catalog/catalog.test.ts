import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Catalog, checkOwner, formatName, nameKey } from '../../src/catalog/index.ts'
import { PipelineError } from '../../src/errors/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function catalog(options: { tables?: Record<string, string>; privateTables?: string[][] } = {}) {
  return new Catalog({
    warehouse: join(folder, 'warehouse'),
    storage: join(folder, 'storage'),
    tables: options.tables ?? {},
    defaultCatalog: 'main',
    defaultSchema: 'shop',
    privateTables: options.privateTables,
  })
}

function createTable(path: string) {
  mkdirSync(join(folder, path, '_delta_log'), { recursive: true })
}

function thrown(action: () => unknown): PipelineError {
  try {
    action()
  } catch (error) {
    if (error instanceof PipelineError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a name', () => {
  test('is completed with the default catalog and schema', () => {
    expect(catalog().qualify(['orders'])).toEqual({ catalog: 'main', schema: 'shop', table: 'orders' })
    expect(catalog().qualify(['raw', 'orders'])).toEqual({ catalog: 'main', schema: 'raw', table: 'orders' })
    expect(catalog().qualify(['dev', 'raw', 'orders'])).toEqual({
      catalog: 'dev',
      schema: 'raw',
      table: 'orders',
    })
  })

  test('may be given as SQL text', () => {
    expect(catalog().qualify('dev.`my.raw`.orders')).toEqual({
      catalog: 'dev',
      schema: 'my.raw',
      table: 'orders',
    })
  })

  test('has at most three parts', () => {
    const error = thrown(() => catalog().qualify(['a', 'b', 'c', 'd']))
    expect(error.condition).toBe('IDENTIFIER_TOO_MANY_NAME_PARTS')
    expect(error.parameters).toEqual({ identifier: 'a.b.c.d', count: '4' })
  })

  test('is printed with backticks where SQL needs them', () => {
    expect(formatName({ catalog: 'main', schema: 'my-shop', table: 'a`b' })).toBe('main.`my-shop`.`a``b`')
  })
})

describe('a table is in the folder', () => {
  test('catalog/schema/table of the warehouse', () => {
    expect(catalog().locate(['orders']).folder).toBe(join(folder, 'warehouse/main/shop/orders'))
  })

  test('in the storage of the pipeline also when nobody says that it is private, where one is found', () => {
    createTable('storage/tables/main/shop/hidden')
    expect(catalog().find('hidden').folder).toBe(join(folder, 'storage/tables/main/shop/hidden'))
  })

  test('of lower case, with everything that is not a letter, a digit, _ or - encoded', () => {
    expect(catalog().locate(['Bestellungen Köln/../x']).folder).toBe(
      join(folder, 'warehouse/main/shop/bestellungen%20k%c3%b6ln%2f%2e%2e%2fx'),
    )
  })

  test('in the storage of the pipeline when it is private', () => {
    const names = catalog({ privateTables: [['Hidden']] })
    expect(names.locate(['hidden']).folder).toBe(join(folder, 'storage/tables/main/shop/hidden'))
  })

  test('where it was registered', () => {
    const names = catalog({ tables: { 'raw.Orders': '/lake/orders' } })
    expect(names.locate(['main', 'RAW', 'orders']).folder).toBe('/lake/orders')
  })

  test('below the warehouse whatever it is called, and another name has another folder', () => {
    const part = fc.string({ minLength: 1, unit: 'binary' })
    fc.assert(
      fc.property(part, part, (a, b) => {
        const [first, second] = [catalog().locate([a]), catalog().locate([b])]
        expect(first.folder).toMatch(/\/warehouse\/main\/shop\/[a-z0-9_%-]+$/)
        expect(first.folder === second.folder).toBe(nameKey(first.name) === nameKey(second.name))
      }),
    )
  })
})

describe('finding a table', () => {
  test('ignores case', () => {
    createTable('warehouse/main/shop/orders')
    expect(catalog().find(['ORDERS']).folder).toBe(join(folder, 'warehouse/main/shop/orders'))
  })

  test('names the nearest one when there is none', () => {
    createTable('warehouse/main/shop/orders')
    createTable('warehouse/main/shop/customers')
    const error = thrown(() => catalog().find(['ordres'], { file: 'gold.sql', line: 3, column: 6 }))
    expect(error.condition).toBe('TABLE_OR_VIEW_NOT_FOUND')
    expect(error.parameters).toEqual({
      relationName: 'main.shop.ordres',
      suggestion: "Did you mean 'orders'?",
    })
    expect(error.position).toEqual({ file: 'gold.sql', line: 3, column: 6 })
  })

  test('says what there is when nothing is near', () => {
    createTable('warehouse/main/shop/orders')
    expect(thrown(() => catalog().find(['weather'])).hint).toBe('Tables are: orders.')
  })

  test('says so when there is no table at all', () => {
    expect(thrown(() => catalog().find(['orders'])).hint).toBe(
      `No table is in ${join(folder, 'warehouse')} yet.`,
    )
  })
})

test('the list holds tables of the warehouse, private and registered ones, by name', () => {
  createTable('warehouse/main/shop/orders')
  createTable('warehouse/main/a%20b/first')
  createTable('storage/tables/main/shop/hidden')
  mkdirSync(join(folder, 'warehouse/main/shop/no_table'))
  const names = catalog({ tables: { weather: '/lake/weather' }, privateTables: [['hidden']] })
  expect(names.list().map((entry) => formatName(entry.name))).toEqual([
    'main.`a b`.first',
    'main.shop.hidden',
    'main.shop.orders',
    'main.shop.weather',
  ])
})

describe('a table belongs to the pipeline that created it', () => {
  const entry = { name: { catalog: 'main', schema: 'shop', table: 'orders' }, folder: '/w/main/shop/orders' }

  test('which may write it', () => {
    expect(() => checkOwner(entry, { 'pipelines.pipelineId': 'p1' }, 'p1')).not.toThrow()
  })

  test('and to nobody when it names none', () => {
    expect(() => checkOwner(entry, {}, 'p1')).not.toThrow()
  })

  test('others may not write it', () => {
    const error = thrown(() => checkOwner(entry, { 'pipelines.pipelineId': 'p1' }, 'p2'))
    expect(error.condition).toBe('TABLE_MANAGED_BY_OTHER_PIPELINE')
    expect(error.parameters).toEqual({
      tableName: 'main.shop.orders',
      owner: 'p1',
      pipeline: 'p2',
      path: '/w/main/shop/orders',
    })
  })
})
