import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeltaTable, deltaScanOf, optimize, restore, type Snapshot } from '../../../src/delta/index.ts'
import { type DuckdbEngine, openDuckdbEngine } from '../../../src/engine/duckdb/engine.ts'
import { rowEngineOf } from '../../../src/engine/row-engine.ts'
import { localStorage, type Storage } from '../../../src/storage/index.ts'
import { canonicalRows, checksum } from '../../support/canonical-rows.ts'
import { deltaRelation, temporaryFolder } from '../../support/delta.ts'
import { type GoldenTable, goldenTables, hasGolden } from '../../support/golden.ts'

/** Features of their writers that we do not have: such tables are not touched. */
const UNWRITABLE: Readonly<Record<string, string>> = {
  deltars__table_with_liquid_clustering: 'liquid',
  kernelrs__partitioned_with_materialize_feature: 'materializePartitionColumns',
  'spark__table-with-icebegCompatV2Enabled': 'icebergCompatV2',
}
/** Not to be read from their folder: by a catalog alone, and with vectors under names of Spark's tests. */
const UNREADABLE = ['spark__basic_catalog_managed', 'spark__partitioned-table-with-dv-large']

/** Tables of other systems with several small files. */
const tables = goldenTables().filter(
  ({ name, outcome, numFiles, sizeInBytes }) =>
    outcome === 'read' && numFiles > 1 && sizeInBytes < 2 << 20 && !UNREADABLE.includes(name),
)
const writable = tables.filter(({ name }) => !(name in UNWRITABLE))
const named = (list: readonly GoldenTable[]) => list.map((table) => [table.name, table] as const)

let duckdb: DuckdbEngine
const folder = temporaryFolder()
beforeAll(async () => {
  duckdb = await openDuckdbEngine()
})
afterAll(async () => {
  await duckdb.close()
  folder.remove()
})

async function copyOf({ name, folder: original }: GoldenTable) {
  const path = join(folder.path, name)
  cpSync(original, path, { recursive: true })
  const storage = localStorage(path)
  const engine = rowEngineOf(duckdb, { timestampMicros: 0n, ansi: true })
  return { storage, engine, table: await DeltaTable.open(storage, engine.deltaPort) }
}

async function rowsOf(snapshot: Snapshot, storage: Storage): Promise<string> {
  const connection = await duckdb.instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  try {
    const { schema } = snapshot.metadata
    const relation = await deltaRelation(connection, await deltaScanOf(snapshot, storage), schema)
    return checksum(await canonicalRows(connection, relation, schema))
  } finally {
    connection.closeSync()
  }
}

describe.skipIf(!hasGolden)('golden tables', () => {
  it.each(named(tables.filter(({ name }) => name in UNWRITABLE)))(
    '%s is left alone',
    async (name, golden) => {
      await expect(optimize(await copyOf(golden))).rejects.toMatchObject({
        condition: 'DELTA_UNSUPPORTED_FEATURES_FOR_WRITE',
        parameters: { features: UNWRITABLE[name] },
      })
    },
  )

  it.each(named(writable))('%s keeps its rows', async (_, golden) => {
    const context = await copyOf(golden)
    const { version } = context.table.snapshot
    const before = await rowsOf(context.table.snapshot, context.storage)
    const { metrics } = await optimize(context)
    expect(await rowsOf(context.table.snapshot, context.storage)).toBe(before)
    expect(context.table.snapshot.numFiles).toBe(
      golden.numFiles - metrics.numFilesRemoved + metrics.numFilesAdded,
    )
    await restore(context, { version })
    expect(await rowsOf(context.table.snapshot, context.storage)).toBe(before)
  })
})
