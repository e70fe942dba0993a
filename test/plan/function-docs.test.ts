import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as exported from '../../src/functions.ts'
import { functionNamed, functionNames } from '../../src/plan/functions/index.ts'
import { operators } from '../../src/plan/operators.ts'
import { deviations } from './function-deviations.ts'
import { type Case, readCases } from './function-golden.ts'

/** docs/functions.md is written by this file: `npm run docs:functions`. */
const folder = new URL('../../src/plan/column-functions/', import.meta.url)
const DOCUMENTED = /\/\*\* `([^\n]+?)`(?:: ([^\n]+?))? \*\/\nexport (?:function|const) (\w+)/g
/** Over a row of their own, so that the case alone tells what it is about. */
const cases = readCases().filter((each) => each.from === '')
const TITLES: Readonly<Record<string, string>> = {
  'aggregate.ts': 'Aggregates',
  'array.ts': 'Arrays and maps',
  'conditional.ts': 'Conditions',
  'core.ts': 'Columns',
  'datetime.ts': 'Dates and times',
  'encoding.ts': 'Encodings and hashes',
  'higher-order.ts': 'Functions that take a function',
  'json.ts': 'JSON and structs',
  'math.ts': 'Mathematics',
  'regexp.ts': 'Regular expressions',
  'string.ts': 'Text',
  'window.ts': 'Windows',
}

/** By file: the SQL that a function becomes, what it gives, its name in TypeScript. */
const sections = readdirSync(folder).flatMap((file) => {
  const source = readFileSync(new URL(file, folder), 'utf8')
  const entries = Array.from(source.matchAll(DOCUMENTED), ([, sql, text, typescript]) => ({
    sql: sql!,
    text: text ?? '',
    typescript: typescript!,
  }))
  return entries.length === 0 ? [] : [{ title: TITLES[file] ?? file, entries }]
})

const documented = new Set(sections.flatMap(({ entries }) => entries.map((each) => nameIn(each.sql))))
const isPublic = (name: string) => /^[a-z]/.test(name) && !Object.hasOwn(operators, name)
const others = functionNames().filter((name) => isPublic(name) && !documented.has(name))

test('docs/functions.md lists the table', async () => {
  const text = [
    '# Functions',
    '',
    "Spark SQL's functions, in SQL and in TypeScript (`import { split } from 'millrace/functions'`). Where a function of TypeScript takes a",
    "column, a string is the column's name; where it takes a constant, a string is text. Every function is checked against what Apache Spark",
    '4.1 answers, in value, type and error; the examples are from that record. What differs is listed at the end.',
    ...sections.flatMap(({ title, entries }) => [
      '',
      `## ${title}`,
      '',
      '| SQL | TypeScript | | Example |',
      '|---|---|---|---|',
      ...entries.map(
        (each) =>
          `| \`${cell(each.sql)}\` | \`${each.typescript}\` | ${cell(each.text)} | ${example(nameIn(each.sql))} |`,
      ),
    ]),
    '',
    '## In SQL only',
    '',
    'Other names, and what is a method or another function in TypeScript.',
    '',
    '| SQL | | Example |',
    '|---|---|---|',
    ...others.map((name) => `| \`${name}\` | ${otherName(name)} | ${example(name)} |`),
    '',
    '## Where we differ from Spark',
    '',
    ...deviations.map(
      ({ reason, cases: texts }) =>
        `- ${cell(reason)}: ${texts.map((text) => `\`${cell(text)}\``).join(', ')}`,
    ),
    '',
  ].join('\n')
  await expect(text).toMatchFileSnapshot('../../docs/functions.md')
})

test('what is documented is in the table', () => {
  const known = [...documented].filter((name) => functionNamed(name) === undefined && name !== 'case')
  expect(known).toEqual([])
})

test('every exported function is documented with the SQL that it becomes', () => {
  const listed = new Set(sections.flatMap(({ entries }) => entries.map((each) => each.typescript)))
  const missing = Object.keys(exported).filter((name) => /^[a-z]/.test(name) && !listed.has(name))
  expect(missing.toSorted()).toEqual(['callFunction', 'col', 'expr', 'lit'])
})

/** The function of the table that a documented form calls. */
function nameIn(sql: string): string {
  if (sql.startsWith('CASE')) return 'case'
  const operator = /^(?:\w+ )?(NOT|LIKE|ILIKE|ASC|DESC)\b/.exec(sql)?.[1]?.toLowerCase()
  if (operator === 'asc' || operator === 'desc') return 'case'
  if (sql.startsWith('-')) return 'negative'
  if (sql.startsWith('~')) return '~'
  return operator ?? /^\w+/.exec(sql)![0]
}

function otherName(name: string): string {
  const definition = functionNamed(name)!
  return definition.name === name ? '' : `= \`${definition.name}\``
}

/** The first recorded case that calls it and has an answer worth showing. */
function example(name: string): string {
  const shown = cases.find((each) => calls(each, name) && isTelling(each))
  if (shown === undefined) return ''
  return `\`${cell(shown.text)}\` is \`${cell(JSON.stringify(shown.expected.value))}\``
}

function calls(each: Case, name: string): boolean {
  return each.text.startsWith(`${name}(`) && !each.text.includes('NULL')
}

function isTelling({ expected, text }: Case): boolean {
  const { value } = expected
  return value !== undefined && value !== null && text.length + JSON.stringify(value).length < 90
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}
