import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DeltaPort, DeltaTable, type VacuumOptions, vacuum } from '../../../src/delta/index.ts'
import { memoryStorage, type Storage } from '../../../src/storage/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { fileInLog, openTestDuckdb, type TestDuckdb, temporaryFolder } from '../../support/delta.ts'

const DAY_MS = 86_400_000
const START_MS = Date.UTC(2026, 0, 1)

let duckdb: TestDuckdb
let port: DeltaPort
beforeAll(async () => {
  duckdb = await openTestDuckdb()
  port = duckdb.port
})
afterAll(() => duckdb.close())

let nowMs: number
let storage: Storage
let table: DeltaTable

beforeEach(() => create({}))

async function create(configuration: Record<string, string>, more = {}): Promise<void> {
  nowMs = START_MS
  storage = memoryStorage(() => nowMs)
  const options = { schema: struct([field('id', LONG)]), configuration, ...more }
  await DeltaTable.create(storage, port, options, () => nowMs).commit({ operation: 'CREATE TABLE' })
  table = await DeltaTable.open(storage, port, () => nowMs)
}

async function put(path: string): Promise<void> {
  await storage.put(path, new Uint8Array(100))
}

async function add(path: string): Promise<void> {
  await put(path)
  await table
    .startTransaction()
    .addFile(fileInLog(encodeURI(path)))
    .commit({ operation: 'WRITE' })
}

async function remove(path: string): Promise<void> {
  const file = [...table.snapshot.files()].find((each) => each.path === encodeURI(path))!
  await table.startTransaction().removeFile(file).commit({ operation: 'DELETE' })
}

const ZERO = '0'.repeat(20)

const run = (options: VacuumOptions = {}) => vacuum({ table, storage }, { nowMs, ...options })
const deleted = async (options: VacuumOptions = {}) => (await run(options)).files

describe('VACUUM', () => {
  it('deletes what was removed a week ago, not what is live or was removed since', async () => {
    await add('live.parquet')
    await add('day=a b/old.parquet')
    await add('recent.parquet')
    await remove('day=a b/old.parquet')
    nowMs += 1
    await remove('recent.parquet')
    nowMs = START_MS + 7 * DAY_MS
    expect(await deleted()).toEqual(['day=a b/old.parquet'])
    expect(await storage.stat('day=a b/old.parquet')).toBeUndefined()
    expect(await deleted()).toEqual([])
    nowMs += 1
    expect(await deleted()).toEqual(['recent.parquet'])
  })

  it('spares a file that was removed lately although it was written long ago', async () => {
    await add('a.parquet')
    nowMs += 365 * DAY_MS
    await remove('a.parquet')
    nowMs += 7 * DAY_MS - 1
    expect(await deleted()).toEqual([])
  })

  it('deletes what a writer left that never committed, but only when it is old', async () => {
    await put('orphan.parquet')
    expect(await deleted()).toEqual([])
    nowMs += 7 * DAY_MS
    await put('being-written.parquet')
    expect(await deleted()).toEqual(['orphan.parquet'])
  })

  it('deletes change files by their age', async () => {
    await put('_change_data/cdc.parquet')
    expect(await deleted()).toEqual([])
    nowMs += 7 * DAY_MS
    expect(await deleted()).toEqual(['_change_data/cdc.parquet'])
  })

  it('leaves the log, hidden names and the folder of Iceberg alone', async () => {
    const hidden = [
      '_delta_log/x.parquet',
      '_index/x.parquet',
      '.staging/x.parquet',
      '.x.crc',
      'metadata/v1.json',
    ]
    for (const path of hidden) await put(path)
    nowMs += 365 * DAY_MS
    expect(await deleted()).toEqual([])
  })

  it('looks into folders of a partition column that begins with an underscore', async () => {
    await create(
      {},
      { schema: struct([field('id', LONG), field('_day', STRING)]), partitionColumns: ['_day'] },
    )
    await put('_day=1/x.parquet')
    await put('_other=1/x.parquet')
    nowMs += 365 * DAY_MS
    expect(await deleted()).toEqual(['_day=1/x.parquet'])
  })

  it('knows partition columns by the escapes in names of folders', async () => {
    const schema = struct([field('id', LONG), field('_größe', STRING)])
    await create({}, { schema, partitionColumns: ['_größe'] })
    await put('_gr%C3%B6%C3%9Fe=1/x.parquet')
    nowMs += 365 * DAY_MS
    expect(await deleted()).toEqual(['_gr%C3%B6%C3%9Fe=1/x.parquet'])
  })

  it('keeps the deletion vectors of live files', async () => {
    const vector = {
      storageType: 'u',
      pathOrInlineDv: 'ab^-aqEH.-t@S}K{vb[*k^',
      sizeInBytes: 40,
      cardinality: 6,
    } as const
    await put('a.parquet')
    await put('ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin')
    await put('ab/deletion_vector_00000000-8816-431a-aaf6-d3fe2512ff61.bin')
    await table
      .startTransaction()
      .addFile(fileInLog('a.parquet', { deletionVector: vector }))
      .commit({ operation: 'WRITE' })
    nowMs += 365 * DAY_MS
    expect(await deleted()).toEqual(['ab/deletion_vector_00000000-8816-431a-aaf6-d3fe2512ff61.bin'])
  })

  it('takes the time from delta.deletedFileRetentionDuration, or from RETAIN where that is longer', async () => {
    await create({ 'delta.deletedFileRetentionDuration': 'interval 1 hour' })
    await put('orphan.parquet')
    nowMs += 3_599_999
    expect(await deleted()).toEqual([])
    nowMs += 1
    expect(await deleted({ retentionHours: 2 })).toEqual([])
    expect(await deleted()).toEqual(['orphan.parquet'])
  })

  it('refuses a shorter retention unless the check is off', async () => {
    await put('orphan.parquet')
    await expect(run({ retentionHours: 167 })).rejects.toMatchObject({
      condition: 'DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT',
      parameters: { table: 'memory:', retentionHours: '167', configuredHours: '168' },
    })
    expect(await deleted({ retentionHours: 0, checkRetention: false })).toEqual(['orphan.parquet'])
  })

  it('only tells what it would delete in a dry run, and commits nothing', async () => {
    await put('orphan.parquet')
    nowMs += 7 * DAY_MS
    expect(await run({ dryRun: true })).toEqual({
      path: 'memory:',
      files: ['orphan.parquet'],
      sizeOfDataToDelete: 100,
      numDeletedFiles: 0,
      numVacuumedDirectories: 0,
    })
    expect(await storage.stat('orphan.parquet')).toBeDefined()
    expect((await table.refresh()).version).toBe(0)
  })

  it('tells of itself in the history', async () => {
    await put('orphan.parquet')
    nowMs += 7 * DAY_MS
    expect(await run({ retentionHours: 168 })).toMatchObject({ numDeletedFiles: 1 })
    const history = await table.history()
    expect(history.map((each) => [each.operation, each.operationParameters, each.operationMetrics])).toEqual([
      ['VACUUM END', { status: 'COMPLETED' }, { numDeletedFiles: '1', numVacuumedDirectories: '0' }],
      [
        'VACUUM START',
        {
          retentionCheckEnabled: 'true',
          defaultRetentionMillis: '604800000',
          specifiedRetentionMillis: '604800000',
        },
        { numFilesToDelete: '1', sizeOfDataToDelete: '100' },
      ],
      ['CREATE TABLE', {}, {}],
    ])
  })

  it('does not touch a table with features that we cannot write', async () => {
    await put('orphan.parquet')
    const protocol = { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['catalogOwned'] }
    await storage.put(
      `_delta_log/${ZERO.slice(1)}1.json`,
      new TextEncoder().encode(`${JSON.stringify({ protocol })}\n`),
    )
    await table.refresh()
    nowMs += 7 * DAY_MS
    await expect(run()).rejects.toMatchObject({ condition: 'DELTA_UNSUPPORTED_FEATURES_FOR_WRITE' })
    expect(await storage.stat('orphan.parquet')).toBeDefined()
  })
})

