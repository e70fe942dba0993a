import { PipelineError } from '../../errors/index.ts'
import { columnsOf, isAggregateCall, visitExpression } from '../../plan/analyzer/walk.ts'
import { functionNamed } from '../../plan/functions/index.ts'
import type {
  NamedExpression,
  OutputColumn,
  ResolvedAggregate,
  ResolvedDeduplicate,
  ResolvedExpression,
  ResolvedGenerate,
  ResolvedLeaf,
  ResolvedLimit,
  ResolvedProject,
  ResolvedRelation,
  ResolvedSetOperation,
  ResolvedSort,
  ResolvedValues,
} from '../../plan/resolved.ts'
import { type Block, type Cell, EMPTY_BLOCK, placeIn, uniqueNames } from './block.ts'
import { comparable, printExpression } from './expression.ts'
import { identifier, quoteText } from './identifier.ts'
import { printJoin } from './join.ts'
import { canFold, defineNamed, type Query, selectOf, wrap } from './query.ts'
import { isTried, withWindowsBelow } from './tried.ts'
import { duckdbType } from './types.ts'

/** A relation as a SELECT that relations above it may still fold themselves into. */
export function printRelation(relation: ResolvedRelation, query: Query): Block {
  const isRead = (id: number) => query.printer.isRead(id, relation)
  return { ...printNode(relation, query), isRead }
}

function printNode(relation: ResolvedRelation, query: Query): Block {
  switch (relation.kind) {
    case 'Leaf':
      return printLeaf(relation, query)
    case 'Values':
      return printValues(relation, query)
    case 'Project':
      return printProject(relation, query)
    case 'Filter':
      return filtered(printRelation(relation.input, query), [relation.condition], query)
    case 'Expect': {
      const rejecting = relation.rules.filter((each) => each.action !== 'warn')
      const conditions = rejecting.map((each) => each.condition)
      return filtered(printRelation(relation.input, query), conditions, query)
    }
    case 'Join':
      return printJoin(relation, query)
    case 'Aggregate':
      return printAggregate(relation, query)
    case 'Sort':
      return printSort(relation, query)
    case 'Limit':
      return printLimit(relation, query)
    case 'Deduplicate':
      return printDeduplicate(relation, query)
    case 'WithWatermark':
      return printRelation(relation.input, query)
    case 'SetOperation':
      return printSetOperation(relation, query)
    case 'Generate':
      return printGenerate(relation, query)
    case 'With':
      for (const { id, name, query: inner } of relation.definitions) defineNamed(id, name, inner, query)
      return printRelation(relation.input, query)
    case 'Reference': {
      const definition = query.named.get(relation.definition)
      if (definition === undefined) {
        throw new PipelineError('INTERNAL_ERROR', { detail: 'a common table expression is out of sight' })
      }
      return sourceBlock(identifier(definition.name), relation.output, definition.columns, query)
    }
  }
}

/** A SELECT from one FROM item whose columns have these names. */
function sourceBlock(
  from: string,
  output: readonly OutputColumn[],
  names: readonly string[],
  query: Query,
): Block {
  const alias = query.printer.freshAlias()
  const cells = new Map(
    output.map(({ id, name }, i): [number, Cell] => [id, { kind: 'source', name, alias, column: names[i]! }]),
  )
  return { ...EMPTY_BLOCK, cells, from: `${from} AS ${alias}`, sources: 1 }
}

/** Of a Scan only the columns that something reads. */
function printLeaf(leaf: ResolvedLeaf, query: Query): Block {
  const columns = [...leaf.output, ...leaf.hidden]
  if (leaf.source.kind === 'Scan') {
    const read = columns.filter(({ id }) => query.printer.isRead(id, leaf))
    const names = read.map((each) => each.name)
    return sourceBlock(query.printer.context.scan(leaf.source, new Set(names)), read, names, query)
  }
  if (leaf.arguments === undefined) {
    throw new PipelineError('INTERNAL_ERROR', { detail: `an unbound ${leaf.source.kind} cannot be printed` })
  }
  const place = placeIn(EMPTY_BLOCK, query)
  const args = leaf.arguments.map((each) => printExpression(each, place))
  return sourceBlock(`range(${args.join(', ')})`, columns, ['range'], query)
}

