import { aggregate, alias, call, conjunction, project } from '../../../plan/build.ts'
import type { Expression, Literal } from '../../../plan/expression.ts'
import { transformExpression } from '../../../plan/rewrite.ts'
import { type DataType, fieldNamed } from '../../../types/data-type.ts'
import type { Value } from '../../../types/row.ts'
import { sameType } from '../../../types/same-type.ts'
import { boundsAll } from '../../files/statistics-bounds.ts'
import type { RowEngine, RowSession } from '../../row-engine.ts'
import type { MergeScope } from './merge-scope.ts'
import { sideOf } from './merge-sides.ts'

/** Up to this many distinct keys of the source are looked for one by one, beyond it their range. */
const MOST_KEYS = 100

/**
 * Conditions over the target's columns alone that every matching row fulfils: the parts of the join condition that name no
 * source column, and for `target column = source expression` the source's values or their range. They choose the files that
 * are read.
 */
export async function targetConditions(
  session: RowSession,
  engine: RowEngine,
  scope: MergeScope,
  condition: Expression,
): Promise<Expression[]> {
  const found: Expression[] = []
  for (const part of conjuncts(condition)) {
    if (sideOf(part, scope) === 'target') found.push(unqualified(part, scope))
    const key = keyOf(part, scope)
    if (key === undefined) continue
    const values = await sourceValues(session, engine, scope, key)
    if (values !== undefined) found.push(values)
  }
  return found
}

function conjuncts(condition: Expression): Expression[] {
  const isAnd = condition.kind === 'UnresolvedFunction' && condition.name === 'and'
  return isAnd ? condition.arguments.flatMap(conjuncts) : [condition]
}

/** Names as the table's own columns have them. */
function unqualified(expression: Expression, { targetAlias }: MergeScope): Expression {
  return transformExpression(expression, (node) =>
    node.kind === 'UnresolvedAttribute' &&
    node.parts.length > 1 &&
    node.parts[0]!.toLowerCase() === targetAlias?.toLowerCase()
      ? { ...node, parts: node.parts.slice(1) }
      : node,
  )
}

/** `target column = source expression`, either way round. */
interface Key {
  readonly column: Expression
  readonly type: DataType
  readonly value: Expression
}

function keyOf(part: Expression, scope: MergeScope): Key | undefined {
  if (part.kind !== 'UnresolvedFunction' || (part.name !== '=' && part.name !== '==')) return undefined
  const [left, right] = part.arguments as readonly [Expression, Expression]
  for (const [column, value] of [
    [left, right],
    [right, left],
  ] as const) {
    if (column.kind !== 'UnresolvedAttribute' || sideOf(column, scope) !== 'target') continue
    if (sideOf(value, scope) !== 'source') continue
    const plain = unqualified(column, scope)
    const field =
      plain.kind === 'UnresolvedAttribute' ? fieldNamed(scope.targetSchema, plain.parts[0]!) : undefined
    if (field !== undefined && plain.kind === 'UnresolvedAttribute' && plain.parts.length === 1) {
      return { column: plain, type: field.dataType, value }
    }
  }
  return undefined
}

async function sourceValues(
  session: RowSession,
  engine: RowEngine,
  scope: MergeScope,
  { column, type, value }: Key,
): Promise<Expression | undefined> {
  const keys = project(scope.source, [alias(value, 'k')])
  const valueType = engine.schemaOf(keys).fields[0]!.dataType
  if (!boundsAll(type) || !sameType(type, valueType)) return undefined
  const [bounds] = await session.rows(
    aggregate(
      keys,
      [],
      ['min', 'max', 'approx_count_distinct'].map((name) =>
        alias(call(name, { kind: 'UnresolvedAttribute', parts: ['k'] }), name),
      ),
    ),
  )
  const [min, max, count] = bounds!
  const literal = (each: Value): Literal => ({
    kind: 'Literal',
    value: each as Literal['value'],
    dataType: type,
  })
  if (min === null) return undefined
  if ((count as bigint) <= MOST_KEYS / 2) {
    const rows = await session.rows({ kind: 'Deduplicate', input: keys, withinWatermark: false })
    const present = rows.flatMap(([each]) => (each == null ? [] : [literal(each)]))
    return call('in', column, ...present)
  }
  return conjunction([call('>=', column, literal(min!)), call('<=', column, literal(max!))])
}
