import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ColumnSelection,
  checkVersions,
  checkVersionType,
  compareVersions,
  resolveSnapshots,
  versionAsType,
} from '../../src/auto-cdc/index.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { PipelineError } from '../../src/errors/index.ts'
import { intLiteral, longLiteral, stringLiteral } from '../../src/plan/build.ts'
import type { Literal } from '../../src/plan/expression.ts'
import { literalOf } from '../../src/plan/literal.ts'
import { DATE, type DataType, DOUBLE, decimal, INTEGER, LONG } from '../../src/types/data-type.ts'
import { parseSchema } from '../../src/types/ddl.ts'
import type { Row } from '../../src/types/row.ts'
import { CdcTables } from '../support/cdc-tables.ts'

const SNAPSHOT = parseSchema('id INT, val STRING, seen STRING')
const NAMES = { flowName: 'flow', tableName: 'target' }

let engine: Engine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 1 })
})
afterAll(() => engine.close())

function tablesOf(scdType: 1 | 2, trackHistory?: ColumnSelection): CdcTables {
  const spec = { keys: ['id'], scdType, ...(trackHistory ? { trackHistory } : {}) }
  return new CdcTables(engine, resolveSnapshots(spec, SNAPSHOT, INTEGER, NAMES), SNAPSHOT)
}

const V1: readonly Row[] = [
  [1, 'a1', null],
  [2, 'a2', null],
]
const V2: readonly Row[] = [
  [2, 'b2', null],
  [3, 'a3', null],
]

describe('SCD 1', () => {
  test('the table is the newest snapshot', async () => {
    const tables = tablesOf(1)
    await tables.applySnapshot(V1, intLiteral(1))
    expect(tables.target).toEqual(V1)
    const { changes } = await tables.applySnapshot(V2, intLiteral(2))
    expect(changes.toSorted()).toEqual([
      ['delete', 1, 'a1', null],
      ['insert', 3, 'a3', null],
      ['update', 2, 'b2', null],
    ])
    expect(tables.target).toEqual(V2)
  })

  test('a key that returns is there again', async () => {
    const tables = tablesOf(1)
    for (const [i, rows] of [V1, [], V1].entries()) await tables.applySnapshot(rows, intLiteral(i))
    expect(tables.target).toEqual(V1)
  })
})

describe('SCD 2', () => {
  test('versions last from snapshot to snapshot', async () => {
    const tables = tablesOf(2)
    await tables.applySnapshot(V1, intLiteral(1))
    expect(tables.target).toEqual([
      [1, 'a1', null, 1, null],
      [2, 'a2', null, 1, null],
    ])
    await tables.applySnapshot(V2, intLiteral(2))
    const history = [
      [1, 'a1', null, 1, 2],
      [2, 'a2', null, 1, 2],
      [2, 'b2', null, 2, null],
      [3, 'a3', null, 2, null],
    ]
    expect(tables.target).toEqual(history)
    const { changes } = await tables.applySnapshot(V2, intLiteral(3))
    expect(changes).toEqual([])
    expect(tables.target).toEqual(history)
  })

  test('a change of columns that are not tracked is made in place', async () => {
    const tables = tablesOf(2, { kind: 'except', columns: ['seen'] })
    await tables.applySnapshot([[1, 'a', 'monday']], intLiteral(1))
    await tables.applySnapshot([[1, 'a', 'tuesday']], intLiteral(2))
    expect(tables.target).toEqual([[1, 'a', 'tuesday', 1, null]])
    await tables.applySnapshot([[1, 'b', 'tuesday']], intLiteral(3))
    expect(tables.target).toEqual([
      [1, 'a', 'tuesday', 1, 3],
      [1, 'b', 'tuesday', 3, null],
    ])
  })

  test('a snapshot that is applied again after a crash gives the same', async () => {
    const tables = tablesOf(2)
    await tables.applySnapshot(V1, intLiteral(1), { crash: true })
    await tables.applySnapshot(V1, intLiteral(1))
    await tables.applySnapshot(V2, intLiteral(2), { crash: true })
    await tables.applySnapshot(V2, intLiteral(2))
    expect(tables.target).toEqual([
      [1, 'a1', null, 1, 2],
      [2, 'a2', null, 1, 2],
      [2, 'b2', null, 2, null],
      [3, 'a3', null, 2, null],
    ])
  })

  test('rows of one key: they are reported, whatever their order', async () => {
    const tables = tablesOf(2)
    const twice: readonly Row[] = [
      [1, 'x', null],
      [1, 'y', null],
    ]
    const { ties } = await tables.applySnapshot(twice, intLiteral(1))
    expect(ties).toEqual([[1, 1]])
    const { changes } = await tables.applySnapshot(twice.toReversed(), intLiteral(2))
    expect(changes).toEqual([])
    expect(tables.target).toEqual([[1, 'y', null, 1, null]])
  })
})

