import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restore, type TableContext } from '../../../src/delta/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const schema = struct([field('id', LONG)])

/** A table whose versions 1 to 3 each append the number of the version. */
async function threeVersions(name: string, options = {}): Promise<TableContext> {
  const context = await tables.create(name, { schema, ...options })
  for (const id of [1, 2, 3]) await tables.append(context, `SELECT ${id}L AS id`)
  await context.table.refresh()
  return context
}

const sizes = ({ table }: TableContext) => [...table.snapshot.files()].map((each) => each.size)

describe('RESTORE', () => {
  it('makes an older version the newest one', async () => {
    const context = await threeVersions('restored')
    const [first, second, third] = sizes(context)
    const result = await restore(context, { version: 1 })
    expect(await tables.rows(context)).toEqual([[1n]])
    expect(result).toEqual({
      version: 4,
      tableSizeAfterRestore: first!,
      numOfFilesAfterRestore: 1,
      numRemovedFiles: 2,
      numRestoredFiles: 0,
      removedFilesSize: second! + third!,
      restoredFilesSize: 0,
    })
    expect(await restore(context, { version: 3 })).toMatchObject({ numRemovedFiles: 0, numRestoredFiles: 2 })
    expect(await tables.rows(context)).toEqual([[1n], [2n], [3n]])
    const [commit] = await context.table.history(1)
    expect(commit).toMatchObject({
      operation: 'RESTORE',
      operationParameters: { version: '3', timestamp: null },
      operationMetrics: { numOfFilesAfterRestore: '3', numRestoredFiles: '2' },
    })
  })

  it('restores schema and properties, and keeps the protocol', async () => {
    const context = await threeVersions('definition')
    const wider = struct([...schema.fields, field('name', STRING)])
    await context.table
      .startTransaction()
      .updateMetadata({ schema: wider, configuration: { 'delta.enableDeletionVectors': 'true' } })
      .commit({ operation: 'ADD COLUMNS' })
    const { protocol } = context.table.snapshot
    await restore(context, { version: 2 })
    expect(context.table.snapshot.metadata.schema).toEqual(schema)
    expect(context.table.snapshot.metadata.configuration).toEqual({})
    expect(context.table.snapshot.protocol).toEqual(protocol)
  })

  it('gives no identity value twice', async () => {
    const numbers = { 'delta.identity.start': 1, 'delta.identity.step': 1 }
    const numbered = struct([field('key', LONG, true, numbers), field('name', STRING)])
    const context = await tables.create('numbered', { schema: numbered })
    for (const name of ['a', 'b']) await tables.append(context, `SELECT '${name}' AS name`)
    await restore(context, { version: 1 })
    await tables.append(context, "SELECT 'c' AS name")
    expect(await tables.rows(context)).toEqual([
      [1n, 'a'],
      [3n, 'c'],
    ])
  })

  it('goes to the version of a time', async () => {
    const context = await threeVersions('timed')
    const times = (await context.table.history()).map((each) => each.timestamp)
    await restore(context, { timestampMs: times[1]! })
    expect(await tables.rows(context)).toEqual([[1n], [2n]])
  })

  it('refuses points that the log does not hold', async () => {
    const context = await threeVersions('points')
    await expect(restore(context, { version: 7 })).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_RESTORE_TABLE_VERSION',
      parameters: { version: '7', startVersion: '0', endVersion: '3' },
    })
    await expect(restore(context, { timestampMs: 0 })).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_RESTORE_TIMESTAMP_EARLIER',
      parameters: { requestedTimestamp: '1970-01-01T00:00:00.000Z' },
    })
    await expect(restore(context, { timestampMs: Date.now() + 60_000 })).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_RESTORE_TIMESTAMP_GREATER',
    })
  })

  it('names the files that are gone, or restores without their rows', async () => {
    const context = await threeVersions('gone')
    const [, lost] = [...context.table.snapshot.files()]
    await restore(context, { version: 1 })
    rmSync(join(context.storage.name, lost!.path))
    await expect(restore(context, { version: 3 })).rejects.toMatchObject({
      condition: 'DELTA_RESTORE_MISSING_FILES',
      parameters: { version: '3', files: lost!.path },
    })
    await restore(context, { version: 3 }, { ignoreMissingFiles: true })
    expect(await tables.rows(context)).toEqual([[1n], [3n]])
  })
})
