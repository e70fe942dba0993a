import { afterAll, beforeAll, expect, it } from 'vitest'
import { appendRows, deleteRows, optimize } from '../../../src/delta/index.ts'
import { parseExpression, parseQuery } from '../../../src/sql/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

it('partition columns are those of the schema, however they were written', async () => {
  const schema = struct([field('id', LONG), field('Part', STRING)])
  const context = await tables.create('cased', { schema, partitionColumns: ['pART'] })
  expect(context.table.snapshot.metadata.partitionColumns).toEqual(['Part'])
  expect(context.table.snapshot.metadata.action.partitionColumns).toEqual(['Part'])
  await appendRows(context, parseQuery("SELECT * FROM VALUES (1L, 'a'), (2L, 'b') AS t(ID, PART)"))
  await appendRows(context, parseQuery("SELECT 3L AS iD, 'a' AS part"))
  await deleteRows(context, { condition: parseExpression("PART = 'b'") })
  await optimize(context)
  expect(await tables.rows(context)).toEqual([
    [1n, 'a'],
    [3n, 'a'],
  ])
})
