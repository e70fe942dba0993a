import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRoaring64 } from '../../../src/delta/deletion-vector/read-roaring.ts'
import { vectorPath } from '../../../src/delta/deletion-vector/vector-path.ts'
import { writeRoaring64 } from '../../../src/delta/deletion-vector/write-roaring.ts'
import { decodeZ85 } from '../../../src/delta/deletion-vector/z85.ts'
import { type DeletionVectorDescriptor, DeltaTable } from '../../../src/delta/index.ts'
import { localStorage, type Storage } from '../../../src/storage/index.ts'
import { openTestDuckdb, type TestDuckdb } from '../../support/delta.ts'
import { goldenTables, hasGolden } from '../../support/golden.ts'

let duckdb: TestDuckdb
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => duckdb.close())

/** Some tables of Spark's tests name their vectors' files with a prefix that only its tests know. */
const TEST_PREFIX = 'test%dv%prefix-'

async function bitmapOf(vector: DeletionVectorDescriptor, storage: Storage): Promise<Uint8Array> {
  if (vector.storageType === 'i') return decodeZ85(vector.pathOrInlineDv, vector.sizeInBytes)
  const path = vectorPath(vector)!
  const range = [vector.offset! + 4, vector.sizeInBytes] as const
  const named = path.slice(path.lastIndexOf('/') + 1)
  const bytes =
    (await storage.readRange(path, ...range)) ?? (await storage.readRange(TEST_PREFIX + named, ...range))
  return bytes!
}

const tables = goldenTables().filter((each) => each.outcome === 'read' && each.filesWithDV > 0)

describe.skipIf(!hasGolden)('deletion vectors of other systems', () => {
  it.each(tables.map((each) => [each.name, each] as const))(
    'in %s are byte for byte what we would write',
    async (_name, golden) => {
      const storage = localStorage(golden.folder)
      const { snapshot } = await DeltaTable.open(storage, duckdb.port)
      const vectors = [...snapshot.files()].flatMap((each) => each.deletionVector ?? [])
      expect(vectors).toHaveLength(golden.filesWithDV)
      for (const vector of vectors) {
        const bitmap = await bitmapOf(vector, storage)
        const rows = readRoaring64(bitmap)!
        expect(rows).toHaveLength(vector.cardinality)
        expect(Buffer.from(writeRoaring64(rows))).toEqual(Buffer.from(bitmap))
      }
    },
  )
})
