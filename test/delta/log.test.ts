import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DeltaTable } from '../../src/delta/index.ts'
import { memoryStorage, type Storage } from '../../src/storage/index.ts'
import { field, LONG, struct } from '../../src/types/data-type.ts'
import { fileInLog, noParquet, openTestDuckdb, paths, type TestDuckdb } from '../support/delta.ts'

const schema = struct([field('id', LONG)])
const DAY = 86_400_000

let clock: number
let storage: Storage
let duckdb: TestDuckdb
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => duckdb.close())
beforeEach(() => {
  clock = Date.UTC(2026, 0, 1)
  storage = memoryStorage(() => clock)
})

const open = () => DeltaTable.open(storage, duckdb.port, () => clock)
const name = (version: number) => version.toString().padStart(20, '0')
const logPath = (version: number) => `_delta_log/${name(version)}.json`
const put = (path: string, text: string) => storage.put(path, new TextEncoder().encode(text))

/** A table with `count` appended files f1, f2, ..., one a version and a day. */
async function tableWith(count: number, configuration: Record<string, string> = {}): Promise<DeltaTable> {
  await DeltaTable.create(storage, duckdb.port, { schema, configuration }, () => clock).commit({
    operation: 'CREATE TABLE',
  })
  const table = await open()
  for (let index = 1; index <= count; index++) {
    clock += DAY
    const result = await table
      .startTransaction()
      .addFile(fileInLog(`f${index}`))
      .setTransaction('flow', BigInt(index))
      .commit({ operation: 'WRITE', operationMetrics: { numFiles: 1 } })
    expect(result.checkpointError).toBeUndefined()
  }
  return table
}

describe('opening a table', () => {
  it('needs a log', async () => {
    expect(await DeltaTable.openIfExists(storage, noParquet)).toBeUndefined()
    expect(await DeltaTable.latestVersion(storage)).toBeUndefined()
    await expect(DeltaTable.open(storage, noParquet)).rejects.toMatchObject({
      condition: 'DELTA_PATH_DOES_NOT_EXIST',
      parameters: { path: 'memory:' },
    })
  })

  it('ignores what is no part of the log', async () => {
    await tableWith(2)
    for (const path of [
      '.tmp/x.json',
      '00000000000000000009.crc',
      '_commits/00000000000000000009.json',
      'x.json',
    ]) {
      await put(`_delta_log/${path}`, 'garbage')
    }
    expect((await open()).snapshot.version).toBe(2)
  })

  it('names the file that is missing', async () => {
    await tableWith(3)
    await storage.delete([logPath(2)])
    await expect(open()).rejects.toMatchObject({
      condition: 'DELTA_VERSIONS_NOT_CONTIGUOUS',
      parameters: { startVersion: '1', endVersion: '3', file: logPath(2) },
    })
    await storage.delete([logPath(0), logPath(1)])
    await expect(open()).rejects.toMatchObject({
      condition: 'DELTA_TRUNCATED_TRANSACTION_LOG',
      parameters: { file: logPath(0), version: '3' },
    })
  })

  it.each([
    ['a torn line', '{"add":{"path":"x"', /JSON/],
    ['text', 'hello', /JSON/],
    ['a number', '5', /not a JSON object/],
    ['a file without its path', '{"add":{"size":5}}', /path is missing/],
  ])('names the line of a commit that is %s', async (_case, line, detail) => {
    await tableWith(1)
    await put(logPath(2), `{"commitInfo":{}}\n\n${line}\n`)
    await expect(open()).rejects.toMatchObject({
      condition: 'DELTA_INVALID_LOG_FILE',
      parameters: { place: `line 3 of memory:/${logPath(2)}`, detail: expect.stringMatching(detail) },
    })
  })

  it('ignores unknown actions and empty lines', async () => {
    const table = await tableWith(1)
    await put(logPath(2), '\n{"futureAction":{"a":1}}\n\n')
    expect((await table.refresh()).version).toBe(2)
  })
})

