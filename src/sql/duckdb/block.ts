import type { ResolvedColumn, ResolvedExpression, ResolvedSortOrder } from '../../plan/resolved.ts'
import { sameName } from '../../types/same-name.ts'
import { type Place, printExpression } from './expression.ts'
import { identifier } from './identifier.ts'
import { operand } from './operand.ts'
import type { Query } from './query.ts'

/**
 * A SELECT under construction. Relations above are folded into it as long as SQL's order of clauses allows; then it is
 * wrapped and becomes a FROM item of the next one.
 */
export interface Block {
  /** Columns by id, in order. */
  readonly cells: ReadonlyMap<number, Cell>
  /** Text behind FROM; empty for one row without columns. */
  readonly from: string
  /** FROM items in it: with several, columns are written with their alias. */
  readonly sources: number
  readonly where: readonly string[]
  /** Text behind GROUP BY; `()` for one group of all rows. */
  readonly groupBy?: string
  readonly having: readonly string[]
  readonly order?: readonly ResolvedSortOrder[]
  readonly limit?: string
  readonly offset?: string
  /** `DISTINCT` or `DISTINCT ON (...)`. */
  readonly distinct?: string
  /** A finished query (a set operation) instead of clauses. */
  readonly raw?: string
  /** How many queries stand in one another below. */
  readonly depth: number
  /** Whether something above the block reads a column. */
  readonly isRead: (id: number) => boolean
}

/**
 * What a column is in a block. `source`: of a FROM item. `constant`: a literal. `once`: an expression, which may be put in
 * the place of one reference. `fixed`: a window, a generated row, something random or a subquery, which may not move.
 */
export type Cell =
  | { readonly kind: 'source'; readonly name: string; readonly alias: string; readonly column: string }
  | {
      readonly kind: 'constant' | 'once' | 'fixed'
      readonly name: string
      readonly sql: string
      /** Expressions folded into this one. */
      readonly height: number
      /** An aggregate is in it, which by itself makes one group of all rows. */
      readonly isAggregate: boolean
    }

/** A finished column of a select list. */
export interface Output {
  readonly id: number
  readonly name: string
  readonly sql: string
}

export const EMPTY_BLOCK: Block = {
  cells: new Map(),
  from: '',
  sources: 0,
  where: [],
  having: [],
  depth: 0,
  isRead: () => true,
}

/** Where expressions over a block's columns stand. */
export function placeIn(block: Block, query: Query): Place {
  const { printer, around, named } = query
  return {
    printer,
    named,
    parameters: around?.parameters ?? new Map(),
    column: (column, qualified) => columnText(column, block, around, qualified ?? false),
  }
}

function columnText(
  column: ResolvedColumn,
  block: Block,
  around: Place | undefined,
  qualified: boolean,
): string {
  const cell = block.cells.get(column.id)
  if (cell === undefined) return around?.column(column, true) ?? identifier(column.name)
  return cellText(cell, qualified || block.sources > 1)
}

function cellText(cell: Cell, qualified: boolean): string {
  if (cell.kind !== 'source') return operand(cell.sql)
  return qualified ? `${cell.alias}.${identifier(cell.column)}` : identifier(cell.column)
}

/** The columns as a select list under unique names. */
export function outputsOf(block: Block, ids: readonly number[]): readonly Output[] {
  const cells = ids.map((id) => block.cells.get(id)!)
  const names = uniqueNames(cells)
  return ids.map((id, i) => ({ id, name: names[i]!, sql: selectText(cells[i]!, block) }))
}

