import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deleteRows, deltaScanOf, type TableContext, updateRows } from '../../../src/delta/index.ts'
import { rowMetadata } from '../../../src/delta/scan.ts'
import { withSession } from '../../../src/delta/with-session.ts'
import { attribute, project } from '../../../src/plan/build.ts'
import type { Scan } from '../../../src/plan/relation.ts'
import { parseExpression } from '../../../src/sql/index.ts'
import { field, INTEGER, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const schema = struct([field('id', LONG), field('name', STRING), field('p', STRING)])
const DELETION_VECTORS = { 'delta.enableDeletionVectors': 'true' }
const CHANGE_FEED = { 'delta.enableChangeDataFeed': 'true' }

/** Two files in partition `a` (ids 0 to 9, 10 to 19), one in `b` (20 to 29). */
async function people(configuration: Record<string, string> = {}): Promise<TableContext> {
  const context = await tables.create(crypto.randomUUID(), { schema, partitionColumns: ['p'], configuration })
  for (const [from, p] of [
    [0, 'a'],
    [10, 'a'],
    [20, 'b'],
  ] as const) {
    await tables.append(
      context,
      `SELECT id, concat('n', id) AS name, '${p}' AS p FROM range(${from}, ${from + 10})`,
    )
  }
  return context
}

const where = (text: string) => ({ condition: parseExpression(text) })
const ids = async (context: TableContext) => (await tables.rows(context, 'id')).map(([id]) => Number(id))
const without = (...gone: number[]) =>
  Array.from({ length: 30 }, (_, i) => i).filter((each) => !gone.includes(each))

async function lastCommit({ table }: TableContext) {
  const [commit] = await Array.fromAsync(table.changes(table.snapshot.version))
  const { operation, operationParameters, operationMetrics } = commit!.commitInfo as {
    operation: string
    operationParameters: { predicate: string }
    operationMetrics: Record<string, string>
  }
  const exact = Object.entries(operationMetrics).filter(([name]) => !/Ms$|Bytes$/.test(name))
  const metrics = Object.fromEntries(exact)
  return { commit: commit!, operation, predicate: operationParameters.predicate, metrics }
}

describe.each([
  ['by rewriting files', {}],
  ['by deletion vectors', DELETION_VECTORS],
] as const)('DELETE %s', (_mode, configuration) => {
  const isMarked = 'delta.enableDeletionVectors' in configuration

  it('leaves the rows for which the condition is not true', async () => {
    const context = await people(configuration)
    const result = await deleteRows(context, where('id IN (3, 4, 25)'))
    expect(result).toMatchObject({ version: 4, numAffectedRows: 3n })
    expect(await ids(context)).toEqual(without(3, 4, 25))
    const { commit, operation, predicate, metrics } = await lastCommit(context)
    expect({ operation, predicate }).toEqual({ operation: 'DELETE', predicate: '["id IN (3, 4, 25)"]' })
    expect(metrics).toEqual({
      numDeletedRows: '3',
      numCopiedRows: isMarked ? '0' : '17',
      numAddedFiles: isMarked ? '0' : '2',
      numRemovedFiles: isMarked ? '0' : '2',
      numAddedChangeFiles: '0',
      numDeletionVectorsAdded: isMarked ? '2' : '0',
      numDeletionVectorsUpdated: '0',
      numDeletionVectorsRemoved: '0',
    })
    expect([commit.adds.length, commit.removes.length]).toEqual([2, 2])
    if (isMarked)
      expect(commit.adds.map((each) => each.path)).toEqual(commit.removes.map((each) => each.path))
  })

  it('deletes again from files that lost rows before', async () => {
    const context = await people(configuration)
    await deleteRows(context, where('id = 3'))
    await deleteRows(context, where('id < 6'))
    expect(await ids(context)).toEqual(without(0, 1, 2, 3, 4, 5))
    if (isMarked)
      expect((await lastCommit(context)).metrics).toMatchObject({ numDeletionVectorsUpdated: '1' })
  })

  it('removes a file of which no row is left', async () => {
    const context = await people(configuration)
    await deleteRows(context, where('id < 12'))
    expect(await ids(context)).toEqual(without(...Array.from({ length: 12 }, (_, i) => i)))
    const { commit } = await lastCommit(context)
    expect([commit.adds.length, commit.removes.length]).toEqual([1, 2])
  })

  it('commits nothing where no row matches', async () => {
    const context = await people(configuration)
    expect(await deleteRows(context, where('id > 100 OR name IS NULL'))).toMatchObject({
      version: 3,
      numAffectedRows: 0n,
    })
  })

  it('keeps rows for which the condition is NULL', async () => {
    const context = await people(configuration)
    await tables.append(context, "SELECT 40L AS id, NULL AS name, 'b' AS p")
    await deleteRows(context, where("name <> 'n7'"))
    expect(await ids(context)).toEqual([7, 40])
  })

  it('takes conditions that qualify columns and hold subqueries', async () => {
    const context = await people(configuration)
    await deleteRows(context, { ...where('t.id > (SELECT max(col1) FROM VALUES (27), (3))'), alias: 't' })
    expect(await ids(context)).toEqual(without(28, 29))
  })
})

describe('DELETE', () => {
  it('of partitions or of all rows opens no file', async () => {
    const context = await people()
    for (const file of context.table.snapshot.files()) await context.storage.delete([file.path])
    expect(await deleteRows(context, where("p = 'a'"))).toMatchObject({ numAffectedRows: 20n })
    expect((await lastCommit(context)).metrics).toMatchObject({ numRemovedFiles: '2', numDeletedRows: '20' })
    expect(await deleteRows(context)).toMatchObject({ numAffectedRows: 10n })
    expect([...context.table.snapshot.files()]).toEqual([])
  })

  it('is refused where rows may only be added', async () => {
    const context = await people({ 'delta.appendOnly': 'true' })
    await expect(deleteRows(context, where('id > 100'))).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_MODIFY_APPEND_ONLY',
    })
  })

  it('fails where a concurrent commit changed what it read', async () => {
    const context = await people()
    const other = { ...context, table: (await tables.open(context.storage.name.split('/').at(-1)!)).table }
    const transaction = context.table.startTransaction()
    const [file] = [...context.table.snapshot.files()]
    transaction.readFiles([file!]).removeFile(file!)
    await deleteRows(other)
    await expect(transaction.commit({ operation: 'DELETE' })).rejects.toMatchObject({
      condition: 'DELTA_CONCURRENT_DELETE_READ',
    })
  })

  it('writes all deleted rows to change files where files are rewritten', async () => {
    const context = await people(CHANGE_FEED)
    await deleteRows(context, where('id < 12'))
    const { commit, metrics } = await lastCommit(context)
    expect(metrics).toMatchObject({ numAddedChangeFiles: '1' })
    expect(commit.cdc.map((each) => each.partitionValues)).toEqual([{ p: 'a' }])
  })

  it('needs no change files for whole files and deletion vectors', async () => {
    const context = await people({ ...CHANGE_FEED, ...DELETION_VECTORS })
    await deleteRows(context, where('id < 12'))
    expect((await lastCommit(context)).commit.cdc).toEqual([])
  })
})

