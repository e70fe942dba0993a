import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AutoCdcSpec, ColumnSelection } from '../../src/auto-cdc/index.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { parseExpression } from '../../src/sql/index.ts'
import { parseSchema } from '../../src/types/ddl.ts'
import type { Row } from '../../src/types/row.ts'
import { type Column, type ModelConfig, type ModelEvent, modelTable } from '../support/cdc-model.ts'
import { CdcTables, sorted } from '../support/cdc-tables.ts'

/** Sets of events a configuration, 50,000 with MILLRACE_TEST=all. All sets of one share a table, told apart by a key. */
const SETS = process.env.MILLRACE_TEST === 'all' ? 50_000 : 2_000
const BATCHES = 3

const SOURCE = parseSchema('run INT, k INT, seq INT, op STRING, a STRING, b INT, list ARRAY<STRING>')

/** An event, the batch that brings it, and whether a later batch brings it again. */
interface Arrival {
  readonly event: ModelEvent
  readonly batch: number
  readonly isRepeated: boolean
}

const eventArbitrary = (operations: readonly ModelEvent['op'][]): fc.Arbitrary<ModelEvent> =>
  fc.record({
    key: fc.integer({ min: 1, max: 2 }),
    seq: fc.integer({ min: 1, max: 9 }),
    op: fc.constantFrom(...operations),
    a: fc.constantFrom('x', 'y', null),
    b: fc.constantFrom(1, 2, null),
    list: fc.constantFrom<readonly Column[] | null>(['a'], ['b'], ['a', 'b'], [], null),
  })

const arrivalArbitrary = (event: fc.Arbitrary<ModelEvent>): fc.Arbitrary<Arrival> =>
  fc.record({
    event,
    batch: fc.integer({ min: 0, max: BATCHES - 1 }),
    isRepeated: fc.integer({ min: 0, max: 4 }).map((each) => each === 0),
  })

const UPSERTS_AND_DELETES = eventArbitrary(['upsert', 'upsert', 'upsert', 'delete'])

const setsArbitrary = fc.array(
  fc.array(arrivalArbitrary(UPSERTS_AND_DELETES), { minLength: 1, maxLength: 9, size: 'max' }),
  { minLength: SETS, maxLength: SETS },
)

const ALL: readonly Column[] = ['a', 'b']
const BOTH: Omit<ModelConfig, 'scdType'> = { ignoreNull: [], track: ALL, isListed: false }

const CONFIGURATIONS: readonly (readonly [name: string, config: ModelConfig])[] = [
  ['SCD 1', { ...BOTH, scdType: 1 }],
  ['SCD 1, NULLs ignored', { ...BOTH, scdType: 1, ignoreNull: ALL }],
  ['SCD 1, NULLs of one column ignored', { ...BOTH, scdType: 1, ignoreNull: ['b'] }],
  ['SCD 1, lists of columns to update', { ...BOTH, scdType: 1, isListed: true }],
  ['SCD 2', { ...BOTH, scdType: 2 }],
  ['SCD 2, one column tracked', { ...BOTH, scdType: 2, track: ['a'] }],
  ['SCD 2, no column tracked', { ...BOTH, scdType: 2, track: [] }],
  ['SCD 2, NULLs ignored', { ...BOTH, scdType: 2, ignoreNull: ALL }],
  ['SCD 2, NULLs ignored, one column tracked', { ...BOTH, scdType: 2, ignoreNull: ALL, track: ['b'] }],
  ['SCD 2, lists of columns to update', { ...BOTH, scdType: 2, isListed: true }],
  ['SCD 2, all at once', { scdType: 2, ignoreNull: ['a'], track: ['a'], isListed: true }],
]

let engine: Engine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 1 })
})
afterAll(() => engine.close())

