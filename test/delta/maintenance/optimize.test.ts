import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AddFile, optimize, type TableContext } from '../../../src/delta/index.ts'
import { parseExpression } from '../../../src/sql/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const schema = struct([field('id', LONG), field('day', STRING)])

/** A table with a file for each query. */
async function tableOf(name: string, queries: readonly string[], options = {}): Promise<TableContext> {
  const context = await tables.create(name, { schema, ...options })
  for (const query of queries) await tables.append(context, query)
  return context
}

const files = ({ table }: TableContext): AddFile[] => [...table.snapshot.files()]

async function lastCommit({ table }: TableContext) {
  const [entry] = await table.history(1)
  return entry!
}

describe('OPTIMIZE', () => {
  it('puts small files together in one commit that changes no data', async () => {
    const context = await tableOf(
      'small',
      ["SELECT 1L AS id, 'a' AS day", "SELECT 2L, 'b'", "SELECT 3L, 'c'"].map((q) =>
        q
          .replace('2L,', '2L AS id,')
          .replace('3L,', '3L AS id,')
          .replace("'b'", "'b' AS day")
          .replace("'c'", "'c' AS day"),
      ),
    )
    const before = files(context)
    const { metrics, version, path } = await optimize(context)
    const [added] = files(context)
    expect({ version, path }).toEqual({ version: 4, path: context.storage.name })
    expect(files(context)).toHaveLength(1)
    expect(await tables.rows(context)).toEqual([
      [1n, 'a'],
      [2n, 'b'],
      [3n, 'c'],
    ])
    const removed = before.map((each) => each.size)
    const total = removed.reduce((a, b) => a + b)
    expect(metrics).toMatchObject({
      numFilesAdded: 1,
      numFilesRemoved: 3,
      filesAdded: {
        min: added!.size,
        max: added!.size,
        avg: added!.size,
        totalFiles: 1,
        totalSize: added!.size,
      },
      filesRemoved: {
        min: Math.min(...removed),
        max: Math.max(...removed),
        avg: total / 3,
        totalFiles: 3,
        totalSize: total,
      },
      partitionsOptimized: 0,
      numBins: 1,
      numBatches: 1,
      totalConsideredFiles: 3,
      totalFilesSkipped: 0,
      deletionVectorStats: null,
      numTableColumns: 2,
      numTableColumnsWithStats: 2,
    })
    const { operation, operationParameters, operationMetrics, isolationLevel, isBlindAppend } =
      await lastCommit(context)
    expect({ operation, operationParameters, isolationLevel, isBlindAppend }).toEqual({
      operation: 'OPTIMIZE',
      operationParameters: { predicate: '[]', zOrderBy: '[]', clusterBy: '[]', auto: 'false' },
      isolationLevel: 'SnapshotIsolation',
      isBlindAppend: false,
    })
    expect(operationMetrics).toEqual({
      numRemovedFiles: '3',
      numAddedFiles: '1',
      numRemovedBytes: String(total),
      numAddedBytes: String(added!.size),
      minFileSize: String(added!.size),
      p25FileSize: String(added!.size),
      p50FileSize: String(added!.size),
      p75FileSize: String(added!.size),
      maxFileSize: String(added!.size),
      numDeletionVectorsRemoved: '0',
    })
    expect(added!.dataChange).toBe(false)
  })

  it('does nothing and commits nothing where there is nothing to gain', async () => {
    const context = await tableOf('alone', ["SELECT 1L AS id, 'a' AS day"])
    const { metrics, version } = await optimize(context)
    expect(version).toBeUndefined()
    expect(metrics).toMatchObject({ numFilesAdded: 0, numFilesRemoved: 0, numBins: 0, numBatches: 0 })
    expect(context.table.snapshot.version).toBe(1)
  })

  it('keeps partitions apart, whatever their values', async () => {
    const values = "VALUES (1L, 'a'), (2L, 'b/ä'), (3L, CAST(NULL AS STRING)) AS t(id, day)"
    const context = await tableOf(
      'parts',
      [`SELECT * FROM ${values}`, `SELECT id + 10 AS id, day FROM ${values}`],
      {
        partitionColumns: ['day'],
      },
    )
    const { metrics } = await optimize(context)
    expect(metrics).toMatchObject({
      numFilesAdded: 3,
      numFilesRemoved: 6,
      partitionsOptimized: 3,
      numBins: 3,
    })
    expect(files(context).map((each) => each.partitionValues.day)).toEqual(
      expect.arrayContaining(['a', 'b/ä', null]),
    )
    expect(await tables.rows(context)).toEqual([
      [1n, 'a'],
      [2n, 'b/ä'],
      [3n, null],
      [11n, 'a'],
      [12n, 'b/ä'],
      [13n, null],
    ])
  })

  it('rewrites only the partitions of its predicate', async () => {
    const values = "VALUES (1L, 'a'), (2L, 'b') AS t(id, day)"
    const context = await tableOf('where', [`SELECT * FROM ${values}`, `SELECT * FROM ${values}`], {
      partitionColumns: ['day'],
    })
    await optimize(context, { where: parseExpression("day = 'b'") })
    const days = files(context).map((each) => each.partitionValues.day)
    expect(days.sort()).toEqual(['a', 'a', 'b'])
    expect((await lastCommit(context)).operationParameters.predicate).toBe(`["day = 'b'"]`)
  })

  it('refuses a predicate on other columns', async () => {
    const context = await tableOf('where_id', [], { partitionColumns: ['day'] })
    await expect(optimize(context, { where: parseExpression('id = 1') })).rejects.toMatchObject({
      condition: 'DELTA_NON_PARTITION_COLUMN_REFERENCE',
      parameters: { columnName: 'id', columnList: 'day' },
    })
  })
})
