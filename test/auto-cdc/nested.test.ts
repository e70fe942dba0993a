import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AutoCdcSpec } from '../../src/auto-cdc/index.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { parseExpression } from '../../src/sql/index.ts'
import { parseSchema } from '../../src/types/ddl.ts'
import type { Row } from '../../src/types/row.ts'
import { CdcTables } from '../support/cdc-tables.ts'

const SOURCE = parseSchema(
  'id INT, address STRUCT<city: STRING, geo: STRUCT<lat: INT, lon: INT>>, tags MAP<STRING, INT>, seq INT, changed ARRAY<STRING>',
)
const SPEC: AutoCdcSpec = {
  keys: ['id'],
  sequenceBy: parseExpression('seq'),
  scdType: 1,
  columns: { kind: 'only', columns: ['id', 'address', 'tags'] },
}

let engine: Engine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 1 })
})
afterAll(() => engine.close())

/** The table after the batches, one row each. */
async function tableAfter(spec: Partial<AutoCdcSpec>, ...events: readonly Row[]): Promise<readonly Row[]> {
  const tables = new CdcTables(engine, { ...SPEC, ...spec }, SOURCE)
  for (const event of events) await tables.apply([event])
  return tables.target
}

const address = (city: string | null, lat: number | null, lon: number | null) => ({ city, geo: { lat, lon } })

describe('NULLs ignored in structs', () => {
  const ignoreNull = { kind: 'only', columns: ['address'] } as const
  const events: readonly Row[] = [
    [1, address('Oslo', 1, 2), null, 10, null],
    [1, address(null, null, 3), null, 20, null],
    [1, address('Rome', null, null), null, 30, null],
  ]

  test('each field keeps its value on its own', async () => {
    expect(await tableAfter({ ignoreNull }, ...events)).toEqual([[1, address('Rome', 1, 3), null]])
  })

  test('whatever comes first', async () => {
    expect(await tableAfter({ ignoreNull }, ...events.toReversed())).toEqual([
      [1, address('Rome', 1, 3), null],
    ])
  })

  test('with history', async () => {
    expect(await tableAfter({ ignoreNull, scdType: 2 }, ...events.toReversed())).toEqual([
      [1, address('Oslo', 1, 2), null, 10, 20],
      [1, address('Oslo', 1, 3), null, 20, 30],
      [1, address('Rome', 1, 3), null, 30, null],
    ])
  })

  test('a struct that was never given is NULL, not a struct of NULLs', async () => {
    expect(await tableAfter({ ignoreNull }, [1, null, null, 10, null])).toEqual([[1, null, null]])
    expect(
      await tableAfter(
        { ignoreNull },
        [1, null, null, 10, null],
        [1, address(null, null, null), null, 20, null],
      ),
    ).toEqual([[1, address(null, null, null), null]])
  })

  test('other structs are replaced as a whole', async () => {
    expect(await tableAfter({}, ...events)).toEqual([[1, address('Rome', null, null), null]])
  })
})

test('maps are compared', async () => {
  const tables = new CdcTables(engine, { ...SPEC, scdType: 2 }, SOURCE)
  await tables.apply([[1, null, new Map([['a', 1]]), 10, null]])
  await tables.apply([[1, null, new Map([['a', 1]]), 20, null]])
  await tables.apply([[1, null, new Map([['a', 2]]), 30, null]])
  expect(tables.target).toEqual([
    [1, null, new Map([['a', 1]]), 10, 30],
    [1, null, new Map([['a', 2]]), 30, null],
  ])
})

test('columns to update: listed NULLs count, in any letter case, and what is not listed stays', async () => {
  const events: readonly Row[] = [
    [1, address('Oslo', 1, 2), new Map([['a', 1]]), 10, null],
    [1, null, null, 20, ['ADDRESS']],
    [1, address('Rome', 5, 5), new Map([['b', 2]]), 30, ['tags']],
  ]
  for (const order of [events, events.toReversed()]) {
    expect(await tableAfter({ columnsToUpdate: 'changed' }, ...order)).toEqual([
      [1, null, new Map([['b', 2]])],
    ])
  }
})
