import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AutoCdcSpec,
  type ColumnSelection,
  leftOutAmong,
  resolveAutoCdc,
} from '../../src/auto-cdc/index.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { parseExpression } from '../../src/sql/index.ts'
import { parseSchema } from '../../src/types/ddl.ts'
import type { Row } from '../../src/types/row.ts'
import { type Column, type ModelConfig, type ModelEvent, modelTable } from '../support/cdc-model.ts'
import { CdcTables, sorted } from '../support/cdc-tables.ts'

const isLong = process.env.MILLRACE_TEST === 'all'
/** Sets of events a test: 50,000 in all in the long variant. The sets of a test share a table, told apart by a key. */
const SETS = isLong ? 1_250 : 100
const BATCHES = 3
const NAMES = { flowName: 'flow', tableName: 'target' }

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

const setsOf = (set: fc.Arbitrary<readonly Arrival[]>): fc.Arbitrary<Sets> =>
  fc.array(set, { minLength: SETS, maxLength: SETS })

const ANY_SETS = setsOf(
  fc.array(arrivalArbitrary(UPSERTS_AND_DELETES), { minLength: 1, maxLength: 9, size: 'max' }),
)

const ALL: readonly Column[] = ['a', 'b']
const BOTH: Omit<ModelConfig, 'scdType'> = { ignoreNull: [], track: ALL, isListed: false }

/** The long variant takes all, the short one those of `IN_SHORT`. */
const ALL_CONFIGURATIONS: readonly (readonly [name: string, config: ModelConfig])[] = [
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

const IN_SHORT = ['SCD 1', 'SCD 1, NULLs of one column ignored', 'SCD 2', 'SCD 2, all at once']
const CONFIGURATIONS = ALL_CONFIGURATIONS.filter(([name]) => isLong || IN_SHORT.includes(name))

/** How the batches of the sets reach the table. The first asks most, and is what the short variant does. */
const DELIVERIES: readonly (readonly [name: string, deliver: Deliver])[] = [
  [
    'by two flows that crash between the commits',
    async (tables, [first, second, third]) => {
      await tables.apply(first!, { flow: 'one', crash: true })
      await tables.apply(second!, { flow: 'other' })
      await tables.apply(third!, { flow: 'other', crash: true })
      await tables.apply(first!, { flow: 'one' })
      await tables.apply(third!, { flow: 'other' })
    },
  ],
  [
    'batch after batch',
    async (tables, batches) => {
      for (const rows of batches) await tables.apply(rows)
    },
  ],
  [
    'each batch done again after crashes',
    async (tables, batches) => {
      for (const rows of batches) {
        await tables.apply(rows, { crash: true })
        await tables.apply(rows, { crash: true })
        await tables.apply(rows)
      }
    },
  ],
]

type Deliver = (tables: CdcTables, batches: readonly (readonly Row[])[]) => Promise<void>

let engine: Engine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 1 })
})
afterAll(() => engine.close())

describe.each(CONFIGURATIONS)('%s', (_, config) => {
  test.each(isLong ? DELIVERIES : DELIVERIES.slice(0, 1))(
    'the table is that of the set of events, %s',
    { timeout: 60_000 },
    async (_name, deliver) => {
      await onSets(ANY_SETS, async (sets) => {
        const tables = new CdcTables(engine, specOf(config), SOURCE)
        await deliver(tables, batchesOf(sets))
        expectTable(tables.target, sets, config)
        const replay = await tables.apply(batchesOf(sets).flat())
        expect(replay.changes).toEqual([])
      })
    },
  )
})

describe.each(CONFIGURATIONS.filter(([, config]) => config.scdType === 2))('%s', (_, config) => {
  const set = fc.uniqueArray(arrivalArbitrary(UPSERTS_AND_DELETES), {
    selector: ({ event }) => `${event.key} ${event.seq}`,
    minLength: 1,
    maxLength: 9,
    size: 'max',
  })

  test('what is too late is reported, and the table is that of all others', { timeout: 60_000 }, async () => {
    await onSets(setsOf(set), async (sets) => {
      const tables = new CdcTables(engine, specOf(config), SOURCE)
      const late = new Set<string>()
      for (const [batch, rows] of batchesOf(sets).entries()) {
        const at = { arrivedMicros: BigInt(batch), forgetBeforeMicros: BigInt(batch) }
        const { lateEvents } = await tables.apply(rows, at)
        for (const [run, key, seq] of lateEvents) late.add(`${batch} ${run} ${key} ${seq}`)
      }
      const taken = sets.map((arrivals, run) =>
        arrivals.filter(({ event, batch }) => !late.has(`${batch} ${run} ${event.key} ${event.seq}`)),
      )
      expectTable(tables.target, taken, config)
      expect(late.size).toBeGreaterThan(0)
    })
  })
})