describe('a held table', () => {
  it('advances to what others committed, and older snapshots stay as they were', async () => {
    const table = await tableWith(2)
    const other = await open()
    const before = other.snapshot
    await table
      .startTransaction()
      .removeFiles(table.snapshot.files())
      .addFile(fileInLog('g'))
      .commit({ operation: 'WRITE' })
    expect(other.snapshot).toBe(before)
    expect(paths(await other.refresh())).toEqual(['g'])
    expect(paths(before)).toEqual(['f1', 'f2'])
    expect({ numFiles: before.numFiles, sizeBytes: before.sizeBytes }).toEqual({
      numFiles: 2,
      sizeBytes: 200,
    })
  })

  it('gives the same snapshot while nothing changes', async () => {
    const table = await tableWith(1)
    expect(await table.refresh()).toBe(table.snapshot)
  })

  it('may be refreshed by several at once', async () => {
    const table = await tableWith(1)
    const other = await open()
    for (const path of ['x', 'y', 'z'])
      await table.startTransaction().addFile(fileInLog(path)).commit({ operation: 'WRITE' })
    await Promise.all([other.refresh(), other.refresh(), other.refresh()])
    expect(paths(other.snapshot)).toEqual(['f1', 'x', 'y', 'z'])
  })

  it('survives many replacements with its files in order', async () => {
    const table = await tableWith(0, { 'delta.checkpointInterval': '1000' })
    const held = []
    for (let round = 0; round < 100; round++) {
      await table
        .startTransaction()
        .removeFiles(table.snapshot.files())
        .addFiles([fileInLog(`a${round}`), fileInLog(`b${round}`)])
        .commit({ operation: 'WRITE' })
      held.push(table.snapshot)
    }
    held.forEach((snapshot, round) => {
      expect([...snapshot.files()].map((each) => each.path)).toEqual([`a${round}`, `b${round}`])
    })
  })
})

describe('checkpoints', () => {
  it('are written every ten commits and read instead of them', async () => {
    await tableWith(25)
    const log = (await Array.fromAsync(storage.list('_delta_log'))).map((each) => each.path)
    expect(log.filter((each) => each.endsWith('.checkpoint.parquet'))).toEqual([
      `_delta_log/${name(10)}.checkpoint.parquet`,
      `_delta_log/${name(20)}.checkpoint.parquet`,
    ])
    expect(JSON.parse(new TextDecoder().decode(await storage.read('_delta_log/_last_checkpoint')))).toEqual({
      version: 20,
      size: 23,
      sizeInBytes: expect.any(Number),
      numOfAddFiles: 20,
      tags: { 'millrace.cleanedUpToMs': Date.UTC(2025, 11, 22).toString() },
    })
    await storage.delete(Array.from({ length: 21 }, (_, version) => logPath(version)))
    const { snapshot } = await open()
    expect({
      version: snapshot.version,
      files: snapshot.numFiles,
      batch: snapshot.transactionVersion('flow'),
    }).toEqual({
      version: 25,
      files: 25,
      batch: 25n,
    })
    expect(await DeltaTable.latestVersion(storage)).toBe(25)
  })

  it('keep all that the log says', async () => {
    const table = await tableWith(0, { 'delta.checkpointInterval': '2', owner: 'me' })
    const file = fileInLog('p=%25/x', {
      stats: '{"numRecords":1,"minValues":{"id":9007199254740993}}',
      tags: { a: 'b' },
      partitionValues: { p: null, q: '%' },
      baseRowId: 9007199254740993n,
      clusteringProvider: 'liquid',
    })
    await table
      .startTransaction()
      .setDomainMetadata({ domain: 'mine', configuration: '{"x":"ü"}', removed: false })
      .addFiles([file, fileInLog('gone')])
      .commit({ operation: 'WRITE' })
    const gone = [...table.snapshot.files()].filter((each) => each.path === 'gone')
    await table
      .startTransaction()
      .removeFiles(gone)
      .setTransaction('big', 2n ** 60n)
      .commit({ operation: 'DELETE' })
    await storage.delete([0, 1, 2].map(logPath))
    const { snapshot } = await open()
    expect([...snapshot.files()]).toEqual([expect.objectContaining({ ...file, dataChange: false })])
    expect(snapshot.transactionVersion('big')).toBe(2n ** 60n)
    expect(snapshot.domainMetadata.get('mine')?.configuration).toBe('{"x":"ü"}')
    expect(snapshot.metadata).toMatchObject({
      id: table.snapshot.metadata.id,
      schema,
      configuration: { owner: 'me' },
    })
    expect(snapshot.protocol).toEqual(table.snapshot.protocol)
  })

  it('forget removed files once readers of old versions had their time', async () => {
    const table = await tableWith(1, {
      'delta.checkpointInterval': '1',
      'delta.deletedFileRetentionDuration': 'interval 3 days',
    })
    await table.startTransaction().removeFiles(table.snapshot.files()).commit({ operation: 'DELETE' })
    const removed = async () => {
      const path = await storage.localize(`_delta_log/${name(table.snapshot.version)}.checkpoint.parquet`)
      const found = await duckdb.connection.runAndReadAll(
        `SELECT remove.path FROM read_parquet('${path}') WHERE remove IS NOT NULL`,
      )
      return found.getRowsJson().flat()
    }
    expect(await removed()).toEqual(['f1'])
    clock += 3 * DAY
    await table.startTransaction().addFile(fileInLog('later')).commit({ operation: 'WRITE' })
    expect(await removed()).toEqual([])
  })

  it('that are missing or broken make readers use the log', async () => {
    await tableWith(12)
    await put('_delta_log/_last_checkpoint', '{"version":')
    expect((await open()).snapshot.version).toBe(12)
    await put('_delta_log/_last_checkpoint', '{"version":11,"size":3}')
    expect((await open()).snapshot.numFiles).toBe(12)
    await storage.delete([`_delta_log/${name(10)}.checkpoint.parquet`])
    await put('_delta_log/_last_checkpoint', '{"version":10,"size":3}')
    expect((await open()).snapshot.numFiles).toBe(12)
  })

  it('in parts count only when all parts are there', async () => {
    await tableWith(10)
    await storage.put(
      `_delta_log/${name(10)}.checkpoint.${'1'.padStart(10, '0')}.${'2'.padStart(10, '0')}.parquet`,
      (await storage.read(`_delta_log/${name(10)}.checkpoint.parquet`))!,
    )
    await storage.delete([`_delta_log/${name(10)}.checkpoint.parquet`])
    expect((await open()).snapshot.numFiles).toBe(10)
    await storage.delete([logPath(0)])
    await expect(open()).rejects.toMatchObject({ condition: 'DELTA_TRUNCATED_TRANSACTION_LOG' })
  })

  it('never fail the commit that they follow', async () => {
    await tableWith(9)
    const table = await DeltaTable.open(storage, noParquet, () => clock)
    const result = await table.startTransaction().addFile(fileInLog('f10')).commit({ operation: 'WRITE' })
    expect(result.version).toBe(10)
    expect(result.checkpointError).toEqual(new Error('no Parquet was to be written'))
    expect((await open()).snapshot.numFiles).toBe(10)
  })

  it('remove the checksum that Spark keeps of the pointer they replace', async () => {
    await put('_delta_log/._last_checkpoint.crc', 'of another file')
    await tableWith(10)
    expect(await storage.stat('_delta_log/._last_checkpoint.crc')).toBeUndefined()
  })
})

