import { describe, expect, test } from 'vitest'
import {
  type AutoCdcSpec,
  checkHiddenState,
  hiddenStateProperties,
  hiddenStateSchema,
  identityColumns,
  plainColumnName,
  resolveAutoCdc,
} from '../../src/auto-cdc/index.ts'
import { parseExpression } from '../../src/sql/index.ts'
import { parseSchema, printSchema } from '../../src/types/ddl.ts'

const SOURCE = parseSchema(
  'id INT, region STRING, name STRING, price INT, seq INT, op STRING, changed ARRAY<STRING>, tags MAP<STRING, INT>',
)
const NAMES = { flowName: 'flow', tableName: 'target' }
const SPEC: AutoCdcSpec = { keys: ['id'], sequenceBy: parseExpression('seq'), scdType: 1 }

const resolve = (change: Partial<AutoCdcSpec>, source = SOURCE) =>
  resolveAutoCdc({ ...SPEC, ...change }, source, NAMES)

const only = (...columns: string[]) => ({ kind: 'only', columns }) as const
const except = (...columns: string[]) => ({ kind: 'except', columns }) as const

describe('columns of the target', () => {
  test.each<[string, Partial<AutoCdcSpec>, string]>([
    ['all', {}, printSchema(SOURCE)],
    ['those listed, in the order of the source', { columns: only('NAME', 'id') }, 'id INT, name STRING'],
    [
      'all but some',
      { columns: except('seq', 'op', 'changed', 'tags', 'price') },
      'id INT, region STRING, name STRING',
    ],
    [
      'never the list of columns to update',
      { columns: except('seq', 'op', 'tags', 'price', 'region'), columnsToUpdate: 'changed' },
      'id INT, name STRING',
    ],
    [
      'the interval in the type of the sequence',
      {
        columns: only('id', 'name'),
        scdType: 2,
        sequenceBy: parseExpression("named_struct('a', seq, 'b', op)"),
      },
      'id INT, name STRING, __START_AT STRUCT<a: INT, b: STRING>, __END_AT STRUCT<a: INT, b: STRING>',
    ],
  ])('%s', (_, change, schema) => {
    expect(printSchema(resolve(change).targetSchema)).toBe(schema)
  })

  test('rows are told apart by their keys and, with history, when they begin', () => {
    expect(identityColumns(resolve({ keys: ['region', 'id'] }))).toEqual(['region', 'id'])
    expect(identityColumns(resolve({ scdType: 2 }))).toEqual(['id', '__START_AT'])
  })

  test('a key that is named twice counts once', () => {
    expect(identityColumns(resolve({ keys: ['id', 'region', 'ID'] }))).toEqual(['id', 'region'])
  })
})

