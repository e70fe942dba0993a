import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'

/** The column that a watermark was set on, by the name it has at this point of the query. */
export interface EventTime {
  readonly column: string
  /** Microseconds. */
  readonly delayMicros: bigint
}

/** The event-time column that a relation's rows carry, followed through aliases; undefined without a watermark below. */
export function eventTimeOf(relation: Relation): EventTime | undefined {
  switch (relation.kind) {
    case 'WithWatermark':
      return { column: outputName(relation.eventTime), delayMicros: relation.delayMicros }
    case 'Project':
      return throughProject(eventTimeOf(relation.input), relation.expressions)
    case 'WithColumnsRenamed':
      return renamed(eventTimeOf(relation.input), relation.renames)
    case 'Drop':
      return dropped(eventTimeOf(relation.input), relation.columns)
    case 'Join':
      return eventTimeOf(relation.left) ?? eventTimeOf(relation.right)
    case 'SetOperation':
      return eventTimeOf(relation.left) ?? eventTimeOf(relation.right)
    case 'Filter':
    case 'WithColumns':
    case 'SubqueryAlias':
    case 'Deduplicate':
    case 'Expect':
    case 'With':
      return eventTimeOf(relation.input)
    default:
      return undefined
  }
}

/** The name of a column expression: its alias, or the last part of an attribute. */
export function outputName(expression: Expression): string {
  if (expression.kind === 'Alias') return expression.name
  if (expression.kind === 'UnresolvedAttribute') return expression.parts.at(-1)!
  return ''
}

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function throughProject(
  below: EventTime | undefined,
  expressions: readonly Expression[],
): EventTime | undefined {
  if (below === undefined) return undefined
  for (const expression of expressions) {
    const source = expression.kind === 'Alias' ? expression.child : expression
    if (source.kind === 'UnresolvedStar') return below
    if (source.kind === 'UnresolvedAttribute' && sameName(source.parts.at(-1)!, below.column)) {
      return { ...below, column: outputName(expression) }
    }
  }
  return undefined
}

function renamed(
  below: EventTime | undefined,
  renames: readonly { readonly from: string; readonly to: string }[],
): EventTime | undefined {
  const rename = renames.find((each) => below !== undefined && sameName(each.from, below.column))
  return below !== undefined && rename !== undefined ? { ...below, column: rename.to } : below
}

function dropped(below: EventTime | undefined, columns: readonly string[]): EventTime | undefined {
  return below !== undefined && columns.some((name) => sameName(name, below.column)) ? undefined : below
}
