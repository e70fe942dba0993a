import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDeletionVector } from '../../../src/delta/deletion-vector/deletion-vector.ts'
import { writeRoaring64 } from '../../../src/delta/deletion-vector/write-roaring.ts'
import { DeltaTable } from '../../../src/delta/table.ts'
import { PipelineError } from '../../../src/errors/index.ts'
import { localStorage, memoryStorage, type Storage } from '../../../src/storage/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { damage, type Random, randomFrom } from '../../support/damage.ts'
import { fileInLog, openTestDuckdb, type TestDuckdb } from '../../support/delta.ts'
import { goldenTables, hasGolden } from '../../support/golden.ts'

/** How many damaged logs are opened for each kind of table. */
const ROUNDS = process.env.MILLRACE_TEST === 'all' ? 500 : 40

let duckdb: TestDuckdb
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => duckdb.close())

const schema = struct([field('id', LONG), field('name', STRING), field('day', STRING)])

/** 13 versions with checkpoints at 5 and 10: files come and go, have vectors, transactions, domains and properties change. */
async function writtenTable(configuration: Record<string, string>): Promise<Storage> {
  const storage = memoryStorage(() => Date.UTC(2026, 0, 1))
  await storage.put('deletion_vector_00000000-0000-0000-0000-000000000000.bin', VECTOR_FILE)
  await DeltaTable.create(storage, duckdb.port, {
    schema,
    partitionColumns: ['day'],
    configuration: {
      'delta.checkpointInterval': '5',
      'delta.enableDeletionVectors': 'true',
      ...configuration,
    },
  }).commit({ operation: 'CREATE TABLE' })
  const table = await DeltaTable.open(storage, duckdb.port)
  for (let version = 1; version <= 13; version++) {
    const transaction = table.startTransaction().setTransaction('flow', BigInt(version))
    const [oldest] = table.snapshot.files()
    if (oldest !== undefined && version % 3 === 0) transaction.removeFile(oldest)
    if (version % 4 === 0) {
      const configuration = { ...table.snapshot.metadata.configuration, note: `n${version}` }
      transaction.updateMetadata({ configuration })
      transaction.setDomainMetadata({ domain: 'mine', configuration: `{"v":${version}}`, removed: false })
    }
    for (const each of ['a', 'b']) {
      const stats = {
        numRecords: version,
        minValues: { id: version, name: each },
        maxValues: { id: 999, name: 'ü' },
        nullCount: { id: 0, name: 0 },
      }
      transaction.addFile(
        fileInLog(`day=${each}/part-${version}.parquet`, {
          partitionValues: { day: each },
          size: 1000 + version,
          stats: JSON.stringify(stats),
          ...(each === 'a' && { deletionVector: VECTOR }),
        }),
      )
    }
    const { checkpointError } = await transaction.commit({ operation: 'WRITE' })
    expect(checkpointError).toBeUndefined()
  }
  return storage
}

const BITMAP = writeRoaring64(Float64Array.of(3, 4, 7, 11, 18, 29))

const VECTOR = {
  storageType: 'u',
  pathOrInlineDv: '0'.repeat(20),
  offset: 1,
  sizeInBytes: BITMAP.length,
  cardinality: 6,
} as const

/** Version 1, then size, bitmap and checksum. */
const VECTOR_FILE = Buffer.concat([Buffer.of(1), uint32(BITMAP.length), BITMAP, uint32(crc32(BITMAP))])

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

type Facts = object | { readonly error: string }

/** All that a reader takes from the log, deletion vectors included. */
async function factsOf(storage: Storage, at?: number): Promise<Facts> {
  const table = await DeltaTable.open(storage, duckdb.port)
  const snapshot = at === undefined ? table.snapshot : await table.snapshotAt({ version: at })
  const files = [...snapshot.files()].map(({ dataChange: _, ...file }) => file)
  const deleted = []
  for (const { deletionVector, path } of files) {
    if (deletionVector != null) deleted.push(await readDeletionVector(deletionVector, storage, path))
  }
  return {
    version: snapshot.version,
    protocol: snapshot.protocol,
    metadata: snapshot.metadata.action,
    transactions: [...snapshot.transactions.values()].map(({ appId, version }) => [appId, version]),
    domains: [...snapshot.domainMetadata.values()],
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    deleted,
  }
}

