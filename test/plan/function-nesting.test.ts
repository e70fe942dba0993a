import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PipelineError } from '../../src/errors/index.ts'
import { analyze } from '../../src/plan/analyzer/analyze.ts'
import { attribute, call as functionCall, intLiteral, project } from '../../src/plan/build.ts'
import type { Expression, UnresolvedFunction } from '../../src/plan/expression.ts'
import { functionNamed } from '../../src/plan/functions/index.ts'
import type { Relation } from '../../src/plan/relation.ts'
import { macros, preludeSql } from '../../src/sql/duckdb/prelude/index.ts'
import { printDuckdb } from '../../src/sql/duckdb/print.ts'
import { parseExpression } from '../../src/sql/index.ts'
import { type Case, compileCase, readCases } from './function-golden.ts'

const DEPTH = 12
/** A form that names its argument twice would be 4096 times as long. */
const MOST_GROWTH = 2 * DEPTH

let instance: DuckDBInstance
let connection: DuckDBConnection

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
  await connection.run(preludeSql())
})

afterAll(() => instance.closeSync())

/** One call of each scalar function whose first argument need not be constant. */
const calls = new Map<string, UnresolvedFunction>()
for (const { family, text, expected } of readCases()) {
  if (expected.error !== undefined || ['generator', 'aggregate', 'window', 'time window'].includes(family))
    continue
  const call = parseExpression(text)
  if (call.kind !== 'UnresolvedFunction' || call.arguments.length === 0 || calls.has(call.name)) continue
  if (functionNamed(call.name)?.kind === 'scalar' && takesColumn(call)) calls.set(call.name, call)
}
/** DuckDB itself takes a BETWEEN apart into two comparisons of the same value. */
calls.delete('between')

function takesColumn(call: UnresolvedFunction): boolean {
  try {
    print(nested(call, 1))
    return true
  } catch (error) {
    if (error instanceof PipelineError) return false
    throw error
  }
}

/** The call inside itself: each level gives the same first argument, but asks the level below for it. */
function nested(call: UnresolvedFunction, depth: number): Expression {
  const [first, ...rest] = call.arguments
  const below =
    depth === 0
      ? attribute('c')
      : ({ ...call, arguments: [nested(call, depth - 1), ...rest] } satisfies UnresolvedFunction)
  return { kind: 'CaseWhen', branches: [{ condition: functionCall('isnotnull', below), value: first! }] }
}

/** Over a column, so that nothing is computed while the query is planned. */
function print(expression: Expression): string {
  const input: Relation = { kind: 'LocalRelation', rows: [[intLiteral(1)]], columns: ['c'] }
  const resolved = analyze(project(input, [expression]), {
    ansi: true,
    resolveLeaf: (leaf) => {
      throw new Error(leaf.kind)
    },
  })
  return printDuckdb(resolved, { scan: () => '', timestampMicros: 0n, ansi: true })
}

test.each([...calls.keys()])('%s grows with its depth, no faster', async (name) => {
  const call = calls.get(name)!
  const sql = print(nested(call, DEPTH))
  expect(sql.length).toBeLessThan(MOST_GROWTH * print(nested(call, 1)).length)
  await connection.run(`EXPLAIN ${sql}`)
})

test('every macro is called by a recorded case or by another macro', () => {
  const sql = readCases().flatMap((each) => (each.expected.error === undefined ? [sqlOf(each)] : []))
  const called = [...sql, ...macros.map((each) => each.body)].join(' ')
  const unused = macros.filter(({ name }) => !called.includes(`millrace.${name}(`)).map(({ name }) => name)
  // Sliding windows are a generator, which the analyzer puts below the query; conditions are raised by rows of Delta tables.
  expect(unused.sort()).toEqual(['raise_condition', 'sliding_windows', 'sliding_windows_ntz'])
})

/** The SQL of a case, or nothing where we refuse it. */
function sqlOf(each: Case): string {
  try {
    return compileCase(each)
  } catch (error) {
    if (error instanceof PipelineError) return ''
    throw error
  }
}