describe('time travel', () => {
  it('goes to a version', async () => {
    const table = await tableWith(12)
    expect(paths(await table.snapshotAt({ version: 2 }))).toEqual(['f1', 'f2'])
    expect((await table.snapshotAt({ version: 11 })).numFiles).toBe(11)
    expect(await table.snapshotAt({ version: 12 })).toBe(table.snapshot)
  })

  it('goes to a time: the last commit at or before it', async () => {
    const table = await tableWith(3)
    const created = Date.UTC(2026, 0, 1)
    expect(await table.snapshotAt({ timestampMs: created })).toMatchObject({
      version: 0,
      timestampMs: created,
    })
    expect((await table.snapshotAt({ timestampMs: created + 2 * DAY - 1 })).version).toBe(1)
    expect((await table.snapshotAt({ timestampMs: created + 3 * DAY })).version).toBe(3)
  })

  it('tells commits of one millisecond apart', async () => {
    const table = await tableWith(0)
    for (const path of ['a', 'b', 'c'])
      await table.startTransaction().addFile(fileInLog(path)).commit({ operation: 'WRITE' })
    expect((await table.history()).map((each) => each.timestamp - clock)).toEqual([3, 2, 1, 0])
    expect((await table.snapshotAt({ timestampMs: clock + 2 })).version).toBe(2)
    expect(table.snapshot.timestampMs).toBe(clock + 3)
  })

  it('ends where the log does', async () => {
    const table = await tableWith(12)
    const outside = (version: number) => table.snapshotAt({ version }).catch((error: unknown) => error)
    const error = (userVersion: string, earliest: string) => ({
      condition: 'DELTA_VERSION_NOT_FOUND',
      parameters: { userVersion, earliest, latest: '12', table: 'memory:' },
    })
    expect(await outside(13)).toMatchObject(error('13', '0'))
    expect(await outside(-1)).toMatchObject(error('-1', '0'))
    await storage.delete([0, 1, 2].map(logPath))
    expect(await outside(9)).toMatchObject(error('9', '10'))
    await expect(table.snapshotAt({ timestampMs: Date.UTC(2026, 0, 5) })).rejects.toMatchObject({
      condition: 'DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION',
      parameters: {
        userTimestamp: '2026-01-05T00:00:00.000Z',
        commitTs: '2026-01-11T00:00:00.000Z',
        version: '10',
      },
    })
    await expect(table.snapshotAt({ timestampMs: Date.UTC(2027, 0, 1) })).rejects.toMatchObject({
      condition: 'DELTA_TIMESTAMP_GREATER_THAN_COMMIT',
      parameters: { lastCommitTs: '2026-01-13T00:00:00.000Z', version: '12' },
    })
  })
})

