import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { toPipelineError } from '../../../src/engine/duckdb/query-error.ts'
import { PipelineError } from '../../../src/errors/index.ts'
import { analyze } from '../../../src/plan/analyzer/analyze.ts'
import type { Relation, Scan } from '../../../src/plan/relation.ts'
import { transform } from '../../../src/plan/rewrite.ts'
import { preludeSql } from '../../../src/sql/duckdb/prelude/index.ts'
import { printDuckdb } from '../../../src/sql/duckdb/print.ts'
import { parseQuery } from '../../../src/sql/index.ts'
import { parseSchema } from '../../../src/types/ddl.ts'

const SCHEMAS: Readonly<Record<string, string>> = {
  orders:
    'id BIGINT, customer INT, amount DECIMAL(10,2), status STRING, placed TIMESTAMP, tags ARRAY<STRING>',
  customers: 'customer INT, name STRING',
}

/** A table of these tests as a leaf that the printer takes. */
export function scan(table: string): Scan {
  return { kind: 'Scan', input: { kind: 'staged', table }, schema: parseSchema(SCHEMAS[table]!) }
}

/** DuckDB's text of a query, `current_timestamp()` being the epoch. */
export function printed(query: string | Relation, ansi = true): string {
  const relation = typeof query === 'string' ? parseQuery(query) : query
  const bound = transform(relation, (node) =>
    node.kind === 'Read' && SCHEMAS[node.name[0]!] !== undefined
      ? { kind: 'SubqueryAlias', alias: node.name[0]!, input: scan(node.name[0]!) }
      : node,
  )
  const resolved = analyze(bound, {
    ansi,
    resolveLeaf: () => {
      throw new PipelineError('INTERNAL_ERROR', { detail: 'no such table' })
    },
  })
  return printDuckdb(resolved, {
    scan: ({ input }) => (input.kind === 'staged' ? input.table : ''),
    timestampMicros: 0n,
    ansi,
  })
}

/** A database with the prelude and the tables, empty. */
export async function openDatabase(): Promise<{ connection: DuckDBConnection; close: () => void }> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  await connection.run(preludeSql())
  await connection.run(
    'CREATE TABLE orders (id BIGINT, customer INTEGER, amount DECIMAL(10,2), status VARCHAR, placed TIMESTAMPTZ, tags VARCHAR[])',
  )
  await connection.run('CREATE TABLE customers (customer INTEGER, name VARCHAR)')
  return {
    connection,
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** The rows of a query, numbers beyond 32 bits as text. */
export async function rowsOf(connection: DuckDBConnection, query: string, ansi = true): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(printed(query, ansi))
  return reader.getRowsJson()
}

/** Condition and parameters of the error that a query meets while it runs. */
export async function failureOf(
  connection: DuckDBConnection,
  query: string,
): Promise<readonly [string, Readonly<Record<string, string>>]> {
  const sql = printed(query)
  try {
    await connection.runAndReadAll(sql)
  } catch (error) {
    const known = toPipelineError(error, sql)
    return [known.condition, known.parameters]
  }
  throw new Error(`no error: ${query}`)
}