describe('what a flow cannot say', () => {
  test.each<[string, Partial<AutoCdcSpec>, object]>([
    ['AUTOCDC_EMPTY_KEYS', { keys: [] }, { flowName: 'flow' }],
    [
      'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
      { keys: ['id', 'regoin'] },
      { missingColumns: 'regoin', suggestion: "Did you mean 'region'?" },
    ],
    ['AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA', { columns: except('nothing') }, { missingColumns: 'nothing' }],
    [
      'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
      { ignoreNull: only('id') },
      { clause: 'IGNORE NULL UPDATES (ignoreNullUpdatesColumnList)', missingColumns: 'id' },
    ],
    [
      'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
      { scdType: 2, columns: only('id', 'name'), trackHistory: except('price') },
      { clause: 'TRACK HISTORY (trackHistoryColumnList)', availableColumns: 'name' },
    ],
    [
      'AUTOCDC_KEY_NOT_IN_SELECTED_SCHEMA',
      { columns: except('id') },
      { missingKeys: 'id', selectedColumns: 'region, name, price, seq, op, changed, tags' },
    ],
    [
      'AUTOCDC_IGNORE_NULL_EMPTY_COLUMN_LIST',
      { columns: only('id', 'name'), ignoreNull: except('name') },
      {},
    ],
    ['AUTOCDC_COLUMNS_TO_UPDATE_TYPE', { columnsToUpdate: 'op' }, { columnName: 'op', dataType: 'STRING' }],
    [
      'AUTOCDC_TRUNCATE_NOT_SUPPORTED',
      { scdType: 2, truncateWhen: parseExpression("op = 'T'") },
      { scdType: '2' },
    ],
    ['AUTOCDC_TRACK_HISTORY_NOT_SUPPORTED', { trackHistory: only('name') }, { scdType: '1' }],
    [
      'AUTOCDC_MICROBATCH_VALIDATION.NON_ORDERABLE_SEQUENCE',
      { sequenceBy: parseExpression('tags') },
      { tableName: 'target', dataType: 'MAP<STRING, INT>' },
    ],
    [
      'AUTOCDC_MICROBATCH_VALIDATION.NON_ORDERABLE_SEQUENCE',
      { sequenceBy: parseExpression("struct(seq, interval '1' day AS wait)") },
      { tableName: 'target', dataType: 'STRUCT<seq: INT, wait: INTERVAL DAY TO SECOND NOT NULL>' },
    ],
    [
      'AUTOCDC_NON_ORDERABLE_KEY',
      { keys: ['id', 'tags'] },
      { flowName: 'flow', columnName: 'tags', dataType: 'MAP<STRING, INT>' },
    ],
  ])('%s', (condition, change, parameters) => {
    expect(() => resolve(change)).toThrow(
      expect.objectContaining({ condition, parameters: expect.objectContaining(parameters) }),
    )
  })

  test.each<[string, Partial<AutoCdcSpec>, string]>([
    ['max', { sequenceBy: parseExpression('max(seq) + 1') }, 'SEQUENCE BY'],
    ['explode', { sequenceBy: parseExpression('explode(changed)') }, 'SEQUENCE BY'],
    ['a window function', { sequenceBy: parseExpression('row_number() OVER (ORDER BY seq)') }, 'SEQUENCE BY'],
    ['sum', { scdType: 'bitemporal', systemSequenceBy: parseExpression('sum(seq)') }, 'SYSTEM SEQUENCE BY'],
    ['count', { deleteWhen: parseExpression('count(op) > 1') }, 'APPLY AS DELETE WHEN'],
    ['bool_or', { truncateWhen: parseExpression("bool_or(op = 'T')") }, 'APPLY AS TRUNCATE WHEN'],
  ])('an expression over several events: %s', (invalidExprSqls, change, place) => {
    expect(() => resolve(change)).toThrow(
      expect.objectContaining({
        condition: 'UNSUPPORTED_EXPR_FOR_OPERATOR',
        parameters: { invalidExprSqls, place },
      }),
    )
  })

  test('expressions over columns that are not there', () => {
    for (const change of [
      { sequenceBy: parseExpression('sec') },
      { deleteWhen: parseExpression("opp = 'D'") },
      { truncateWhen: parseExpression("opp = 'T'") },
    ]) {
      expect(() => resolve(change)).toThrow(
        expect.objectContaining({ condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION' }),
      )
    }
  })

  test.each<[Partial<AutoCdcSpec>, string, string]>([
    [{ scdType: 2 }, 'id INT, seq INT, __start_at INT', '__START_AT'],
    [{}, 'id INT, seq INT, _change_type STRING', '_change_type'],
    [{ keys: ['__sequence'] }, 'id INT, seq INT, __sequence INT', '__SEQUENCE'],
  ])('reserved names %#', (change, columns, reservedColumnName) => {
    expect(() => resolve(change, parseSchema(columns))).toThrow(
      expect.objectContaining({
        condition: 'AUTOCDC_RESERVED_COLUMN_NAME_CONFLICT',
        parameters: expect.objectContaining({ flowName: 'flow', reservedColumnName }),
      }),
    )
  })

  test('names of columns in several parts', () => {
    expect(plainColumnName('`a.b`')).toBe('a.b')
    expect(() => plainColumnName('a.b')).toThrow(
      expect.objectContaining({
        condition: 'AUTOCDC_MULTIPART_COLUMN_IDENTIFIER',
        parameters: { columnName: 'a.b', nameParts: 'a, b' },
      }),
    )
  })
})

describe('the hidden state', () => {
  const columns = only('id', 'region', 'name', 'price')

  test('holds values where the table may not show them', () => {
    const names = (change: Partial<AutoCdcSpec>) =>
      hiddenStateSchema(resolve({ columns, ...change })).fields.map((each) => each.name)
    expect(names({})).not.toContain('__VALUES')
    expect(names({ scdType: 2 })).toContain('__VALUES')
    expect(names({ ignoreNull: { kind: 'all' } })).toEqual(expect.arrayContaining(['__VALUES', '__GIVEN']))
  })

  const built = resolve({ keys: ['id', 'region'], columns, scdType: 2, trackHistory: only('name') })
  const check = (change: Partial<AutoCdcSpec>, properties = hiddenStateProperties(built)) =>
    checkHiddenState(resolve({ ...built.spec, ...change }), properties, { ...NAMES, auxTableName: 'state' })

  test('fits a flow whose sequence comes to allow NULL', () => {
    const sequenced = (text: string) => ({ sequenceBy: parseExpression(text) })
    const properties = hiddenStateProperties(resolve({ ...built.spec, ...sequenced("named_struct('s', 1)") }))
    expect(() => check(sequenced("named_struct('s', nullif(1, 2))"), properties)).not.toThrow()
    expect(() => check(sequenced("named_struct('t', 1)"), properties)).toThrow(
      'is sequenced by STRUCT<t: INT',
    )
  })

  test('fits a flow whose keys change their order, and new columns', () => {
    expect(() => check({ keys: ['region', 'id'] })).not.toThrow()
    expect(() => check({ columns: only('id', 'region', 'name', 'price', 'op') })).not.toThrow()
  })

  test.each<[string, Partial<AutoCdcSpec>]>([
    ['AUTOCDC_INVALID_STATE.KEY_SCHEMA_DRIFT', { keys: ['id'] }],
    ['AUTOCDC_INVALID_STATE.SEQUENCING_TYPE_DRIFT', { sequenceBy: parseExpression('op') }],
    ['AUTOCDC_INVALID_STATE.TRACK_HISTORY_DRIFT', { trackHistory: only('name', 'price') }],
    [
      'AUTOCDC_INVALID_STATE.SCD_TYPE_DRIFT',
      { scdType: 'bitemporal', systemSequenceBy: parseExpression('seq') },
    ],
  ])('does not fit: %s', (condition, change) => {
    expect(() => check(change)).toThrow(expect.objectContaining({ condition }))
  })

  test('without its properties it says nothing', () => {
    expect(() => check({}, {})).toThrow(
      expect.objectContaining({ condition: 'AUTOCDC_INVALID_STATE.AUXILIARY_TABLE_PROPERTY_MISSING' }),
    )
  })
})
