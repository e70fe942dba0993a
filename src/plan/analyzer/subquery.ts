import { PipelineError } from '../../errors/index.ts'
import { widerType } from '../../types/coercion.ts'
import { BOOLEAN, type DataType } from '../../types/data-type.ts'
import type { SubqueryExpression } from '../expression.ts'
import type { ResolvedExpression, ResolvedRelation } from '../resolved.ts'
import { castTo } from './cast.ts'
import { castColumns } from './cast-columns.ts'
import { resolveExpression } from './expression.ts'
import { analyzeRelation } from './relation.ts'
import type { Resolver } from './resolver.ts'

/** A query inside an expression; it may name columns of the queries around it. */
export function resolveSubquery(node: SubqueryExpression, resolver: Resolver): ResolvedExpression {
  const state = { ...resolver.state, outer: [resolver.scope, ...resolver.state.outer] }
  const { relation: plan } = analyzeRelation(node.plan, state)
  switch (node.type) {
    case 'exists':
      return {
        kind: 'Subquery',
        type: 'exists',
        plan,
        dataType: BOOLEAN,
        nullable: false,
        ...negation(node),
      }
    case 'scalar': {
      const [column] = plan.output
      if (plan.output.length !== 1 || column === undefined) {
        throw new PipelineError(
          'INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN',
          { number: String(plan.output.length) },
        )
      }
      return { kind: 'Subquery', type: 'scalar', plan, dataType: column.dataType, nullable: true }
    }
    case 'in':
      return resolveIn(node, plan, resolver)
  }
}

const negation = (node: SubqueryExpression) => (node.negated ? { negated: true } : {})

function resolveIn(node: SubqueryExpression, plan: ResolvedRelation, resolver: Resolver): ResolvedExpression {
  const values = (node.values ?? []).map((each) => resolveExpression(each, resolver))
  if (values.length !== plan.output.length) {
    throw new PipelineError('DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH', {
      leftLength: String(values.length),
      rightLength: String(plan.output.length),
    })
  }
  const types = values.map((each, i): DataType => {
    const type = plan.output[i]!.dataType
    return widerType(each.dataType, type) ?? each.dataType
  })
  const { ansi } = resolver.state.context
  return {
    kind: 'Subquery',
    type: 'in',
    plan: castColumns(plan, types, resolver.state),
    values: values.map((each, i) => castTo(each, types[i]!, ansi)),
    dataType: BOOLEAN,
    nullable: values.some((each) => each.nullable) || plan.output.some((each) => each.nullable),
    ...negation(node),
  }
}
