import { describe, expect, it } from 'vitest'
import {
  array,
  BINARY,
  decimal,
  field,
  LONG,
  map,
  STRING,
  struct,
  TIMESTAMP_NTZ,
  VOID,
} from '../../src/types/data-type.ts'
import { parseSchemaJson, printSchemaJson } from '../../src/types/schema-json.ts'

describe('schema JSON', () => {
  const schema = struct([
    field('id', LONG, false, { comment: 'the key', 'delta.identity.highWaterMark': 9007199254740993n }),
    field('price', decimal(38, 10)),
    field('nested', struct([field('raw', BINARY), field('nothing', VOID)])),
    field('tags', array(STRING, false)),
    field('by day', map(STRING, array(TIMESTAMP_NTZ), false), true, { other: { deep: [1, true, null] } }),
  ])

  it('writes the form of Spark', () => {
    expect(printSchemaJson(struct([schema.fields[0]!, schema.fields[3]!]))).toBe(
      '{"type":"struct","fields":[' +
        '{"name":"id","type":"long","nullable":false,"metadata":{"comment":"the key","delta.identity.highWaterMark":9007199254740993}},' +
        '{"name":"tags","type":{"type":"array","elementType":"string","containsNull":false},"nullable":true,"metadata":{}}]}',
    )
  })

  it('reads back what it wrote, metadata included', () => {
    expect(parseSchemaJson(printSchemaJson(schema))).toEqual(schema)
  })

  it('names the column of a type that it does not know', () => {
    const text =
      '{"type":"struct","fields":[{"name":"a","type":{"type":"struct","fields":[{"name":"g","type":"geometry(4326)","nullable":true,"metadata":{}}]},"nullable":true,"metadata":{}}]}'
    expect(() => parseSchemaJson(text)).toThrow(
      expect.objectContaining({
        condition: 'DELTA_UNSUPPORTED_DATA_TYPES',
        parameters: { column: 'a.g', dataType: 'geometry(4326)' },
      }),
    )
  })

  it.each(['{"type":"struct"}', '"long"', '{"type":"struct","fields":[{}]}', '{"type":'])(
    'refuses text that is no schema: %s',
    (text) => {
      expect(() => parseSchemaJson(text)).toThrow(
        expect.objectContaining({ condition: 'INVALID_JSON_DATA_TYPE' }),
      )
    },
  )
})
