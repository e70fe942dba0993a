import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createTable,
  DeltaTable,
  deleteRows,
  deltaScanOf,
  prepareRows,
  rowIdentityOf,
  setTableProperties,
  type TableContext,
  withRowIdentity,
  writeRows,
} from '../../../src/delta/index.ts'
import { parseExpression } from '../../../src/sql/index.ts'
import { LONG } from '../../../src/types/data-type.ts'
import type { Row } from '../../../src/types/row.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

let count = 0
async function tableOf(properties: Record<string, string>): Promise<TableContext> {
  const name = `r${++count}`
  await createTable(tables.storage(name), tables.engine, {
    columns: [{ path: ['x'], dataType: LONG }],
    properties,
  })
  return tables.open(name)
}
const TRACKED = { 'delta.enableRowTracking': 'true' }

const filesOf = ({ table }: TableContext) =>
  [...table.snapshot.files()].map(({ baseRowId, defaultRowCommitVersion }) => [
    baseRowId,
    defaultRowCommitVersion,
  ])
const domainOf = ({ table }: TableContext) =>
  table.snapshot.domainMetadata.get('delta.rowTracking')?.configuration

/** `x`, row id and row commit version of every row. */
async function identities({ table, storage, engine }: TableContext): Promise<readonly Row[]> {
  const snapshot = await table.refresh()
  const files = [...snapshot.files()]
  const input = await deltaScanOf(snapshot, storage, files)
  const scan = { kind: 'Scan', input, schema: snapshot.metadata.schema } as const
  const session = await engine.openSession()
  try {
    const rows = await session.rows(withRowIdentity(scan, files, snapshot.metadata))
    return rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))
  } finally {
    await session.close()
  }
}

describe('row ids', () => {
  it('are given in ranges above the high-water mark, with the version of the commit', async () => {
    const table = await tableOf(TRACKED)
    await tables.append(table, 'SELECT x FROM VALUES (1), (2), (3) AS v(x)')
    await tables.append(table, 'SELECT 4 AS x')
    expect(filesOf(table).sort()).toEqual([
      [0, 1],
      [3, 2],
    ])
    expect(domainOf(table)).toBe('{"rowIdHighWaterMark":3}')
    expect(await identities(table)).toEqual([
      [1n, 0n, 1n],
      [2n, 1n, 1n],
      [3n, 2n, 1n],
      [4n, 3n, 2n],
    ])
  })

  it('are given anew behind those of a commit that came first', async () => {
    const table = await tableOf(TRACKED)
    const other = await DeltaTable.open(table.storage, table.engine.deltaPort)
    const session = await table.engine.openSession()
    const { metadata } = table.table.snapshot
    const written = await writeRows(
      session,
      table.storage,
      { kind: 'LocalRelation', rows: [[{ kind: 'Literal', value: 9n, dataType: LONG }]], columns: ['x'] },
      metadata,
    )
    await session.close()
    const late = other.startTransaction().addRows(written)
    await tables.append(table, 'SELECT x FROM VALUES (1), (2) AS v(x)')
    await late.commit({ operation: 'WRITE' })
    expect(await identities(table)).toEqual([
      [1n, 0n, 1n],
      [2n, 1n, 1n],
      [9n, 2n, 2n],
    ])
    expect(domainOf(table)).toBe('{"rowIdHighWaterMark":2}')
  })

  it('stay with rows that are written again; a changed row gets the version that changed it', async () => {
    const table = await tableOf(TRACKED)
    await tables.append(table, 'SELECT x FROM VALUES (1), (2), (3) AS v(x)')
    await tables.append(table, 'SELECT 10 AS x')
    await rewrite(table, 'CASE WHEN x = 2 THEN 20 ELSE x END AS x', 'x = 2')
    await rewrite(table, 'x', 'false')
    expect(await identities(table)).toEqual([
      [1n, 0n, 1n],
      [3n, 2n, 1n],
      [10n, 3n, 2n],
      [20n, 1n, 3n],
    ])
  })

  it('are given to files that are there when tracking is turned on', async () => {
    const table = await tableOf({})
    await tables.append(table, 'SELECT 1 AS x')
    await setTableProperties(table, TRACKED)
    expect(filesOf(table)).toEqual([[0, 2]])
    expect(await identities(table)).toEqual([[1n, 0n, 2n]])
    expect(table.table.snapshot.protocol.writerFeatures).toContain('rowTracking')
  })

  it('are not given while tracking is suspended', async () => {
    const table = await tableOf({
      'delta.feature.rowTracking': 'supported',
      'delta.rowTrackingSuspended': 'true',
    })
    await tables.append(table, 'SELECT 1 AS x')
    expect(filesOf(table)).toEqual([[undefined, undefined]])
    await setTableProperties(table, { 'delta.rowTrackingSuspended': 'false' })
    await tables.append(table, 'SELECT 2 AS x')
    expect(filesOf(table)).toEqual(
      expect.arrayContaining([
        [0, 3],
        [undefined, undefined],
      ]),
    )
  })
})

/** Writes all rows again, as an UPDATE of the rows that `changed` holds for does. */
async function rewrite(context: TableContext, value: string, changed: string): Promise<void> {
  const { table, storage, engine } = context
  const snapshot = await table.refresh()
  const { metadata } = snapshot
  const files = [...snapshot.files()]
  const scan = {
    kind: 'Scan',
    input: await deltaScanOf(snapshot, storage, files),
    schema: metadata.schema,
  } as const
  const { rowId, rowCommitVersion } = rowIdentityOf(metadata)!
  const version = `CASE WHEN NOT (${changed}) THEN \`${rowCommitVersion}\` END AS \`${rowCommitVersion}\``
  const query = tables.select(`${value}, \`${rowId}\`, ${version}`, withRowIdentity(scan, files, metadata))
  const prepared = prepareRows(query, metadata, engine, { tableName: 't', keep: [rowId, rowCommitVersion] })
  const session = await engine.openSession()
  try {
    const written = await writeRows(session, storage, prepared, metadata, { rowIdentity: true })
    await table.startTransaction().removeFiles(files).addRows(written).commit({ operation: 'UPDATE' })
  } finally {
    await session.close()
  }
}

it('ids are kept where columns are found by their field ids', async () => {
  const context = await tableOf({ ...TRACKED, 'delta.columnMapping.mode': 'id' })
  await tables.append(context, 'SELECT id AS x FROM range(4)')
  const before = await identities(context)
  for (const x of [1, 2]) await deleteRows(context, { condition: parseExpression(`x = ${x}`) })
  expect(await identities(context)).toEqual([before[0], before[3]])
})
