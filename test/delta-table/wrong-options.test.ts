import { describe, expect, test } from 'vitest'
import { DeltaTable } from '../../src/delta-table/index.ts'
import { freshPath } from './test-folder.ts'

// As a program without types calls: each of these would else be taken for every row.
const misspelt = (options: Record<string, unknown>) => options as never

const table = () =>
  DeltaTable.create(freshPath()).addColumns('id INT, name STRING').as('SELECT 1 AS id').execute()

describe('an option that a method does not have is an error', () => {
  const calls: readonly [method: string, option: string, near: string, call: (t: DeltaTable) => unknown][] = [
    ['A read', 'wher', 'where', (t) => t.toArray(misspelt({ wher: 'id = 2' }))],
    ['count', 'versin', 'version', (t) => t.count(misspelt({ versin: 0 }))],
    ['append', 'mergeSchem', 'mergeSchema', (t) => t.append([], misspelt({ mergeSchem: true }))],
    ['overwrite', 'replaceWere', 'replaceWhere', (t) => t.overwrite([], misspelt({ replaceWere: 'id = 2' }))],
    ['update', 'were', 'where', (t) => t.update(misspelt({ set: { id: 1 }, were: 'id = 2' }))],
    ['changes', 'form', 'from', (t) => t.changes(misspelt({ form: { version: 1 } })).next()],
    ['vacuum', 'dryrun', 'dryRun', (t) => t.vacuum(0, misspelt({ dryrun: true }))],
    ['clone', 'replac', 'replace', (t) => t.clone(freshPath(), misspelt({ replac: true }))],
  ]

  test.each(calls)('%s: %s', async (method, option, near, call) => {
    await using orders = await table()
    await expect((async () => call(orders))()).rejects.toMatchObject({
      condition: 'UNKNOWN_METHOD_OPTION',
      parameters: { method, option, suggestion: `Did you mean '${near}'?` },
    })
    expect(await orders.toArray({ columns: ['id'] })).toEqual([{ id: 1 }])
  })

  test('of columns, clauses of a MERGE, and of tables', async () => {
    await using orders = await table()
    const error = (method: string, option: string) =>
      expect.objectContaining({
        condition: 'UNKNOWN_METHOD_OPTION',
        parameters: expect.objectContaining({ method, option }),
      })
    expect(() => DeltaTable.create(freshPath()).addColumn('a', 'INT', misspelt({ nulable: false }))).toThrow(
      error('addColumn', 'nulable'),
    )
    const merge = orders.merge([{ id: 1 }], 'target.id = source.id')
    expect(() => merge.whenMatchedUpdate(misspelt({ set: {}, where: 'id = 2' }))).toThrow(
      error('whenMatchedUpdate', 'where'),
    )
    expect(() => merge.whenNotMatchedInsert(misspelt({ value: {} }))).toThrow(
      error('whenNotMatchedInsert', 'value'),
    )
    await expect(DeltaTable.forPath(orders.path, misspelt({ threads: 1 }))).rejects.toEqual(
      error('DeltaTable', 'threads'),
    )
    await expect(DeltaTable.convertToDelta(orders.path, misspelt({ partition: 'a' }))).rejects.toEqual(
      error('convertToDelta', 'partition'),
    )
  })
})

test('a condition is a text or a Column: an object is no reason to delete all rows', async () => {
  await using orders = await table()
  await expect(orders.delete(misspelt({ where: 'id = 2' }))).rejects.toMatchObject({
    condition: 'INVALID_CONDITION',
    parameters: { value: '{"where":"id = 2"}' },
  })
  expect(await orders.count()).toBe(1)
})

test('a text that is no column is not told of columns that only commands know', async () => {
  await using orders = await table()
  await expect(orders.update({ set: { name: 'paid' } })).rejects.toMatchObject({
    condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
    parameters: { objectName: 'paid', proposal: 'id, name' },
  })
})