/** Literal rows; every value is printed with its type, so that DuckDB finds the column's type too. */
function printValues(values: ResolvedValues, query: Query): Block {
  const { output, rows } = values
  if (output.length === 0 && rows.length === 1) return EMPTY_BLOCK
  const place = placeIn(EMPTY_BLOCK, query)
  if (rows.length === 0) {
    const nulls = output.map(
      (each) => `CAST(NULL AS ${duckdbType(each.dataType)}) AS ${identifier(each.name)}`,
    )
    return sourceBlock(
      `(SELECT ${nulls.join(', ')} WHERE false)`,
      output,
      output.map((each) => each.name),
      query,
    )
  }
  const names = output.map((_, i) => `c${i + 1}`)
  const texts = rows.map((row) => `(${row.map((each) => printExpression(each, place)).join(', ')})`)
  const block = sourceBlock(`(VALUES ${texts.join(', ')})`, output, names, query)
  return { ...block, from: `${block.from}(${names.join(', ')})` }
}

const isClosed = (block: Block) => block.raw !== undefined || block.distinct !== undefined
const isLimited = (block: Block) => block.limit !== undefined || block.offset !== undefined
const hasFixed = (block: Block) => [...block.cells.values()].some((each) => each.kind === 'fixed')

/** A new select list. Columns that nothing above reads are left out. */
function printProject(project: ResolvedProject, query: Query): Block {
  const given = printRelation(project.input, query)
  const wanted = project.expressions.filter((each) => query.printer.isRead(each.column.id, project))
  const list = wanted.map((each) => each.expression)
  const moves = list.some(isFixed) && (isLimited(given) || given.order !== undefined)
  const block =
    isClosed(given) ||
    moves ||
    !canFold(given, list) ||
    (given.groupBy !== undefined && (list.some(isFixed) || list.some((each) => isTried(each, given, query))))
      ? wrap(given, query)
      : given
  return columnsOver(wanted, withWindowsBelow(list, block, query), query)
}

function columnsOver(
  wanted: readonly NamedExpression[],
  { block, list }: { readonly block: Block; readonly list: readonly ResolvedExpression[] },
  query: Query,
): Block {
  const place = placeIn(block, query)
  const cells = new Map<number, Cell>()
  for (const [i, { column }] of wanted.entries()) {
    const expression = list[i]!
    const own = expression.kind === 'Column' ? block.cells.get(expression.id) : undefined
    cells.set(
      column.id,
      own === undefined
        ? computed(column.name, expression, printExpression(expression, place), block)
        : { ...own, name: column.name },
    )
  }
  return { ...block, cells: withOrderKeys(cells, block) }
}

/** What ORDER BY still reads stays within reach behind the select list. */
function withOrderKeys(cells: Map<number, Cell>, block: Block): ReadonlyMap<number, Cell> {
  for (const { child } of block.order ?? []) {
    for (const id of columnsOf(child)) {
      const cell = block.cells.get(id)
      if (cell !== undefined && !cells.has(id)) cells.set(id, cell)
    }
  }
  return cells
}

function computed(name: string, expression: ResolvedExpression, sql: string, block: Block): Cell {
  if (expression.kind === 'Literal') return { kind: 'constant', name, sql, height: 0, isAggregate: false }
  const below = columnsOf(expression)
    .map((id) => block.cells.get(id))
    .filter((each) => each !== undefined && each.kind !== 'source')
  const height = Math.max(0, ...below.map((each) => each.height + 1))
  const isAggregate = below.some((each) => each.isAggregate) || contains(expression, isAggregateCall)
  return { kind: isFixed(expression) ? 'fixed' : 'once', name, sql, height, isAggregate }
}

function contains(expression: ResolvedExpression, is: (node: ResolvedExpression) => boolean): boolean {
  let found = false
  visitExpression(expression, (node) => {
    found ||= is(node)
    return !found
  })
  return found
}

/** True for what means something else in another SELECT. */
function isFixed(expression: ResolvedExpression): boolean {
  return contains(
    expression,
    (node) =>
      node.kind === 'Window' ||
      node.kind === 'Subquery' ||
      (node.kind === 'Call' && functionNamed(node.function)?.volatility === 'random'),
  )
}

