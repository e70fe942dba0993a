import { readFileSync } from 'node:fs'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analyze } from '../../src/plan/analyzer/analyze.ts'
import type { Relation } from '../../src/plan/relation.ts'
import { transform, walk } from '../../src/plan/rewrite.ts'
import { preludeSql } from '../../src/sql/duckdb/prelude/index.ts'
import { printDuckdb } from '../../src/sql/duckdb/print.ts'
import { duckdbType } from '../../src/sql/duckdb/types.ts'
import { parseQuery } from '../../src/sql/index.ts'
import type { StructType } from '../../src/types/data-type.ts'
import { printDataType } from '../../src/types/ddl.ts'
import { conditionOf, encode } from './function-golden.ts'
import { queryDeviations } from './query-deviations.ts'

/**
 * Every query of test/golden/query-cases.json, parsed, analysed, printed and run, against what Spark answered: names, types
 * and nullability of the columns, the rows, or the condition of the error. DuckDB's types are checked against ours as well.
 */
interface Answer {
  readonly columns?: readonly (readonly [string, string, boolean])[]
  readonly rows?: readonly unknown[]
  readonly error?: string
}

const cases = readJson<{
  readonly tables: Readonly<Record<string, string>>
  readonly sections: Readonly<Record<string, readonly string[]>>
}>('query-cases.json')
const golden = readJson<{ readonly sections: Readonly<Record<string, Readonly<Record<string, Answer>>>> }>(
  'queries.golden.json',
)
const reasons = new Map(
  queryDeviations.flatMap(({ reason, queries }) => queries.map((each) => [each, reason])),
)
const schemas = new Map<string, StructType>()
let instance: DuckDBInstance
let connection: DuckDBConnection

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  await connection.run(preludeSql())
  for (const [name, query] of Object.entries(cases.tables)) {
    const { sql, schema } = compile(parseQuery(query))
    await connection.run(`CREATE TABLE ${name} AS ${sql}`)
    schemas.set(name, schema)
  }
})

afterAll(() => instance.closeSync())

describe.each(Object.keys(cases.sections))('%s', (section) => {
  const asked = cases.sections[section]!.filter((each) => !reasons.has(each))
  test.each(asked)('%s', async (query) => {
    expect(await answer(query)).toEqual(inOrder(query, golden.sections[section]![query]!))
  })
})

test('a named deviation deviates, and is one of the cases', async () => {
  const spark = new Map(Object.values(golden.sections).flatMap((each) => Object.entries(each)))
  const stale: string[] = []
  for (const query of reasons.keys()) {
    const theirs = spark.get(query)
    const ours = await answer(query)
    if (theirs === undefined || JSON.stringify(ours) === JSON.stringify(inOrder(query, theirs)))
      stale.push(query)
  }
  expect(stale).toEqual([])
})

async function answer(query: string): Promise<Answer> {
  try {
    const { sql, schema } = compile(parseQuery(query))
    const reader = await connection.runAndReadAll(sql)
    const types = schema.fields.map(({ dataType }) => duckdbType(dataType).replaceAll('"', ''))
    expect(reader.columnTypes().map((each) => String(each).replaceAll('"', ''))).toEqual(types)
    const columns = schema.fields.map(
      ({ name, dataType, nullable }) => [name, printDataType(dataType), nullable] as const,
    )
    const rows = reader
      .getRows()
      .map((row) => row.map((value, i) => encode(value, schema.fields[i]!.dataType)))
    return inOrder(query, { columns, rows })
  } catch (error) {
    return { error: conditionOf(error) }
  }
}

/** Without ORDER BY the order of rows is open; our intervals have one form each. */
function inOrder(query: string, { columns, rows, error }: Answer): Answer {
  if (error !== undefined) return { error: error.replace(/^BINARY_/, '') }
  const isOrdered = /order by/i.test(query) && !/over/i.test(query)
  const keyed = rows!.map((row) => JSON.stringify(row))
  return {
    columns: columns!.map(([name, type, nullable]) => [name, withoutUnits(type), nullable]),
    rows: isOrdered ? keyed : keyed.toSorted(),
  }
}

function withoutUnits(type: string): string {
  return type
    .replace(/interval (day|hour|minute|second)( to \w+)?/g, 'interval day to second')
    .replace(/interval (year|month)( to \w+)?/g, 'interval year to month')
}

function compile(query: Relation): { readonly sql: string; readonly schema: StructType } {
  const resolved = analyze(bound(query), {
    ansi: true,
    resolveLeaf: (leaf) => {
      throw new Error(`a query reads an unknown ${leaf.kind}`)
    },
  })
  const sql = printDuckdb(resolved, {
    scan: ({ input }) => (input.kind === 'staged' ? input.table : ''),
    timestampMicros: 0n,
    ansi: true,
  })
  return { sql, schema: resolved.schema }
}

/** Reads of the tables as scans, those of common table expressions as they are. */
function bound(query: Relation): Relation {
  const defined = new Set(
    [...walk(query)].flatMap((each) => (each.kind === 'With' ? each.definitions.map((one) => one.name) : [])),
  )
  return transform(query, (node) => {
    if (node.kind !== 'Read' || defined.has(node.name[0]!)) return node
    const [table] = node.name
    const schema = schemas.get(table!)!
    return {
      kind: 'SubqueryAlias',
      alias: table!,
      input: { kind: 'Scan', input: { kind: 'staged', table: table! }, schema },
    }
  })
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8')) as T
}
