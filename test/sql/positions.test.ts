import { expect, test } from 'vitest'
import { PipelineError, type Position } from '../../src/errors/index.ts'
import { type ParseOptions, parseExpression, parseQuery, parseStatements } from '../../src/sql/index.ts'

function errorPosition(text: string, options: ParseOptions): Position | undefined {
  try {
    parseQuery(text, options)
  } catch (error) {
    if (error instanceof PipelineError) return error.position
    throw error
  }
  throw new Error('nothing was wrong')
}

test('every node knows where it was written', () => {
  const query = parseQuery('SELECT a\nFROM sales.orders o\nWHERE b > 1', { file: 'gold.sql' })
  const at = (line: number, column: number) => ({ file: 'gold.sql', line, column })
  expect(query).toMatchObject({
    kind: 'Project',
    position: at(1, 1),
    expressions: [{ position: at(1, 8) }],
    input: {
      kind: 'Filter',
      position: at(3, 1),
      condition: { position: at(3, 7), arguments: [{ position: at(3, 7) }, { position: at(3, 11) }] },
      input: { kind: 'SubqueryAlias', position: at(2, 6), input: { kind: 'Read', position: at(2, 6) } },
    },
  })
})

test('statements and expectations know where they were written', () => {
  const text = 'USE s;\nCREATE LIVE VIEW v (\n  CONSTRAINT c EXPECT (a)) AS SELECT 1'
  const [use, view] = parseStatements(text, { file: 'silver.sql' })
  expect(use!.position).toEqual({ file: 'silver.sql', line: 1, column: 1 })
  expect(view).toMatchObject({
    position: { line: 2, column: 1 },
    expectations: [{ position: { line: 3, column: 3 }, condition: { position: { line: 3, column: 24 } } }],
  })
})

test('a text inside of a file counts from its own place, the column only on its first line', () => {
  const options = { file: 'silver.ts', line: 10, column: 21 }
  expect(parseExpression('a', options).position).toEqual({ file: 'silver.ts', line: 10, column: 21 })
  expect(errorPosition('SELECT\n  ,', options)).toEqual({ file: 'silver.ts', line: 11, column: 3 })
})

test('behind something that stands for a text of another width, columns are those of the file', () => {
  // FROM ${key} WHERE ^, where ${key} is a_long_name
  const text = 'SELECT 1\nFROM a_long_name, b_name WHERE ,'
  const first = text.indexOf('a_long')
  const second = text.indexOf('b_name')
  const interpolations = [
    { start: first, end: first + 'a_long_name'.length, width: 6 },
    { start: second, end: second + 'b_name'.length, width: 20 },
  ]
  expect(errorPosition(text, { interpolations })).toEqual({ line: 2, column: 41 })
  expect(
    errorPosition('SELECT 1\nFROM a b c', { interpolations: [{ start: 14, end: 19, width: 2 }] }),
  ).toEqual({
    line: 2,
    column: 6,
  })
})

test('an error inside of such a text points to its beginning', () => {
  const interpolations = [{ start: 7, end: 10, width: 6 }]
  expect(errorPosition('SELECT a,, b', { interpolations })).toEqual({ line: 1, column: 8 })
})

test('columns count UTF-16 units, lines end with LF or CRLF', () => {
  expect(errorPosition("SELECT '😀', ,", {})).toEqual({ line: 1, column: 14 })
  expect(errorPosition('SELECT 1\r\n\r\n )', {})).toEqual({ line: 3, column: 2 })
})
