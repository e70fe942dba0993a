import { PipelineError, type Position } from '../errors/index.ts'
import { Column } from '../plan/column.ts'
import type { Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import { mapExpressions, transform, transformExpression } from '../plan/rewrite.ts'
import { parseQuery } from '../sql/index.ts'
import { callSite } from './call-site.ts'
import { DataFrame } from './dataframe.ts'
import { type Dataset, isDataset, sqlNameOf } from './dataset.ts'

/** What may stand in a `${...}` of a `sql` query. */
export type SqlValue = Dataset | DataFrame | Column | null | boolean | number | bigint | string | Date

/**
 * A query in Spark SQL. A dataset's handle stands for its name, another query or DataFrame for its rows, a column for
 * itself; any other value becomes a literal, quoted as it must be.
 *
 *     sql`SELECT region, sum(amount) AS total FROM ${silverOrders} WHERE amount > ${minimum} GROUP BY ALL`
 */
export function sql(strings: TemplateStringsArray, ...values: readonly SqlValue[]): DataFrame {
  const template = new Template(strings.raw, values)
  const origin = callSite()
  try {
    const parsed = parseQuery(template.text)
    return new DataFrame(located(template.filled(parsed), template, origin))
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    error.position = positionIn(template, error.position, origin)
    throw error
  }
}

const HOLE = '__millrace_value_'

/** The text of a query with a name for each value that is no text, and what those names stand for. */
class Template {
  readonly text: string
  /** Where the text of each value starts and ends. */
  readonly holes: { readonly start: number; readonly end: number }[] = []
  readonly #relations = new Map<string, Relation>()
  readonly #expressions = new Map<string, Expression>()

  constructor(strings: readonly string[], values: readonly SqlValue[]) {
    let text = strings[0]!
    for (const [index, value] of values.entries()) {
      const start = text.length
      text += this.#textOf(value, `${HOLE}${index}`)
      this.holes.push({ start, end: text.length })
      text += strings[index + 1]!
    }
    this.text = text
  }

  /** The parsed query with its named values in their places. */
  filled(relation: Relation): Relation {
    if (this.#relations.size + this.#expressions.size === 0) return relation
    return transform(relation, (node) => {
      if (node.kind !== 'Read') return mapExpressions(node, (each) => this.#filledExpression(each))
      const value = this.#relations.get(node.name.at(-1)!)
      if (value === undefined || !node.isStreaming) return value ?? node
      throw new PipelineError('STREAM_OF_QUERY', {}, { position: node.position })
    })
  }

  #filledExpression(expression: Expression): Expression {
    return transformExpression(expression, (node) =>
      node.kind === 'UnresolvedAttribute' ? (this.#expressions.get(node.parts.at(-1)!) ?? node) : node,
    )
  }

  #textOf(value: SqlValue, name: string): string {
    if (value instanceof DataFrame) {
      this.#relations.set(name, value.relation)
      return name
    }
    if (value instanceof Column) {
      this.#expressions.set(name, value.expression)
      return name
    }
    return isDataset(value) ? sqlNameOf(value) : literalText(value)
  }
}

function literalText(value: Exclude<SqlValue, Dataset | DataFrame | Column>): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  if (typeof value === 'bigint') return `${value}L`
  if (value instanceof Date) return `TIMESTAMP '${value.toISOString()}'`
  return String(value)
}

/** The tree with the positions that its nodes have in the user's file. */
function located(relation: Relation, template: Template, origin: Position | undefined): Relation {
  const place = <Node extends { readonly position?: Position }>(node: Node): Node =>
    node.position === undefined || node.position.file !== undefined
      ? node
      : { ...node, position: positionIn(template, node.position, origin) }
  return transform(relation, (node) =>
    place(mapExpressions(node, (each) => transformExpression(each, place))),
  )
}

/**
 * Where a place of the text stands in the user's file. Behind a value the column cannot be known, since only
 * the value's own text is seen here, not what the user wrote between the braces: then it is that of the value.
 */
function positionIn(
  template: Template,
  at: Position | undefined,
  origin: Position | undefined,
): Position | undefined {
  if (at === undefined || origin === undefined) return origin
  const lineStart = offsetOfLine(template.text, at.line)
  const offset = lineStart + at.column - 1
  const hole = template.holes.find((each) => each.start >= lineStart && each.start < offset)
  const column = (hole === undefined ? offset : hole.start) - lineStart + 1
  return {
    ...origin,
    line: origin.line + at.line - 1,
    // A tagged template's call site is its backtick.
    column: at.line === 1 ? origin.column + column : column,
  }
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0
  for (let i = 1; i < line; i++) offset = text.indexOf('\n', offset) + 1
  return offset
}
