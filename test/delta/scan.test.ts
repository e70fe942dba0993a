import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type AddFile, DeltaTable, deltaScanOf } from '../../src/delta/index.ts'
import { field, LONG, STRING, struct } from '../../src/types/data-type.ts'
import { fileInLog, noParquet, temporaryFolder } from '../support/delta.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const schema = struct([field('id', LONG), field('p', STRING)])
const storage = folder.storage('table')

async function scanOf(file: AddFile) {
  const own = folder.storage(crypto.randomUUID())
  const { snapshot } = await DeltaTable.create(own, noParquet, { schema, partitionColumns: ['p'] })
    .addFile(file)
    .commit({ operation: 'WRITE' })
  return deltaScanOf(snapshot, storage)
}

describe('a scan of a table', () => {
  it('tells an engine all that it needs of the files', async () => {
    const file = fileInLog('p=a/x.parquet', { partitionValues: { p: 'a' }, stats: '{"numRecords": 12}' })
    expect(await scanOf(file)).toEqual({
      kind: 'delta',
      files: [
        {
          path: join(folder.path, 'table/p=a/x.parquet'),
          partitionValues: { p: 'a' },
          sizeBytes: 100,
          modifiedMs: 1_700_000_000_000,
          numRecords: 12,
        },
      ],
      tableSchema: schema,
      partitionColumns: ['p'],
      columnMapping: 'none',
    })
  })

  it.each([
    ['relative and encoded', 'p=a%2520b/x%23.parquet', join(folder.path, 'table/p=a%20b/x#.parquet')],
    ['absolute', '/elsewhere/x%20y.parquet', '/elsewhere/x y.parquet'],
    ['a file URI', 'file:/elsewhere/x%20y.parquet', '/elsewhere/x y.parquet'],
    ['a file URI with an empty host', 'file:///elsewhere/x.parquet', '/elsewhere/x.parquet'],
  ])('finds a file whose path is %s', async (_case, path, local) => {
    expect((await scanOf(fileInLog(path))).files[0]!.path).toBe(local)
  })

  it('names a store that it cannot reach', async () => {
    await expect(scanOf(fileInLog('s3://bucket/x.parquet'))).rejects.toMatchObject({
      condition: 'DELTA_UNSUPPORTED_FILE_LOCATION',
      parameters: { path: 's3://bucket/x.parquet', scheme: 's3' },
    })
  })

  it('does not leave the table by a relative path', async () => {
    await expect(scanOf(fileInLog('..%2F..%2Fetc/passwd'))).rejects.toMatchObject({
      condition: 'STORAGE_PATH_OUTSIDE_ROOT',
      parameters: { path: '../../etc/passwd' },
    })
  })
})
