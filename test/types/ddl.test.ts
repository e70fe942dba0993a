import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  DAY_TIME_INTERVAL,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INTEGER,
  LONG,
  map,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VARIANT,
  VOID,
  YEAR_MONTH_INTERVAL,
} from '../../src/types/data-type.ts'
import { parseDataType, parseSchema, printDataType, printSchema, printSqlType } from '../../src/types/ddl.ts'

describe('every name of a type', () => {
  test.each<[string, DataType]>([
    ['boolean', BOOLEAN],
    ['TINYINT', BYTE],
    ['byte', BYTE],
    ['smallint', SHORT],
    ['short', SHORT],
    ['int', INTEGER],
    ['Integer', INTEGER],
    ['bigint', LONG],
    ['long', LONG],
    ['float', FLOAT],
    ['real', FLOAT],
    ['double', DOUBLE],
    ['string', STRING],
    ['binary', BINARY],
    ['date', DATE],
    ['timestamp', TIMESTAMP],
    ['timestamp_ltz', TIMESTAMP],
    ['timestamp_ntz', TIMESTAMP_NTZ],
    ['variant', VARIANT],
    ['void', VOID],
    ['decimal', decimal(10, 0)],
    ['dec(5)', decimal(5, 0)],
    ['numeric(38, 18)', decimal(38, 18)],
    ['interval day to second', DAY_TIME_INTERVAL],
    ['INTERVAL HOUR', DAY_TIME_INTERVAL],
    ['interval year to month', YEAR_MONTH_INTERVAL],
    ['interval month', YEAR_MONTH_INTERVAL],
    ['array<int>', array(INTEGER)],
    ['map<string, array<map<int,date>>>', map(STRING, array(map(INTEGER, DATE)))],
    ['struct<>', struct([])],
    [
      "struct<a: int NOT NULL, `b c` string COMMENT 'it''s', d:struct<e:int>>",
      struct([
        field('a', INTEGER, false),
        field('b c', STRING, true, { comment: "it's" }),
        field('d', struct([field('e', INTEGER)])),
      ]),
    ],
    ['array /* of */ < -- a list\n int >', array(INTEGER)],
  ])('%s', (text, type) => expect(parseDataType(text)).toEqual(type))
})

test('a schema is a list of columns or one struct', () => {
  const schema = struct([field('id', LONG, false, { comment: 'key' }), field('tags', array(STRING))])
  expect(parseSchema("id BIGINT NOT NULL COMMENT 'key', tags ARRAY<STRING>")).toEqual(schema)
  expect(parseSchema("struct<id: bigint not null comment 'key', tags: array<string>>")).toEqual(schema)
  expect(parseSchema('struct INT')).toEqual(struct([field('struct', INTEGER)]))
})

test('a type has a short form without nullability and a form for SQL', () => {
  const type = struct([field('a', map(STRING, decimal(10, 2)), false), field('b c', array(LONG))])
  expect(printDataType(type)).toBe('struct<a:map<string,decimal(10,2)>,b c:array<bigint>>')
  expect(printSqlType(type)).toBe('STRUCT<a: MAP<STRING, DECIMAL(10,2)> NOT NULL, `b c`: ARRAY<BIGINT>>')
  expect(printSqlType(DAY_TIME_INTERVAL)).toBe('INTERVAL DAY TO SECOND')
})

test('every schema is read back as it was printed', () => {
  const { types } = fc.letrec<{ types: DataType }>((tie) => {
    const fields = fc.array(
      fc
        .record({
          name: fc.oneof(
            fc.constantFrom('a', 'struct', 'not', '`', 'a.b', 'x y'),
            fc.string({ minLength: 1 }),
          ),
          type: tie('types'),
          nullable: fc.boolean(),
          comment: fc.option(fc.string(), { nil: undefined }),
        })
        .map(({ name, type, nullable, comment }) =>
          field(name, type, nullable, comment === undefined ? {} : { comment }),
        ),
      { maxLength: 3 },
    )
    return {
      types: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<DataType>(
          BOOLEAN,
          BYTE,
          LONG,
          STRING,
          TIMESTAMP_NTZ,
          VOID,
          YEAR_MONTH_INTERVAL,
          decimal(38, 5),
        ),
        tie('types').map((element) => array(element)),
        fc.tuple(tie('types'), tie('types')).map(([key, value]) => map(key, value)),
        fields.map(struct),
      ),
    }
  })
  fc.assert(
    fc.property(types, (type) => {
      const schema = struct([field('c', type)])
      expect(parseSchema(printSchema(schema))).toEqual(schema)
    }),
  )
})

test.each([
  ['bigin', 'UNSUPPORTED_DATATYPE', { typeName: '"BIGIN"', suggestion: 'Did you mean BIGINT?' }],
  [
    'varchar(10)',
    'UNSUPPORTED_DATATYPE',
    { typeName: '"VARCHAR"', suggestion: 'Use STRING, and an expectation on the length.' },
  ],
  [
    'interval',
    'UNSUPPORTED_DATATYPE',
    { typeName: '"INTERVAL"', suggestion: 'Use INTERVAL DAY TO SECOND or INTERVAL YEAR TO MONTH.' },
  ],
  ['decimal(39, 2)', 'INVALID_DECIMAL_TYPE', { precision: '39', scale: '2' }],
  ['decimal(5, 6)', 'INVALID_DECIMAL_TYPE', { precision: '5', scale: '6' }],
  ['', 'PARSE_SYNTAX_ERROR', { error: 'end of input', expected: 'a data type', suggestion: '' }],
  ['array<int', 'PARSE_SYNTAX_ERROR', { error: 'end of input', expected: "'>'", suggestion: '' }],
  ['int int', 'PARSE_SYNTAX_ERROR', { error: "'int'", expected: 'the end of the type', suggestion: '' }],
  ['map<int>', 'PARSE_SYNTAX_ERROR', { error: "'>'", expected: "','", suggestion: '' }],
  ['struct<a>', 'PARSE_SYNTAX_ERROR', { error: "'>'", expected: 'a data type', suggestion: '' }],
  [
    'interval day to month',
    'PARSE_SYNTAX_ERROR',
    { error: "'month'", expected: 'DAY, HOUR, MINUTE, SECOND', suggestion: '' },
  ],
])('the type %s is refused', (text, condition, parameters) => {
  expect(() => parseDataType(text)).toThrow(expect.objectContaining({ condition, parameters }))
})

test('an error points into the text when its place is known', () => {
  const positionAt = (offset: number) => ({ file: 'a.ts', line: 7, column: 20 + offset })
  expect(() => parseSchema('id BIGINT, x', positionAt)).toThrow(
    expect.objectContaining({ position: { file: 'a.ts', line: 7, column: 32 } }),
  )
})
