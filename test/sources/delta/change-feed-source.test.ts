import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DeltaTable, type TableContext } from '../../../src/delta/index.ts'
import { DeltaSource, deltaSourceOptions } from '../../../src/sources/delta/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import type { Row } from '../../../src/types/row.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'
import { merge } from '../../support/merge-statement.ts'

const schema = struct([field('id', LONG), field('name', STRING)])
const FEED = { 'delta.enableChangeDataFeed': 'true' }

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

let count = 0
const create = (configuration: Record<string, string> = FEED) =>
  tables.create(`t${count++}`, { schema, configuration })

const append = (context: TableContext, id: number, name: string) =>
  tables.append(context, `SELECT ${id}L AS id, '${name}' AS name`)

const rename = (context: TableContext, id: number, name: string) =>
  merge(
    context,
    `MERGE INTO t USING (SELECT ${id}L AS id, '${name}' AS name) s ON t.id = s.id
     WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
  )

const remove = (context: TableContext, id: number) =>
  merge(context, `MERGE INTO t USING (SELECT ${id}L AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE`)

function sourceOf({ storage, engine }: TableContext, options: Record<string, string>): DeltaSource {
  return new DeltaSource({
    name: 'customers',
    storage,
    open: () => DeltaTable.open(storage, engine.deltaPort),
    options: deltaSourceOptions({ readChangeFeed: 'true', ...options }),
  })
}

/** The batches that a stream takes from an offset on, each read by another process: id, name, type, version. */
async function drain(context: TableContext, options: Record<string, string> = {}, from?: unknown) {
  const batches: Row[][] = []
  let end = from
  for (;;) {
    const source = sourceOf(context, options)
    const planned = await source.plan(end, await source.latest())
    if (planned === undefined) return { batches, end }
    const range = JSON.parse(JSON.stringify(planned.range)) as unknown
    batches.push(await rowsOf(context, await sourceOf(context, options).read(range)))
    end = JSON.parse(JSON.stringify(planned.end)) as unknown
  }
}

async function rowsOf(
  { engine }: TableContext,
  bound: Awaited<ReturnType<DeltaSource['read']>>,
): Promise<Row[]> {
  const session = await engine.openSession()
  try {
    const rows = await session.rows({ kind: 'Scan', ...bound })
    return rows.map((row) => row.slice(0, -1)).sort((a, b) => (String(a) < String(b) ? -1 : 1))
  } finally {
    await session.close()
  }
}

describe.each([
  ['copy on write', FEED],
  ['deletion vectors', { ...FEED, 'delta.enableDeletionVectors': 'true' }],
])('a stream of changes: %s', (_mode, configuration) => {
  test('begins with the table as it is, and goes on with each change once', async () => {
    const context = await create(configuration)
    await append(context, 1, 'a')
    await rename(context, 1, 'A')
    const first = await drain(context)
    expect(first.batches).toEqual([[[1n, 'A', 'insert', 2n]]])
    await rename(context, 2, 'b')
    await rename(context, 1, 'AA')
    await remove(context, 2)
    const { batches, end } = await drain(context, {}, first.end)
    expect(batches).toEqual([
      [
        [1n, 'A', 'update_preimage', 4n],
        [1n, 'AA', 'update_postimage', 4n],
        [2n, 'b', 'delete', 5n],
        [2n, 'b', 'insert', 3n],
      ],
    ])
    expect((await drain(context, {}, end)).batches).toEqual([])
  })
})

test('startingVersion takes the changes of that version on; latest those to come', async () => {
  const context = await create()
  await append(context, 1, 'a')
  await rename(context, 1, 'b')
  const changes = [
    [1n, 'a', 'update_preimage', 2n],
    [1n, 'b', 'update_postimage', 2n],
  ]
  expect((await drain(context, { startingVersion: '2' })).batches).toEqual([changes])
  const latest = await drain(context, { startingVersion: 'latest' })
  await append(context, 2, 'c')
  const { batches } = await drain(context, { startingVersion: 'latest' }, latest.end)
  expect(batches).toEqual([[[2n, 'c', 'insert', 3n]]])
})

test('maxFilesPerTrigger cuts the snapshot and the commits into batches', async () => {
  const context = await create()
  for (const id of [1, 2, 3]) await append(context, id, 'a')
  const sizes = async (options: Record<string, string>) =>
    (await drain(context, { maxFilesPerTrigger: '2', ...options })).batches.map((each) => each.length)
  expect(await sizes({})).toEqual([2, 1])
  expect(await sizes({ startingVersion: '1' })).toEqual([2, 1])
})

test('a table that records no changes is refused, and so is a commit that turns the feed off', async () => {
  const plain = await create({})
  await expect(sourceOf(plain, {}).schema()).rejects.toMatchObject({ condition: 'DELTA_MISSING_CHANGE_DATA' })
  const context = await create()
  const { end } = await drain(context)
  const source = sourceOf(context, {})
  await source.schema()
  await context.table
    .startTransaction()
    .updateMetadata({ configuration: {} })
    .commit({ operation: 'UNSET TBLPROPERTIES' })
  await expect(source.plan(end, await source.latest())).rejects.toMatchObject({
    condition: 'DELTA_MISSING_CHANGE_DATA',
    parameters: { version: '1' },
  })
})

test('versions from before the feed was turned on are refused, those from then on are read', async () => {
  const context = await create({})
  await append(context, 1, 'a')
  await append(context, 2, 'b')
  await rename(context, 1, 'A')
  await context.table
    .startTransaction()
    .updateMetadata({ configuration: FEED })
    .commit({ operation: 'SET TBLPROPERTIES' })
  await append(context, 3, 'c')
  for (const version of ['2', '3']) {
    await expect(drain(context, { startingVersion: version })).rejects.toMatchObject({
      condition: 'DELTA_MISSING_CHANGE_DATA',
      parameters: { version },
    })
  }
  const { batches } = await drain(context, { startingVersion: '4' })
  expect(batches).toEqual([[[3n, 'c', 'insert', 5n]]])
})

test('the columns are those of the table and three more', async () => {
  const { schema: columns } = await sourceOf(await create(), {}).schema()
  expect(columns.fields.map((each) => each.name)).toEqual([
    'id',
    'name',
    '_change_type',
    '_commit_version',
    '_commit_timestamp',
  ])
})
