import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  autoCompact,
  DeltaTable,
  deltaScanOf,
  optimize,
  type Snapshot,
  type TableContext,
} from '../../../src/delta/index.ts'
import type { Relation } from '../../../src/plan/relation.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const schema = struct([field('id', LONG), field('day', STRING)])

/** A table of two partitions with two files each, ids 1 to 4. */
async function fourFiles(name: string, options = {}): Promise<TableContext> {
  const context = await tables.create(name, { schema, partitionColumns: ['day'], ...options })
  await tables.append(context, "SELECT * FROM VALUES (1L, 'a'), (2L, 'b') AS t(id, day)")
  await tables.append(context, "SELECT * FROM VALUES (3L, 'a'), (4L, 'b') AS t(id, day)")
  return context
}

/** The same table as another process has it, which does `work` when the files of an OPTIMIZE are written and not committed. */
async function meanwhile(context: TableContext, work: (other: DeltaTable) => Promise<unknown>) {
  const other = await DeltaTable.open(context.storage, context.engine.deltaPort)
  let isDone = false
  return {
    prepare: async () => {
      if (!isDone) await work(other)
      isDone = true
    },
  }
}

const fileOf = (table: DeltaTable, day: string) =>
  [...table.snapshot.files()].find((each) => each.partitionValues.day === day)!

const removeFileOf = (day: string) => (other: DeltaTable) =>
  other.startTransaction().removeFile(fileOf(other, day)).commit({ operation: 'DELETE' })

async function rowsAt({ engine, storage }: TableContext, snapshot: Snapshot) {
  const session = await engine.openSession()
  const scan: Relation = {
    kind: 'Scan',
    input: await deltaScanOf(snapshot, storage),
    schema: snapshot.metadata.schema,
  }
  try {
    return (await session.rows(scan)).map((row) => row[0]).sort()
  } finally {
    await session.close()
  }
}

it('does not conflict with appends', async () => {
  const context = await fourFiles('append')
  const result = await optimize(
    context,
    await meanwhile(context, () => tables.append(context, "SELECT 5L AS id, 'a' AS day")),
  )
  expect(result).toMatchObject({ version: 4, metrics: { numFilesRemoved: 4, numFilesAdded: 2 } })
  expect(await tables.rows(context, 'id')).toEqual([[1n], [2n], [3n], [4n], [5n]])
})

it('gives up the bins whose files others removed, and commits the rest', async () => {
  const context = await fourFiles('some')
  const result = await optimize(context, await meanwhile(context, removeFileOf('a')))
  expect(result).toMatchObject({ version: 4, metrics: { numFilesRemoved: 2, numFilesAdded: 1, numBins: 1 } })
  expect(await tables.rows(context, 'id')).toEqual([[2n], [3n], [4n]])
})

it('fails, and changes nothing, where all of its files were changed', async () => {
  const context = await fourFiles('all')
  const both = async (other: DeltaTable) => {
    await removeFileOf('a')(other)
    await removeFileOf('b')(other)
  }
  await expect(optimize(context, await meanwhile(context, both))).rejects.toMatchObject({
    condition: 'DELTA_CONCURRENT_DELETE_DELETE',
  })
  expect(await tables.rows(context, 'id')).toEqual([[3n], [4n]])
  expect((await optimize(context)).version).toBeUndefined()
})

it('fails where the schema changed', async () => {
  const context = await fourFiles('schema')
  const widen = (other: DeltaTable) =>
    other
      .startTransaction()
      .updateMetadata({ schema: struct([...schema.fields, field('more', STRING)]) })
      .commit({ operation: 'ADD COLUMNS' })
  await expect(optimize(context, await meanwhile(context, widen))).rejects.toMatchObject({
    condition: 'DELTA_METADATA_CHANGED',
  })
})

it('leaves a reader its version', async () => {
  const context = await fourFiles('reader')
  const held = await context.table.refresh()
  await optimize(context)
  expect(held.numFiles).toBe(4)
  expect(await rowsAt(context, held)).toEqual([1n, 2n, 3n, 4n])
  expect(await rowsAt(context, context.table.snapshot)).toEqual([1n, 2n, 3n, 4n])
})

it('auto compaction gives up silently where it conflicts', async () => {
  const context = await tables.create('auto', {
    schema,
    configuration: { 'delta.autoOptimize.autoCompact': 'true' },
  })
  for (let id = 0; id < 49; id++) await tables.append(context, `SELECT ${id}L AS id, 'a' AS day`)
  expect(await autoCompact(context)).toBeUndefined()
  await tables.append(context, "SELECT 49L AS id, 'a' AS day")
  const remove = (other: DeltaTable) =>
    other
      .startTransaction()
      .removeFile([...other.snapshot.files()][0]!)
      .commit({ operation: 'DELETE' })
  expect(await autoCompact(context, await meanwhile(context, remove))).toBeUndefined()
  await tables.append(context, "SELECT 50L AS id, 'a' AS day")
  await context.table.refresh()
  expect(await autoCompact(context)).toMatchObject({ metrics: { numFilesRemoved: 50, numFilesAdded: 1 } })
  const [commit] = await context.table.history(1)
  expect(commit!.operationParameters.auto).toBe('true')
})