/** The names, with a number behind those that repeat; DuckDB compares them without case. */
export function uniqueNames(columns: readonly { readonly name: string }[]): readonly string[] {
  const taken = new Set<string>()
  return columns.map((column) => {
    let { name } = column
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${column.name}_${n}`
    taken.add(name.toLowerCase())
    return name
  })
}

export function selectText(cell: Cell, block: Block): string {
  return cell.kind === 'source' ? cellText(cell, block.sources > 1) : cell.sql
}

/** The block as a query's text. */
export function render(block: Block, outputs: readonly Output[], place: Place): string {
  if (block.raw !== undefined) return block.raw
  const items = outputs.map(({ name, sql }) => {
    const isNamed = sql.replace(/^(\w+\.)+(?=[\w"]+$)/, '') === identifier(name)
    return isNamed ? sql : `${sql} AS ${identifier(name)}`
  })
  const lines = [`SELECT ${block.distinct === undefined ? '' : `${block.distinct} `}${list(items)}`]
  if (block.from !== '') lines.push(`FROM ${block.from}`)
  if (block.where.length > 0) lines.push(`WHERE ${conjunction(block.where)}`)
  if (block.groupBy !== undefined && !isPlainAggregate(block, outputs))
    lines.push(`GROUP BY ${block.groupBy}`)
  if (block.having.length > 0) lines.push(`HAVING ${conjunction(block.having)}`)
  const order = orderText(block, outputs, place)
  if (order !== '') lines.push(`ORDER BY ${order}`)
  if (block.limit !== undefined) lines.push(`LIMIT ${block.limit}`)
  if (block.offset !== undefined) lines.push(`OFFSET ${block.offset}`)
  return lines.join('\n')
}

function isPlainAggregate(block: Block, outputs: readonly Output[]): boolean {
  return (
    block.groupBy === '()' &&
    outputs.some(({ id }) => {
      const cell = block.cells.get(id)
      return cell !== undefined && cell.kind !== 'source' && cell.isAggregate
    })
  )
}

const LINE_WIDTH = 100

function list(items: readonly string[]): string {
  if (items.length === 0) return '1 AS one'
  const line = items.join(', ')
  return line.length <= LINE_WIDTH ? line : `\n  ${items.map(indented).join(',\n  ')}`
}

/** A text some lines deeper; string literals never span lines. */
export function indented(text: string): string {
  return text.replaceAll('\n', '\n  ')
}

function conjunction(conditions: readonly string[]): string {
  if (conditions.length === 1) return conditions[0]!
  return conditions.map((each) => (isDisjunction(each) ? `(${each})` : each)).join(' AND ')
}

function isDisjunction(sql: string): boolean {
  return / OR /.test(sql) || /^CASE /.test(sql) || / BETWEEN /.test(sql)
}

/** Keys by output name where they are computed, by qualified name where an output took the column's own. */
function orderText(block: Block, outputs: readonly Output[], place: Place): string {
  // A constant would be read as the position of a column.
  const varying = (block.order ?? []).filter(({ child }) => {
    const isConstant = child.kind === 'Column' && block.cells.get(child.id)?.kind === 'constant'
    return child.kind !== 'Literal' && !isConstant
  })
  const keys = varying.map((order) => {
    const direction = order.direction === 'desc' ? ' DESC' : ''
    return `${orderKey(order.child, block, outputs, place)}${direction} NULLS ${order.nulls.toUpperCase()}`
  })
  return keys.join(', ')
}

function orderKey(key: ResolvedExpression, block: Block, outputs: readonly Output[], place: Place): string {
  const column = (each: ResolvedColumn): string => {
    const cell = block.cells.get(each.id)
    if (cell === undefined) return place.column(each)
    if (cell.kind !== 'source') return cellText(cell, false)
    const isTaken = outputs.some((one) => sameName(one.name, cell.column) && one.id !== each.id)
    return cellText(cell, isTaken || block.sources > 1)
  }
  if (key.kind === 'Column' && block.cells.get(key.id)?.kind !== 'source') {
    const output = outputs.find((each) => each.id === key.id)
    const isUnique = outputs.filter((each) => each.name === output?.name).length === 1
    if (output !== undefined && isUnique) return identifier(output.name)
  }
  return printExpression(key, { ...place, column })
}
