import type { DataType } from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import type { NamedExpression, ResolvedRelation } from '../resolved.ts'
import { castTo } from './cast.ts'
import { projectNode } from './node.ts'
import { columnReference } from './scope.ts'
import { freshId, type QueryState } from './state.ts'

/** The relation with its columns cast to these types, by position; itself where they have them. */
export function castColumns(
  relation: ResolvedRelation,
  types: readonly DataType[],
  state: QueryState,
): ResolvedRelation {
  if (relation.output.every((each, i) => sameType(each.dataType, types[i]!))) return relation
  const expressions = relation.output.map((column, i): NamedExpression => {
    const expression = castTo(columnReference(column), types[i]!, state.context.ansi)
    if (expression.kind === 'Column') return { column, expression }
    const { dataType, nullable } = expression
    return { column: { id: freshId(state), name: column.name, dataType, nullable }, expression }
  })
  return projectNode(relation, expressions)
}
