import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeltaTable, deltaScanOf } from '../../src/delta/index.ts'
import { deltaScanSql } from '../../src/engine/duckdb/delta-scan.ts'
import { localStorage } from '../../src/storage/index.ts'
import { canonicalRows } from '../support/canonical-rows.ts'
import { openTestDuckdb, type TestDuckdb, temporaryFolder } from '../support/delta.ts'
import { CASES } from './cases.ts'
import { hasSpark, type Spark, startSpark } from './peer.ts'

const folder = temporaryFolder()
let spark: Spark
let duckdb: TestDuckdb

async function ownRows(path: string): Promise<string[]> {
  const storage = localStorage(path)
  const { snapshot } = await DeltaTable.open(storage, duckdb.port)
  const { schema } = snapshot.metadata
  const relation = deltaScanSql(await deltaScanOf(snapshot, storage), schema)
  return (await canonicalRows(duckdb.connection, relation, schema)).map(String)
}

describe.skipIf(!hasSpark)('tables of Spark', () => {
  beforeAll(async () => {
    spark = startSpark()
    duckdb = await openTestDuckdb()
  })
  afterAll(() => {
    spark.close()
    duckdb.close()
    folder.remove()
  })

  it.each(CASES.map((each) => [each.name, each]))('%s', async (name, { create }) => {
    const path = join(folder.path, name)
    const table = `delta.\`${path}\``
    await spark.run(create(table))
    expect(await ownRows(path)).toEqual(await spark.rows(`SELECT * FROM ${table}`))
  })
})