describe.each([
  ['by rewriting files', {}],
  ['by deletion vectors', DELETION_VECTORS],
] as const)('UPDATE %s', (_mode, configuration) => {
  const isMarked = 'delta.enableDeletionVectors' in configuration
  const set = (column: string, value: string) => ({
    column: column.split('.'),
    value: parseExpression(value),
  })

  it('gives new values to the rows for which the condition is true', async () => {
    const context = await people(configuration)
    const assignments = [set('name', 'concat(name, id)'), set('id', 'id + 100')]
    const result = await updateRows(context, { assignments, ...where('id IN (3, 25)') })
    expect(result).toMatchObject({ version: 4, numAffectedRows: 2n })
    expect((await tables.rows(context)).slice(-3)).toEqual([
      [29n, 'n29', 'b'],
      [103n, 'n33', 'a'],
      [125n, 'n2525', 'b'],
    ])
    const { operation, metrics } = await lastCommit(context)
    expect(operation).toBe('UPDATE')
    expect(metrics).toMatchObject({
      numUpdatedRows: '2',
      numCopiedRows: isMarked ? '0' : '18',
      numAddedFiles: '2',
      numRemovedFiles: isMarked ? '0' : '2',
      numDeletionVectorsAdded: isMarked ? '2' : '0',
    })
  })

  it('moves rows to another partition', async () => {
    const context = await people(configuration)
    await updateRows(context, { assignments: [set('p', "'c'")], ...where('id % 10 = 0') })
    expect((await tables.rows(context)).filter(([, , p]) => p === 'c')).toEqual([
      [0n, 'n0', 'c'],
      [10n, 'n10', 'c'],
      [20n, 'n20', 'c'],
    ])
  })

  it('writes each change as it was and as it is to change files', async () => {
    const context = await people({ ...CHANGE_FEED, ...configuration })
    await updateRows(context, { assignments: [set('name', "'x'")], ...where('id = 3') })
    const { commit, metrics } = await lastCommit(context)
    expect(metrics).toMatchObject({ numAddedChangeFiles: '1' })
    expect(commit.cdc).toHaveLength(1)
  })

  it('sets fields of structs, casts, and lets generated columns follow', async () => {
    const context = await tables.create(crypto.randomUUID(), {
      schema: struct([
        field('id', LONG),
        field('s', struct([field('x', INTEGER), field('y', STRING)])),
        field('twice', LONG, true, { 'delta.generationExpression': 'id * 2' }),
      ]),
      configuration,
    })
    await tables.append(context, "SELECT id, named_struct('x', 1, 'y', 'a') AS s FROM range(1, 4)")
    await updateRows(context, {
      assignments: [set('s.x', "'7'"), set('t.id', 'id + 10')],
      alias: 't',
      ...where('id > 2'),
    })
    expect(await tables.rows(context)).toEqual([
      [1n, { x: 1, y: 'a' }, 2n],
      [2n, { x: 1, y: 'a' }, 4n],
      [13n, { x: 7, y: 'a' }, 26n],
    ])
  })

  it("checks the table's rules again", async () => {
    const context = await people({ ...configuration, 'delta.constraints.small': 'id < 100' })
    await expect(
      updateRows(context, { assignments: [set('id', '100')], ...where('id = 3') }),
    ).rejects.toMatchObject({
      condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
      parameters: { constraintName: 'small', values: ' - id : 100' },
    })
  })
})

