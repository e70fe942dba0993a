import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AutoCdcSpec, resolveAutoCdc } from '../../src/auto-cdc/index.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { parseExpression } from '../../src/sql/index.ts'
import { parseSchema, printSchema } from '../../src/types/ddl.ts'
import type { Row } from '../../src/types/row.ts'
import { type ModelConfig, type ModelEvent, modelTable } from '../support/cdc-model.ts'
import { CdcTables, sorted } from '../support/cdc-tables.ts'

const SOURCE = parseSchema('id INT, status STRING, valid STRING, known STRING, op STRING')
const SPEC: AutoCdcSpec = {
  keys: ['id'],
  sequenceBy: parseExpression('valid'),
  systemSequenceBy: parseExpression('known'),
  scdType: 'bitemporal',
  columns: { kind: 'only', columns: ['id', 'status'] },
  deleteWhen: parseExpression("op = 'delete'"),
}
const NAMES = { flowName: 'flow', tableName: 'target' }

let engine: Engine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 1 })
})
afterAll(() => engine.close())

const newTables = () => new CdcTables(engine, SPEC, SOURCE)

const PENDING: Row = [1, 'PENDING', '10:00', '10:01', 'upsert']
const ACTIVE: Row = [1, 'ACTIVE', '10:02', '10:03', 'upsert']
const SUSPENDED: Row = [1, 'SUSPENDED', '10:04', '10:05', 'upsert']

const HISTORY: readonly Row[] = [
  [1, 'ACTIVE', '10:02', '10:04', '10:05', null],
  [1, 'ACTIVE', '10:02', null, '10:03', '10:05'],
  [1, 'PENDING', '10:00', '10:02', '10:03', null],
  [1, 'PENDING', '10:00', null, '10:01', '10:03'],
  [1, 'SUSPENDED', '10:04', null, '10:05', null],
]

test('the target has both intervals, of the types of the sequences', () => {
  const { targetSchema } = resolveAutoCdc(
    { ...SPEC, systemSequenceBy: parseExpression('CAST(known AS INT)') },
    SOURCE,
    NAMES,
  )
  expect(printSchema(targetSchema)).toBe(
    'id INT, status STRING, __START_AT STRING, __END_AT STRING, __SYSTEM_START_AT INT, __SYSTEM_END_AT INT',
  )
})

describe('what is known of a status, and when', () => {
  test.each([
    [[[PENDING], [ACTIVE], [SUSPENDED]]],
    [[[PENDING, ACTIVE], [SUSPENDED]]],
    [[[SUSPENDED, PENDING, ACTIVE]]],
  ])('in batches %#', async (batches) => {
    const tables = newTables()
    for (const batch of batches) await tables.apply(batch)
    expect(tables.target).toEqual(HISTORY)
  })

  test('rows are only added, or closed in system time', async () => {
    const tables = newTables()
    await tables.apply([PENDING])
    const { changes } = await tables.apply([ACTIVE])
    expect(sorted(changes)).toEqual([
      ['insert', 1, 'ACTIVE', '10:02', null, '10:03', null],
      ['insert', 1, 'PENDING', '10:00', '10:02', '10:03', null],
      ['update', 1, 'PENDING', '10:00', null, '10:01', '10:03'],
    ])
  })

  test('events that come again change nothing', async () => {
    const tables = newTables()
    for (const event of [PENDING, ACTIVE, SUSPENDED]) await tables.apply([event])
    const { changes } = await tables.apply([ACTIVE, SUSPENDED, PENDING])
    expect(changes).toEqual([])
  })

  test('a crash between the two commits changes nothing', async () => {
    const tables = newTables()
    for (const event of [PENDING, ACTIVE, SUSPENDED]) {
      await tables.apply([event], { crash: true })
      await tables.apply([event])
    }
    expect(tables.target).toEqual(HISTORY)
  })
})

test('an event that becomes known late is put where it is valid, from when it is known', async () => {
  const tables = newTables()
  await tables.apply([PENDING])
  await tables.apply([[1, 'CREATED', '09:00', '10:30', 'upsert']])
  expect(tables.target).toEqual([
    [1, 'CREATED', '09:00', '10:00', '10:30', null],
    [1, 'PENDING', '10:00', null, '10:01', null],
  ])
})

test('a delete ends the version, and what was known before stays known', async () => {
  const tables = newTables()
  await tables.apply([PENDING])
  await tables.apply([[1, null, '10:10', '10:11', 'delete']])
  expect(tables.target).toEqual([
    [1, 'PENDING', '10:00', '10:10', '10:11', null],
    [1, 'PENDING', '10:00', null, '10:01', '10:11'],
  ])
})

test('an event of the same valid time that becomes known later corrects the one before', async () => {
  const tables = newTables()
  await tables.apply([PENDING])
  await tables.apply([[1, 'ABSENT', '10:00', '10:07', 'upsert']])
  const { changes } = await tables.apply([PENDING])
  expect(changes).toEqual([])
  expect(tables.target).toEqual([
    [1, 'ABSENT', '10:00', null, '10:07', null],
    [1, 'PENDING', '10:00', null, '10:01', '10:07'],
  ])
})

