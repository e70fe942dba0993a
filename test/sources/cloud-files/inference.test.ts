import { expect, test } from 'vitest'
import { printSchema } from '../../../src/types/ddl.ts'
import { ddlOf, Landing } from './landing.ts'

const lines = [
  '{"z":1,"y":1.5,"x":"2024-01-01T00:00:00Z","w":null,"v":"","u":{},"t":[],"s":[null],"r":12345678901234567890123}',
  '{"z":"a","y":2,"n":true,"m":{"b":1,"a":null},"o":[1,2.5]}',
].join('\n')

async function inferred(text: string, options: Record<string, string>): Promise<string> {
  await using landing = await Landing.open()
  landing.land('a.json', text)
  return (await ddlOf(landing.source({ options }))).replace(', _rescued_data STRING', '')
}

test('every column is STRING by default, sorted by name as Spark does', async () => {
  expect(await inferred('{"b":1,"a":{"x":1}}', {})).toBe('a STRING, b STRING')
})

test('inferColumnTypes gives the types of Spark’s JSON inference', async () => {
  expect(await inferred(lines, { 'cloudFiles.inferColumnTypes': 'true' })).toBe(
    'm STRUCT<a: STRING, b: BIGINT>, n BOOLEAN, o ARRAY<DOUBLE>, r DECIMAL(23,0), s ARRAY<STRING>, t ARRAY<STRING>, ' +
      'u STRING, v STRING, w STRING, x STRING, y DOUBLE, z STRING',
  )
})

test('prefersDecimal, inferTimestamp, primitivesAsString, dropFieldIfAllNull', async () => {
  const typed = { 'cloudFiles.inferColumnTypes': 'true' }
  const text =
    '{"d":0.10000000000000000000000000001,"i":1,"t":"2024-01-01T00:00:00Z","n":null}\n{"d":12,"i":1.5}'
  expect(await inferred(text, { ...typed, prefersDecimal: 'true' })).toBe(
    'd DOUBLE, i DECIMAL(21,1), n STRING, t STRING',
  )
  expect(await inferred(text, { ...typed, inferTimestamp: 'true' })).toBe(
    'd DOUBLE, i DOUBLE, n STRING, t TIMESTAMP',
  )
  expect(await inferred(text, { ...typed, primitivesAsString: 'true' })).toBe(
    'd STRING, i STRING, n STRING, t STRING',
  )
  expect(await inferred(text, { ...typed, dropFieldIfAllNull: 'true' })).toBe('d DOUBLE, i DOUBLE, t STRING')
})

test('names that differ only by case are one column', async () => {
  expect(await inferred('{"Id":1,"id":2}', { 'cloudFiles.inferColumnTypes': 'true' })).toBe('Id BIGINT')
})

test('schema hints set types, reach into structs, arrays and maps, and add columns', async () => {
  const hints =
    'id STRING, addr.zip INT, items.element.qty DECIMAL(10,2), tags MAP<STRING, STRING>, m.value DOUBLE, `odd name` DATE'
  const text = '{"id":1,"addr":{"zip":"1","city":"x"},"items":[{"qty":1,"sku":"a"}]}'
  expect(
    await inferred(text, { 'cloudFiles.inferColumnTypes': 'true', 'cloudFiles.schemaHints': hints }),
  ).toBe(
    'addr STRUCT<city: STRING, zip: INT>, id STRING, items ARRAY<STRUCT<qty: DECIMAL(10,2), sku: STRING>>, ' +
      'tags MAP<STRING, STRING>, m MAP<STRING, DOUBLE>, `odd name` DATE',
  )
  await expect(inferred(text, { 'cloudFiles.schemaHints': 'id INT, ID STRING' })).rejects.toMatchObject({
    condition: 'CF_INVALID_SCHEMA_HINTS_OPTION',
  })
})