/** Conditions go to WHERE, over groups to HAVING. */
function filtered(given: Block, conditions: readonly ResolvedExpression[], query: Query): Block {
  if (conditions.length === 0) return given
  const isGrouped = given.groupBy !== undefined
  const reads = conditions.flatMap((each) => columnsOf(each)).map((id) => given.cells.get(id)?.kind)
  const needsColumns = isGrouped
    ? conditions.some((each) => contains(each, (node) => node.kind === 'Subquery'))
    : reads.includes('once')
  const block =
    isClosed(given) || isLimited(given) || hasFixed(given) || needsColumns ? wrap(given, query) : given
  const place = placeIn(block, query)
  const texts = conditions.map((each) => printExpression(each, place))
  return block.groupBy === undefined
    ? { ...block, where: [...block.where, ...texts] }
    : { ...block, having: [...block.having, ...texts] }
}

function printAggregate(aggregate: ResolvedAggregate, query: Query): Block {
  const given = printRelation(aggregate.input, query)
  const wanted = aggregate.expressions.filter((each) => query.printer.isRead(each.column.id, aggregate))
  const list = wanted.map((each) => each.expression)
  const isOpen =
    !isClosed(given) &&
    !isLimited(given) &&
    !hasFixed(given) &&
    given.groupBy === undefined &&
    aggregate.grouping.every((each) => given.cells.get(each.id)?.kind === 'source') &&
    canFold(given, list)
  const block = isOpen ? given : wrap(given, query)
  const place = placeIn(block, query)
  const keys = aggregate.grouping.map((each) => place.column(each))
  const cells = new Map(
    wanted.map(({ column, expression }): [number, Cell] => {
      const own = expression.kind === 'Column' ? block.cells.get(expression.id) : undefined
      const sql = printExpression(expression, place)
      return [
        column.id,
        own === undefined ? computed(column.name, expression, sql, block) : { ...own, name: column.name },
      ]
    }),
  )
  const { order: _, ...grouped } = block
  return { ...grouped, cells, groupBy: groupByText(aggregate, keys) }
}

function groupByText({ groupingSets }: ResolvedAggregate, keys: readonly string[]): string {
  if (groupingSets === undefined) return keys.join(', ') || '()'
  const sets = groupingSets.map((set) => `(${set.map((index) => keys[index]).join(', ')})`)
  return `GROUPING SETS (${sets.join(', ')})`
}

function printSort(sort: ResolvedSort, query: Query): Block {
  const given = printRelation(sort.input, query)
  const keys = sort.order.map((each) => comparable(each.child))
  const isOpen =
    !isClosed(given) &&
    !isLimited(given) &&
    keys.every((each) => each.kind === 'Column' || isOverSources(each, given))
  const { block, list } = withWindowsBelow(keys, isOpen ? given : wrap(given, query), query)
  return { ...block, order: sort.order.map((each, i) => ({ ...each, child: list[i]! })) }
}

function isOverSources(expression: ResolvedExpression, block: Block): boolean {
  return columnsOf(expression).every(
    (id) => block.cells.get(id)?.kind !== 'once' && block.cells.get(id)?.kind !== 'fixed',
  )
}

function printLimit(node: ResolvedLimit, query: Query): Block {
  const given = printRelation(node.input, query)
  const isOpen =
    given.raw === undefined && given.limit === undefined && (node.limit !== undefined || !isLimited(given))
  const block = isOpen ? given : wrap(given, query)
  const place = placeIn(EMPTY_BLOCK, query)
  if (node.limit !== undefined) return { ...block, limit: printExpression(node.limit, place) }
  return { ...block, offset: printExpression(node.offset!, place) }
}

/** DISTINCT over whole rows, or one whole row for each key, of which no columns have one; which row it is, Spark leaves open too. */
function printDeduplicate(node: ResolvedDeduplicate, query: Query): Block {
  const given = printRelation(node.input, query)
  const isOpen =
    !isClosed(given) &&
    !isLimited(given) &&
    given.order === undefined &&
    given.groupBy === undefined &&
    (node.keys ?? []).every((id) => given.cells.get(id)?.kind !== 'constant')
  const block = isOpen ? given : wrap(given, query)
  const visible = node.output.map((each): [number, Cell] => [each.id, block.cells.get(each.id)!])
  if (node.keys === undefined) return { ...block, cells: new Map(visible), distinct: 'DISTINCT' }
  const place = placeIn(block, query)
  const keys = node.keys.map((id) =>
    place.column({ kind: 'Column', ...node.output.find((each) => each.id === id)! }),
  )
  return { ...block, distinct: `DISTINCT ON (${keys.join(', ') || 'true'})` }
}