describe('history', () => {
  it('is newest first and has the columns of DESCRIBE HISTORY', async () => {
    const table = await tableWith(3)
    const history = await table.history(2)
    expect(history.map((each) => each.version)).toEqual([3, 2])
    expect(history[0]).toMatchObject({
      version: 3,
      timestamp: Date.UTC(2026, 0, 4),
      userId: null,
      operation: 'WRITE',
      operationParameters: {},
      readVersion: 2,
      isolationLevel: 'Serializable',
      isBlindAppend: true,
      operationMetrics: { numFiles: '1' },
      engineInfo: expect.stringMatching(/^Millrace\//),
    })
  })

  it('relies on nothing that a writer says', async () => {
    const table = await tableWith(0)
    await put(
      logPath(1),
      '{"commitInfo":{"operation":5,"operationParameters":{"a":[1],"b":null},"readVersion":"x"}}',
    )
    await put(
      logPath(2),
      '{"add":{"path":"x","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}}',
    )
    expect(
      (await table.history(2)).map((each) => [each.operation, each.operationParameters, each.readVersion]),
    ).toEqual([
      [null, {}, null],
      [null, { a: '[1]', b: null }, null],
    ])
  })
})

describe('changes', () => {
  const seen = async (changes: ReturnType<DeltaTable['changes']>) =>
    (await Array.fromAsync(changes)).map(({ version, timestampMs, adds, transactions }) => ({
      version,
      timestampMs,
      adds: adds.map((each) => each.path),
      batch: transactions[0]?.version,
    }))

  it('are the commits with their times, up to a version or the newest', async () => {
    const table = await tableWith(3)
    const second = { version: 2, timestampMs: Date.UTC(2026, 0, 3), adds: ['f2'], batch: 2n }
    const third = { version: 3, timestampMs: Date.UTC(2026, 0, 4), adds: ['f3'], batch: 3n }
    expect(await seen(table.changes(2, 2))).toEqual([second])
    expect(await seen(table.changes(2))).toEqual([second, third])
    expect(await seen(table.changes(4))).toEqual([])
  })

  it('fail where the log was cleaned up', async () => {
    const table = await tableWith(12)
    await storage.delete([0, 1, 2].map(logPath))
    await expect(seen(table.changes(1))).rejects.toMatchObject({
      condition: 'DELTA_VERSION_NOT_FOUND',
      parameters: { userVersion: '1', earliest: '10', latest: '12' },
    })
    await storage.delete([logPath(10)])
    await expect(seen(table.changes(10))).rejects.toMatchObject({
      condition: 'DELTA_LOG_FILE_NOT_FOUND',
      parameters: { file: logPath(10), version: '10' },
    })
    await expect(seen(table.changes(12, 13))).rejects.toMatchObject({
      condition: 'DELTA_VERSION_NOT_FOUND',
      parameters: { userVersion: '13' },
    })
  })
})

describe('the newest version', () => {
  it('is found without reading the log', async () => {
    await tableWith(12)
    await put(logPath(13), 'not even JSON')
    expect(await DeltaTable.latestVersion(storage)).toBe(13)
    await storage.delete(['_delta_log/_last_checkpoint'])
    expect(await DeltaTable.latestVersion(storage)).toBe(13)
  })
})
