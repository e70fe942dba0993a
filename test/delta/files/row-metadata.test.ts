import { afterAll, beforeAll, expect, it } from 'vitest'
import { bindScans, type TableContext, unboundScan } from '../../../src/delta/index.ts'
import type { Relation } from '../../../src/plan/relation.ts'
import { transform } from '../../../src/plan/rewrite.ts'
import { parseQuery } from '../../../src/sql/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import type { Row } from '../../../src/types/row.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

async function rows(context: TableContext, sql: string): Promise<readonly Row[]> {
  const snapshot = await context.table.refresh()
  const scan = unboundScan(snapshot)
  const query: Relation = transform(parseQuery(sql), (node) => (node.kind === 'Read' ? scan : node))
  const session = await tables.engine.openSession()
  try {
    return await session.rows(
      await bindScans(query, new Map([[scan, { snapshot, storage: context.storage }]])),
    )
  } finally {
    await session.close()
  }
}

it('_metadata tells the file of a row and its place there, and is no column of *', async () => {
  const context = await tables.create('plain', { schema: struct([field('id', LONG)]) })
  await tables.append(context, 'SELECT id FROM range(3)')
  const [file] = [...(await context.table.refresh()).files()]
  expect(await rows(context, 'SELECT * FROM t WHERE _metadata.row_index = 2')).toEqual([[2n]])
  expect(
    await rows(
      context,
      'SELECT DISTINCT _metadata.file_name, _metadata.file_size, _metadata.file_block_start, _metadata.file_block_length FROM t',
    ),
  ).toEqual([[file!.path, BigInt(file!.size), 0n, BigInt(file!.size)]])
  const [[path]] = (await rows(context, 'SELECT _metadata.file_path FROM t LIMIT 1')) as [[string]]
  expect(path).toMatch(new RegExp(`^file:///.*${file!.path}$`))
  await expect(rows(context, 'SELECT _metadata.row_id FROM t')).rejects.toMatchObject({
    condition: 'FIELD_NOT_FOUND',
  })
})

it('_metadata has the ids of tracked rows', async () => {
  const context = await tables.create('tracked', {
    schema: struct([field('id', LONG)]),
    configuration: { 'delta.enableRowTracking': 'true' },
  })
  await tables.append(context, 'SELECT id FROM range(3)')
  await tables.append(context, 'SELECT 10L AS id')
  expect(
    await rows(
      context,
      `SELECT id, _metadata.row_id, _metadata.base_row_id, _metadata.row_commit_version,
        _metadata.default_row_commit_version FROM t ORDER BY id`,
    ),
  ).toEqual([
    [0n, 0n, 0n, 1n, 1n],
    [1n, 1n, 0n, 1n, 1n],
    [2n, 2n, 0n, 1n, 1n],
    [10n, 3n, 3n, 2n, 2n],
  ])
})

it("a table's own column named _metadata is that", async () => {
  const context = await tables.create('own', { schema: struct([field('_metadata', STRING)]) })
  await tables.append(context, `SELECT 'mine' AS _metadata`)
  expect(await rows(context, 'SELECT _metadata FROM t')).toEqual([['mine']])
})
