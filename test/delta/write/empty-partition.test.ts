import { afterAll, beforeAll, expect, it } from 'vitest'
import { appendRows, updateRows } from '../../../src/delta/index.ts'
import { parseExpression, parseQuery } from '../../../src/sql/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const schema = struct([field('id', LONG), field('part', STRING)])

it('an empty text of a partition column is NULL for constraints, too', async () => {
  const configuration = { 'delta.constraints.known': 'part IS NOT NULL' }
  const context = await tables.create('checked', { schema, partitionColumns: ['part'], configuration })
  await expect(appendRows(context, parseQuery("SELECT 1L AS id, '' AS part"))).rejects.toMatchObject({
    condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
    parameters: { constraintName: 'known', values: ' - part : null' },
  })
  await appendRows(context, parseQuery("SELECT 1L AS id, 'a' AS part"))
  const assignments = [{ column: ['part'], value: parseExpression("''") }]
  await expect(updateRows(context, { assignments })).rejects.toMatchObject({
    condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
  })
  expect(await tables.rows(context)).toEqual([[1n, 'a']])
})

it('a column computed from an empty partition value is computed from NULL', async () => {
  const computed = field('length', LONG, true, { 'delta.generationExpression': 'length(part)' })
  const columns = struct([...schema.fields, computed])
  const context = await tables.create('computed', { schema: columns, partitionColumns: ['part'] })
  await appendRows(context, parseQuery("SELECT 1L AS id, '' AS part"))
  await updateRows(context, { assignments: [{ column: ['id'], value: parseExpression('2L') }] })
  expect(await tables.rows(context)).toEqual([[2n, null, null]])
})
