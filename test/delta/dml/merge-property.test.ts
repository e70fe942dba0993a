import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeFeedScan, type TableContext } from '../../../src/delta/index.ts'
import { isCondition } from '../../../src/errors/index.ts'
import { field, INTEGER, struct } from '../../../src/types/data-type.ts'
import type { Row } from '../../../src/types/row.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'
import { merge } from '../../support/merge-statement.ts'
import { clauseText, type ModelClause, type ModelRow, mergeModel } from './merge-model.ts'

const schema = struct([field('k', INTEGER), field('v', INTEGER)])
const RUNS = process.env.MILLRACE_TEST === 'all' ? 120 : 25

const value = fc.option(fc.integer({ min: 0, max: 9 }), { freq: 8 })
const row: fc.Arbitrary<ModelRow> = fc.record({ k: value, v: value })
const rows = fc.array(row, { maxLength: 12 })
const distinctKeys = fc.uniqueArray(row, { maxLength: 8, selector: (each) => each.k })

const below = fc.integer({ min: 1, max: 9 })
const clausesOf = (when: ModelClause['when'], actions: ModelClause['action'][]) =>
  fc
    .array(fc.record({ below, action: fc.constantFrom(...actions) }), { maxLength: 2 })
    .chain((list) =>
      fc
        .boolean()
        .map((isLastFree) => list.map((each, i) => clause(when, each, isLastFree && i === list.length - 1))),
    )
const clause = (
  when: ModelClause['when'],
  { below, action }: { below: number; action: ModelClause['action'] },
  isFree: boolean,
): ModelClause => (isFree ? { when, action } : { when, action, below })

const clauses = fc
  .tuple(
    clausesOf('matched', ['update', 'delete']),
    clausesOf('notMatched', ['insert']),
    clausesOf('notMatchedBySource', ['update', 'delete']),
  )
  .map((lists) => lists.flat())
  .filter((list) => list.length > 0)

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const values = (list: readonly ModelRow[]) =>
  list.length === 0
    ? 'SELECT CAST(NULL AS INT) AS k, CAST(NULL AS INT) AS v WHERE false'
    : `SELECT CAST(k AS INT) AS k, CAST(v AS INT) AS v FROM (VALUES ${list.map(({ k, v }) => `(${k}, ${v})`).join(', ')}) AS x(k, v)`

let count = 0
/** A table of several files, so that some stay untouched. */
async function tableOf(
  configuration: Record<string, string>,
  list: readonly ModelRow[],
): Promise<TableContext> {
  const context = await tables.create(`p${count++}`, { schema, configuration })
  for (let start = 0; start < list.length; start += 4)
    await tables.append(context, values(list.slice(start, start + 4)))
  return context
}

const sorted = (list: readonly (readonly unknown[])[]) => list.map((each) => JSON.stringify(each)).sort()

describe.each([
  ['copy on write', {}],
  ['deletion vectors', { 'delta.enableDeletionVectors': 'true' }],
])('MERGE by %s', (_mode, mode) => {
  const configuration = { ...mode, 'delta.enableChangeDataFeed': 'true' }

  it('gives the rows, counts and changes of a plain model', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.oneof(distinctKeys, rows), clauses, async (target, source, list) => {
        const context = await tableOf(configuration, target)
        const before = await tables.rows(context)
        const version = context.table.snapshot.version
        const text = `MERGE INTO t USING (${values(source)}) AS s ON t.k = s.k ${list.map(clauseText).join(' ')}`
        const expected = mergeModel(target, source, list)
        const result = await merge(context, text).catch((error: unknown) => error)
        if (expected === undefined) {
          expect(isCondition(result, 'DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE')).toBe(true)
          return
        }
        expect(result).toMatchObject({
          numUpdatedRows: BigInt(expected.updated),
          numDeletedRows: BigInt(expected.deleted),
          numInsertedRows: BigInt(expected.inserted),
        })
        const after = await tables.rows(context)
        expect(sorted(after)).toEqual(sorted(expected.rows.map(({ k, v }) => [k, v])))
        expect(sorted(withChanges(before, await changesSince(context, version)))).toEqual(sorted(after))
      }),
      { numRuns: RUNS },
    )
  }, 600_000)
})

/** Rows of the feed behind a version: k, v, _change_type. */
async function changesSince(context: TableContext, version: number): Promise<readonly Row[]> {
  if ((await context.table.refresh()).version === version) return []
  const { input, schema: columns } = await changeFeedScan(context, { start: { version: version + 1 } })
  const session = await tables.engine.openSession()
  try {
    return await session.rows({ kind: 'Scan', input, schema: columns })
  } finally {
    await session.close()
  }
}

/** A bag of rows with the changes applied; each row that goes must be there. */
function withChanges(before: readonly Row[], changes: readonly Row[]): readonly Row[] {
  const left = before.map((each) => JSON.stringify(each))
  for (const [k, v, type] of changes) {
    if (type !== 'delete' && type !== 'update_preimage') continue
    const place = left.indexOf(JSON.stringify([k, v]))
    expect(place).toBeGreaterThanOrEqual(0)
    left.splice(place, 1)
  }
  const come = changes.filter(([, , type]) => type === 'insert' || type === 'update_postimage')
  return [...left.map((each) => JSON.parse(each) as Row), ...come.map(([k, v]) => [k!, v!])]
}