describe.each(CONFIGURATIONS)('%s', (_, config) => {
  test('the table is that of the set of events', { timeout: 600_000 }, async () => {
    await onSets(async (sets) => {
      const tables = new CdcTables(engine, specOf(config), SOURCE)
      for (const rows of batchesOf(sets)) await tables.apply(rows)
      expectTable(tables, sets, config)
      const replay = await tables.apply(batchesOf(sets).flat())
      expect(replay.changes).toEqual([])
    })
  })

  test('a crash between the two commits changes nothing', { timeout: 600_000 }, async () => {
    await onSets(async (sets) => {
      const tables = new CdcTables(engine, specOf(config), SOURCE)
      for (const rows of batchesOf(sets)) {
        await tables.apply(rows, { crash: true })
        await tables.apply(rows, { crash: true })
        await tables.apply(rows)
      }
      expectTable(tables, sets, config)
    })
  })

  test('flows that share the table change nothing, even when one crashes', { timeout: 600_000 }, async () => {
    await onSets(async (sets) => {
      const tables = new CdcTables(engine, specOf(config), SOURCE)
      const [first, second, third] = batchesOf(sets)
      await tables.apply(first!, { flow: 'one', crash: true })
      await tables.apply(second!, { flow: 'other' })
      await tables.apply(third!, { flow: 'other', crash: true })
      await tables.apply(first!, { flow: 'one' })
      await tables.apply(third!, { flow: 'other' })
      expectTable(tables, sets, config)
    })
  })
})

test('SCD 1 with truncates: the table is that of the set of events', { timeout: 600_000 }, async () => {
  const event = fc
    .record({ event: UPSERTS_AND_DELETES, run: fc.integer({ min: 1, max: 40 }) })
    .map(({ event: each, run }) => ({ ...each, key: 10 * run + each.key }))
  const truncate = eventArbitrary(['truncate'])
  const arrivals = fc
    .tuple(
      fc.array(arrivalArbitrary(event), { minLength: 100, maxLength: 200, size: 'max' }),
      fc.array(arrivalArbitrary(truncate), { maxLength: 3 }),
    )
    .map((parts) => parts.flat())
  const config: ModelConfig = { ...BOTH, scdType: 1 }
  for (const each of [config, { ...config, ignoreNull: ALL }]) {
    const property = fc.asyncProperty(arrivals, async (set) => {
      const tables = new CdcTables(engine, specOf(each), SOURCE)
      for (const rows of batchesOf([set])) {
        await tables.apply(rows, { crash: true })
        await tables.apply(rows)
      }
      expectTable(tables, [set], each)
    })
    await fc.assert(property, { numRuns: Math.ceil(SETS / 200), endOnFailure: true })
  }
})

function onSets(check: (sets: readonly (readonly Arrival[])[]) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(setsArbitrary, check), { numRuns: 1, endOnFailure: true })
}

/** The first set that came out wrong, beside what it should give. */
function expectTable(tables: CdcTables, sets: readonly (readonly Arrival[])[], config: ModelConfig): void {
  const rowsOfRun = Map.groupBy(tables.target, ([run]) => run as number)
  for (const [run, set] of sets.entries()) {
    const expected = modelTable(
      set.map((each) => each.event),
      config,
    ).map((row) => [run, ...row])
    const actual = rowsOfRun.get(run) ?? []
    const isSame = JSON.stringify(sorted(actual)) === JSON.stringify(sorted(expected))
    if (!isSame) expect({ set, rows: sorted(actual) }).toEqual({ set, rows: sorted(expected) })
  }
  expect(rowsOfRun.size).toBeLessThanOrEqual(sets.length)
}

function batchesOf(sets: readonly (readonly Arrival[])[]): readonly (readonly Row[])[] {
  const rowsOf = (batch: number): readonly Row[] =>
    sets.flatMap((set, run) =>
      set
        .filter((each) => each.batch === batch || (each.isRepeated && each.batch < batch))
        .map(({ event: { key, seq, op, a, b, list } }) => [run, key, seq, op, a, b, list as string[] | null]),
    )
  return Array.from({ length: BATCHES }, (_, batch) => rowsOf(batch))
}

function specOf(config: ModelConfig): AutoCdcSpec {
  const only = (columns: readonly string[]): ColumnSelection => ({ kind: 'only', columns })
  return {
    keys: ['run', 'k'],
    sequenceBy: parseExpression('seq'),
    scdType: config.scdType,
    columns: { kind: 'except', columns: ['op', 'seq', 'list'] },
    deleteWhen: parseExpression("op = 'delete'"),
    ...(config.ignoreNull.length > 0 ? { ignoreNull: only(config.ignoreNull) } : {}),
    ...(config.isListed ? { columnsToUpdate: 'list' } : {}),
    ...(config.scdType === 2 ? { trackHistory: only(config.track) } : {}),
    ...(config.scdType === 1 ? { truncateWhen: parseExpression("op = 'truncate'") } : {}),
  }
}