describe('conditions', () => {
  it('that may choose other rows each time are refused', async () => {
    const context = await people()
    const chance = where('rand() < 0.5')
    await expect(deleteRows(context, chance)).rejects.toMatchObject({
      condition: 'DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED',
      parameters: { operation: 'DELETE', expression: 'rand() < 0.5' },
    })
    await expect(updateRows(context, { assignments: [], ...chance })).rejects.toMatchObject({
      parameters: { operation: 'UPDATE' },
    })
  })
})

describe('many deleted rows', () => {
  it('are left out, whatever is read of the file', async () => {
    const context = await tables.create(crypto.randomUUID(), { schema, configuration: DELETION_VECTORS })
    await tables.append(context, 'SELECT id FROM range(30000)')
    await tables.append(context, 'SELECT id FROM range(30000, 30010)')
    expect(await deleteRows(context, where('id % 3 = 0'))).toMatchObject({ numAffectedRows: 10_004n })
    expect(await deleteRows(context, where('id % 5 = 0'))).toMatchObject({ numAffectedRows: 4001n })
    const expected = Array.from({ length: 30_010 }, (_, id) => id).filter(
      (id) => id % 3 !== 0 && id % 5 !== 0,
    )
    expect(await ids(context)).toEqual(expected)
    const vectors = [...context.table.snapshot.files()].map((each) => each.deletionVector!)
    expect(vectors.map(({ storageType, cardinality }) => [storageType, cardinality])).toEqual([
      ['u', 14_000],
      ['i', 5],
    ])
  })
})

describe('tables with other features', () => {
  const rowId = async ({ table, storage, engine }: TableContext) => {
    const { snapshot } = table
    const { metadata } = snapshot
    const input = await deltaScanOf(snapshot, storage)
    const scan: Scan = { kind: 'Scan', input, schema: metadata.schema, hidden: rowMetadata(metadata) }
    const columns = [
      attribute('id'),
      attribute('_metadata', 'row_id'),
      attribute('_metadata', 'row_commit_version'),
    ]
    const rows = await withSession(engine, (session) => session.rows(project(scan, columns)))
    return rows.toSorted(([a], [b]) => Number(a) - Number(b))
  }

  it.each([
    ['rewriting files', {}],
    ['deletion vectors', DELETION_VECTORS],
  ] as const)('keep the ids of their rows, with %s', async (_mode, configuration) => {
    const context = await tables.create(crypto.randomUUID(), {
      schema,
      configuration: { ...configuration, 'delta.enableRowTracking': 'true' },
    })
    await tables.append(context, 'SELECT id FROM range(4)')
    await deleteRows(context, where('id = 1'))
    await updateRows(context, {
      assignments: [{ column: ['name'], value: parseExpression("'x'") }],
      ...where('id = 2'),
    })
    expect(await rowId(context)).toEqual([
      [0n, 0n, 1n],
      [2n, 2n, 3n],
      [3n, 3n, 1n],
    ])
  })

  it.each([
    ['rewriting files', {}],
    ['deletion vectors', DELETION_VECTORS],
  ] as const)('may map their columns, with %s', async (_mode, configuration) => {
    const context = await people({ ...configuration, ...CHANGE_FEED, 'delta.columnMapping.mode': 'name' })
    await deleteRows(context, where("p = 'a' AND id > 1"))
    await updateRows(context, {
      assignments: [{ column: ['name'], value: parseExpression('upper(name)') }],
      ...where("p = 'a' AND id = 1"),
    })
    expect((await tables.rows(context)).slice(0, 3)).toEqual([
      [0n, 'n0', 'a'],
      [1n, 'N1', 'a'],
      [20n, 'n20', 'b'],
    ])
  })

  it.each([
    ['rewriting files', {}],
    ['deletion vectors', DELETION_VECTORS],
  ] as const)('may have files without statistics, with %s', async (_mode, configuration) => {
    const context = await people(configuration)
    const files = [...context.table.snapshot.files()]
    await context.table
      .startTransaction()
      .addFiles(files.map(({ stats, ...file }) => file))
      .commit({ operation: 'COMPUTE STATS' })
    await deleteRows(context, where('id = 3 OR id BETWEEN 10 AND 19'))
    expect(await ids(context)).toEqual(without(3, ...Array.from({ length: 10 }, (_, i) => 10 + i)))
    expect(await deleteRows(context)).toMatchObject({ numAffectedRows: 19n })
  })
})
