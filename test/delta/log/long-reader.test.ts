import { expect, test } from 'vitest'
import { DeltaTable } from '../../../src/delta/index.ts'
import { memoryStorage } from '../../../src/storage/index.ts'
import { field, LONG, struct } from '../../../src/types/data-type.ts'
import { fileInLog, noParquet } from '../../support/delta.ts'

const HOUR_MS = 3_600_000

test('who reads a table for long forgets removed files when their retention is over', async () => {
  const storage = memoryStorage()
  let nowMs = 1_700_000_000_000
  const now = () => nowMs
  const schema = struct([field('id', LONG)])
  const configuration = {
    'delta.deletedFileRetentionDuration': 'interval 1 hour',
    'delta.checkpointInterval': '1000',
    'delta.enableInCommitTimestamps': 'true',
  }
  await DeltaTable.create(storage, noParquet, { schema, configuration }, now).commit({
    operation: 'CREATE TABLE',
  })
  const writer = await DeltaTable.open(storage, noParquet, now)
  const reader = await DeltaTable.open(storage, noParquet, now)
  for (let i = 0; i < 100; i++) {
    const before = [...writer.snapshot.files()]
    await writer
      .startTransaction()
      .removeFiles(before)
      .addFiles([fileInLog(`${i}.parquet`)])
      .commit({ operation: 'WRITE' })
    nowMs += HOUR_MS / 10
  }
  await reader.refresh()
  expect([...reader.snapshot.files()].map((each) => each.path)).toEqual(['99.parquet'])
  expect([...reader.removedAfter(0)].map((each) => each.path)).toEqual(
    Array.from({ length: 10 }, (_, i) => `${89 + i}.parquet`),
  )
})