test('an event with an earlier system time than the table knows is recorded at the last one', async () => {
  const tables = newTables()
  await tables.apply([ACTIVE])
  await tables.apply([PENDING])
  expect(tables.target).toEqual([
    [1, 'ACTIVE', '10:02', null, '10:03', null],
    [1, 'PENDING', '10:00', '10:02', '10:03', null],
  ])
})

describe('errors', () => {
  test('a bitemporal table without system times', () => {
    const { systemSequenceBy: _, ...spec } = SPEC
    expect(() => resolveAutoCdc(spec, SOURCE, NAMES)).toThrow(
      expect.objectContaining({ condition: 'AUTOCDC_SYSTEM_SEQUENCE_MISSING' }),
    )
  })

  test('system times of another table', () => {
    expect(() => resolveAutoCdc({ ...SPEC, scdType: 2 }, SOURCE, NAMES)).toThrow(
      expect.objectContaining({
        condition: 'AUTOCDC_SYSTEM_SEQUENCE_NOT_SUPPORTED',
        parameters: { scdType: '2' },
      }),
    )
  })

  test('a NULL system time', async () => {
    await expect(newTables().apply([[1, 'x', '10:00', null, 'upsert']])).rejects.toMatchObject({
      condition: 'AUTOCDC_MICROBATCH_VALIDATION.NULL_SEQUENCE',
      parameters: { sequence: 'system sequence' },
    })
  })
})

describe('at every system time the table says what SCD 2 of the events known by then says', () => {
  const SETS = process.env.MILLRACE_TEST === 'all' ? 1_500 : 100
  const source = parseSchema('run INT, k INT, seq INT, op STRING, a STRING, b INT, known INT')

  /** Events in the order in which they become known; the batches that bring them keep that order, not that of `seq`. */
  const event = fc.record({
    key: fc.integer({ min: 1, max: 2 }),
    seq: fc.integer({ min: 1, max: 9 }),
    op: fc.constantFrom<ModelEvent['op']>('upsert', 'upsert', 'upsert', 'delete'),
    a: fc.constantFrom('x', 'y', null),
    b: fc.constantFrom(1, 2, null),
    list: fc.constant(null),
  })
  const set = fc.uniqueArray(event, {
    selector: ({ key, seq }) => `${key} ${seq}`,
    minLength: 1,
    maxLength: 8,
    size: 'max',
  })

  test.each<[string, Partial<ModelConfig>]>([
    ['all columns tracked', {}],
    ['one column tracked', { track: ['a'] }],
    ['NULLs ignored', { ignoreNull: ['a', 'b'] }],
  ])('%s', { timeout: 60_000 }, async (_, change) => {
    const config: ModelConfig = { scdType: 2, ignoreNull: [], track: ['a', 'b'], isListed: false, ...change }
    const only = (columns: readonly string[]) => ({ kind: 'only', columns }) as const
    const spec: AutoCdcSpec = {
      ...SPEC,
      keys: ['run', 'k'],
      sequenceBy: parseExpression('seq'),
      columns: only(['run', 'k', 'a', 'b']),
      trackHistory: only(config.track),
      ...(config.ignoreNull.length > 0 ? { ignoreNull: only(config.ignoreNull) } : {}),
    }
    const sets = fc.array(set, { minLength: SETS, maxLength: SETS })
    const property = fc.asyncProperty(sets, async (runs) => {
      const tables = new CdcTables(engine, spec, source)
      for (const [from, to] of [
        [0, 3],
        [3, 4],
        [4, 8],
      ] as const) {
        const rows = runs.flatMap((events, run) =>
          events.slice(from, to).map(({ key, seq, op, a, b }, i): Row => [run, key, seq, op, a, b, from + i]),
        )
        const { changes } = await tables.apply(rows.toReversed())
        for (const [kind, ...row] of changes) {
          expect(kind === 'insert' || (kind === 'update' && row.at(-1) !== null)).toBe(true)
        }
      }
      const rowsOfRun = Map.groupBy(tables.target, ([run]) => run as number)
      for (const [run, events] of runs.entries()) {
        for (const known of events.keys()) {
          const actual = (rowsOfRun.get(run) ?? [])
            .filter(([, , , , , , start, end]) => Number(start) <= known && known < Number(end ?? Infinity))
            .map((row) => row.slice(0, 6))
          const expected = modelTable(events.slice(0, known + 1), config).map((row) => [run, ...row])
          if (!isDeepStrictEqual(sorted(actual), sorted(expected)))
            expect({ known, events, rows: sorted(actual) }).toEqual({ known, events, rows: sorted(expected) })
        }
      }
    })
    await fc.assert(property, { numRuns: 1, endOnFailure: true })
  })
})
