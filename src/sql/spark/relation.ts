import { PipelineError } from '../../errors/index.ts'
import type { Expression } from '../../plan/expression.ts'
import type {
  Aggregate,
  Deduplicate,
  Project,
  Relation,
  SetOperation,
  WithColumns,
  WithColumnsRenamed,
} from '../../plan/relation.ts'
import { hasAggregate } from '../parser/aggregates.ts'
import { expandColumns, type LeafColumns } from './expand-columns.ts'
import { printList, printSortOrder, printSparkExpression } from './expression.ts'
import { printFrom, printValues } from './from.ts'
import { identifier } from './identifier.ts'

/**
 * A query as Spark SQL, one clause a line; `parseQuery` reads it back as the same tree. What only the DataFrame surface
 * can say is written with the columns that `leafColumns` gives; where they are unknown a comment says what differs. Throws
 * UNSUPPORTED_FEATURE.SPARK_SQL_FORM for nodes that only this engine knows.
 */
export function printSpark(relation: Relation, leafColumns: LeafColumns = () => undefined): string {
  return clausesOf(expandColumns(relation, leafColumns)).join('\n')
}

/** The same on one line, for a query inside another. */
export function printInline(relation: Relation): string {
  return clausesOf(relation).join(' ')
}

function clausesOf(relation: Relation): string[] {
  if (relation.kind !== 'With') return organizedClauses(relation)
  const definitions = relation.definitions.map(({ name, columns, query }) => {
    const list = columns === undefined ? '' : `(${columns.map(identifier).join(', ')})`
    return `${identifier(name)}${list} AS (${printInline(query)})`
  })
  return [`WITH ${definitions.join(', ')}`, ...organizedClauses(relation.input)]
}

/** ORDER BY, OFFSET and LIMIT around a term; in any other order of nodes the inner query stands in parentheses. */
function organizedClauses(relation: Relation): string[] {
  const clauses: string[] = []
  let node = relation
  if (node.kind === 'Limit') {
    clauses.unshift(`LIMIT ${printSparkExpression(node.limit)}`)
    node = node.input
  }
  if (node.kind === 'Offset') {
    clauses.push(`OFFSET ${printSparkExpression(node.offset)}`)
    node = node.input
  }
  if (node.kind === 'Sort') {
    clauses.unshift(`ORDER BY ${node.order.map(printSortOrder).join(', ')}`)
    node = node.input
  }
  return [...termClauses(node), ...clauses]
}

function termClauses(relation: Relation): string[] {
  switch (relation.kind) {
    case 'SetOperation':
      return setClauses(relation)
    case 'Project':
    case 'Aggregate':
      return selectClauses(relation, '')
    case 'Deduplicate':
      return distinctClauses(relation)
    case 'LocalRelation':
      return hasDefaultNames(relation.columns) ? [printValues(relation)] : everything(relation)
    case 'Drop':
      return [
        `SELECT * EXCEPT (${relation.columns.map(identifier).join(', ')})`,
        `FROM ${printFrom(relation.input)}`,
      ]
    case 'Limit':
    case 'Offset':
    case 'Sort':
    case 'With':
      return [`(${printInline(relation)})`]
    case 'WithColumns':
      return withColumnsClauses(relation)
    case 'WithColumnsRenamed':
      return renamedClauses(relation)
    case 'Expect':
      return refuse('Expect', 'Spark has no expectations.')
    case 'Scan':
      return relation.source === undefined
        ? refuse('Scan', 'It stands for rows of this engine.')
        : everything(relation.source)
    case 'Filter':
      return ['SELECT *', ...sourceClauses(relation)]
    default:
      return everything(relation)
  }
}

function everything(relation: Relation): string[] {
  return ['SELECT *', `FROM ${printFrom(relation)}`]
}

function hasDefaultNames(columns: readonly string[]): boolean {
  return columns.length > 0 && columns.every((name, i) => name === `col${i + 1}`)
}

const levels = { union: 1, except: 1, intersect: 2 } as const

function setClauses(relation: SetOperation): string[] {
  const { left, right, operation, isAll, byName, allowMissingColumns } = relation
  if (allowMissingColumns) refuse('A union by name with missing columns', 'Select NULL for them.')
  const level = levels[operation]
  const words = [operation.toUpperCase(), isAll ? ' ALL' : '', byName ? ' BY NAME' : '']
  return [...operandClauses(left, level), words.join(''), ...operandClauses(right, level + 1)]
}

