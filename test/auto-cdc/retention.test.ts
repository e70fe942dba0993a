import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AutoCdcSpec } from '../../src/auto-cdc/index.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { parseExpression } from '../../src/sql/index.ts'
import { parseSchema } from '../../src/types/ddl.ts'
import type { Row } from '../../src/types/row.ts'
import { CdcTables } from '../support/cdc-tables.ts'

const SOURCE = parseSchema('id INT, val STRING, seq INT, op STRING')
const SPEC: AutoCdcSpec = {
  keys: ['id'],
  sequenceBy: parseExpression('seq'),
  scdType: 2,
  columns: { kind: 'only', columns: ['id', 'val'] },
  deleteWhen: parseExpression("op = 'delete'"),
}

let engine: Engine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 1 })
})
afterAll(() => engine.close())

/** A table of which each batch is a minute, and what arrived more than `minutes` ago is forgotten. */
function tablesWith(minutes: number, spec: Partial<AutoCdcSpec> = {}) {
  const tables = new CdcTables(engine, { ...SPEC, ...spec }, SOURCE)
  let minute = 0
  const apply = (...events: readonly Row[]) => {
    minute++
    return tables.apply(events, {
      arrivedMicros: BigInt(minute),
      forgetBeforeMicros: BigInt(minute - minutes),
    })
  }
  return { tables, apply }
}

describe('SCD 2', () => {
  test('an event that a tombstone within the retention precedes is in time', async () => {
    const { tables, apply } = tablesWith(1)
    await apply([1, null, 20, 'delete'])
    const { lateEvents } = await apply([1, 'late', 10, 'upsert'])
    expect(lateEvents).toEqual([])
    expect(tables.target).toEqual([[1, 'late', 10, 20]])
  })

  test('an event from before a tombstone that is forgotten is dropped and reported', async () => {
    const { tables, apply } = tablesWith(1)
    await apply([1, null, 20, 'delete'])
    await apply([2, 'other', 1, 'upsert'])
    const { lateEvents } = await apply([1, 'late', 10, 'upsert'], [1, 'new', 30, 'upsert'])
    expect(lateEvents).toEqual([[1, 10, 'upsert']])
    expect(tables.target).toEqual([
      [1, 'new', 30, null],
      [2, 'other', 1, null],
    ])
  })

  test('what differs from the horizon at its own sequence loses, and is reported as a tie', async () => {
    const { tables, apply } = tablesWith(0)
    await apply([1, null, 20, 'delete'])
    const { ties } = await apply([1, 'same moment', 20, 'upsert'])
    expect(ties).toEqual([[1, 20]])
    expect(tables.target).toEqual([])
  })

  test('an event that the table shows is known still when it comes again', async () => {
    const { tables, apply } = tablesWith(0)
    await apply([1, 'a', 10, 'upsert'])
    await apply([1, 'a', 20, 'upsert'])
    const { lateEvents, changes } = await apply([1, 'a', 10, 'upsert'])
    expect([lateEvents, changes]).toEqual([[], []])
    expect(tables.target).toEqual([[1, 'a', 10, null]])
  })

  test('the state of a key stays small, whatever it hides', async () => {
    const { tables, apply } = tablesWith(3)
    for (let seq = 1; seq <= 24; seq++) {
      const value = `v${Math.floor(seq / 10)}`
      await apply([1, value, 10 * seq, seq % 7 === 0 ? 'delete' : 'upsert'])
      expect(tables.state('sequence').length).toBeLessThanOrEqual(5)
    }
    expect(tables.state('sequence', 'isHorizon').filter(([, isHorizon]) => isHorizon)).toHaveLength(1)
  })

  test('without a retention nothing is too late', async () => {
    const tables = new CdcTables(engine, SPEC, SOURCE)
    await tables.apply([[1, null, 20, 'delete']], { arrivedMicros: 0n })
    const { lateEvents } = await tables.apply([[1, 'late', 10, 'upsert']], {
      arrivedMicros: 1_000_000_000_000_000n,
    })
    expect(lateEvents).toEqual([])
    expect(tables.target).toEqual([[1, 'late', 10, 20]])
  })
})

describe('SCD 1', () => {
  test('the state has a row for each key and nothing is too late', async () => {
    const { tables, apply } = tablesWith(0, { scdType: 1 })
    for (let seq = 2; seq <= 12; seq++) await apply([1, `v${seq}`, seq, seq === 12 ? 'delete' : 'upsert'])
    expect(tables.state('sequence', 'operation')).toEqual([[12, 'delete']])
    const { lateEvents, changes } = await apply([1, 'late', 1, 'upsert'])
    expect([lateEvents, changes]).toEqual([[], []])
  })
})
