import { expect, test } from 'vitest'
import { PipelineError, UnresolvedPipelineError } from '../../src/errors/index.ts'
import { eventError } from '../../src/event-log/index.ts'

test('the root cause comes first, with condition, position, hint and SQLSTATE in its text', () => {
  const cause = new PipelineError(
    'UNRESOLVED_COLUMN.WITH_SUGGESTION',
    { objectName: 'amont', proposal: 'amount' },
    { position: { file: 'silver.sql', line: 3, column: 8 } },
  )
  const error = new Error('Update failed', { cause })
  expect(eventError(error, { fatal: true })).toEqual({
    fatal: true,
    exceptions: [
      {
        class_name: 'PipelineError',
        message:
          "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name 'amont' cannot be " +
          'resolved. (silver.sql:3:8) Did you mean one of the following? [amount] SQLSTATE: 42703',
        error_class: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
        sql_state: '42703',
        stack: [],
      },
      {
        class_name: 'Error',
        message: 'Update failed',
        error_class: null,
        sql_state: null,
        stack: expect.arrayContaining([
          expect.objectContaining({ file_name: expect.stringContaining('event-error.test.ts') }),
        ]),
      },
    ],
  })
})

test('a stack frame names class, method, file and line', () => {
  const error = new TypeError('no')
  error.stack = 'TypeError: no\n    at Shop.open (/app/shop.ts:12:3)\n    at async file:///app/main.ts:4:1'
  expect(eventError(error, { fatal: false }).exceptions[0]?.stack).toEqual([
    { declaring_class: 'Shop', method_name: 'open', file_name: '/app/shop.ts', line_number: 12 },
    { declaring_class: null, method_name: null, file_name: 'file:///app/main.ts', line_number: 4 },
  ])
})

test('a pipeline that does not resolve tells all that is wrong, before the summary', () => {
  const failure = (name: string) =>
    new PipelineError('TABLE_OR_VIEW_NOT_FOUND', { relationName: name, suggestion: '' })
  const error = new UnresolvedPipelineError([failure('a'), failure('b')])
  expect(eventError(error, { fatal: true }).exceptions.map((each) => each.message)).toEqual([
    expect.stringContaining("'a'"),
    expect.stringContaining("'b'"),
    expect.stringContaining('2 errors'),
  ])
})

test('what is thrown need not be an error, and may be its own cause', () => {
  expect(eventError('full', { fatal: false }).exceptions[0]).toMatchObject({
    class_name: 'string',
    message: 'full',
  })
  const circular = new Error('round')
  circular.cause = circular
  expect(eventError(circular, { fatal: false }).exceptions).toHaveLength(1)
})
