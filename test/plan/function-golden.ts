import { readFileSync } from 'node:fs'
import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { toPipelineError } from '../../src/engine/duckdb/query-error.ts'
import { timestampText } from '../../src/engine/duckdb/values.ts'
import { PipelineError } from '../../src/errors/index.ts'
import { analyze } from '../../src/plan/analyzer/analyze.ts'
import type { Relation } from '../../src/plan/relation.ts'
import { printDuckdb } from '../../src/sql/duckdb/print.ts'
import { parseQuery } from '../../src/sql/index.ts'
import type { DataType, StructType } from '../../src/types/data-type.ts'
import { printDataType } from '../../src/types/ddl.ts'

/** What Spark answered to a case: a value or rows with their type, or an error condition. */
export interface Answer {
  readonly type?: string
  readonly value?: unknown
  readonly rows?: readonly unknown[]
  readonly error?: string
}

interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

interface CaseFile {
  readonly tables: Readonly<Record<string, Table>>
  readonly families: Readonly<
    Record<
      string,
      { readonly over?: string; readonly functions: Readonly<Record<string, readonly string[]>> }
    >
  >
}

interface GoldenFile {
  readonly families: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Answer>>>>>>
}

/** One case of a function with Spark's answer and the query around it. */
export interface Case {
  readonly family: string
  readonly function: string
  readonly text: string
  readonly from: string
  readonly expected: Answer
}

export function readCases(): readonly Case[] {
  const file = readJson<CaseFile>('function-cases.json')
  const golden = readJson<GoldenFile>('functions.golden.json')
  return Object.entries(file.families).flatMap(([family, { over, functions }]) =>
    Object.entries(functions).flatMap(([name, texts]) =>
      texts.map((text) => ({
        family,
        function: name,
        text,
        from: over === undefined ? '' : fromValues(over, file.tables[over]!),
        expected: golden.families[family]![name]![text]!,
      })),
    ),
  )
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8')) as T
}

function fromValues(name: string, { columns, rows }: Table): string {
  const values = rows.map((row) => `(${row.join(', ')})`).join(', ')
  return ` FROM VALUES ${values} AS ${name}(${columns.join(', ')})`
}

/** Families whose answer is one value for each row of their table, in order of `id`. */
const ROW_FAMILIES = ['window', 'time window']

/** Ours to each case: all that Spark has an answer for in few queries, the refused ones one by one. */
export async function answerAll(
  connection: DuckDBConnection,
  cases: readonly Case[],
): Promise<ReadonlyMap<Case, Answer>> {
  const answers = new Map<Case, Answer>()
  const isAlone = (each: Case) => each.expected.error !== undefined || each.family === 'generator'
  for (const group of Map.groupBy(cases, (each) => (isAlone(each) ? each : each.family)).values()) {
    for (const [each, answer] of await answerTogether(connection, group)) answers.set(each, answer)
  }
  return answers
}

async function answerTogether(
  connection: DuckDBConnection,
  cases: readonly Case[],
): Promise<readonly (readonly [Case, Answer])[]> {
  try {
    return await run(connection, cases)
  } catch (error) {
    if (cases.length === 1) return [[cases[0]!, { error: conditionOf(error) }]]
    const half = Math.ceil(cases.length / 2)
    const [left, right] = [cases.slice(0, half), cases.slice(half)]
    return [...(await answerTogether(connection, left)), ...(await answerTogether(connection, right))]
  }
}

async function run(
  connection: DuckDBConnection,
  cases: readonly Case[],
): Promise<readonly (readonly [Case, Answer])[]> {
  const [first] = cases
  const isGenerator = first!.family === 'generator'
  const isRows = ROW_FAMILIES.includes(first!.family)
  const list = isGenerator ? first!.text : cases.map((each, i) => `${each.text} AS c${i}`).join(', ')
  const { sql, schema } = compile(parseQuery(`SELECT ${list}${first!.from}${isRows ? ' ORDER BY id' : ''}`))
  const rows = (await connection.runAndReadAll(sql)).getRows()
  if (isGenerator) {
    const values = rows.map((row) => row.map((value, i) => encode(value, schema.fields[i]!.dataType)))
    return [[first!, { type: printDataType(schema), rows: values }]]
  }
  return cases.map((each, i) => {
    const { dataType } = schema.fields[i]!
    const values = rows.map((row) => encode(row[i]!, dataType))
    const type = printDataType(dataType)
    return [each, isRows ? { type, rows: values } : { type, value: values[0] }] as const
  })
}

/** The DuckDB SQL that a case is run as. */
export function compileCase({ text, from }: Case): string {
  return compile(parseQuery(`SELECT ${text}${from}`)).sql
}

function compile(query: Relation): { readonly sql: string; readonly schema: StructType } {
  const resolved = analyze(query, {
    ansi: true,
    resolveLeaf: (leaf) => {
      throw new Error(`a case reads ${leaf.kind}`)
    },
  })
  const sql = printDuckdb(resolved, {
    scan: () => '',
    timestampMicros: 1_700_000_000_000_000n,
    ansi: true,
  })
  return { sql, schema: resolved.schema }
}

/** The condition by which a query failed. */
export function conditionOf(error: unknown): string {
  const known = error instanceof PipelineError ? error : toPipelineError(error, '')
  const isOurs = known.condition === 'INTERNAL_ERROR' || known.condition === 'ENGINE_FAILED'
  return isOurs ? `${known.condition}: ${known.message}` : known.condition
}

/** A value of DuckDB in the golden files' form. */
export function encode(value: DuckDBValue, type: DataType): unknown {
  if (value === null || type.kind === 'void') return null
  if (value instanceof DuckDBListValue && type.kind === 'array') {
    return value.items.map((item) => encode(item, type.elementType))
  }
  if (value instanceof DuckDBMapValue && type.kind === 'map') {
    return value.entries.map((each) => [encode(each.key, type.keyType), encode(each.value, type.valueType)])
  }
  if (value instanceof DuckDBStructValue && type.kind === 'struct') {
    return Object.values(value.entries).map((item, i) => encode(item, type.fields[i]!.dataType))
  }
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) {
    return timestampText(value.micros)
  }
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex')
  if (value instanceof DuckDBIntervalValue) {
    return String(BigInt(value.days) * 86_400_000_000n + value.micros)
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return typeof value === 'object' || typeof value === 'bigint' ? value.toString() : value
}
