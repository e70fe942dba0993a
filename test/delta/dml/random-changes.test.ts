import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  appendRows,
  changeFeedScan,
  deleteRows,
  overwriteRows,
  type TableContext,
  truncateTable,
  updateRows,
} from '../../../src/delta/index.ts'
import { parseExpression, parseQuery } from '../../../src/sql/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

interface Person {
  readonly id: number
  readonly v: number | null
  readonly p: string | null
}

/** A condition as SQL and as what it means; null is SQL's unknown. */
interface Condition {
  readonly text: string
  readonly test: (row: Person) => boolean | null
}

const conditions = fc.oneof(
  fc
    .record({ n: fc.integer({ min: 2, max: 5 }), k: fc.nat(4) })
    .map(({ n, k }): Condition => ({ text: `id % ${n} = ${k}`, test: ({ id }) => id % n === k })),
  fc.nat(60).map((n): Condition => ({ text: `id < ${n}`, test: ({ id }) => id < n })),
  fc.nat(20).map((n): Condition => ({ text: `v > ${n}`, test: ({ v }) => (v === null ? null : v > n) })),
  fc
    .nat(20)
    .map((n): Condition => ({ text: `NOT v = ${n}`, test: ({ v }) => (v === null ? null : v !== n) })),
  fc.constantFrom<Condition[]>(
    { text: 'v IS NULL', test: ({ v }) => v === null },
    { text: "p = 'a'", test: ({ p }) => (p === null ? null : p === 'a') },
    { text: "p <> 'b'", test: ({ p }) => (p === null ? null : p !== 'b') },
    { text: 'p IS NULL', test: ({ p }) => p === null },
    {
      text: "p = 'c' OR v < 9",
      test: ({ p, v }) => p === 'c' || (v !== null && v < 9) || (p !== null && v !== null ? false : null),
    },
  ),
)

const people = fc.array(
  fc.record<Person>({
    id: fc.nat(60),
    v: fc.option(fc.nat(20)),
    p: fc.constantFrom('a', 'b', 'c', null),
  }),
  { minLength: 1, maxLength: 25 },
)

type Step =
  | { readonly kind: 'append' | 'dynamic'; readonly rows: readonly Person[] }
  | { readonly kind: 'delete'; readonly condition: Condition }
  | { readonly kind: 'update'; readonly condition: Condition; readonly set: 'v' | 'p' }
  | { readonly kind: 'replace'; readonly condition: Condition; readonly rows: readonly Person[] }
  | { readonly kind: 'truncate' }

const often = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary })
const steps = fc.array(
  fc.oneof(
    often(3, fc.record({ kind: fc.constant('append' as const), rows: people })),
    often(4, fc.record({ kind: fc.constant('delete' as const), condition: conditions })),
    often(
      4,
      fc.record({
        kind: fc.constant('update' as const),
        condition: conditions,
        set: fc.constantFrom('v' as const, 'p' as const),
      }),
    ),
    often(2, fc.record({ kind: fc.constant('replace' as const), condition: conditions, rows: people })),
    often(1, fc.record({ kind: fc.constant('dynamic' as const), rows: people })),
    often(1, fc.constant({ kind: 'truncate' as const })),
  ),
  { minLength: 2, maxLength: 6 },
)

const keyOf = ({ id, v, p }: Person) => `${id}|${v}|${p}`
const sorted = (rows: readonly Person[]) => rows.map(keyOf).sort()

function queryOf(rows: readonly Person[]) {
  const text = (p: string | null) => (p === null ? 'NULL' : `'${p}'`)
  const values = rows.map(
    ({ id, v, p }) => `(${id}L, CAST(${v ?? 'NULL'} AS BIGINT), CAST(${text(p)} AS STRING))`,
  )
  const kept = rows.length === 0 ? ' WHERE false' : ''
  return parseQuery(`SELECT * FROM VALUES ${values.join(', ') || "(1L, 1L, 'a')"} AS t(id, v, p)${kept}`)
}

/** What a step leaves of the rows. */
function model(rows: readonly Person[], step: Step): Person[] {
  const isTrue =
    ({ test }: Condition) =>
    (row: Person) =>
      test(row) === true
  const isNotTrue =
    ({ test }: Condition) =>
    (row: Person) =>
      test(row) !== true
  switch (step.kind) {
    case 'append':
      return [...rows, ...step.rows]
    case 'dynamic':
      return [...rows.filter((row) => !step.rows.some((each) => each.p === row.p)), ...step.rows]
    case 'delete':
      return rows.filter(isNotTrue(step.condition))
    case 'replace':
      return [...rows.filter(isNotTrue(step.condition)), ...step.rows.filter(isTrue(step.condition))]
    case 'update': {
      const changed = (row: Person) =>
        step.set === 'v' ? { ...row, v: row.v === null ? null : row.v + 1 } : { ...row, p: 'd' }
      return rows.map((row) => (isTrue(step.condition)(row) ? changed(row) : row))
    }
    case 'truncate':
      return []
  }
}

