import { holdsNulls } from '../../plan/functions/nested-order.ts'
import type {
  ResolvedBoundary,
  ResolvedColumn,
  ResolvedExpression,
  ResolvedLambda,
  ResolvedSortOrder,
  ResolvedSubquery,
  ResolvedWindow,
} from '../../plan/resolved.ts'
import { printCall } from './call.ts'
import { printCast } from './cast.ts'
import { identifier, quoteText } from './identifier.ts'
import { foldCast, printLiteral } from './literal.ts'
import { operand } from './operand.ts'
import type { NamedQuery, Printer } from './printer.ts'

/** Where an expression stands: how the columns and lambda parameters that it names are written there. */
export interface Place {
  readonly printer: Printer
  /** `qualified`: with the alias of its FROM item, because names of something else are in sight. */
  readonly column: (column: ResolvedColumn, qualified?: boolean) => string
  /** Common table expressions in sight, by the id of their definition. */
  readonly named: ReadonlyMap<number, NamedQuery>
  /** Names of lambda parameters in sight, by id. */
  readonly parameters: ReadonlyMap<number, string>
}

/** The text of an expression; it may need brackets before it is an operand. */
export function printExpression(expression: ResolvedExpression, place: Place): string {
  switch (expression.kind) {
    case 'Literal':
      return printLiteral(expression)
    case 'Column':
      return place.column(expression)
    case 'Parameter':
      return place.parameters.get(expression.id) ?? identifier(expression.name)
    case 'Call':
      return printCall(expression, place)
    case 'Cast': {
      const { child, dataType, mode } = expression
      const folded = child.kind === 'Literal' ? foldCast(child, dataType) : undefined
      if (folded !== undefined) return folded
      const sql = operand(printExpression(child, place))
      return printCast(sql, child.dataType, dataType, mode, place.printer.freshName)
    }
    case 'Field':
      return `struct_extract(${printExpression(expression.child, place)}, ${quoteText(expression.name)})`
    case 'Case': {
      const branches = expression.branches.map(
        (each) =>
          ` WHEN ${printExpression(each.condition, place)} THEN ${printExpression(each.value, place)}`,
      )
      const { otherwise } = expression
      const last = otherwise === undefined ? '' : ` ELSE ${printExpression(otherwise, place)}`
      return `CASE${branches.join('')}${last} END`
    }
    case 'Lambda':
      return printLambda(expression, place)
    case 'Window':
      return printWindow(expression, place)
    case 'Subquery':
      return printSubquery(expression, place)
  }
}

/** `lambda x_1: body`. With `bodies`, texts that stand for the parameters in the body; `{0}` is the first one's name. */
export function printLambda(lambda: ResolvedLambda, place: Place, bodies?: readonly string[]): string {
  const count = Math.max(lambda.parameters.length, bodies?.length ?? 0)
  const names = Array.from({ length: count }, () => place.printer.freshName())
  const parameters = new Map(place.parameters)
  for (const [i, parameter] of lambda.parameters.entries()) {
    const text = bodies?.[i]?.replace(/\{(\d)\}/g, (_, index: string) => names[Number(index)]!)
    parameters.set(parameter.id, text ?? names[i]!)
  }
  const column = (each: ResolvedColumn) => place.column(each, true)
  return `lambda ${names.join(', ')}: ${printExpression(lambda.body, { ...place, parameters, column })}`
}

function printWindow(window: ResolvedWindow, place: Place): string {
  const parts: string[] = []
  if (window.partitionBy.length > 0) {
    parts.push(`PARTITION BY ${window.partitionBy.map((each) => printExpression(each, place)).join(', ')}`)
  }
  if (window.orderBy.length > 0) {
    parts.push(`ORDER BY ${window.orderBy.map((each) => printSortOrder(each, place)).join(', ')}`)
  }
  if (window.frame !== undefined) {
    const { type, lower, upper } = window.frame
    parts.push(
      `${type.toUpperCase()} BETWEEN ${printBoundary(lower, place)} AND ${printBoundary(upper, place)}`,
    )
  }
  return printCall(window.function, place, `OVER (${parts.join(' ')})`)
}

const BOUNDARIES = {
  unboundedPreceding: 'UNBOUNDED PRECEDING',
  currentRow: 'CURRENT ROW',
  unboundedFollowing: 'UNBOUNDED FOLLOWING',
}

function printBoundary(bound: ResolvedBoundary, place: Place): string {
  if (!('value' in bound)) return BOUNDARIES[bound.kind]
  return `${operand(printExpression(bound.value, place))} ${bound.kind.toUpperCase()}`
}

/** What sorts as the expression does in Spark. */
export function comparable(expression: ResolvedExpression): ResolvedExpression {
  if (!holdsNulls(expression.dataType)) return expression
  const { dataType, nullable } = expression
  return { kind: 'Call', function: '$order_key', signature: 0, arguments: [expression], dataType, nullable }
}

/** DuckDB sorts ascending with NULLs last unless told. */
export function printSortOrder(order: ResolvedSortOrder, place: Place): string {
  const direction = order.direction === 'desc' ? ' DESC' : ''
  return `${printExpression(comparable(order.child), place)}${direction} NULLS ${order.nulls.toUpperCase()}`
}

function printSubquery(subquery: ResolvedSubquery, place: Place): string {
  const query = place.printer.subquery(subquery.plan, place)
  const not = subquery.negated ? 'NOT ' : ''
  switch (subquery.type) {
    case 'scalar':
      return `(${query})`
    case 'exists':
      return `${not}EXISTS (${query})`
    case 'in': {
      const values = (subquery.values ?? []).map((each) => printExpression(each, place))
      const left = values.length === 1 ? operand(values[0]!) : `(${values.join(', ')})`
      return `${left} ${not}IN (${query})`
    }
  }
}
