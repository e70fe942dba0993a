import { expect, test } from 'vitest'
import type { Source } from '../../../src/sources/source.ts'
import { ddlOf, Landing, type LoaderOptions } from './landing.ts'

const TYPED = { 'cloudFiles.inferColumnTypes': 'true' }

/** Reads the next batch; when the source evolves, once more with the source as it is then. */
async function nextRows(landing: Landing, loader: LoaderOptions, from?: unknown) {
  const source = landing.source(loader)
  const planned = await source.plan(from, await source.latest())
  let restarts = 0
  const rows = async (current: Source): Promise<Record<string, unknown>[]> => {
    try {
      return await landing.rows(await current.read(planned!.range))
    } catch (error) {
      if (!(await current.evolve!(error))) throw error
      restarts++
      return rows(landing.source(loader))
    }
  }
  return { rows: await rows(source), restarts, end: planned!.end }
}

async function schemaVersions(landing: Landing): Promise<string[]> {
  const versions: string[] = []
  for await (const { path } of landing.schemas.list('_schemas')) versions.push(path)
  return versions
}

test('addNewColumns records the new schema, and the restart reads the batch with the columns at the end', async () => {
  await using landing = await Landing.open()
  landing.land('1.json', '{"b":1,"a":"x"}\n')
  const first = await nextRows(landing, { options: TYPED })
  expect(first).toMatchObject({ restarts: 0, rows: [{ a: 'x', b: '1', _rescued_data: null }] })
  landing.land('2.json', '{"a":"y","b":2,"c":true,"s":{"k":1}}\n{"0":null}\n')
  const second = await nextRows(landing, { options: TYPED }, first.end)
  expect(second.restarts).toBe(1)
  expect(second.rows).toEqual([
    { a: 'y', b: '2', c: true, s: { k: '1' }, '0': null, _rescued_data: null },
    { a: null, b: null, c: null, s: null, '0': null, _rescued_data: null },
  ])
  expect(await ddlOf(landing.source({ options: TYPED }))).toBe(
    'a STRING, b BIGINT, c BOOLEAN, s STRUCT<k: BIGINT>, `0` STRING, _rescued_data STRING',
  )
  expect(await schemaVersions(landing)).toEqual(['_schemas/0', '_schemas/1'])
})

test('new fields within a struct come at its end', async () => {
  await using landing = await Landing.open()
  landing.land('1.json', '{"s":{"x":1},"l":[{"x":1}]}\n')
  const first = await nextRows(landing, { options: TYPED })
  landing.land('2.json', '{"s":{"x":1,"y":"new"},"l":[{"w":1.5}]}\n')
  await nextRows(landing, { options: TYPED }, first.end)
  expect(await ddlOf(landing.source({ options: TYPED }))).toBe(
    'l ARRAY<STRUCT<x: BIGINT, w: DOUBLE>>, s STRUCT<x: BIGINT, y: STRING>, _rescued_data STRING',
  )
})

test('without inferColumnTypes a new column is STRING', async () => {
  await using landing = await Landing.open()
  landing.land('1.json', '{"a":1}\n')
  const first = await nextRows(landing, {})
  landing.land('2.json', '{"a":2,"b":{"c": 1.50}}\n')
  const second = await nextRows(landing, {}, first.end)
  expect(second.rows).toEqual([{ a: '2', b: '{"c": 1.50}', _rescued_data: null }])
})

test('addNewColumnsWithTypeWidening widens what can be widened and rescues the rest', async () => {
  await using landing = await Landing.open()
  const options = {
    ...TYPED,
    'cloudFiles.schemaHints': 'i INT, d DECIMAL(4,2)',
    'cloudFiles.schemaEvolutionMode': 'addNewColumnsWithTypeWidening',
  }
  landing.land('1.json', '{"i":1,"d":1.5,"l":1}\n')
  const first = await nextRows(landing, { options })
  landing.land('2.json', '{"i":5000000000,"d":1234.5,"l":"text"}\n')
  const second = await nextRows(landing, { options: without(options, 'cloudFiles.schemaHints') }, first.end)
  expect(second.restarts).toBe(1)
  expect(second.rows).toMatchObject([{ i: '5000000000', l: null }])
  expect(JSON.parse(second.rows[0]!._rescued_data as string)).toMatchObject({ d: 1234.5, l: 'text' })
})

function without(options: Record<string, string>, name: string): Record<string, string> {
  const { [name]: _, ...rest } = options
  return rest
}

test('rescue never fails and never evolves', async () => {
  await using landing = await Landing.open()
  const options = { ...TYPED, 'cloudFiles.schemaEvolutionMode': 'rescue' }
  landing.land('1.json', '{"a":1}\n')
  const first = await nextRows(landing, { options })
  landing.land('2.json', '{"a":2,"b":[1]}\n')
  const second = await nextRows(landing, { options }, first.end)
  expect(second.restarts).toBe(0)
  expect(JSON.parse(second.rows[0]!._rescued_data as string)).toEqual({
    b: [1],
    _file_path: `file://${landing.folder}/in/2.json`,
  })
})

test('failOnNewColumns fails and stays failed', async () => {
  await using landing = await Landing.open()
  const options = { ...TYPED, 'cloudFiles.schemaEvolutionMode': 'failOnNewColumns' }
  landing.land('1.json', '{"a":1}\n')
  const first = await nextRows(landing, { options })
  landing.land('2.json', '{"a":2,"b":3}\n')
  const failed = {
    condition: 'UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE',
    parameters: { unknownFieldBlob: 'b BIGINT' },
  }
  await expect(nextRows(landing, { options }, first.end)).rejects.toMatchObject(failed)
  await expect(nextRows(landing, { options }, first.end)).rejects.toMatchObject(failed)
  expect(await schemaVersions(landing)).toEqual(['_schemas/0'])
})

test('with a schema given, new columns are ignored, or rescued where a column for them is named', async () => {
  await using landing = await Landing.open()
  landing.land('1.json', '{"a":1,"b":3}\n')
  const ignored = await nextRows(landing, { schema: 'a BIGINT' })
  expect(ignored.rows).toEqual([{ a: '1' }])
  const rescued = await nextRows(landing, { schema: 'a BIGINT', options: { rescuedDataColumn: '_more' } })
  expect(rescued.rows[0]).toMatchObject({ a: '1', _more: expect.stringContaining('{"b":3,') as unknown })
})

test('the schema location can be a folder of the user’s', async () => {
  await using landing = await Landing.open()
  landing.land('1.json', '{"a":1}\n')
  const options = { ...TYPED, 'cloudFiles.schemaLocation': 'schemas/orders' }
  await nextRows(landing, { options })
  landing.land('0.json', '{"a":"text"}\n')
  landing.remove('1.json')
  expect(await ddlOf(landing.source({ options }))).toBe('a BIGINT, _rescued_data STRING')
  expect(await schemaVersions(landing)).toEqual([])
})
