import type { Expression } from '../../plan/expression.ts'
import type { Aggregate, LocalRelation, Project, Relation } from '../../plan/relation.ts'
import type { Cursor } from '../cursor.ts'
import { hasAggregate } from './aggregates.ts'
import { parseExpression } from './expression.ts'
import { parseFrom } from './from.ts'
import { type Grouping, parseGroupBy } from './group-by.ts'
import { parseSelectItem } from './select-item.ts'
import { parseWindowClause, withWindows } from './window.ts'

/** `SELECT ... [FROM ...] [WHERE ...] [GROUP BY ...] [HAVING ...] [QUALIFY ...] [WINDOW ...]` */
export function parseSelect(cursor: Cursor): Relation {
  return withWindows(cursor, () => {
    const position = cursor.position()
    cursor.expect('SELECT')
    const distinct = cursor.take('DISTINCT')
    if (!distinct && cursor.is('ALL')) cursor.advance()
    const expressions = cursor.list(() => parseSelectItem(cursor))
    const input = parseWhere(cursor, cursor.is('FROM') ? parseFrom(cursor) : { ...ONE_ROW, position })
    const grouping = parseGroupBy(cursor)
    const having = cursor.take('HAVING') ? parseExpression(cursor) : undefined
    const qualify = cursor.take('QUALIFY') ? parseExpression(cursor) : undefined
    parseWindowClause(cursor)
    const isAggregate = grouping !== undefined || having !== undefined || expressions.some(hasAggregate)
    const node: Project | Aggregate = isAggregate
      ? aggregateOf(input, grouping ?? { groupType: 'groupby', grouping: [] }, expressions, having)
      : { kind: 'Project', input, expressions }
    const selected = { ...node, ...(qualify === undefined ? {} : { qualify }), position }
    return distinct ? { kind: 'Deduplicate', input: selected, withinWatermark: false, position } : selected
  })
}

/** SELECT without FROM reads one row without columns. */
const ONE_ROW: LocalRelation = { kind: 'LocalRelation', rows: [[]], columns: [] }

function parseWhere(cursor: Cursor, input: Relation): Relation {
  const position = cursor.position()
  if (!cursor.take('WHERE')) return input
  return { kind: 'Filter', input, condition: parseExpression(cursor), position }
}

function aggregateOf(
  input: Relation,
  grouping: Grouping,
  expressions: readonly Expression[],
  having: Expression | undefined,
): Aggregate {
  return { kind: 'Aggregate', input, ...grouping, expressions, ...(having === undefined ? {} : { having }) }
}
