import { expect, test } from 'vitest'
import type { Project } from '../../src/plan/relation.ts'
import { parseQuery } from '../../src/sql/index.ts'

const leaf = (from: string) => {
  const { position: _position, ...rest } = (parseQuery(`SELECT * FROM ${from}`) as Project).input
  return rest
}

test('table_changes is a table read with readChangeFeed', () => {
  expect(leaf("table_changes('sales.orders', 2)")).toEqual({
    kind: 'Read',
    name: ['sales', 'orders'],
    options: { readChangeFeed: 'true', startingVersion: '2' },
    isStreaming: false,
  })
  expect(leaf("STREAM table_changes('orders')")).toEqual({
    kind: 'Read',
    name: ['orders'],
    options: { readChangeFeed: 'true' },
    isStreaming: true,
  })
})

test('numbers are versions and texts are times', () => {
  expect(leaf("table_changes('orders', '2026-01-31', '2026-02-01 10:00:00')")).toMatchObject({
    options: { startingTimestamp: '2026-01-31', endingTimestamp: '2026-02-01 10:00:00' },
  })
  expect(leaf("table_changes('orders', 0, 5)")).toMatchObject({
    options: { startingVersion: '0', endingVersion: '5' },
  })
})

test('table_changes_by_path names a folder', () => {
  expect(leaf("table_changes_by_path('data/orders', 1)")).toEqual({
    kind: 'DataSource',
    format: 'delta',
    paths: ['data/orders'],
    options: { readChangeFeed: 'true', startingVersion: '1' },
    isStreaming: false,
  })
  expect(leaf("table_changes('delta.`/data/orders`', 1)")).toMatchObject({ paths: ['/data/orders'] })
})

test.each([
  'table_changes(orders, 1)',
  "table_changes('orders', version)",
  "table_changes('orders', 1, 2, 3)",
])('what is no constant is refused: %s', (from) => {
  expect(() => leaf(from)).toThrow(expect.objectContaining({ condition: 'PARSE_SYNTAX_ERROR' }))
})