function printSetOperation(node: ResolvedSetOperation, query: Query): Block {
  const operator = `${node.operation.toUpperCase()}${node.isAll ? ' ALL' : ''}`
  const left = operandOf(node.left, operator, query)
  const right = bracketed(node.right, query)
  const names = uniqueNames(node.left.output)
  const cells = new Map(
    node.output.map((each, i): [number, Cell] => [
      each.id,
      { kind: 'source', name: each.name, alias: '', column: names[i]! },
    ]),
  )
  return { ...EMPTY_BLOCK, cells, raw: `${left}\n${operator}\n${right}`, sources: 1 }
}

/** A chain of the same operation needs no brackets on its left. */
function operandOf(relation: ResolvedRelation, operator: string, query: Query): string {
  const isSame =
    relation.kind === 'SetOperation' &&
    `${relation.operation.toUpperCase()}${relation.isAll ? ' ALL' : ''}` === operator
  return isSame ? selectOf(relation, query, true) : bracketed(relation, query)
}

function bracketed(relation: ResolvedRelation, query: Query): string {
  const sql = selectOf(relation, query, true)
  return /^SELECT/.test(sql) && !/\n(?:ORDER BY|LIMIT|OFFSET|UNION|INTERSECT|EXCEPT)/.test(sql)
    ? sql
    : `(${sql})`
}

/** The generator's list is unnested in the select list, which DuckDB does faster than beside the FROM item. */
function printGenerate(node: ResolvedGenerate, query: Query): Block {
  const given = printRelation(node.input, query)
  const reads = columnsOf(node.generator).map((id) => given.cells.get(id)?.kind)
  const isOpen =
    !isClosed(given) &&
    !isLimited(given) &&
    !hasFixed(given) &&
    given.groupBy === undefined &&
    reads.every((kind) => kind !== 'once')
  const block = isOpen ? given : wrap(given, query)
  const list = printExpression(node.generator, placeIn(block, query))
  const rows = `unnest(${node.isOuter ? `millrace.rows_or_null(${list})` : list})`
  const isRead = (id: number) => query.printer.isRead(id, node)
  const [first] = node.generated
  if (node.generated.length === 1 && !isInline(node)) {
    const cell: Cell = { kind: 'fixed', name: first!.name, sql: rows, height: 0, isAggregate: false }
    const cells = new Map([...block.cells, [first!.id, cell] as const])
    // The rows are there even where nothing reads their column.
    return wrap({ ...block, cells, isRead: (id) => id === first!.id || isRead(id) }, query)
  }
  return withFields(node, wrapRows(block, rows, isRead, query))
}

/** `inline` of structs with one field still unnests structs. */
function isInline(node: ResolvedGenerate): boolean {
  return node.generator.function.startsWith('inline')
}

const ROW = -1

function wrapRows(block: Block, rows: string, isRead: Block['isRead'], query: Query): Block {
  const cell: Cell = { kind: 'fixed', name: 'row', sql: rows, height: 0, isAggregate: false }
  const cells = new Map([...block.cells, [ROW, cell] as const])
  return wrap({ ...block, cells, isRead: (id) => id === ROW || isRead(id) }, query)
}

function withFields(node: ResolvedGenerate, block: Block): Block {
  const row = block.cells.get(ROW)!
  const cells = new Map(block.cells)
  cells.delete(ROW)
  const { dataType } = node.generator
  const fields = dataType.kind === 'struct' ? dataType.fields : []
  for (const [i, column] of node.generated.entries()) {
    const source = row.kind === 'source' ? `${row.alias}.${identifier(row.column)}` : row.sql
    const sql = `struct_extract(${source}, ${quoteText(fields[i]!.name)})`
    cells.set(column.id, { kind: 'once', name: column.name, sql, height: 0, isAggregate: false })
  }
  return { ...block, cells }
}
