import { cpSync, existsSync, readdirSync, renameSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeltaTable, deltaScanOf, type Snapshot } from '../../src/delta/index.ts'
import { localStorage, type Storage } from '../../src/storage/index.ts'
import { canonicalRows, checksum } from '../support/canonical-rows.ts'
import { deltaRelation, openTestDuckdb, type TestDuckdb, temporaryFolder } from '../support/delta.ts'
import { type GoldenTable, goldenTables, hasGolden } from '../support/golden.ts'

/** Delta Lake's own test of these logs asserts no live file; the other reader compared paths as texts. */
const CANONICAL_PATHS = ['spark__canonicalized-paths-normal-a', 'spark__canonicalized-paths-special-a']
/** Their deletion vectors lie under names that only a setting of Spark's tests makes: read from a copy with the true ones. */
const TEST_ONLY_NAMES = ['spark__partitioned-table-with-dv-large', 'spark__table-with-dv-small']
/** Tables that another reader read by looking past a feature that a reader must know. */
const UNSUPPORTED: Record<string, string> = {
  kernelrs__catalog_managed_0: 'catalogManaged',
  spark__basic_catalog_managed: 'catalogManaged',
  'spark__catalog-owned-preview': 'catalogManaged',
}
/** Their expected rows hold a variant's bytes, which a shredded one has not. */
const VARIANTS = ['spark__spark-variant-checkpoint', 'spark__variant-stats-no-checkpoint']

const tables = goldenTables()
const readable = tables.filter(
  ({ name, outcome }) => outcome === 'read' && !(name in UNSUPPORTED) && !VARIANTS.includes(name),
)
const named = (list: readonly GoldenTable[]) => list.map((table) => [table.name, table] as const)

let duckdb: TestDuckdb
const folder = temporaryFolder()
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => {
  duckdb.close()
  folder.remove()
})

function storageOf({ name, folder: original }: GoldenTable): Storage {
  if (!TEST_ONLY_NAMES.includes(name)) return localStorage(original)
  const copy = join(folder.path, `renamed-${name}`)
  if (!existsSync(copy)) {
    cpSync(original, copy, { recursive: true })
    for (const file of readdirSync(copy)) {
      if (file.endsWith('.bin')) renameSync(join(copy, file), join(copy, file.replace('test%dv%prefix-', '')))
    }
  }
  return localStorage(copy)
}

async function rowsChecksum(snapshot: Snapshot, storage: Storage): Promise<{ rows: number; sha256: string }> {
  const { schema } = snapshot.metadata
  const scan = await deltaScanOf(snapshot, storage)
  const relation = await deltaRelation(duckdb.connection, scan, schema)
  const lines = await canonicalRows(duckdb.connection, relation, schema)
  return { rows: lines.length, sha256: checksum(lines) }
}

