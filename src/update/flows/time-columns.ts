import { attribute } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { walk, walkExpression } from '../../plan/rewrite.ts'
import { callsIn } from './volatile-calls.ts'

/**
 * Whether a condition over a query's rows calls a time function, or may look at a column that shows one. Columns are told by
 * their names alone: those that cannot be told count as looked at.
 */
export function looksAtTime(condition: Expression, input: Relation): boolean {
  const columns = new TimeColumns()
  for (const node of walk(input)) columns.add(node)
  return columns.isShownIn(condition)
}

/** Names of columns that show a time function, in lower case, gathered bottom-up. */
class TimeColumns {
  readonly #names = new Set<string>()
  #hasUnknown = false

  add(node: Relation): void {
    if (isRenamedByPlace(node)) this.#hasUnknown ||= this.#names.size > 0
    for (const [name, expression] of definedBy(node)) {
      if (!this.isShownIn(expression)) continue
      if (name === undefined) this.#hasUnknown = true
      else this.#names.add(name.toLowerCase())
    }
  }

  isShownIn(expression: Expression): boolean {
    if (callsIn(expression, 'time')) return true
    for (const node of walkExpression(expression)) {
      const reads = node.kind === 'UnresolvedAttribute' ? node.parts : []
      const isAny = node.kind === 'SubqueryExpression' || node.kind === 'UnresolvedStar'
      if (this.#hasUnknown && (isAny || reads.length > 0)) return true
      if (isAny && this.#names.size > 0) return true
      if (reads.some((each) => this.#names.has(each.toLowerCase()))) return true
    }
    return false
  }
}

/** Columns that a node makes, with their names where it gives them one. */
function definedBy(node: Relation): readonly (readonly [string | undefined, Expression])[] {
  switch (node.kind) {
    case 'Project':
    case 'Aggregate':
      return node.expressions
        .filter((each) => each.kind !== 'UnresolvedStar')
        .map((each) => (each.kind === 'Alias' ? [each.name, each.child] : [nameOf(each), each]))
    case 'WithColumns':
      return node.columns.map(({ name, expression }) => [name, expression])
    case 'WithColumnsRenamed':
      return node.renames.map(({ from, to }) => [to, attribute(from)])
    default:
      return []
  }
}

function nameOf(expression: Expression): string | undefined {
  return expression.kind === 'UnresolvedAttribute' ? expression.parts.at(-1) : undefined
}

/** Its columns have other names than those below, which stand in the same places. */
function isRenamedByPlace(node: Relation): boolean {
  if (node.kind === 'SetOperation') return !node.byName
  if (node.kind === 'SubqueryAlias') return node.columns !== undefined
  return node.kind === 'With' && node.definitions.some((each) => each.columns !== undefined)
}
