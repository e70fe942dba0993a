import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeltaTable } from '../../src/delta/index.ts'
import { field, LONG, struct } from '../../src/types/data-type.ts'
import {
  openTestDuckdb,
  paths,
  rowsOf,
  type TestDuckdb,
  temporaryFolder,
  writeFile,
} from '../support/delta.ts'
import { dyingStorage } from '../support/faulty-storage.ts'

const folder = temporaryFolder()
let duckdb: TestDuckdb
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => {
  duckdb.close()
  folder.remove()
})

describe('a writer that dies', () => {
  it.each([
    ['before its data file is published', 1, 'before', []],
    ['between data file and commit', 1, 'after', []],
    ['as it commits', 2, 'before', []],
    ['right after the commit', 2, 'after', [['1']]],
  ] as const)('%s leaves the table as a whole version', async (_case, step, fault, rows) => {
    const storage = folder.storage(`${step}-${fault}`)
    const schema = struct([field('id', LONG)])
    await DeltaTable.create(storage, duckdb.port, { schema }).commit({ operation: 'CREATE TABLE' })

    const dying = dyingStorage(storage, step, fault)
    const doomed = await DeltaTable.open(dying, duckdb.port)
    const write = async () => {
      const file = await writeFile(duckdb.connection, dying, doomed, 'SELECT 1::BIGINT AS id')
      await doomed.startTransaction().addFile(file).commit({ operation: 'WRITE' })
    }
    await write().catch((error: Error) => expect(error.message).toMatch(/failed/))

    const survivor = await DeltaTable.open(storage, duckdb.port)
    expect(await rowsOf(duckdb.connection, storage, survivor.snapshot)).toEqual(rows)
    const file = await writeFile(duckdb.connection, storage, survivor, 'SELECT 2::BIGINT AS id')
    await survivor.startTransaction().addFile(file).commit({ operation: 'WRITE' })
    expect(await rowsOf(duckdb.connection, storage, survivor.snapshot)).toEqual([...rows, ['2']])
  })

  it('while it writes a checkpoint leaves a table without it', async () => {
    const storage = folder.storage('checkpoint')
    await DeltaTable.create(storage, duckdb.port, {
      schema: struct([field('id', LONG)]),
      configuration: { 'delta.checkpointInterval': '1' },
    }).commit({ operation: 'CREATE TABLE' })
    for (const [step, fault] of [
      [3, 'before'],
      [3, 'after'],
      [4, 'after'],
      [5, 'before'],
      [5, 'after'],
    ] as const) {
      const dying = dyingStorage(storage, step, fault)
      const doomed = await DeltaTable.open(dying, duckdb.port)
      const file = await writeFile(duckdb.connection, dying, doomed, 'SELECT 1::BIGINT AS id')
      const { checkpointError } = await doomed.startTransaction().addFile(file).commit({ operation: 'WRITE' })
      expect(checkpointError).toBeInstanceOf(Error)
      expect(paths((await DeltaTable.open(storage, duckdb.port)).snapshot)).toEqual(paths(doomed.snapshot))
    }
    expect((await DeltaTable.open(storage, duckdb.port)).snapshot.numFiles).toBe(5)
  })
})