describe.each([
  ['SCD 1', { ...BOTH, scdType: 1 }],
  ['SCD 2', { ...BOTH, scdType: 2 }],
  ['SCD 2, one column tracked', { ...BOTH, scdType: 2, track: ['a'] }],
] as const)('%s', (_, config) => {
  /** What the flow of an event takes for supplied, as a list of columns. */
  const suppliedBy = {
    full: () => null,
    sparse: ({ b }: ModelEvent): readonly Column[] => (b === null ? ['a'] : ALL),
    listed: ({ list }: ModelEvent) => list,
  }
  const specs = {
    full: specOf(config),
    sparse: specOf({ ...config, ignoreNull: ['b'] }),
    listed: specOf({ ...config, isListed: true }),
  }
  const flowOf = ({ list }: ModelEvent): keyof typeof specs =>
    list === null ? 'full' : list.length === 0 ? 'sparse' : 'listed'

  test('flows that leave out different columns fill one table, each in its way', async () => {
    const resolve = (spec: AutoCdcSpec) => resolveAutoCdc(spec, SOURCE, NAMES)
    const amongFlows = leftOutAmong(Object.values(specs).map(resolve))
    const cdcOf = (flow: keyof typeof specs) => resolve({ ...specs[flow], amongFlows })
    await onSets(ANY_SETS, async (sets) => {
      const tables = new CdcTables(engine, cdcOf('full'), SOURCE)
      for (let batch = 0; batch < BATCHES; batch++) {
        for (const flow of ['sparse', 'listed', 'full'] as const) {
          const ofFlow = sets.map((set) => set.filter(({ event }) => flowOf(event) === flow))
          await tables.apply(batchesOf(ofFlow)[batch]!, { flow, cdc: cdcOf(flow) })
        }
      }
      const listed = sets.map((set) =>
        set.map((each) => ({
          ...each,
          event: { ...each.event, list: suppliedBy[flowOf(each.event)](each.event) },
        })),
      )
      expectTable(tables.target, listed, { ...config, isListed: true })
    })
  })
})

test('sequences of several fields are compared field by field', async () => {
  const config: ModelConfig = { ...BOTH, scdType: 2 }
  const sequenceBy = parseExpression("named_struct('high', seq div 4, 'low', seq % 4)")
  const moment = (row: Row, column: number) => {
    const seq = row[column] as number | null
    return row.with(column, seq === null ? null : { high: BigInt(Math.floor(seq / 4)), low: seq % 4 })
  }
  await onSets(ANY_SETS, async (sets) => {
    const tables = new CdcTables(engine, { ...specOf(config), sequenceBy }, SOURCE)
    for (const rows of batchesOf(sets)) await tables.apply(rows)
    expectTable(tables.target, sets, config, (row) => moment(moment(row, 4), 5))
  })
})

test('SCD 1 with truncates of one flow of two: the table is that of the set of events', {
  timeout: 600_000,
}, async () => {
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
    const { truncateWhen: _, ...other } = specOf(each)
    const otherFlow = { flow: 'other', cdc: resolveAutoCdc(other, SOURCE, NAMES) }
    const property = fc.asyncProperty(arrivals, async (set) => {
      const tables = new CdcTables(engine, specOf(each), SOURCE)
      for (const rows of batchesOf([set])) {
        const isOfOther = ([, key, , op]: Row): boolean => op !== 'truncate' && Number(key) % 2 === 0
        await tables.apply(rows, { crash: true })
        await tables.apply(rows.filter((row) => !isOfOther(row)))
        await tables.apply(rows.filter(isOfOther), otherFlow)
      }
      expectTable(tables.target, [set], each)
    })
    await fc.assert(property, { numRuns: isLong ? 5 : 1, endOnFailure: true })
  }
})

type Sets = readonly (readonly Arrival[])[]

function onSets(sets: fc.Arbitrary<Sets>, check: (sets: Sets) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(sets, check), { numRuns: 1, endOnFailure: true })
}

/** Shows the first set that came out wrong, beside what it should give. */
function expectTable(
  rows: readonly Row[],
  sets: Sets,
  config: ModelConfig,
  shown: (row: Row) => Row = (row) => row,
): void {
  const rowsOfRun = Map.groupBy(rows, ([run]) => run as number)
  for (const [run, set] of sets.entries()) {
    const events = set.map((each) => each.event)
    const expected = sorted(modelTable(events, config).map((row) => shown([run, ...row])))
    const actual = sorted(rowsOfRun.get(run) ?? [])
    if (!isDeepStrictEqual(actual, expected)) expect({ set, rows: actual }).toEqual({ set, rows: expected })
  }
}

function batchesOf(sets: Sets): readonly (readonly Row[])[] {
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
