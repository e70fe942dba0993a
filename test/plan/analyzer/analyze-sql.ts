import { PipelineError } from '../../../src/errors/index.ts'
import { analyze, type LeafSchema } from '../../../src/plan/analyzer/analyze.ts'
import type { Relation } from '../../../src/plan/relation.ts'
import type { ResolvedRelation } from '../../../src/plan/resolved.ts'
import { parseQuery } from '../../../src/sql/index.ts'
import { struct } from '../../../src/types/data-type.ts'
import { parseSchema, printDataType } from '../../../src/types/ddl.ts'

const METADATA = parseSchema('_metadata STRUCT<file_path: STRING, file_size: BIGINT> NOT NULL')

/** What the queries of these tests may read. `landing` was never read, so it may have any column. */
const TABLES: Readonly<Record<string, LeafSchema>> = {
  orders: {
    schema: parseSchema(
      'order_id BIGINT NOT NULL, customer_id INT, amount DECIMAL(10,2), status STRING, order_date TIMESTAMP, tags ARRAY<STRING>, address STRUCT<city: STRING, zip: INT>',
    ),
    hidden: METADATA,
  },
  customers: { schema: parseSchema('customer_id INT NOT NULL, name STRING') },
  landing: { schema: { ...struct([]), open: true }, hidden: METADATA },
}

export function analyzeRelation(relation: Relation, ansi = true): ResolvedRelation {
  return analyze(relation, {
    ansi,
    resolveLeaf: (leaf) => {
      const name = leaf.kind === 'Read' ? leaf.name.at(-1)! : leaf.kind
      const table = TABLES[name]
      if (table !== undefined) return table
      throw new PipelineError('INTERNAL_ERROR', { detail: `no table ${name}` })
    },
  })
}

export function analyzeSql(query: string, ansi = true): ResolvedRelation {
  return analyzeRelation(parseQuery(query), ansi)
}

/** `name type` of each output column, with `?` where it may be NULL. */
export function columnsOf(resolved: ResolvedRelation): readonly string[] {
  return resolved.schema.fields.map(
    ({ name, dataType, nullable }) => `${name} ${printDataType(dataType)}${nullable ? '?' : ''}`,
  )
}

export function columns(query: string): readonly string[] {
  return columnsOf(analyzeSql(query))
}

/** The error of a query: its condition, parameters and position, `line:column`. */
export function errorOf(query: string): readonly [string, Readonly<Record<string, string>>, string] {
  try {
    analyzeSql(query)
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    const place = error.position === undefined ? 'nowhere' : `${error.position.line}:${error.position.column}`
    return [error.condition, error.parameters, place]
  }
  throw new Error(`no error: ${query}`)
}