function operandClauses(relation: Relation, minimum: number): string[] {
  if (relation.kind !== 'SetOperation' || levels[relation.operation] >= minimum) return termClauses(relation)
  return [`(${printInline(relation)})`]
}

function withColumnsClauses({ input, columns }: WithColumns): string[] {
  const added = columns.map(
    ({ name, expression }) => `${printSparkExpression(expression)} AS ${identifier(name)}`,
  )
  return [
    `SELECT *, ${added.join(', ')} /* in place of columns of the same name */`,
    `FROM ${printFrom(input)}`,
  ]
}

function renamedClauses({ input, renames }: WithColumnsRenamed): string[] {
  const gone = renames.map(({ from }) => identifier(from))
  const added = renames.map(({ from, to }) => `${identifier(from)} AS ${identifier(to)}`)
  return [
    `SELECT * EXCEPT (${gone.join(', ')}), ${added.join(', ')} /* in their former places */`,
    `FROM ${printFrom(input)}`,
  ]
}

function distinctClauses({ input, columns, withinWatermark }: Deduplicate): string[] {
  const comment = withinWatermark ? ' /* within the watermark */' : ''
  if (columns !== undefined) {
    const each = columns.length === 0 ? '' : ` of each ${columns.map(identifier).join(', ')}`
    return [`SELECT * /* the first row${each} */${comment}`, ...sourceClauses(input)]
  }
  const isSelect = input.kind === 'Project' || input.kind === 'Aggregate'
  return isSelect
    ? selectClauses(input, `DISTINCT${comment} `)
    : [`SELECT DISTINCT${comment} *`, ...sourceClauses(input)]
}

function selectClauses(select: Project | Aggregate, distinct: string): string[] {
  const clauses = [`SELECT ${distinct}${printList(select.expressions)}`, ...sourceClauses(select.input)]
  if (select.kind === 'Aggregate') clauses.push(...groupClauses(select))
  if (select.qualify !== undefined) clauses.push(`QUALIFY ${printSparkExpression(select.qualify)}`)
  return clauses
}

/** FROM and WHERE; filters upon each other are one condition. */
function sourceClauses(relation: Relation): string[] {
  const conditions: Expression[] = []
  let input = relation
  for (; input.kind === 'Filter'; input = input.input) conditions.unshift(input.condition)
  const where = conditions.reduce<Expression | undefined>(
    (left, right) =>
      left === undefined ? right : { kind: 'UnresolvedFunction', name: 'and', arguments: [left, right] },
    undefined,
  )
  const isOneRow = input.kind === 'LocalRelation' && input.columns.length === 0
  return [
    ...(isOneRow ? [] : [`FROM ${printFrom(input)}`]),
    ...(where === undefined ? [] : [`WHERE ${printSparkExpression(where)}`]),
  ]
}

function groupClauses(aggregate: Aggregate): string[] {
  const { groupType, grouping, groupingSets = [], having, expressions } = aggregate
  const clauses: string[] = []
  if (grouping === 'all') clauses.push('GROUP BY ALL')
  else if (groupType === 'grouping sets') clauses.push(setsClause(grouping, groupingSets))
  else if (groupType !== 'groupby')
    clauses.push(`GROUP BY ${groupType.toUpperCase()} (${printList(grouping)})`)
  else if (grouping.length > 0) clauses.push(`GROUP BY ${printList(grouping)}`)
  else if (having === undefined && !expressions.some(hasAggregate))
    clauses.push('GROUP BY GROUPING SETS (())')
  if (having !== undefined) clauses.push(`HAVING ${printSparkExpression(having)}`)
  return clauses
}

function setsClause(grouping: readonly Expression[], sets: readonly (readonly number[])[]): string {
  const texts = grouping.map(printSparkExpression)
  const list = sets.map((set) => `(${set.map((position) => texts[position]).join(', ')})`)
  return `GROUP BY ${[...(texts.length > 0 ? [texts.join(', ')] : []), `GROUPING SETS (${list.join(', ')})`].join(' ')}`
}

function refuse(node: string, alternative: string): never {
  throw new PipelineError('UNSUPPORTED_FEATURE.SPARK_SQL_FORM', { node, alternative })
}
