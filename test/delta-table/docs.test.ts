import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as library from '../../src/delta-table/index.ts'

const page = readFileSync('docs/delta.md', 'utf8')
const reference = page.slice(page.indexOf('## API'))

function methodsOf(type: { readonly prototype: object }): string[] {
  const statics = Object.getOwnPropertyNames(type).filter(
    (name) => !['length', 'name', 'prototype'].includes(name),
  )
  const own = Object.getOwnPropertyNames(type.prototype).filter((name) => name !== 'constructor')
  return [...statics, ...own]
}

const { DeltaTable, TableBuilder, MergeBuilder, OptimizeBuilder } = library

test.each(Object.entries({ DeltaTable, TableBuilder, MergeBuilder, OptimizeBuilder }))(
  'the reference names every method of %s',
  (name, type) => {
    expect(reference).toContain(name)
    const missing = methodsOf(type).filter((method) => !new RegExp(`\\b${method}\\b`).test(reference))
    expect(missing).toEqual([])
  },
)

test('the reference names every function', () => {
  const functions = Object.entries(library).filter(
    ([, value]) => typeof value === 'function' && !/^class/.test(`${value}`),
  )
  expect(functions.map(([name]) => name).filter((name) => !reference.includes(name))).toEqual([])
})
