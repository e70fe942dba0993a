import { describe, expect, it } from 'vitest'
import { mergeSchemas } from '../../../src/delta/index.ts'
import { field, LONG, struct } from '../../../src/types/data-type.ts'
import { parseSchema, printSchema } from '../../../src/types/ddl.ts'

const merged = (existing: string, incoming: string, allowWidening = false) =>
  printSchema(mergeSchemas(parseSchema(existing), parseSchema(incoming), { allowWidening }))

describe('merging the schema of new rows into a table’s', () => {
  it.each<[string, string, string, string]>([
    ['new columns join at the end and may be NULL', 'a INT', 'b STRING NOT NULL, A INT', 'a INT, b STRING'],
    ['columns that the rows lack stay', 'a INT, b STRING NOT NULL', 'a INT', 'a INT, b STRING NOT NULL'],
    [
      'nested fields join too',
      's STRUCT<x: INT>',
      's STRUCT<y: INT NOT NULL, X: INT>',
      's STRUCT<x: INT, y: INT>',
    ],
    [
      'also in arrays and maps',
      'l ARRAY<STRUCT<x: INT>>, m MAP<STRING, STRUCT<x: INT>>',
      'l ARRAY<STRUCT<y: INT>>, m MAP<STRING, STRUCT<y: INT>>',
      'l ARRAY<STRUCT<x: INT, y: INT>>, m MAP<STRING, STRUCT<x: INT, y: INT>>',
    ],
    ['a narrower type changes nothing', 'a BIGINT, t TIMESTAMP', 'a INT, t DATE', 'a BIGINT, t TIMESTAMP'],
  ])('%s', (_, existing, incoming, expected) => {
    expect(merged(existing, incoming)).toBe(expected)
  })

  it.each([
    ['a INT', 'a BIGINT', 'a'],
    ['s STRUCT<x: INT>', 's STRUCT<x: STRING>', 's.x'],
    ['l ARRAY<INT>', 'l ARRAY<STRING>', 'l'],
  ])('%s does not take %s', (existing, incoming, currentField) => {
    expect(() => merged(existing, incoming)).toThrow(
      expect.objectContaining({
        condition: 'DELTA_FAILED_TO_MERGE_FIELDS',
        parameters: expect.objectContaining({ currentField }),
      }),
    )
  })

  it.each([
    ['a INT', 'a BIGINT', 'a BIGINT'],
    ['a FLOAT, b DECIMAL(4,2)', 'a DOUBLE, b DECIMAL(8,4)', 'a DOUBLE, b DECIMAL(8,4)'],
    [
      's STRUCT<x: SMALLINT>, l ARRAY<INT>',
      's STRUCT<x: INT>, l ARRAY<BIGINT>',
      's STRUCT<x: INT>, l ARRAY<BIGINT>',
    ],
  ])('with widening %s takes %s', (existing, incoming, expected) => {
    expect(merged(existing, incoming, true)).toBe(expected)
  })

  it.each(['a DOUBLE', 'a DECIMAL(12,0)', 'a STRING'])(
    'widening does not turn INT into %s by itself',
    (incoming) => {
      expect(() => merged('a INT', incoming, true)).toThrow(
        expect.objectContaining({ condition: 'DELTA_FAILED_TO_MERGE_FIELDS' }),
      )
    },
  )

  it('what the table keeps in a field stays, what a query says of a new one does not come along', () => {
    const metadata = { 'delta.columnMapping.id': 1, comment: 'x' }
    const schema = mergeSchemas(
      struct([field('a', LONG, true, metadata)]),
      struct([field('b', LONG, true, metadata)]),
    )
    expect(schema).toEqual(
      struct([field('a', LONG, true, metadata), field('b', LONG, true, { comment: 'x' })]),
    )
  })
})
