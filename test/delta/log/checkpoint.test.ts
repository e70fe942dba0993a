import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AddFile } from '../../../src/delta/log/actions.ts'
import { DeltaTable } from '../../../src/delta/table.ts'
import { memoryStorage, type Storage } from '../../../src/storage/index.ts'
import {
  BINARY,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  field,
  LONG,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from '../../../src/types/data-type.ts'
import { fileInLog, openTestDuckdb, paths, type TestDuckdb } from '../../support/delta.ts'
import { logNames, logPath, putText, readJson } from './log-files.ts'

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

interface Options {
  readonly configuration?: Record<string, string>
  readonly columns?: Readonly<Record<string, DataType>>
  readonly partitionColumns?: readonly string[]
}

/** A table that writes a checkpoint after every commit. */
async function created({ configuration = {}, columns = { id: LONG }, partitionColumns = [] }: Options = {}) {
  await DeltaTable.create(
    storage,
    duckdb.port,
    {
      schema: struct(Object.entries(columns).map(([name, type]) => field(name, type))),
      partitionColumns,
      configuration: { 'delta.checkpointInterval': '1', ...configuration },
    },
    () => clock,
  ).commit({ operation: 'CREATE TABLE' })
  return open()
}

async function add(table: DeltaTable, ...files: AddFile[]): Promise<void> {
  const { checkpointError } = await table.startTransaction().addFiles(files).commit({ operation: 'WRITE' })
  expect(checkpointError).toBeUndefined()
}

async function rowsOf(path: string, select: string): Promise<unknown[]> {
  const local = await storage.localize(path)
  const result = await duckdb.connection.runAndReadAll(`SELECT ${select} FROM read_parquet('${local}')`)
  return result.getRowObjectsJson()
}

/** Opens the table by its checkpoints alone. */
async function reopened(): Promise<DeltaTable> {
  const table = await open()
  for (let version = 0; version <= table.snapshot.version; version++) await storage.delete([logPath(version)])
  return open()
}

describe('statistics in a checkpoint', () => {
  const columns = {
    id: LONG,
    amount: decimal(38, 10),
    score: DOUBLE,
    day: DATE,
    at: TIMESTAMP,
    local: TIMESTAMP_NTZ,
    bytes: BINARY,
    inner: struct([field('name', STRING)]),
  }
  const text = [
    '{"numRecords":3,',
    '"minValues":{"id":9007199254740993,"amount":-0.0000000001,"score":0.5,"day":"0001-01-01","at":"2024-02-29T00:00:00.000Z","local":"2024-02-29T00:00:00.000","inner":{"name":"ä"}}',
    ',"maxValues":{"id":9007199254740995,"amount":1234567890123456789012345678.1234567891,"score":1e300,"day":"9999-12-31","at":"2024-02-29T23:59:59.123456Z","local":"2024-02-29T00:00:00.000001","inner":{"name":"ü"}}',
    ',"nullCount":{"id":0,"amount":0,"score":0,"day":0,"at":0,"local":0,"bytes":1,"inner":{"name":2}}}',
  ].join('')

  it('are text by default', async () => {
    await add(await created({ columns }), fileInLog('a', { stats: text }))
    const [row] = await readAdds()
    expect(row).toMatchObject({ stats: text })
    expect(row).not.toHaveProperty('stats_parsed')
  })

  it('are columns with types of the table with delta.checkpoint.writeStatsAsStruct', async () => {
    const table = await created({
      columns: { ...columns, part: TIMESTAMP },
      partitionColumns: ['part'],
      configuration: { 'delta.checkpoint.writeStatsAsStruct': 'true' },
    })
    const partitionValues = { part: '2024-01-01T10:00:00.000000Z' }
    await add(table, fileInLog('a', { stats: text, partitionValues }))
    const [row] = await readAdds()
    expect(row).toMatchObject({
      stats: text,
      partitionValues_parsed: { part: '2024-01-01 10:00:00+00' },
      stats_parsed: {
        numRecords: '3',
        minValues: { id: '9007199254740993', amount: '-0.0000000001', at: '2024-02-29 00:00:00+00' },
        maxValues: { amount: '1234567890123456789012345678.1234567891', day: '9999-12-31' },
        nullCount: { bytes: '1', inner: { name: '2' } },
      },
    })
    expect((row as { stats_parsed: { minValues: object } }).stats_parsed.minValues).not.toHaveProperty(
      'bytes',
    )
  })

  it('come back as the text they were where a checkpoint has the columns only', async () => {
    const configuration = {
      'delta.checkpoint.writeStatsAsStruct': 'true',
      'delta.checkpoint.writeStatsAsJson': 'false',
    }
    await add(await created({ columns, configuration }), fileInLog('a', { stats: text }))
    expect((await readAdds())[0]).toMatchObject({ stats: null })
    const [file] = (await reopened()).snapshot.files()
    expect(file?.stats).toBe(text)
  })

  async function readAdds(): Promise<unknown[]> {
    const rows = await rowsOf(logPath(1, 'checkpoint.parquet'), 'add')
    return rows.map((row) => (row as { add: unknown }).add).filter((each) => each !== null)
  }
})

describe('what a newer writer added', () => {
  it('is kept on files, metadata, transactions and domains, from commit to checkpoint to checkpoint', async () => {
    await created()
    const file = {
      ...fileInLog('a'),
      rank: 7,
      origin: { system: 'x' },
      nested: { depth: 1, list: [1, 2] },
      deletionVector: {
        storageType: 'i',
        pathOrInlineDv: 'abcde',
        sizeInBytes: 4,
        cardinality: 1,
        maxRowIndex: 9,
      },
    }
    const lines = [
      { commitInfo: {} },
      { add: file },
      { txn: { appId: 'a', version: 1, epoch: 12 } },
      { domainMetadata: { domain: 'd', configuration: '{}', removed: false, owner: 'me' } },
    ]
    await putText(storage, logPath(1), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    await add(await open(), fileInLog('b'))
    await add(await reopened(), fileInLog('c'))
    const { snapshot } = await reopened()
    expect([...snapshot.files()].find(({ path }) => path === 'a')).toEqual({ ...file, dataChange: false })
    expect(snapshot.transactions.get('a')).toMatchObject({ epoch: 12 })
    expect(snapshot.domainMetadata.get('d')).toMatchObject({ owner: 'me' })
  })
})

describe('transactions in a checkpoint', () => {
  it('are forgotten after delta.setTransactionRetentionDuration', async () => {
    const configuration = { 'delta.setTransactionRetentionDuration': 'interval 1 day' }
    const table = await created({ configuration })
    await table.startTransaction().setTransaction('old', 1n).commit({ operation: 'WRITE' })
    clock += 86_400_000
    await table.startTransaction().setTransaction('new', 1n).commit({ operation: 'WRITE' })
    expect([...(await reopened()).snapshot.transactions.keys()]).toEqual(['new'])
  })
})

describe('V2 checkpoints', () => {
  const configuration = { 'delta.checkpointPolicy': 'v2' }

  it('have a name of their own and their files in a sidecar', async () => {
    const table = await created({ configuration })
    await add(table, fileInLog('a'), fileInLog('b'))
    expect(table.snapshot.protocol).toMatchObject({ readerFeatures: ['v2Checkpoint'] })
    const names = await logNames(storage)
    const main = names.find((name) => /^0{19}1\.checkpoint\.[0-9a-f-]{36}\.parquet$/.test(name))!
    const [sidecar] = names.filter((name) => name.startsWith('_sidecars/'))
    const columns = 'checkpointMetadata.version, sidecar.path, add.path AS added, remove.path AS removed'
    const noFile = { added: null, removed: null }
    expect(await rowsOf(`_delta_log/${main}`, columns)).toEqual(
      expect.arrayContaining([
        { version: '1', path: null, ...noFile },
        { version: null, path: sidecar!.slice('_sidecars/'.length), ...noFile },
      ]),
    )
    expect(await rowsOf(`_delta_log/${sidecar}`, 'coalesce(add.path, remove.path)')).toHaveLength(2)
    expect(await readJson(storage, '_delta_log/_last_checkpoint')).toMatchObject({
      version: 1,
      size: 6,
      numOfAddFiles: 2,
      v2Checkpoint: { path: main, sidecarFiles: [{ path: sidecar!.slice('_sidecars/'.length) }] },
    })
    expect(paths((await reopened()).snapshot)).toEqual(['a', 'b'])
  })

  it('of an empty table have no sidecar', async () => {
    const table = await created({ configuration })
    await table.startTransaction().setTransaction('a', 1n).commit({ operation: 'WRITE' })
    expect((await logNames(storage)).filter((name) => name.startsWith('_sidecars/'))).toEqual([])
    expect((await reopened()).snapshot.transactionVersion('a')).toBe(1n)
  })

  it('whose sidecar is gone are read as if they were not there', async () => {
    await add(await created({ configuration }), fileInLog('a'))
    const sidecar = (await logNames(storage)).find((name) => name.startsWith('_sidecars/'))!
    await storage.delete([`_delta_log/${sidecar}`])
    expect(paths((await open()).snapshot)).toEqual(['a'])
    await storage.delete([logPath(0)])
    await expect(open()).rejects.toMatchObject({
      condition: 'DELTA_INVALID_LOG_FILE',
      parameters: { place: `memory:/_delta_log/${sidecar}`, detail: 'it is missing' },
    })
  })
})

describe('a damaged checkpoint', () => {
  it('is passed over while older files tell the same, and named when they do not', async () => {
    await add(await created(), fileInLog('a'))
    const path = logPath(1, 'checkpoint.parquet')
    const bytes = (await storage.read(path))!
    bytes[100]! ^= 1
    await storage.put(path, bytes)
    expect(paths((await open()).snapshot)).toEqual(['a'])
    await storage.delete([logPath(0)])
    await expect(open()).rejects.toMatchObject({
      condition: 'DELTA_INVALID_LOG_FILE',
      parameters: {
        place: `memory:/${path}`,
        detail: expect.stringMatching(/^its checksum is [0-9a-f]{8}, /),
      },
    })
  })
})
