import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  ['of groups', `SELECT k, ${AGGREGATES.join(', ')} FROM STREAM(input) GROUP BY k`],
  ['of all rows', `SELECT ${AGGREGATES.join(', ')} FROM STREAM(input)`],
])('aggregates %s are the same over any batches as over all rows at once', async (_, query) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      async (batches) => {
        const inBatches = await workbench.run(
          query,
          COLUMNS,
          batches.map((rows) => rows.join(', ')),
        )
        const [atOnce] = await workbench.run(query, COLUMNS, [batches.flat().join(', ')])
        const sorted = (rows: unknown[][]) => rows.map((each) => each.map(String).join(' | ')).sort()
        expect(sorted(inBatches.at(-1)!)).toEqual(sorted(atOnce!))
      },
    ),
    { numRuns: 12 },
  )
})
