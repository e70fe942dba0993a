import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AutoCdcSpec, resolveSnapshots } from '../../src/auto-cdc/index.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { intLiteral } from '../../src/plan/build.ts'
import { parseExpression } from '../../src/sql/index.ts'
import { INTEGER } from '../../src/types/data-type.ts'
import { parseSchema } from '../../src/types/ddl.ts'
import type { Row, Value } from '../../src/types/row.ts'
import { CdcTables, sorted } from '../support/cdc-tables.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 1 })
})
afterAll(() => engine.close())

/** Two values of a type that differ in what is easily lost. */
const DIFFERENT: readonly (readonly [type: string, one: Value, other: Value])[] = [
  [
    'MAP<STRING, TIMESTAMP>',
    new Map([['at', '2026-01-01 00:00:00.000100']]),
    new Map([['at', '2026-01-01 00:00:00.000200']]),
  ],
  [
    'MAP<STRING, TIMESTAMP_NTZ>',
    new Map([['at', '2026-01-01 00:00:00.000100']]),
    new Map([['at', '2026-01-01 00:00:00.000200']]),
  ],
  ['MAP<STRING, DOUBLE>', new Map([['x', 0.1]]), new Map([['x', 0.1 + Number.EPSILON / 8]])],
  [
    'MAP<STRING, DECIMAL(38,18)>',
    new Map([['x', '12345678901234567890.123456789012345678']]),
    new Map([['x', '12345678901234567890.123456789012345679']]),
  ],
  ['MAP<STRING, STRING>', new Map([['x', null]]), new Map([['x', 'null']])],
  ['MAP<STRING, INT>', new Map(), new Map([['x', null]])],
  ['MAP<BINARY, INT>', new Map([[Buffer.of(0xff), 1]]), new Map([[Buffer.of(0xfe), 1]])],
  [
    'MAP<STRUCT<a: STRING, b: STRING>, INT>',
    new Map([[{ a: 'x, y', b: 'z' }, 1]]),
    new Map([[{ a: 'x', b: 'y, z' }, 1]]),
  ],
  [
    'STRUCT<at: TIMESTAMP, tags: MAP<STRING, INT>>',
    { at: '2026-01-01 00:00:00.000100', tags: null },
    { at: '2026-01-01 00:00:00.000200', tags: null },
  ],
  ['STRUCT<tags: MAP<STRING, INT>>', { tags: null }, { tags: new Map() }],
  ['STRUCT<tags: MAP<STRING, INT>>', null, { tags: null }],
  ['ARRAY<MAP<STRING, INT>>', [new Map([['x', 1]]), null], [null, new Map([['x', 1]])]],
  [
    'MAP<STRING, MAP<STRING, TIMESTAMP>>',
    new Map([['a', new Map([['at', '2026-01-01 00:00:00.000100']])]]),
    new Map([['a', new Map([['at', '2026-01-01 00:00:00.000200']])]]),
  ],
]

describe.each(DIFFERENT)('%s: %o is not %o', (type, one, other) => {
  const source = parseSchema(`id INT, value ${type}, seq INT`)
  const spec = (scdType: 1 | 2): AutoCdcSpec => ({
    keys: ['id'],
    sequenceBy: parseExpression('seq'),
    scdType,
    columns: { kind: 'except', columns: ['seq'] },
  })
  const tableAfter = async (scdType: 1 | 2, ...events: readonly Row[]): Promise<readonly Row[]> => {
    const tables = new CdcTables(engine, spec(scdType), source)
    for (const event of events) await tables.apply([event])
    return tables.target
  }

  test('SCD 1 takes the change, SCD 2 makes a version', async () => {
    const events: readonly Row[] = [
      [1, one, 10],
      [1, one, 11],
      [1, other, 20],
    ]
    expect(await tableAfter(1, ...events)).toEqual([[1, other]])
    expect(await tableAfter(2, ...events)).toEqual(
      sorted([
        [1, one, 10, 20],
        [1, other, 20, null],
      ]),
    )
  })

  test('a snapshot gives the change, and nothing where there is none', async () => {
    const columns = parseSchema(`id INT, value ${type}`)
    const cdc = resolveSnapshots({ keys: ['id'], scdType: 1 }, columns, INTEGER, {
      flowName: 'flow',
      tableName: 'target',
    })
    const tables = new CdcTables(engine, cdc, columns)
    await tables.applySnapshot([[1, one]], intLiteral(1))
    expect((await tables.applySnapshot([[1, one]], intLiteral(2))).changes).toEqual([])
    expect((await tables.applySnapshot([[1, other]], intLiteral(3))).changes).toEqual([['update', 1, other]])
  })
})

describe('maps of events that have one sequence', () => {
  const source = parseSchema(
    'id INT, title STRING, attrs MAP<STRING, INT>, seq INT, known INT, changed ARRAY<STRING>',
  )
  const attrs = new Map([['a', 1]])
  const all = { kind: 'all' } as const
  const spec: AutoCdcSpec = {
    keys: ['id'],
    sequenceBy: parseExpression('seq'),
    scdType: 1,
    columns: { kind: 'only', columns: ['id', 'title', 'attrs'] },
  }
  const TYPES: readonly (readonly [name: string, type: Partial<AutoCdcSpec>, interval: Row])[] = [
    ['SCD 1', { scdType: 1 }, []],
    ['SCD 2', { scdType: 2 }, [20, null]],
    [
      'bitemporal',
      { scdType: 'bitemporal', systemSequenceBy: parseExpression('known') },
      [20, null, 5, null],
    ],
  ]

  /** The tables after two events, in either order, in one batch and in two. */
  const tablesAfter = (change: Partial<AutoCdcSpec>, one: Row, other: Row): Promise<(readonly Row[])[]> =>
    Promise.all(
      [[[one, other]], [[other, one]], [[one], [other]], [[other], [one]]].map(async (batches) => {
        const tables = new CdcTables(engine, { ...spec, ...change }, source)
        for (const rows of batches) await tables.apply(rows)
        return tables.target
      }),
    )

  test.each(TYPES)('%s: a NULL that is ignored does not win over a map', async (_, type, interval) => {
    const supplied: Row = [1, null, attrs, 20, 5, null]
    const leftOut: Row = [1, 'mug', null, 20, 5, null]
    for (const target of await tablesAfter({ ...type, ignoreNull: all }, supplied, leftOut))
      expect(target).toEqual([[1, 'mug', attrs, ...interval]])
  })

  test.each(TYPES)('%s: a column that is not listed does not win over a map', async (_, type, interval) => {
    const listed: Row = [1, null, attrs, 20, 5, ['attrs']]
    const other: Row = [1, 'mug', null, 20, 5, ['title']]
    for (const target of await tablesAfter({ ...type, columnsToUpdate: 'changed' }, listed, other))
      expect(target).toEqual([[1, 'mug', attrs, ...interval]])
  })

  test.each(TYPES)('%s: a NULL that counts is the least value', async (_, type, interval) => {
    const filled: Row = [1, 'mug', attrs, 20, 5, null]
    const empty: Row = [1, 'mug', null, 20, 5, null]
    for (const change of [type, { ...type, columnsToUpdate: 'changed' }]) {
      const tables = await tablesAfter(change, filled, empty)
      // What a bitemporal table hears in a later batch corrects what it heard before.
      for (const target of type.scdType === 'bitemporal' ? tables.slice(0, 2) : tables)
        expect(target).toEqual([[1, 'mug', attrs, ...interval]])
    }
  })
})
