import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  changeFeedScan,
  deltaScanOf,
  type MergeResult,
  mergeInto,
  type TableContext,
} from '../../../src/delta/index.ts'
import { alias, attribute, call, project } from '../../../src/plan/build.ts'
import type { Relation } from '../../../src/plan/relation.ts'
import { DATE, field, INTEGER, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'
import { merge } from '../../support/merge-statement.ts'

const schema = struct([field('id', LONG), field('name', STRING), field('amount', INTEGER)])

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

let count = 0
/** Rows 1 'a' 10, 2 'b' 20, 3 'c' 30, a file each. */
async function target(configuration: Record<string, string> = {}): Promise<TableContext> {
  const context = await tables.create(`t${count++}`, { schema, configuration })
  for (const row of ["1L, 'a', 10", "2L, 'b', 20", "3L, 'c', 30"]) await tables.append(context, named(row))
  return context
}

const named = (...rows: string[]) =>
  `SELECT * FROM (VALUES ${rows.map((each) => `(${each})`).join(', ')}) AS v(id, name, amount)`
const source = (...rows: string[]) => `(${named(...rows)}) AS s`
const CHANGES = source("2L, 'B', 21", "4L, 'd', 40")

const MODES = [
  ['copy on write', {}],
  ['deletion vectors', { 'delta.enableDeletionVectors': 'true' }],
] as const

describe.each(MODES)('MERGE INTO by %s', (_mode, configuration) => {
  it('updates what matches and inserts the rest', async () => {
    const context = await target(configuration)
    const result = await merge(
      context,
      `MERGE INTO t USING ${CHANGES} ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
    )
    expect(result).toMatchObject({
      version: 4,
      numAffectedRows: 2n,
      numUpdatedRows: 1n,
      numInsertedRows: 1n,
      numDeletedRows: 0n,
    })
    expect(await tables.rows(context)).toEqual([
      [1n, 'a', 10],
      [2n, 'B', 21],
      [3n, 'c', 30],
      [4n, 'd', 40],
    ])
  })

  it('takes the first clause whose condition is true', async () => {
    const context = await target(configuration)
    const rows = source("1L, 'x', 0", "2L, 'y', 5", "3L, 'z', 9", "8L, 'p', 0", "9L, 'q', 7")
    const result = await merge(
      context,
      `MERGE INTO t USING ${rows} ON t.id = s.id
       WHEN MATCHED AND s.amount = 0 THEN DELETE
       WHEN MATCHED AND s.amount < 6 THEN UPDATE SET name = concat(t.name, s.name), amount = t.amount + s.amount
       WHEN NOT MATCHED AND s.amount > 5 THEN INSERT (id, amount) VALUES (s.id, -s.amount)`,
    )
    expect(result).toMatchObject({ numUpdatedRows: 1n, numDeletedRows: 1n, numInsertedRows: 1n })
    expect(await tables.rows(context)).toEqual([
      [2n, 'by', 25],
      [3n, 'c', 30],
      [9n, null, -7],
    ])
  })

  it('treats rows that no source row matches', async () => {
    const context = await target(configuration)
    const result = await merge(
      context,
      `MERGE INTO t USING ${CHANGES} ON t.id = s.id
       WHEN NOT MATCHED BY SOURCE AND t.amount > 20 THEN DELETE
       WHEN NOT MATCHED BY SOURCE THEN UPDATE SET t.name = 'gone'`,
    )
    expect(result).toMatchObject({ numUpdatedRows: 1n, numDeletedRows: 1n, numInsertedRows: 0n })
    expect(await tables.rows(context)).toEqual([
      [1n, 'gone', 10],
      [2n, 'b', 20],
    ])
  })

  it('deletes a row once though several source rows match it', async () => {
    const context = await target(configuration)
    const twice = source("2L, 'x', 0", "2L, 'y', 0")
    const result = await merge(context, `MERGE INTO t USING ${twice} ON t.id = s.id WHEN MATCHED THEN DELETE`)
    expect(result).toMatchObject({ numAffectedRows: 1n, numDeletedRows: 1n })
    expect(await tables.rows(context, 'id')).toEqual([[1n], [3n]])
  })

  it('leaves files alone that hold no row to change', async () => {
    const context = await target(configuration)
    const before = new Map([...context.table.snapshot.files()].map((each) => [each.path, each]))
    const text = `MERGE INTO t USING ${source("2L, 'B', 21")} ON t.id = s.id WHEN MATCHED THEN UPDATE SET *`
    const { snapshot } = await merge(context, text)
    const kept = [...snapshot.files()].filter((each) => before.has(each.path))
    expect({ files: snapshot.numFiles, kept: kept.length }).toEqual({ files: 3, kept: 2 })
  })

  it('takes every column from a source without a name', async () => {
    const context = await target(configuration)
    const other = await target()
    await merge(other, `MERGE INTO t USING ${CHANGES} ON t.id = s.id WHEN MATCHED THEN UPDATE SET *`)
    const input = await deltaScanOf(other.table.snapshot, other.storage)
    const rows: Relation = { kind: 'Scan', input, schema: schema }
    await mergeInto(context, {
      source: project(rows, [alias(attribute('id'), 'key'), attribute('name'), attribute('amount')]),
      targetAlias: 't',
      condition: call('=', attribute('t', 'id'), attribute('key')),
      schemaEvolution: true,
      clauses: [{ when: 'matched', action: { kind: 'updateAll' } }],
    })
    expect(await tables.rows(context, 'id, name, amount')).toEqual([
      [1n, 'a', 10],
      [2n, 'B', 21],
      [3n, 'c', 30],
    ])
  })

  it('adds the columns that only the source has', async () => {
    const context = await target(configuration)
    const wider = "(SELECT 2L AS id, 22 AS amount, 'x' AS note UNION ALL SELECT 5L, 50, 'y') AS s"
    await merge(
      context,
      `MERGE WITH SCHEMA EVOLUTION INTO t USING ${wider} ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
    )
    expect(await tables.rows(context)).toEqual([
      [1n, 'a', 10, null],
      [2n, 'b', 22, 'x'],
      [3n, 'c', 30, null],
      [5n, null, 50, 'y'],
    ])
  })
})

describe('a MERGE that only inserts', () => {
  it('appends, and rewrites nothing', async () => {
    const context = await target()
    const before = [...context.table.snapshot.files()].map((each) => each.path)
    const text = `MERGE INTO t USING ${CHANGES} ON t.id = s.id WHEN NOT MATCHED THEN INSERT *`
    const { snapshot } = await merge(context, text)
    const after = [...snapshot.files()].map((each) => each.path)
    expect(after).toEqual(expect.arrayContaining(before))
    expect(after).toHaveLength(before.length + 1)
  })

  it('commits nothing where every row is there', async () => {
    const context = await target()
    const text = `MERGE INTO t USING ${source("2L, 'B', 21")} ON t.id = s.id WHEN NOT MATCHED THEN INSERT *`
    expect(await merge(context, text)).toMatchObject({ version: 3, numAffectedRows: 0n })
    expect((await context.table.refresh()).version).toBe(3)
  })
})

describe('what a MERGE says of itself', () => {
  it('records clauses and counts under the names of Delta Lake', async () => {
    const context = await target()
    await merge(
      context,
      `MERGE INTO t USING ${CHANGES} ON t.id = s.id
       WHEN MATCHED AND s.amount > 1 THEN UPDATE SET name = s.name
       WHEN NOT MATCHED THEN INSERT *
       WHEN NOT MATCHED BY SOURCE AND t.id = 3 THEN DELETE`,
    )
    const [entry] = await context.table.history(1)
    expect(entry).toMatchObject({
      operation: 'MERGE',
      operationParameters: {
        predicate: '["t.id = s.id"]',
        matchedPredicates: '[{"predicate":"s.amount > 1","actionType":"update"}]',
        notMatchedPredicates: '[{"actionType":"insert"}]',
        notMatchedBySourcePredicates: '[{"predicate":"t.id = 3","actionType":"delete"}]',
      },
      operationMetrics: {
        numSourceRows: '2',
        numOutputRows: '2',
        numTargetRowsInserted: '1',
        numTargetRowsUpdated: '1',
        numTargetRowsDeleted: '1',
        numTargetRowsCopied: '0',
        numTargetRowsMatchedUpdated: '1',
        numTargetRowsMatchedDeleted: '0',
        numTargetRowsNotMatchedBySourceUpdated: '0',
        numTargetRowsNotMatchedBySourceDeleted: '1',
        numTargetFilesAdded: '1',
        numTargetFilesRemoved: '2',
        numTargetChangeFilesAdded: '0',
        numTargetDeletionVectorsAdded: '0',
      },
    })
  })

  it('counts copied rows and deletion vectors', async () => {
    const rows = named("1L, 'a', 10", "2L, 'b', 20", "3L, 'c', 30")
    const text = `MERGE INTO t USING ${source("2L, 'B', 21")} ON t.id = s.id WHEN MATCHED THEN UPDATE SET *`
    const metricsOf = async (configuration: Record<string, string>) => {
      const context = await tables.create(`t${count++}`, { schema, configuration })
      await tables.append(context, rows)
      await merge(context, text)
      return (await context.table.history(1))[0]!.operationMetrics
    }
    expect(await metricsOf({})).toMatchObject({ numTargetRowsCopied: '2', numTargetFilesRemoved: '1' })
    expect(await metricsOf({ 'delta.enableDeletionVectors': 'true' })).toMatchObject({
      numTargetRowsCopied: '0',
      numTargetFilesRemoved: '0',
      numTargetDeletionVectorsAdded: '1',
    })
  })
})

describe('values of a MERGE', () => {
  it('sets fields of structs', async () => {
    const address = struct([field('city', STRING), field('zip', INTEGER)])
    const nested = struct([field('id', LONG), field('address', address)])
    const context = await tables.create(`t${count++}`, { schema: nested })
    await tables.append(context, "SELECT 1L AS id, named_struct('city', 'Rome', 'zip', 1) AS address")
    await tables.append(context, "SELECT 2L AS id, named_struct('city', 'Oslo', 'zip', 2) AS address")
    await merge(
      context,
      `MERGE INTO t USING (SELECT 2L AS id, 'Bergen' AS city) s ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET t.address.city = s.city`,
    )
    expect(await tables.rows(context)).toEqual([
      [1n, { city: 'Rome', zip: 1 }],
      [2n, { city: 'Bergen', zip: 2 }],
    ])
  })

  it('adds fields of structs that only the source has', async () => {
    const nested = struct([field('id', LONG), field('address', struct([field('city', STRING)]))])
    const context = await tables.create(`t${count++}`, { schema: nested })
    await tables.append(context, "SELECT 1L AS id, named_struct('city', 'Rome') AS address")
    await merge(
      context,
      `MERGE WITH SCHEMA EVOLUTION INTO t USING (SELECT 2L AS id, named_struct('city', 'Oslo', 'zip', 2) AS address) s
       ON t.id = s.id WHEN NOT MATCHED THEN INSERT *`,
    )
    expect(await tables.rows(context)).toEqual([
      [1n, { city: 'Rome', zip: null }],
      [2n, { city: 'Oslo', zip: 2 }],
    ])
  })

  it('keeps the types of columns that schema evolution does not concern', async () => {
    const context = await target()
    await merge(
      context,
      `MERGE WITH SCHEMA EVOLUTION INTO t USING (SELECT 2 AS id, '21' AS amount, 1.5D AS rate) s ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET *`,
    )
    expect(await tables.rows(context)).toEqual([
      [1n, 'a', 10, null],
      [2n, 'b', 21, 1.5],
      [3n, 'c', 30, null],
    ])
  })

  it('casts to the types of the columns', async () => {
    const context = await target()
    await merge(
      context,
      `MERGE INTO t USING (SELECT 2 AS id, 7.0 AS amount) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET amount = s.amount, name = s.id`,
    )
    expect(await tables.rows(context)).toEqual([
      [1n, 'a', 10],
      [2n, '2', 7],
      [3n, 'c', 30],
    ])
  })

  it('takes DEFAULT for the default of a column', async () => {
    const column = { ...field('name', STRING), metadata: { CURRENT_DEFAULT: "'new'" } }
    const context = await tables.create(`t${count++}`, {
      schema: struct([field('id', LONG), column]),
      configuration: { 'delta.feature.allowColumnDefaults': 'supported' },
    })
    await tables.append(context, "SELECT 1L AS id, 'old' AS name")
    await merge(
      context,
      `MERGE INTO t USING (SELECT 1L AS id UNION ALL SELECT 2L) s ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET name = DEFAULT WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)`,
    )
    expect(await tables.rows(context)).toEqual([
      [1n, 'new'],
      [2n, 'new'],
    ])
  })

  it('computes generated columns of changed rows anew', async () => {
    const generated = { ...field('twice', LONG), metadata: { 'delta.generationExpression': 'id * 2' } }
    const context = await tables.create(`t${count++}`, { schema: struct([field('id', LONG), generated]) })
    await tables.append(context, 'SELECT 1L AS id UNION ALL SELECT 2L')
    await merge(
      context,
      `MERGE INTO t USING (SELECT 2L AS id UNION ALL SELECT 5L) s ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET id = s.id + 10 WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)`,
    )
    expect(await tables.rows(context)).toEqual([
      [1n, 2n],
      [5n, 10n],
      [12n, 24n],
    ])
  })
})

describe('random values', () => {
  it('of source and clauses are the same in the table and its change feed', async () => {
    const context = await target({ 'delta.enableChangeDataFeed': 'true' })
    await merge(
      context,
      `MERGE INTO t USING (SELECT explode(array(2L, 4L)) AS id, uuid() AS name) s ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET name = concat(s.name, uuid())
       WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, concat(s.name, uuid()))`,
    )
    const { input, schema: columns } = await changeFeedScan(context, { start: { version: 4 } })
    const session = await tables.engine.openSession()
    const changes = await session.rows({ kind: 'Scan', input, schema: columns })
    await session.close()
    const after = changes.filter((each) => each[3] !== 'update_preimage').map(([id, name]) => [id, name])
    const stored = (await tables.rows(context, 'id, name')).filter(([id]) => id === 2n || id === 4n)
    expect(after.toSorted()).toEqual(stored.toSorted())
  })

  it('are no conditions', async () => {
    const context = await target()
    const text = `MERGE INTO t USING ${CHANGES} ON t.id = s.id AND rand() < 0.5 WHEN MATCHED THEN DELETE`
    await expect(merge(context, text)).rejects.toMatchObject({
      condition: 'DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED',
      parameters: { operation: 'MERGE' },
    })
  })
})

describe('beside other writers', () => {
  /** Runs a MERGE, and an append by another process when its version is read and nothing is written yet. */
  async function besideAppend(row: string, text: string): Promise<MergeResult> {
    const context = await target()
    const other = await tables.open(`t${count - 1}`)
    const { engine } = context
    const openSession = async () => {
      await tables.append(other, named(row))
      return engine.openSession()
    }
    return merge({ ...context, engine: { ...engine, openSession } }, text)
  }

  const updating = `MERGE INTO t USING ${source("2L, 'B', 21")} ON t.id = s.id WHEN MATCHED THEN UPDATE SET *`

  it('commits behind an append of rows that cannot match', async () => {
    expect(await besideAppend("100L, 'z', 1", updating)).toMatchObject({ version: 5, numUpdatedRows: 1n })
  })

  it('fails where the append has a row that it would have changed', async () => {
    await expect(besideAppend("2L, 'z', 1", updating)).rejects.toMatchObject({
      condition: 'DELTA_CONCURRENT_APPEND',
    })
  })

  it('fails where it looked at rows without a match', async () => {
    const text = `MERGE INTO t USING ${CHANGES} ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE`
    await expect(besideAppend("100L, 'z', 1", text)).rejects.toMatchObject({
      condition: 'DELTA_CONCURRENT_APPEND',
    })
  })
})

describe('partitioned tables', () => {
  it('moves a row to its new partition and reads only those that the source names', async () => {
    const days = struct([field('id', LONG), field('day', DATE)])
    const context = await tables.create(`t${count++}`, { schema: days, partitionColumns: ['day'] })
    for (const day of ['2026-01-01', '2026-01-02', '2026-01-03']) {
      await tables.append(context, `SELECT 1L AS id, DATE '${day}' AS day`)
    }
    const before = [...context.table.snapshot.files()].map((each) => each.path)
    await merge(
      context,
      `MERGE INTO t USING (SELECT DATE '2026-01-02' AS day) s ON t.day = s.day WHEN MATCHED THEN UPDATE SET day = DATE '2026-02-02'`,
    )
    expect(await tables.rows(context)).toEqual([
      [1n, '2026-01-01'],
      [1n, '2026-01-03'],
      [1n, '2026-02-02'],
    ])
    const kept = [...context.table.snapshot.files()].filter((each) => before.includes(each.path))
    expect(kept).toHaveLength(2)
  })
})

describe('a MERGE into an append-only table', () => {
  it('may insert, and nothing else', async () => {
    const context = await target({ 'delta.appendOnly': 'true' })
    const merging = (clauses: string) =>
      merge(context, `MERGE INTO t USING ${CHANGES} ON t.id = s.id ${clauses}`)
    await expect(merging('WHEN MATCHED THEN DELETE')).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_MODIFY_APPEND_ONLY',
    })
    expect(await merging('WHEN NOT MATCHED THEN INSERT *')).toMatchObject({ numInsertedRows: 1n })
  })
})

