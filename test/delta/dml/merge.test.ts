import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TableContext } from '../../../src/delta/index.ts'
import { field, INTEGER, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'
import { merge } from '../../support/merge-statement.ts'

const schema = struct([field('id', LONG), field('name', STRING), field('amount', INTEGER)])
const TARGET = "VALUES (1, 'a', 10), (2, 'b', 20), (3, 'c', 30)"

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

let count = 0
async function target(configuration: Record<string, string> = {}): Promise<TableContext> {
  const context = await tables.create(`t${count++}`, { schema, configuration })
  await tables.append(context, `SELECT * FROM (${TARGET}) AS v(id, name, amount)`)
  return context
}

const SOURCE = "(SELECT * FROM (VALUES (2, 'B', 21), (4, 'd', 40)) AS v(id, name, amount)) AS s"

describe.each([
  ['copy on write', {}],
  ['deletion vectors', { 'delta.enableDeletionVectors': 'true' }],
])('MERGE INTO by %s', (_mode, configuration) => {
  it('updates what matches and inserts the rest', async () => {
    const context = await target(configuration)
    const result = await merge(
      context,
      `MERGE INTO t USING ${SOURCE} ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
    )
    expect(result).toMatchObject({
      version: 2,
      numAffectedRows: 2n,
      numUpdatedRows: 1n,
      numInsertedRows: 1n,
      numDeletedRows: 0n,
    })
    expect(await tables.rows(context)).toEqual([
      [1n, 'a', 10],
      [2n, 'B', 21],
      [3n, 'c', 30],
      [4n, 'd', 40],
    ])
  })
})
