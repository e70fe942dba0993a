import { columnsOf, visitExpression } from '../../plan/analyzer/walk.ts'
import type { OutputColumn, ResolvedExpression, ResolvedRelation } from '../../plan/resolved.ts'
import {
  type Block,
  type Cell,
  EMPTY_BLOCK,
  indented,
  outputsOf,
  placeIn,
  render,
  selectText,
  uniqueNames,
} from './block.ts'
import type { Place } from './expression.ts'
import { identifier } from './identifier.ts'
import type { NamedQuery, Printer } from './printer.ts'
import { printRelation } from './relation.ts'

/** One query's text under construction: its common table expressions, and what stands around it. */
export interface Query {
  readonly printer: Printer
  /** The place of the expression that the query stands in. */
  readonly around: Place | undefined
  /** Texts of the WITH clause, in order. */
  readonly definitions: string[]
  /** Common table expressions in sight, by the id of their definition. */
  readonly named: Map<number, NamedQuery>
}

/** Queries in one another before one becomes a common table expression: DuckDB binds deep nests slowly. */
const MAX_DEPTH = 12

/** The text of a whole query with these output columns, in order, names repeated as they are. */
export function queryText(
  relation: ResolvedRelation,
  printer: Printer,
  around: Place | undefined,
  named: ReadonlyMap<number, NamedQuery> = new Map(),
): string {
  const query: Query = { printer, around, definitions: [], named: new Map(named) }
  const sql = selectOf(relation, query)
  if (query.definitions.length === 0) return sql
  return `WITH ${query.definitions.join(',\n')}\n${sql}`
}

/** The text of a relation, whose common table expressions are collected in the query. */
export function selectOf(relation: ResolvedRelation, query: Query, unique = false): string {
  const printed = printRelation(relation, query)
  const isAsIs = printed.raw === undefined || sameOrder(printed, relation.output)
  const block = isAsIs ? printed : wrap(printed, query)
  const outputs = relation.output.map((column) => ({
    id: column.id,
    name: column.name,
    sql: selectText(block.cells.get(column.id)!, block),
  }))
  return render(block, unique ? named(block, relation.output) : outputs, placeIn(block, query))
}

/** By place: a column that stands twice may have a name for each. */
function named(block: Block, output: readonly OutputColumn[]) {
  const names = uniqueNames(output)
  return output.map(({ id }, i) => ({ id, name: names[i]!, sql: selectText(block.cells.get(id)!, block) }))
}

function sameOrder(block: Block, output: readonly OutputColumn[]): boolean {
  const ids = [...block.cells.keys()]
  return ids.length === output.length && output.every((each, i) => each.id === ids[i])
}

/** The block as a FROM item of a new one. Only columns that something reads are carried on. */
export function wrap(block: Block, query: Query): Block {
  const { printer } = query
  const all = [...block.cells.keys()]
  const ids = block.distinct === undefined && block.raw === undefined ? all.filter(block.isRead) : all
  const outputs = outputsOf(block, ids)
  const sql = render(block, outputs, placeIn(block, query))
  const alias = printer.freshAlias()
  const isDeep = block.depth >= MAX_DEPTH
  const from = isDeep ? `${define(sql, query)} AS ${alias}` : `(\n  ${indented(sql)}\n) AS ${alias}`
  const cells = new Map(
    outputs.map(({ id, name }): [number, Cell] => [
      id,
      { kind: 'source', name: block.cells.get(id)!.name, alias, column: name },
    ]),
  )
  return {
    ...EMPTY_BLOCK,
    cells,
    from,
    sources: 1,
    depth: isDeep ? 0 : block.depth + 1,
    isRead: block.isRead,
  }
}

/** Makes a common table expression of a query and gives its name. */
function define(sql: string, query: Query): string {
  const name = query.printer.freshName()
  query.definitions.push(`${name} AS (\n  ${indented(sql)}\n)`)
  return name
}

/** A common table expression of the user. */
export function defineNamed(id: number, wanted: string, relation: ResolvedRelation, query: Query): void {
  // First its query: what that defines within has taken its names then.
  const sql = selectOf(relation, query, true)
  const taken = new Set([...query.named.values()].map((each) => each.name.toLowerCase()))
  let name = `cte_${wanted}`
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `cte_${wanted}_${n}`
  query.definitions.push(`${identifier(name)} AS (\n  ${indented(sql)}\n)`)
  query.named.set(id, { name, columns: uniqueNames(relation.output) })
}

/** True when no expression names a column that may not be put in its place there. */
export function canFold(block: Block, expressions: readonly ResolvedExpression[]): boolean {
  const counts = new Map<number, number>()
  for (const expression of expressions) {
    const isPlain = expression.kind === 'Column'
    for (const id of isPlain ? [expression.id] : evaluations(expression)) {
      const cell = block.cells.get(id)
      if (cell === undefined || cell.kind === 'source' || cell.kind === 'constant') continue
      const count = (counts.get(id) ?? 0) + 1
      counts.set(id, count)
      if (cell.kind === 'fixed' && !isPlain) return false
      if (count > 1 || cell.height >= MAX_DEPTH) return false
    }
  }
  return true
}

/**
 * Ids of the columns that an expression reads, one for each reference and one more where it is read once per element or
 * from inside a subquery, whose own names would hide those of a folded text.
 */
function evaluations(expression: ResolvedExpression): readonly number[] {
  const read = [...columnsOf(expression)]
  visitExpression(expression, (node) => {
    if (node.kind === 'Lambda') read.push(...columnsOf(node.body))
    if (node.kind === 'Subquery') read.push(...columnsOf({ ...node, values: [] }))
    return node.kind !== 'Lambda'
  })
  return read
}
