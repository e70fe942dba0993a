import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import { parquetSchema } from '../../../../src/engine/duckdb/parquet-schema.ts'
import { unknownFieldsOf } from '../../../../src/formats/unknown-fields.ts'
import { printSchema } from '../../../../src/types/ddl.ts'
import { RawFiles, readOne, rescuedOf } from './read-raw.ts'

describe('parquet', () => {
  const schema = 'id BIGINT, amount DECIMAL(10,2), tag STRING'

  test('columns are matched by name; missing ones are null, narrower ones widened', async () => {
    await using raw = await RawFiles.of({})
    await raw.parquet('a.parquet', "SELECT 1::BIGINT AS id, 1.50::DECIMAL(10,2) AS amount, 'x' AS tag")
    await raw.parquet('b.parquet', "SELECT 'y' AS TAG, 2::INTEGER AS id")
    expect(await raw.read(['a.parquet', 'b.parquet'], { format: 'parquet', schema })).toEqual([
      { id: '1', amount: '1.50', tag: 'x', _rescued_data: null },
      { id: '2', amount: null, tag: 'y', _rescued_data: null },
    ])
  })

  test('values of another type are cast where they survive it, else rescued', async () => {
    await using raw = await RawFiles.of({})
    await raw.parquet(
      'a.parquet',
      'SELECT * FROM (VALUES (1.0, 1.255, 7), (1.5, 1.25, 8)) t(id, amount, tag)',
    )
    const rows = await raw.read(['a.parquet'], { format: 'parquet', schema })
    expect(rows).toMatchObject([
      { id: '1', amount: null, tag: '7' },
      { id: null, amount: '1.25', tag: '8' },
    ])
    expect(rows.map(rescuedOf)).toEqual([
      { amount: 1.255, _file_path: 'raw/a.parquet' },
      { id: 1.5, _file_path: 'raw/a.parquet' },
    ])
  })

  test('columns that the schema lacks are rescued, or new', async () => {
    await using raw = await RawFiles.of({})
    await raw.parquet(
      'a.parquet',
      "SELECT 1::BIGINT AS id, {'k': 5} AS extra, 12345678901234567890.5::DECIMAL(38,2) AS big",
    )
    const [row] = await raw.read(['a.parquet'], { format: 'parquet', schema })
    expect(row!._rescued_data).toBe(
      '{"extra":{"k":5},"big":12345678901234567890.50,"_file_path":"raw/a.parquet"}',
    )
    const error = await raw
      .read(['a.parquet'], { format: 'parquet', schema, onUnknownField: 'fail' })
      .catch((each: unknown) => each)
    expect(printSchema(unknownFieldsOf(error)!)).toBe('extra STRUCT<k: INT>, big DECIMAL(38,2)')
  })

  test('a file that is no Parquet is named', async () => {
    await using raw = await RawFiles.of({ 'a.parquet': 'not at all' })
    await expect(raw.read(['a.parquet'], { format: 'parquet', schema })).rejects.toMatchObject({
      condition: 'FAILED_READ_FILE.NO_HINT',
      parameters: { path: expect.stringContaining('a.parquet') as unknown },
    })
  })

  test('schemas come in Spark’s types', async () => {
    await using raw = await RawFiles.of({})
    await raw.parquet(
      'a[1].parquet',
      "SELECT 1::UTINYINT a, 1::UBIGINT b, now() c, now()::TIMESTAMP d, 'x'::BLOB e, [1::SMALLINT] f, MAP {'k': 1.5} g, 1::FLOAT h",
    )
    const instance = await DuckDBInstance.create(':memory:')
    const found = await parquetSchema(await instance.connect(), join(raw.folder, 'a[1].parquet'))
    expect(printSchema(found)).toBe(
      'a SMALLINT, b DECIMAL(20,0), c TIMESTAMP, d TIMESTAMP_NTZ, e BINARY, f ARRAY<SMALLINT>, g MAP<STRING, DECIMAL(2,1)>, h FLOAT',
    )
    instance.closeSync()
  })
})

describe('text', () => {
  const request = { format: 'text', schema: 'value STRING', rescued: null } as const

  test('a row is a line, empty ones too', async () => {
    const rows = await readOne('a\n\n  b \r\n"c"\rd', request, 'a.txt')
    expect(rows.map((each) => each.value)).toEqual(['a', '', '  b ', '"c"', 'd'])
  })

  test('wholeText, lineSep and encoding', async () => {
    const whole = await readOne('a\nb\n', { ...request, options: { wholeText: 'true' } }, 'a.txt')
    expect(whole).toEqual([{ value: 'a\nb\n' }])
    const parts = await readOne('a|b|', { ...request, options: { lineSep: '|' } }, 'a.txt')
    expect(parts).toEqual([{ value: 'a' }, { value: 'b' }])
    const latin = await readOne(
      Buffer.from('é\n', 'latin1'),
      { ...request, options: { encoding: 'ISO-8859-1' } },
      'a.txt',
    )
    expect(latin).toEqual([{ value: 'é' }])
  })

  test('bytes that are no text are an error, not another text', async () => {
    await using raw = await RawFiles.of({})
    writeFileSync(join(raw.folder, 'a.txt'), Buffer.from([0x61, 0xff, 0x0a]))
    await expect(raw.read(['a.txt'], request)).rejects.toMatchObject({
      condition: 'FAILED_READ_FILE.NO_HINT',
      parameters: { reason: 'it is not in UTF-8; the option encoding names another character set' },
    })
  })
})
