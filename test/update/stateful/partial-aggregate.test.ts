import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseQuery } from '../../../src/sql/index.ts'
import { Workbench } from './batches.ts'

let workbench: Workbench
beforeAll(async () => {
  workbench = await Workbench.open()
})
afterAll(() => workbench.close())

const COLUMNS = 'k, n, d, f'
const AGGREGATES = [
  'count(*)',
  'count(n)',
  'count_if(n > 0)',
  'sum(n)',
  'min(n)',
  'max(n)',
  'sum(d)',
  'avg(d)',
  'avg(n)',
  'avg(CAST(d / 7 AS DECIMAL(28,10)))',
  'bool_and(f)',
  'bool_or(f)',
  'bit_xor(n)',
  'sum(n) FILTER (WHERE f)',
  'sum(d) + count(*)',
  'count(DISTINCT n)',
]

const row = fc
  .tuple(
    fc.constantFrom("'a'", "'b'", 'CAST(NULL AS STRING)'),
    fc.oneof(fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }).map(String), fc.constant('NULL')),
    fc.oneof(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).map(String), fc.constant('NULL')),
    fc.constantFrom('true', 'false', 'NULL'),
  )
  // Cents make an exact decimal; sums of these do not fit into a double.
  .map(
    ([k, n, cents, f]) =>
      `(${k}, CAST(${n} AS BIGINT), CAST(CAST(${cents} AS DECIMAL(20,0)) / 100 AS DECIMAL(16,2)), CAST(${f} AS BOOLEAN))`,
  )

test.each([
  ['of groups', (input: string) => `SELECT k, ${AGGREGATES.join(', ')} FROM ${input} GROUP BY k`],
  ['of all rows', (input: string) => `SELECT ${AGGREGATES.join(', ')} FROM ${input}`],
])('aggregates %s are the same over any batches as over all rows at once', async (_, query) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      async (batches) => {
        const inBatches = await workbench.run(
          query('STREAM(input)'),
          COLUMNS,
          batches.map((rows) => rows.join(', ')),
        )
        const values = `(SELECT * FROM VALUES ${batches.flat().join(', ')} AS input(${COLUMNS}))`
        const atOnce = await workbench.session.rows(parseQuery(query(values)))
        const sorted = (rows: readonly (readonly unknown[])[]) =>
          rows.map((each) => each.map(String).join(' | ')).sort()
        expect(sorted(inBatches.at(-1)!)).toEqual(sorted(atOnce))
      },
    ),
    { numRuns: 12 },
  )
})

test.each([
  ['1.0000000001', '2.0000000007', 'DECIMAL(28,10)', '1.50000000040000'],
  ['0.0000000001', '0.0000000002', 'DECIMAL(38,37)', '0.00000000015000000000000000000000000000'],
  ['900000000000000000', '900000000000000001', 'DECIMAL(38,16)', '900000000000000000.50000000000000000000'],
  ['-1', '-2', 'DECIMAL(10,0)', '-1.5000'],
])('the average of %s and %s, %s, in two batches is %s', async (first, second, type, average) => {
  const query = 'SELECT avg(n) AS average FROM STREAM(input)'
  const value = (text: string) => `(CAST('${text}' AS ${type}))`
  const outputs = await workbench.run(query, 'n', [value(first), value(second)])
  expect(outputs.at(-1)).toEqual([[average]])
  const atOnce = `SELECT avg(n) FROM VALUES ${value(first)}, ${value(second)} AS input(n)`
  expect(await workbench.session.rows(parseQuery(atOnce))).toEqual([[average]])
})

test('an average is rounded once', async () => {
  // 1 / 20200 is 0.0000495049..., which six digits would round to 0.000050 first.
  const rows = (n: number, count: number) => `SELECT CAST(${n} AS DECIMAL(10,0)) AS n FROM range(${count})`
  const { outputs } = await workbench.stream(
    'SELECT avg(n) AS average FROM STREAM(events)',
    [{ events: rows(1, 1) }, { events: rows(0, 20_199) }],
    { isComplete: true },
  )
  expect(outputs).toEqual([[['1.0000']], [['0.0000']]])
})