test('folders name=value are columns, typed when types are inferred', async () => {
  await using landing = await Landing.open()
  landing.land('region=EU/day=2024-01-01/n=1/a.json', '{"a":1,"region":"of the file"}\n')
  landing.land('region=a%20b/day=2024-01-02/n=2/b.json', '{"a":2}\n')
  landing.land('region=__HIVE_DEFAULT_PARTITION__/day=2024-01-02/n=3/c.json', '{"a":3}\n')
  expect(await ddlOf(landing.source())).toBe(
    'a STRING, region STRING, day STRING, n STRING, _rescued_data STRING',
  )
  await using typed = await Landing.open()
  typed.land('region=EU/day=2024-01-01/n=1/a.json', '{"a":1,"region":"of the file"}\n')
  typed.land('region=a%20b/day=2024-01-02/n=2/b.json', '{"a":2}\n')
  typed.land('region=__HIVE_DEFAULT_PARTITION__/day=2024-01-02/n=3/c.json', '{"a":3}\n')
  const source = typed.source({ options: { 'cloudFiles.inferColumnTypes': 'true' } })
  expect(await ddlOf(source)).toBe('a BIGINT, region STRING, day DATE, n BIGINT, _rescued_data STRING')
  const planned = await source.plan(undefined, await source.latest())
  const rows = await typed.rows(await source.read(planned!.range))
  expect(rows).toMatchObject([
    { a: '1', region: 'EU', day: '2024-01-01', n: '1' },
    { a: '2', region: 'a b', day: '2024-01-02', n: '2' },
    { a: '3', region: null, day: '2024-01-02', n: '3' },
  ])
  expect(JSON.parse(rows[0]!._rescued_data as string)).toMatchObject({ region: 'of the file' })
  typed.land('region=EU/day=someday/n=1/d.json', '{"a":4}\n')
  const next = typed.source({ options: { 'cloudFiles.inferColumnTypes': 'true' } })
  const bad = await next.plan(planned!.end, await next.latest())
  await expect(next.read(bad!.range)).rejects.toMatchObject({
    condition: 'CF_PARTITION_VALUE_MISMATCH',
    parameters: { column: 'day', value: 'someday', dataType: 'date' },
  })
})

test('partitionColumns chooses them; an empty list takes none', async () => {
  await using landing = await Landing.open()
  landing.land('x=1/y=2/a.json', '{"a":1}\n')
  const one = { 'cloudFiles.partitionColumns': 'y' }
  expect(await ddlOf(landing.source({ options: one }))).toBe('a STRING, y STRING, _rescued_data STRING')
  await using other = await Landing.open()
  other.land('x=1/y=2/a.json', '{"a":1}\n')
  expect(await ddlOf(other.source({ options: { 'cloudFiles.partitionColumns': '' } }))).toBe(
    'a STRING, _rescued_data STRING',
  )
})

test('an empty folder without a schema cannot be inferred; with one it has its columns', async () => {
  await using landing = await Landing.open()
  landing.land('.keep', '')
  await expect(landing.source().schema()).rejects.toMatchObject({
    condition: 'CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE',
    parameters: { path: 'in' },
  })
  expect(await ddlOf(landing.source({ schema: 'a INT' }))).toBe('a INT')
})

test('read_files infers types, finds the format by name, and rescues', async () => {
  await using landing = await Landing.open()
  landing.land('a.csv', 'id,amount,day\n1,1.5,2024-01-01\n')
  landing.land('b.csv', 'day,id,extra\n2024-01-02,x,e\n')
  const bound = await landing.resolve({ format: 'read_files' })
  expect(printSchema(bound.schema)).toBe(
    'day DATE, id STRING, extra STRING, amount DOUBLE, _rescued_data STRING',
  )
  expect(await landing.rows(bound)).toEqual([
    { day: '2024-01-01', id: '1', extra: null, amount: 1.5, _rescued_data: null },
    { day: '2024-01-02', id: 'x', extra: 'e', amount: null, _rescued_data: null },
  ])
})

test('spark.read reads everything to infer, for it rescues nothing', async () => {
  await using landing = await Landing.open()
  landing.land('a.json', `${'{"a":1}\n'.repeat(200_000)}{"a":"late","b":1}\n`)
  const bound = await landing.resolve({ format: 'json' })
  expect(printSchema(bound.schema)).toBe('a STRING, b BIGINT')
  expect((await landing.rows(bound)).at(-1)).toEqual({ a: 'late', b: '1' })
})
