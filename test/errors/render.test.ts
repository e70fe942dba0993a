import { expect, test } from 'vitest'
import { PipelineError, renderError, UnresolvedPipelineError } from '../../src/errors/index.ts'
import { folderWith } from '../graph/pipeline-folder.ts'

const notFound = (position: object) =>
  new PipelineError(
    'TABLE_OR_VIEW_NOT_FOUND',
    { relationName: 'ordrs', suggestion: "Did you mean 'orders'?" },
    position,
  )

test('an error shows its condition, its place, the line with a caret, and the hint', () => {
  const folder = folderWith({ 't/a.sql': 'SELECT *\r\n\tFROM ordrs\r\n' })
  const error = notFound({ position: { file: 't/a.sql', line: 2, column: 7 } })
  expect(renderError(error, folder)).toBe(
    `error[TABLE_OR_VIEW_NOT_FOUND] The table or view 'ordrs' cannot be found.
  at t/a.sql:2:7
  2 | \tFROM ordrs
      \t     ^
hint: Did you mean 'orders'?`,
  )
})

test('a file that cannot be read leaves the line out, and no place leaves out both', () => {
  const error = notFound({ position: { file: 'gone.sql', line: 2, column: 7 } })
  expect(renderError(error, '/nowhere').split('\n')).toEqual([
    expect.stringMatching(/^error\[/),
    '  at gone.sql:2:7',
    expect.stringMatching(/^hint: /),
  ])
  expect(renderError(notFound({})).split('\n')).toHaveLength(2)
})

test('a part of a definition without a place of its own is named behind the place', () => {
  const position = { file: 'gone.ts', line: 3, column: 1, within: "the expectation 'valid_id'" }
  expect(renderError(notFound({ position }))).toContain("  at gone.ts:3:1, in the expectation 'valid_id'\n")
})

test('an empty hint is not shown', () => {
  const error = new PipelineError('UNRESOLVED_ROUTINE', { routineName: 'x', suggestion: '' })
  expect(renderError(error)).toBe("error[UNRESOLVED_ROUTINE] Cannot resolve routine 'x'.")
})

test('an unresolved pipeline shows every cause, then what failed because of them', () => {
  const text = renderError(new UnresolvedPipelineError([notFound({}), notFound({})], ['b', 'c']))
  expect(text.match(/error\[TABLE_OR_VIEW_NOT_FOUND\]/g)).toHaveLength(2)
  expect(text.split('\n').at(-1)).toMatch(/: b, c$/)
})

test('an error that is not ours shows its stack', () => {
  expect(renderError(new Error('oops'))).toContain('render.test.ts')
})
