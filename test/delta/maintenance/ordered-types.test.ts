import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optimize, type TableContext } from '../../../src/delta/index.ts'
import { type DataType, decimal, field, LONG, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

/** Values of each type at the ends of its range, odd ones among them. */
const VALUES: readonly (readonly [DataType, readonly string[]])[] = [
  [{ kind: 'byte' }, ['-128Y', '0Y', '127Y']],
  [{ kind: 'short' }, ['-32768S', '0S', '32767S']],
  [{ kind: 'integer' }, ['-2147483648', '0', '2147483647']],
  [{ kind: 'long' }, ['-9223372036854775808L', '0L', '9223372036854775807L']],
  [{ kind: 'float' }, ["float('NaN')", "float('-Infinity')", "float('Infinity')", '-0.0F', '0.1F']],
  [{ kind: 'double' }, ["double('NaN')", "double('-Infinity')", '-0.0D', '1e308D', '0.1D']],
  [decimal(38, 10), ['-9999999999999999999999999999.9999999999', '0.0000000001']],
  [{ kind: 'date' }, ["DATE '0001-01-01'", "DATE '1582-10-10'", "DATE '9999-12-31'"]],
  [{ kind: 'timestamp' }, ["TIMESTAMP '0001-01-01 00:00:00'", "TIMESTAMP '2026-01-31 10:00:00.123456'"]],
  [{ kind: 'timestamp_ntz' }, ["TIMESTAMP_NTZ '1969-12-31 23:59:59.999999'"]],
  [
    { kind: 'string' },
    ["''", "'it''s'", "'ä'", "'\u{1F600}'", "'a\\\\b'", "'line\nbreak'", "repeat('x', 100)"],
  ],
]

const files = ({ table }: TableContext) => [...table.snapshot.files()]

describe.each(VALUES)('rows ordered by a column of %o', (dataType, values) => {
  it.each(['ZORDER BY', 'CLUSTER BY'])('are all there after %s, nulls included', async (how) => {
    const context = await tables.create(`${dataType.kind}_${how}`, {
      schema: struct([field('v', dataType), field('id', LONG)]),
      ...(how === 'CLUSTER BY' && { clusteringColumns: [['v'], ['id']] }),
    })
    const rows = [...values, 'NULL'].map((value, id) => `(CAST(${value} AS ${sqlName(dataType)}), ${id}L)`)
    for (const half of [rows.slice(0, 2), rows.slice(2)]) {
      if (half.length > 0) await tables.append(context, `SELECT * FROM VALUES ${half.join(', ')} AS t(v, id)`)
    }
    const before = await tables.rows(context, 'id, v')
    await optimize(context, how === 'ZORDER BY' ? { zOrderBy: [['v'], ['id']] } : {})
    expect(await tables.rows(context, 'id, v')).toEqual(before)
    expect(files(context)).toHaveLength(1)
    expect(files(context)[0]!.tags!.ZCUBE_ZORDER_BY).toBe('["v","id"]')
  })
})

function sqlName(type: DataType): string {
  return type.kind === 'decimal' ? 'DECIMAL(38, 10)' : type.kind === 'long' ? 'BIGINT' : type.kind
}