describe('a MERGE is refused', () => {
  const refusal = async (text: string) => {
    const context = await target()
    const error = await merge(context, text).catch((each: unknown) => each)
    expect((await context.table.refresh()).version).toBe(3)
    return error
  }

  it('when several source rows would change one row', async () => {
    const twice = source("2L, 'x', 0", "2L, 'y', 0")
    expect(
      await refusal(`MERGE INTO t USING ${twice} ON t.id = s.id WHEN MATCHED THEN UPDATE SET *`),
    ).toMatchObject({
      condition: 'DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE',
    })
  })

  it.each([
    ['MATCHED THEN DELETE WHEN MATCHED THEN UPDATE SET *', 'NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION'],
    [
      'NOT MATCHED THEN INSERT * WHEN NOT MATCHED AND s.id > 1 THEN INSERT *',
      'NON_LAST_NOT_MATCHED_BY_TARGET_CLAUSE_OMIT_CONDITION',
    ],
    [
      'NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED BY SOURCE THEN DELETE',
      'NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION',
    ],
  ])('when a clause hides the one behind it: WHEN %s', async (clauses, condition) => {
    expect(await refusal(`MERGE INTO t USING ${CHANGES} ON t.id = s.id WHEN ${clauses}`)).toMatchObject({
      condition,
    })
  })

  it.each([
    ['t.id = s.nothing WHEN MATCHED THEN DELETE', 's.nothing'],
    ['t.id = s.id WHEN MATCHED THEN UPDATE SET nam = 1', 'nam'],
    ['t.id = s.id WHEN MATCHED THEN UPDATE SET name = s.nam', 's.nam'],
    ['t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (t.id)', 't.id'],
    ['t.id = s.id WHEN NOT MATCHED BY SOURCE THEN UPDATE SET name = s.name', 's.name'],
  ])('for a name that is not there: %s', async (rest, objectName) => {
    expect(await refusal(`MERGE INTO t USING ${CHANGES} ON ${rest}`)).toMatchObject({
      condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      parameters: { objectName },
    })
  })

  it('for a name that both sides have', async () => {
    const text = `MERGE INTO t USING ${CHANGES} ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = upper(name)`
    expect(await refusal(text)).toMatchObject({
      condition: 'AMBIGUOUS_REFERENCE',
      parameters: { name: 'name' },
    })
  })

  it('for a column that is set twice', async () => {
    const text = `MERGE INTO t USING ${CHANGES} ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = 'x', t.name = 'y'`
    expect(await refusal(text)).toMatchObject({
      condition: 'DELTA_CONFLICT_SET_COLUMN',
      parameters: { columnList: 'name, name' },
    })
  })

  it('for * where the source lacks a column', async () => {
    const text = 'MERGE INTO t USING (SELECT 1L AS id) AS s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *'
    expect(await refusal(text)).toMatchObject({
      condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      parameters: { objectName: 's.name' },
    })
  })
})