test('a NULL key is refused', async () => {
  const tables = tablesOf(1)
  await tables.applySnapshot(V1, intLiteral(1))
  await expect(tables.applySnapshot([...V1, [null, 'x', null]], intLiteral(2))).rejects.toMatchObject({
    condition: 'AUTOCDC_MICROBATCH_VALIDATION.NULL_KEY',
  })
})

test('columns of the events are reserved', () => {
  const snapshot = parseSchema('id INT, __SEQUENCE INT')
  expect(() => resolveSnapshots({ keys: ['id'], scdType: 1 }, snapshot, INTEGER, NAMES)).toThrow(
    expect.objectContaining({ condition: 'AUTOCDC_RESERVED_COLUMN_NAME_CONFLICT' }),
  )
})

describe('versions ascend', () => {
  test.each([
    [intLiteral(1), intLiteral(2)],
    [stringLiteral('2024-01-09'), stringLiteral('2024-01-10')],
    [literalOf(new Date('2024-01-09')), literalOf(new Date('2024-01-10'))],
    [literalOf(Uint8Array.of(1, 255)), literalOf(Uint8Array.of(2))],
  ])('%o, %o', async (last, current) => {
    const compared = async (...versions: Parameters<typeof compareVersions>) => {
      const session = await engine.openSession({ timestampMicros: 0n, ansi: true })
      const [row] = await session.rows(compareVersions(...versions))
      await session.close()
      return () => checkVersions(row!, NAMES)
    }
    expect(await compared(last, current)).not.toThrow()
    for (const each of [last, current]) {
      expect(await compared(current, each)).toThrow(
        expect.objectContaining({ condition: 'AUTOCDC_SNAPSHOT_VERSION_NOT_ASCENDING' }),
      )
    }
  })

  test.each([
    [longLiteral(2n), DOUBLE],
    [literalOf(2.5), DOUBLE],
    [literalOf(2.5), decimal(3, 1)],
    [literalOf('2026-1-1'), DATE],
    [literalOf(new Date('2026-01-01')), DATE],
  ])('%o is one as %o', async (version, type) => {
    expect(await judgedAs(version, type)).not.toThrow()
  })

  test.each([
    [literalOf(1.5), LONG, '1.5', 'DOUBLE', 'BIGINT'],
    [literalOf(2.55), decimal(3, 1), '2.55', 'DOUBLE', 'DECIMAL(3,1)'],
    [longLiteral(1n << 40n), INTEGER, '1099511627776', 'BIGINT', 'INT'],
    [literalOf('monday'), DATE, 'monday', 'STRING', 'DATE'],
    [literalOf(new Date('2026-01-01T12:00:00Z')), DATE, '2026-01-01T12:00:00.000Z', 'TIMESTAMP', 'DATE'],
    [longLiteral(5n), DATE, '5', 'BIGINT', 'DATE'],
  ])('%o is none as %o', async (literal, type, version, actualType, versionType) => {
    expect(await judgedAs(literal, type)).toThrow(
      new PipelineError('AUTOCDC_SNAPSHOT_VERSION_TYPE', { ...NAMES, version, actualType, versionType }),
    )
  })

  async function judgedAs(version: Literal, type: DataType) {
    const session = await engine.openSession({ timestampMicros: 0n, ansi: true })
    const [row] = await session.rows(versionAsType(version, type))
    await session.close()
    return () => checkVersionType(row!, { actual: version.dataType, expected: type }, NAMES)
  }

  test('the error names both, however long they are', () => {
    const row = [false, '{"version":9007199254740993}', '{"version":"2024-01-09"}']
    expect(() => checkVersions(row, NAMES)).toThrow(
      new PipelineError('AUTOCDC_SNAPSHOT_VERSION_NOT_ASCENDING', {
        flowName: 'flow',
        tableName: 'target',
        version: '2024-01-09',
        lastVersion: '9007199254740993',
      }),
    )
  })
})
