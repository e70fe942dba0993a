import type { DuckDBConnection } from '@duckdb/node-api'
import { PipelineError } from '../../errors/index.ts'
import { analyze } from '../../plan/analyzer/analyze.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import type { ResolvedRelation } from '../../plan/resolved.ts'
import { expressionsOf, walk, walkExpression } from '../../plan/rewrite.ts'
import type { DeltaScan, ScanInput } from '../../plan/scan.ts'
import { type PrintContext, printDuckdb } from '../../sql/duckdb/print.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import { type StructField, type StructType, struct } from '../../types/data-type.ts'
import { holdsKind } from '../../types/type-classes.ts'
import type { CompiledQuery, QueryContext } from '../engine.ts'
import { bindDeltaScan } from './delta-scan.ts'
import { prepareFilesScan } from './files-scan.ts'
import { quoteIdentifier, quoteList } from './quote.ts'

/** A query that is ready to run on one connection. */
export interface Bound {
  readonly schema: StructType
  readonly sql: string
}

/** Analyses and prints a query whose leaves are named, not read: nothing is opened. */
export function compileQuery(query: Relation, context: QueryContext): CompiledQuery {
  return print(query, context, (scan) => describeScan(scan))
}

/** Analyses and prints a query over real rows. Raw files are probed first, for what they hold decides how they are read. */
export async function bindQuery(
  connection: DuckDBConnection,
  query: Relation,
  context: QueryContext,
): Promise<Bound> {
  const needsHidden = readsHidden(query)
  const sources = new Map<Scan, ScanSql>()
  for (const node of walk(query)) {
    if (node.kind !== 'Scan' || sources.has(node)) continue
    sources.set(node, await scanSql(connection, node, needsHidden))
  }
  return print(query, context, (scan, columns) => sources.get(scan)!(columns))
}

/** The text of a Scan with at least these columns. */
type ScanSql = (columns: ReadonlySet<string>) => string

function print(query: Relation, context: QueryContext, scan: PrintContext['scan']): CompiledQuery {
  const resolved = analyzed(query, context.ansi)
  const sql = printDuckdb(resolved, { scan, timestampMicros: context.timestampMicros, ansi: context.ansi })
  return { schema: resolved.schema, sql }
}

/** Analysed queries by `ansi`. Who asks for the schema of a query mostly runs it next; both are plain data. */
const analyses = {
  on: new WeakMap<Relation, ResolvedRelation>(),
  off: new WeakMap<Relation, ResolvedRelation>(),
}

function analyzed(query: Relation, ansi: boolean): ResolvedRelation {
  const known = analyses[ansi ? 'on' : 'off']
  const resolved = known.get(query) ?? analyze(query, { ansi, resolveLeaf: refuseLeaf })
  known.set(query, resolved)
  return resolved
}

function refuseLeaf(leaf: Relation): never {
  throw new PipelineError('INTERNAL_ERROR', { detail: `an unbound ${leaf.kind} reached the engine` })
}

async function scanSql(connection: DuckDBConnection, scan: Scan, needsHidden: boolean): Promise<ScanSql> {
  const { input } = scan
  if (input.kind === 'delta') {
    const relation = await bindDeltaScan(connection, input)
    const fields = [...scan.schema.fields, ...(scan.hidden?.fields ?? [])]
    return (columns) => relation(struct(fields.filter((each) => columns.has(each.name))))
  }
  const sql = await wholeScanSql(connection, scan.schema, input, needsHidden)
  return () => sql
}

function wholeScanSql(
  connection: DuckDBConnection,
  schema: StructType,
  input: Exclude<ScanInput, DeltaScan>,
  needsHidden: boolean,
): string | Promise<string> {
  switch (input.kind) {
    case 'staged':
      return quoteIdentifier(input.table)
    case 'files':
      return prepareFilesScan(connection, input, schema, { withMetadata: needsHidden })
    case 'parquet':
      return input.paths.length === 0 ? emptyTable(schema) : parquet(input.paths, schema)
    case 'ndjson':
      return input.paths.length === 0 ? emptyTable(schema) : ndjson(input.paths, schema)
  }
}

/** Files may hold intervals as texts, and lack columns of NULLs without a type. */
function parquet(paths: readonly string[], schema: StructType): string {
  const rows = `read_parquet(${quoteList(paths)})`
  if (!holdsKind(schema, ['void', ...INTERVALS])) return rows
  return `(SELECT ${schema.fields.map(storedColumn).join(', ')} FROM ${rows})`
}

const INTERVALS = ['interval day to second', 'interval year to month'] as const

function storedColumn({ name, dataType }: StructField): string {
  const column = quoteIdentifier(name)
  if (dataType.kind === 'void') return `CAST(NULL AS ${duckdbType(dataType)}) AS ${column}`
  return holdsKind(dataType, INTERVALS) ? `CAST(${column} AS ${duckdbType(dataType)}) AS ${column}` : column
}

function ndjson(paths: readonly string[], schema: StructType): string {
  const columns = schema.fields.map((each) => `${quoteIdentifier(each.name)}: '${duckdbType(each.dataType)}'`)
  return `read_json(${quoteList(paths)}, format = 'newline_delimited', columns = {${columns.join(', ')}})`
}

/** A relation of the right columns without rows. */
export function emptyTable(schema: StructType): string {
  const columns = schema.fields.map(
    (each) => `CAST(NULL AS ${duckdbType(each.dataType)}) AS ${quoteIdentifier(each.name)}`,
  )
  return `(SELECT ${columns.join(', ')} WHERE false)`
}

/** `_metadata` costs a join per file: it is made only when some expression can see it. */
function readsHidden(query: Relation): boolean {
  for (const node of walk(query)) {
    for (const expression of expressionsOf(node)) {
      for (const part of walkExpression(expression)) {
        if (part.kind === 'UnresolvedAttribute' && part.parts.some((name) => /^_metadata$/i.test(name)))
          return true
        if (part.kind === 'UnresolvedFunction' && part.name === 'input_file_name') return true
      }
    }
  }
  return false
}

/** For `explain`: what stands where the rows will come from. */
function describeScan(scan: Scan): string {
  return quoteIdentifier(scan.input.kind === 'staged' ? scan.input.table : scan.input.kind)
}
