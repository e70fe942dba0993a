import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { preludeSql } from '../../src/sql/duckdb/prelude/index.ts'
import { deviations } from './function-deviations.ts'
import { type Answer, answerAll, type Case, readCases } from './function-golden.ts'

/**
 * Every case of test/golden/function-cases.json, parsed, analysed, printed and run, against what Spark answered: the
 * value, its type, or the condition of the error.
 */
const cases = readCases()
const reasons = new Map(deviations.flatMap(({ reason, cases: texts }) => texts.map((text) => [text, reason])))
let instance: DuckDBInstance
let answers: ReadonlyMap<Case, Answer>

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
  const connection: DuckDBConnection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  await connection.run(preludeSql())
  answers = await answerAll(connection, cases)
})

afterAll(() => instance.closeSync())

describe.each(Object.keys(Object.groupBy(cases, (each) => each.family)))('%s', (family) => {
  const own = Object.groupBy(
    cases.filter((each) => each.family === family),
    (each) => each.function,
  )
  test.each(Object.keys(own))('%s answers as Spark does', (name) => {
    const asked = own[name]!.filter((each) => !reasons.has(each.text))
    const ours = asked.map((each) => [each.text, answers.get(each)])
    expect(ours).toEqual(asked.map((each) => [each.text, sparkAnswer(each)]))
  })
})

test('a named deviation deviates, and is one of the cases', () => {
  const known = new Map(cases.map((each) => [each.text, each]))
  const stale = [...reasons.keys()].filter((text) => {
    const found = known.get(text)
    return found === undefined || isSame(answers.get(found), sparkAnswer(found))
  })
  expect(stale).toEqual([])
})

/** Our intervals have no narrower form than DAY TO SECOND and YEAR TO MONTH. */
function sparkAnswer({ expected }: Case): Answer {
  const { type, value, rows, error } = expected
  if (error !== undefined) return { error }
  const widened = type!
    .replace(/interval (day|hour|minute|second)( to \w+)?/g, 'interval day to second')
    .replace(/interval (year|month)( to \w+)?/g, 'interval year to month')
  return rows === undefined ? { type: widened, value } : { type: widened, rows }
}

function isSame(ours: Answer | undefined, theirs: Answer): boolean {
  return JSON.stringify(ours) === JSON.stringify(theirs)
}
