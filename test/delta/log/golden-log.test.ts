import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseLogPath } from '../../../src/delta/log/log-files.ts'
import { DeltaTable } from '../../../src/delta/table.ts'
import { PipelineError } from '../../../src/errors/index.ts'
import { localStorage, type Storage } from '../../../src/storage/index.ts'
import { printSchemaJson } from '../../../src/types/schema-json.ts'
import { openTestDuckdb, paths, type TestDuckdb } from '../../support/delta.ts'
import { goldenTables, hasGolden } from '../../support/golden.ts'

/** Delta Lake's own test of these logs asserts no live file; the other reader compared paths as texts. */
const CANONICAL_PATHS = ['spark__canonicalized-paths-normal-a', 'spark__canonicalized-paths-special-a']

/** Tables whose commits a catalog holds: a reader of files alone must refuse them. */
const CATALOG_MANAGED = [
  'kernelrs__catalog_managed_0',
  'spark__basic_catalog_managed',
  'spark__catalog-owned-preview',
]

const tables = goldenTables()
const opened = tables.filter(
  ({ name, outcome }) => outcome !== 'refuse' && ![...CANONICAL_PATHS, ...CATALOG_MANAGED].includes(name),
)

let duckdb: TestDuckdb
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => duckdb.close())

const LETTERS = { classic: 'c', parts: 'm', v2: 'u' } as const

async function checkpointsOf(
  storage: Storage,
): Promise<{ checkpoints: number[]; checkpointKinds: string[] }> {
  const checkpoints = new Set<number>()
  const checkpointKinds = new Set<string>()
  for await (const { path } of storage.list('_delta_log')) {
    const file = parseLogPath(path)
    if (file?.kind !== 'checkpoint') continue
    checkpoints.add(file.version)
    checkpointKinds.add(LETTERS[file.form.kind])
  }
  return { checkpoints: [...checkpoints], checkpointKinds: [...checkpointKinds].sort() }
}

describe.skipIf(!hasGolden)('the log of a golden table', () => {
  it.each(opened)('$name: what the newest version is', async (golden) => {
    const storage = localStorage(golden.folder)
    const table = await DeltaTable.open(storage, duckdb.port)
    const { snapshot } = table
    const { minReaderVersion, minWriterVersion, readerFeatures, writerFeatures } = snapshot.protocol
    const files = [...snapshot.files()]
    expect({
      latestVersion: snapshot.version,
      tableId: snapshot.metadata.id,
      protocol: {
        minReaderVersion,
        minWriterVersion,
        readerFeatures: readerFeatures?.toSorted(),
        writerFeatures: writerFeatures?.toSorted(),
      },
      configuration: snapshot.metadata.configuration,
      partitionColumns: snapshot.metadata.partitionColumns,
      domainMetadata: Object.fromEntries(
        [...snapshot.domainMetadata].map(([domain, { configuration }]) => [domain, configuration]),
      ),
      addPaths: paths(snapshot),
      filesWithDV: files.filter((file) => file.deletionVector != null).length,
      sizeInBytes: snapshot.sizeBytes,
      tombstones: [...table.removedAfter(-Infinity)].length,
      ...(await checkpointsOf(storage)),
    }).toEqual({
      latestVersion: golden.latestVersion,
      tableId: golden.tableId,
      protocol: {
        ...golden.protocol,
        readerFeatures: golden.protocol.readerFeatures?.toSorted(),
        writerFeatures: golden.protocol.writerFeatures?.toSorted(),
      },
      configuration: golden.configuration,
      partitionColumns: golden.partitionColumns,
      domainMetadata: golden.domainMetadata,
      addPaths: golden.addPaths.toSorted(),
      filesWithDV: golden.filesWithDV,
      sizeInBytes: golden.sizeInBytes,
      tombstones: golden.tombstones,
      checkpoints: golden.checkpoints,
      checkpointKinds: golden.checkpointKinds.toSorted(),
    })
    expect(JSON.parse(printSchemaJson(snapshot.metadata.schema))).toEqual(golden.schema)
  })

  it.each(opened)('$name: what was done to it', async (golden) => {
    const table = await DeltaTable.open(localStorage(golden.folder), duckdb.port)
    const told = (await table.history()).toReversed().filter(({ commitInfo }) => 'timestamp' in commitInfo)
    const history = told.map(({ version, operation, commitInfo }) => [
      version,
      operation,
      commitInfo.inCommitTimestamp ?? commitInfo.timestamp,
    ])
    expect(history).toEqual(golden.history)
  })

  it.each(opened)('$name: the files of every version that can be rebuilt', async (golden) => {
    const table = await DeltaTable.open(localStorage(golden.folder), duckdb.port)
    const rebuilt = []
    for (const { version } of golden.versions) {
      rebuilt.push({ version, numFiles: (await table.snapshotAt({ version })).numFiles })
    }
    expect(rebuilt).toEqual(golden.versions.map(({ version, numFiles }) => ({ version, numFiles })))
  })

  it.each(tables.filter(({ name }) => CATALOG_MANAGED.includes(name)))(
    '$name is refused: a catalog holds its commits',
    async ({ folder }) => {
      await expect(DeltaTable.open(localStorage(folder), duckdb.port)).rejects.toMatchObject({
        condition: 'DELTA_UNSUPPORTED_FEATURES_FOR_READ',
        parameters: { features: expect.stringMatching(/^catalog(Managed|Owned-preview)$/) },
      })
    },
  )

  it.each(tables.filter(({ outcome }) => outcome === 'refuse'))('$name is refused', async ({ folder }) => {
    await expect(DeltaTable.open(localStorage(folder), duckdb.port)).rejects.toBeInstanceOf(PipelineError)
  })
})