describe('VACUUM LITE', () => {
  it('deletes what commits removed, found in the log, and nothing that no commit named', async () => {
    await add('a.parquet')
    await remove('a.parquet')
    await put('orphan.parquet')
    nowMs += 8 * DAY_MS
    expect(await deleted({ mode: 'lite' })).toEqual(['a.parquet'])
    expect(await deleted({ mode: 'lite' })).toEqual([])
    expect(await deleted({ mode: 'full' })).toEqual(['orphan.parquet'])
  })

  it('refuses where commits are gone that the last VACUUM did not see', async () => {
    await add('a.parquet')
    await remove('a.parquet')
    nowMs += 8 * DAY_MS
    await storage.delete([`_delta_log/${ZERO}.json`])
    await expect(run({ mode: 'lite' })).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_VACUUM_LITE',
      parameters: { table: 'memory:', earliest: '1', vacuumed: 'none' },
    })
    await run({ mode: 'full' })
    expect(await deleted({ mode: 'lite' })).toEqual([])
  })
})

describe('VACUUM of a local folder', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeAll(() => {
    folder = temporaryFolder()
  })
  afterAll(() => folder.remove())

  it('removes folders that have been empty for as long, and reads absolute paths in the log', async () => {
    storage = folder.storage('local')
    const schema = struct([field('id', LONG)])
    await DeltaTable.create(storage, port, { schema }).commit({ operation: 'CREATE TABLE' })
    table = await DeltaTable.open(storage, port)
    await put('live.parquet')
    await table
      .startTransaction()
      .addFile(fileInLog(`file://${storage.name}/live.parquet`))
      .commit({ operation: 'CLONE' })
    mkdirSync(join(storage.name, 'day=1/hour=2'), { recursive: true })
    await put('day=2/old.parquet')
    const nextWeek = { nowMs: Date.now() + 8 * DAY_MS }
    expect(await vacuum({ table, storage }, nextWeek)).toMatchObject({
      files: ['day=2/old.parquet'],
      numVacuumedDirectories: 3,
    })
    expect(readdirSync(storage.name).sort()).toEqual(['_delta_log', 'live.parquet'])
  })
})
