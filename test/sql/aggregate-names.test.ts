import { expect, test } from 'vitest'
import { aggregateFunctionNames } from '../../src/plan/aggregate-functions.ts'
import { functionNamed, functionNames } from '../../src/plan/functions/index.ts'

test('the parser knows every aggregate of the function table as one', () => {
  const missing = functionNames().filter(
    (name) =>
      functionNamed(name)!.kind === 'aggregate' && !isInternal(name) && !aggregateFunctionNames.has(name),
  )
  expect(missing).toEqual([])
})

test('what the parser takes for an aggregate is nothing else in the function table', () => {
  const wrong = [...aggregateFunctionNames].filter((name) => {
    const definition = functionNamed(name)
    return definition !== undefined && definition.kind !== 'aggregate' && !isOfGrouping(name)
  })
  expect(wrong).toEqual([])
})

/** Functions that only rewriting makes; no text can name them. */
function isInternal(name: string): boolean {
  return name.startsWith('$')
}

/** `grouping` and `grouping_id` stand in an aggregation and tell of its sets; they aggregate nothing themselves. */
function isOfGrouping(name: string): boolean {
  return name.startsWith('grouping')
}
