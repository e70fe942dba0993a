import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deleteRows, deltaScanOf, optimize, reorgPurge, type TableContext } from '../../../src/delta/index.ts'
import { withRowIdentity } from '../../../src/delta/row-tracking/row-identity.ts'
import { parseExpression } from '../../../src/sql/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const schema = struct([field('id', LONG), field('day', STRING)])
const files = ({ table }: TableContext) => [...table.snapshot.files()]
const HUNDRED = "SELECT id, 'a' AS day FROM range(0, 100)"

describe('deletion vectors', () => {
  const configuration = { 'delta.enableDeletionVectors': 'true' }

  async function withDeleted(name: string, count: number): Promise<TableContext> {
    const context = await tables.create(name, { schema, configuration })
    await tables.append(context, HUNDRED)
    await context.table.refresh()
    await deleteRows(context, { condition: parseExpression(`id < ${count}`) })
    return context
  }

  it('OPTIMIZE rewrites a file of which more than a twentieth is deleted', async () => {
    const context = await withDeleted('many', 6)
    expect(files(context)[0]!.deletionVector).toMatchObject({ cardinality: 6 })
    const { metrics } = await optimize(context)
    expect(metrics.deletionVectorStats).toEqual({
      numDeletionVectorsRemoved: 1,
      numDeletionVectorRowsRemoved: 6,
    })
    expect(files(context)).toHaveLength(1)
    expect(files(context)[0]!.deletionVector).toBeUndefined()
    expect(await tables.rows(context, 'count(*), min(id)')).toEqual([[94n, 6n]])
  })

  it('REORG ... APPLY (PURGE) rewrites every file with deleted rows, and no other', async () => {
    const context = await withDeleted('purged', 1)
    await tables.append(context, HUNDRED)
    const { metrics, version } = await reorgPurge(context)
    expect(metrics).toMatchObject({ numFilesAdded: 1, numFilesRemoved: 1 })
    expect(files(context).every((each) => each.deletionVector === undefined)).toBe(true)
    expect(await tables.rows(context, 'count(*)')).toEqual([[199n]])
    const [commit] = await context.table.history(1)
    expect(commit).toMatchObject({
      version,
      operation: 'REORG',
      operationParameters: { predicate: '[]', applyPurge: 'true' },
      operationMetrics: { numDeletionVectorsRemoved: '1' },
    })
    expect(await reorgPurge(context)).not.toHaveProperty('version')
  })
})

describe('column mapping', () => {
  it('clusters and packs by physical names, partition values as they stand in the log', async () => {
    const context = await tables.create('mapped', {
      schema,
      configuration: { 'delta.columnMapping.mode': 'name' },
      clusteringColumns: [['id']],
    })
    await tables.append(context, HUNDRED)
    await tables.append(context, "SELECT id, 'b' AS day FROM range(100, 200)")
    await optimize(context, { targetFileSize: 400 })
    const [physical] = context.table.snapshot.clusteringColumns![0]!
    expect(physical).toMatch(/^col-/)
    expect(files(context)[0]!.tags!.ZCUBE_ZORDER_BY).toBe(JSON.stringify([physical]))
    expect(JSON.parse(files(context)[0]!.stats!).minValues[physical!]).toBe(0)
    expect(await tables.rows(context, 'count(*), count(DISTINCT id), max(day)')).toEqual([[200n, 200n, 'b']])
  })

  it('keeps partition values under their physical names', async () => {
    const context = await tables.create('mapped_parts', {
      schema,
      partitionColumns: ['day'],
      configuration: { 'delta.columnMapping.mode': 'name' },
    })
    await tables.append(context, HUNDRED)
    await tables.append(context, HUNDRED)
    const before = files(context)[0]!.partitionValues
    await optimize(context)
    expect(files(context).map((each) => each.partitionValues)).toEqual([before])
    expect(await tables.rows(context, 'count(*), max(day)')).toEqual([[200n, 'a']])
  })
})

/** Each row with its stable id and the version that last changed it. */
async function identitiesOf({ table, storage, engine }: TableContext) {
  const snapshot = await table.refresh()
  const live = [...snapshot.files()]
  const input = await deltaScanOf(snapshot, storage, live)
  const scan = withRowIdentity(
    { kind: 'Scan', input, schema: struct([schema.fields[0]!]) },
    live,
    snapshot.metadata,
  )
  const session = await engine.openSession()
  try {
    return (await session.rows(scan)).toSorted((a, b) => Number(a[0]) - Number(b[0]))
  } finally {
    await session.close()
  }
}

describe('row tracking', () => {
  it('rows keep their ids through a rewrite', async () => {
    const context = await tables.create('tracked', {
      schema,
      configuration: { 'delta.enableRowTracking': 'true' },
    })
    await tables.append(context, "SELECT 1L AS id, 'a' AS day")
    await tables.append(context, "SELECT 2L AS id, 'a' AS day")
    const ids = () => identitiesOf(context)
    const before = await ids()
    expect(before).toEqual([
      [1n, 0n, 1n],
      [2n, 1n, 2n],
    ])
    await optimize(context)
    expect(files(context)).toHaveLength(1)
    expect(await ids()).toEqual(before)
  })
})
