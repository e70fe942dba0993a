import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeFeedScan, DeltaTable } from '../../../src/delta/index.ts'
import { localStorage } from '../../../src/storage/index.ts'
import { struct } from '../../../src/types/data-type.ts'
import { canonicalRows, checksum } from '../../support/canonical-rows.ts'
import { deltaRelation, openTestDuckdb, type TestDuckdb } from '../../support/delta.ts'
import { goldenTables, hasGolden } from '../../support/golden.ts'

const COMMIT_COLUMNS = 2
const feeds = goldenTables().filter((each) => each.cdf !== undefined)
const versions = feeds.flatMap((table) =>
  table
    .cdf!.filter((each) => each.error === undefined)
    .map((each) => [table.name, each.version, table, each] as const),
)

let duckdb: TestDuckdb
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => duckdb.close())

describe.skipIf(!hasGolden)('change feeds of golden tables', () => {
  it.each(versions)('%s version %i', async (_name, version, golden, expected) => {
    const storage = localStorage(golden.folder)
    const table = await DeltaTable.open(storage, duckdb.port)
    const feed = changeFeedScan({ table, storage }, { start: { version }, end: { version } })
    if (!expected.cdfEnabled) {
      await expect(feed).rejects.toMatchObject({
        condition: 'DELTA_MISSING_CHANGE_DATA',
        parameters: { version: String(version) },
      })
      return
    }
    const { input, schema } = await feed
    const withType = struct(schema.fields.slice(0, -COMMIT_COLUMNS))
    const lines = await canonicalRows(
      duckdb.connection,
      await deltaRelation(duckdb.connection, input, withType),
      withType,
    )
    const types = lines.map((line) => (JSON.parse(String(line)) as unknown[]).at(-1) as string)
    const counts = Object.fromEntries(
      [...Map.groupBy(types, (each) => each)].map(([type, { length }]) => [type, length]),
    )
    expect({ counts, sha256: checksum(lines) }).toEqual({ counts: expected.counts, sha256: expected.sha256 })
  })

  it('finds them', () => {
    expect(feeds.length).toBeGreaterThan(8)
  })
})