describe.skipIf(!hasGolden)('golden tables', () => {
  it.each(named(readable))('%s has the expected files and rows', async (_name, golden) => {
    const storage = storageOf(golden)
    const { snapshot } = await DeltaTable.open(storage, duckdb.port)
    expect({
      version: snapshot.version,
      numFiles: snapshot.numFiles,
      sizeBytes: snapshot.sizeBytes,
      partitionColumns: snapshot.metadata.partitionColumns,
      configuration: snapshot.metadata.configuration,
      txn: Object.fromEntries([...snapshot.transactions].map(([appId, txn]) => [appId, Number(txn.version)])),
    }).toEqual({
      version: golden.latestVersion,
      numFiles: golden.numFiles,
      sizeBytes: golden.sizeInBytes,
      partitionColumns: golden.partitionColumns,
      configuration: golden.configuration,
      txn: golden.txn,
    })
    expect(await rowsChecksum(snapshot, storage)).toEqual({ rows: golden.rows, sha256: golden.sha256 })
    expect(await DeltaTable.latestVersion(storage)).toBe(golden.latestVersion)
  })

  const travelled = readable.filter((each) => each.versions.length > 1)
  it.each(named(travelled))('%s has the expected rows in older versions', async (_name, golden) => {
    const storage = storageOf(golden)
    const table = await DeltaTable.open(storage, duckdb.port)
    for (const { version, sha256, rows, numFiles, error } of golden.versions) {
      const snapshot = await table.snapshotAt({ version })
      expect({ version, numFiles: snapshot.numFiles }).toEqual({ version, numFiles })
      if (error !== undefined) continue
      expect({ version, ...(await rowsChecksum(snapshot, storage)) }).toEqual({ version, rows, sha256 })
    }
  })

  const timed = readable.filter(({ history }) => {
    const times = history.map(([, , time]) => time)
    return times.length > 1 && times.every((time, index) => time !== null && time > (times[index - 1] ?? 0))
  })
  it.each(named(timed))('%s can be read as of a time', async (name, golden) => {
    const copy = join(folder.path, name)
    cpSync(join(golden.folder, '_delta_log'), join(copy, '_delta_log'), { recursive: true })
    for (const [version, , time] of golden.history) {
      const file = join(copy, '_delta_log', `${version.toString().padStart(20, '0')}.json`)
      utimesSync(file, time! / 1000, time! / 1000)
    }
    const table = await DeltaTable.open(localStorage(copy), duckdb.port)
    const rebuildable = golden.versions.map((each) => each.version)
    const history = golden.history.filter(([version]) => rebuildable.includes(version))
    for (const [version, , time] of history) {
      expect(await table.snapshotAt({ timestampMs: time! })).toMatchObject({ version, timestampMs: time })
    }
    const [first, , firstTime] = history[0]!
    const [last, , lastTime] = history.at(-1)!
    await expect(table.snapshotAt({ timestampMs: firstTime! - 1 })).rejects.toMatchObject({
      condition: 'DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION',
      parameters: { version: first.toString() },
    })
    await expect(table.snapshotAt({ timestampMs: lastTime! + 1 })).rejects.toMatchObject({
      condition: 'DELTA_TIMESTAMP_GREATER_THAN_COMMIT',
      parameters: { version: last.toString() },
    })
  })

  it.each([
    [
      'spark__spark-variant-checkpoint',
      'id',
      'array_of_struct_of_variants[1].v',
      (id: number) => [String(id), `{"key":${id}}`],
    ],
    [
      'spark__variant-stats-no-checkpoint',
      'i',
      'v',
      (i: number) => [i, `{"id":${i - 100},"name":"${110 - i}"}`],
    ],
  ] as const)('%s has the expected variants', async (name, key, variant, expected) => {
    const golden = tables.find((each) => each.name === name)!
    const storage = localStorage(golden.folder)
    const { snapshot } = await DeltaTable.open(storage, duckdb.port)
    const { schema } = snapshot.metadata
    const relation = await deltaRelation(duckdb.connection, await deltaScanOf(snapshot, storage), schema)
    const result = await duckdb.connection.runAndReadAll(
      `SELECT ${key}, CAST(CAST(${variant} AS JSON) AS VARCHAR) FROM ${relation} ORDER BY ${key}`,
    )
    expect(result.currentRowCount).toBe(golden.rows)
    const row = result.getRowsJson()[7]!
    expect(row).toEqual(expected(Number(row[0])))
  })

  const logOnly = tables.filter((each) => each.outcome === 'log-only' && !CANONICAL_PATHS.includes(each.name))
  it.each(named(logOnly))('%s has the expected log, without data files', async (_name, golden) => {
    const { snapshot } = await DeltaTable.open(localStorage(golden.folder), duckdb.port)
    expect({
      version: snapshot.version,
      paths: [...snapshot.files()].map((each) => each.path).sort(),
    }).toEqual({ version: golden.latestVersion, paths: [...golden.addPaths].sort() })
  })

  it.each(CANONICAL_PATHS)('%s: a remove names the same file as its add by another URI', async (name) => {
    const golden = tables.find((each) => each.name === name)!
    const { snapshot } = await DeltaTable.open(localStorage(golden.folder), duckdb.port)
    expect([...snapshot.files()]).toEqual([])
  })
})

describe.skipIf(!hasGolden)('golden tables to refuse', () => {
  const refusal = (name: string) => {
    const golden = tables.find((each) => each.name === name)!
    return DeltaTable.open(localStorage(golden.folder), duckdb.port).catch((error: unknown) => error)
  }

  it.each(Object.entries(UNSUPPORTED))('%s needs %s of its readers', async (name, features) => {
    expect(await refusal(name)).toMatchObject({
      condition: 'DELTA_UNSUPPORTED_FEATURES_FOR_READ',
      parameters: { features },
    })
  })

  it.each([
    ['kernelrs__table-with-geo', 'DELTA_UNSUPPORTED_FEATURES_FOR_READ', { features: 'geospatial' }],
    ['deltars__simple_table_features', 'DELTA_INVALID_PROTOCOL_VERSION', { reader: '5', writer: '7' }],
    [
      'spark__deltalog-invalid-protocol-version',
      'DELTA_INVALID_PROTOCOL_VERSION',
      { reader: '99', writer: '7' },
    ],
    [
      'spark__deltalog-state-reconstruction-from-checkpoint-missing-metadata',
      'DELTA_STATE_RECOVER_ERROR',
      { operation: 'metadata', version: '10' },
    ],
    [
      'spark__deltalog-state-reconstruction-without-metadata',
      'DELTA_STATE_RECOVER_ERROR',
      { operation: 'metadata', version: '0' },
    ],
    [
      'spark__deltalog-state-reconstruction-without-protocol',
      'DELTA_STATE_RECOVER_ERROR',
      { operation: 'protocol', version: '0' },
    ],
    [
      'spark__versions-not-contiguous',
      'DELTA_VERSIONS_NOT_CONTIGUOUS',
      { startVersion: '0', endVersion: '2', file: '_delta_log/00000000000000000001.json' },
    ],
  ])('%s: %s', async (name, condition, parameters) => {
    expect(await refusal(name)).toMatchObject({ condition, parameters })
  })

  it('lists every table that is not expected to be read', () => {
    const refused = tables.filter((each) => each.outcome === 'refuse').map((each) => each.name)
    expect(refused).toHaveLength(7)
  })
})