/** Opens the table after one file of it was damaged. A condition must name a file, or the version whose
 * protocol or metadata is lost; the name is returned. */
async function outcome(storage: Storage, at: number | undefined): Promise<Facts> {
  try {
    return await factsOf(storage, at)
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    const named = /_delta_log\/[\w./-]+|deletion_vector_[\w-]+\.bin|version \d+/.exec(error.message)
    if (named === null) throw new Error(`no file is named: ${error.message}`, { cause: error })
    return { error: named[0] }
  }
}

async function filesOf(storage: Storage): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  for await (const { path } of storage.list('', { recursive: true }))
    files.set(path, (await storage.read(path))!)
  return files
}

const kinds: Record<string, Record<string, string>> = {
  'classic checkpoints': {},
  'V2 checkpoints': { 'delta.checkpointPolicy': 'v2' },
  'statistics as columns': {
    'delta.checkpoint.writeStatsAsJson': 'false',
    'delta.checkpoint.writeStatsAsStruct': 'true',
  },
}

describe('a damaged file of a table written here', () => {
  it.each(Object.entries(kinds))(
    'with %s is found, or does no harm',
    async (_kind, configuration) => {
      const storage = await writtenTable(configuration)
      const random = randomFrom(20260101)
      // Half of the damage is done where no older commits could stand in for a checkpoint.
      for (const isCleaned of [false, true]) {
        if (isCleaned) {
          for (let version = 0; version < 10; version++) {
            await storage.delete([`_delta_log/${version.toString().padStart(20, '0')}.json`])
          }
          for (const path of (await filesOf(storage)).keys()) {
            if (/0{19}5\.checkpoint/.test(path)) await storage.delete([path])
          }
        }
        const files = await filesOf(storage)
        const expected = new Map<number | undefined, Facts>()
        for (const at of isCleaned ? [undefined, 11] : [undefined, 7, 11])
          expected.set(at, await factsOf(storage, at))
        for (let round = 0; round < ROUNDS / 2; round++) {
          const at = random.of([...expected.keys()])
          const { path, text } = await damageOne(storage, files, random)
          const facts = await outcome(storage, at)
          if (!('error' in facts))
            expect(facts, `${text} of ${path}, read at ${at}`).toEqual(expected.get(at))
          await storage.put(path, files.get(path)!)
        }
      }
    },
    600_000,
  )
})

async function damageOne(
  storage: Storage,
  files: ReadonlyMap<string, Uint8Array>,
  random: Random,
): Promise<{ path: string; text: string }> {
  const path = random.of([...files.keys()])
  const { bytes, text } = damage(files.get(path)!, random)
  await storage.put(path, bytes)
  return { path, text }
}

const foreign = [
  'spark__multi-part-checkpoint',
  'spark__v2-checkpoint-json',
  'kernelrs__compacted-log-files-table',
]

describe.skipIf(!hasGolden)('a damaged file of a table written by others', () => {
  it.each(goldenTables().filter(({ name }) => foreign.includes(name)))(
    '$name opens, or the error names a file',
    async ({ folder }) => {
      const storage = memoryStorage()
      for (const [path, bytes] of await filesOf(localStorage(folder))) await storage.put(path, bytes)
      const files = new Map([...(await filesOf(storage))].filter(([path]) => path.startsWith('_delta_log/0')))
      const random = randomFrom(7)
      for (let round = 0; round < ROUNDS / 8; round++) {
        const { path } = await damageOne(storage, files, random)
        await outcome(storage, undefined)
        await storage.put(path, files.get(path)!)
      }
    },
    600_000,
  )
})