async function run(context: TableContext, step: Step, isPartitioned: boolean): Promise<void> {
  switch (step.kind) {
    case 'append':
      await appendRows(context, queryOf(step.rows))
      return
    case 'dynamic':
      if (!isPartitioned) await deleteRows(context, { condition: partitionsOf(step.rows) })
      if (isPartitioned)
        await overwriteRows(context, queryOf(step.rows), { partitionOverwriteMode: 'dynamic' })
      else await appendRows(context, queryOf(step.rows))
      return
    case 'delete':
      await deleteRows(context, { condition: parseExpression(step.condition.text) })
      return
    case 'replace': {
      const rows = step.rows.filter((row) => step.condition.test(row) === true)
      await overwriteRows(context, queryOf(rows), { replaceWhere: parseExpression(step.condition.text) })
      return
    }
    case 'update': {
      const value = parseExpression(step.set === 'v' ? 'v + 1' : "'d'")
      const assignments = [{ column: [step.set], value }]
      await updateRows(context, { assignments, condition: parseExpression(step.condition.text) })
      return
    }
    case 'truncate':
      await truncateTable(context)
  }
}

function partitionsOf(rows: readonly Person[]) {
  const tests = rows.map(({ p }) => (p === null ? 'p IS NULL' : `p <=> '${p}'`))
  return parseExpression(tests.join(' OR '))
}

async function rowsOf(context: TableContext): Promise<Person[]> {
  const rows = await tables.rows(context, 'id, v, p')
  return rows.map(([id, v, p]) => ({
    id: Number(id),
    v: v === null ? null : Number(v),
    p: p as string | null,
  }))
}

/** The rows before with the changes that the feed tells of versions `from` and later. */
async function replayed(context: TableContext, before: readonly string[], from: number): Promise<string[]> {
  const { input, schema } = await changeFeedScan(context, { start: { version: from } })
  const session = await context.engine.openSession()
  const changes = await session.rows({ kind: 'Scan', input, schema })
  await session.close()
  const rows = [...before]
  const names = schema.fields.map((each) => each.name)
  const of = (row: readonly unknown[], name: string) => row[names.indexOf(name)]
  const order = (row: readonly unknown[]) => (/insert|post/.test(String(of(row, '_change_type'))) ? 1 : 0)
  for (const row of changes.toSorted((a, b) => order(a) - order(b))) {
    const key = `${of(row, 'id')}|${of(row, 'v')}|${of(row, 'p')}`
    if (order(row) === 1) rows.push(key)
    else rows.splice(found(rows, key), 1)
  }
  return rows.sort()
}

function found(rows: readonly string[], key: string): number {
  const place = rows.indexOf(key)
  if (place < 0) throw new Error(`the feed takes away ${key}, which is not there`)
  return place
}

const RUNS = process.env.MILLRACE_TEST === 'all' ? 40 : 12

it.each([
  ['rewriting files', 'false', ['p']],
  ['rewriting files of a table without partitions', 'false', []],
  ['marking rows deleted', 'true', ['p']],
  ['marking rows deleted in a table without partitions', 'true', []],
] as const)(
  '%s, random changes leave what they should, and the change feed adds up',
  async (_case, vectors, partitionColumns) => {
    const schema = struct([field('id', LONG), field('v', LONG), field('p', STRING)])
    const configuration = { 'delta.enableDeletionVectors': vectors, 'delta.enableChangeDataFeed': 'true' }
    await fc.assert(
      fc.asyncProperty(people, steps, async (start, list) => {
        const context = await tables.create(crypto.randomUUID(), { schema, partitionColumns, configuration })
        await appendRows(context, queryOf(start))
        let expected: Person[] = [...start]
        for (const step of list) {
          const before = sorted(expected)
          const { version } = context.table.snapshot
          await run(context, step, partitionColumns.length > 0)
          expected = model(expected, step)
          expect(sorted(await rowsOf(context))).toEqual(sorted(expected))
          if (context.table.snapshot.version === version) continue
          expect(await replayed(context, before, version + 1)).toEqual(sorted(expected))
        }
      }),
      { numRuns: RUNS },
    )
  },
  600_000,
)
