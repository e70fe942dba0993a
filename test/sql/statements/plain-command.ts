import { expect } from 'vitest'
import { parseScript } from '../../../src/sql/index.ts'
import { printDataType } from '../../../src/types/ddl.ts'
import { shortForm, shortRelation } from '../short-form.ts'

const relations = new Set(['query', 'table', 'source', 'version'])
const expressions = new Set([
  ...['condition', 'expression', 'defaultValue', 'value', 'replaceWhere'],
  ...['sequenceBy', 'systemSequenceBy', 'deleteWhen', 'truncateWhen'],
])

/** The only command of a text as data: its trees in short form, without positions and what is empty. */
export function command(text: string): unknown {
  const [only, ...more] = parseScript(text)
  expect(more).toEqual([])
  return plain(only)
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const isEmpty = typeof each === 'object' && each !== null && Object.keys(each).length === 0
      if (key === 'position' || each === undefined || isEmpty) return []
      if (relations.has(key) && typeof each === 'object') return [[key, shortRelation(each)]]
      if (expressions.has(key) && each !== null) return [[key, shortForm(each)]]
      return [[key, key === 'dataType' ? printDataType(each) : plain(each)]]
    }),
  )
}
