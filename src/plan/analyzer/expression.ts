import { PipelineError } from '../../errors/index.ts'
import { canCast } from '../../types/cast-rules.ts'
import { widerTypeOf } from '../../types/coercion.ts'
import { BOOLEAN } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import type { CaseWhen, Cast, Expression, SortOrder, UnresolvedExtractValue } from '../expression.ts'
import type { ResolvedExpression, ResolvedSortOrder } from '../resolved.ts'
import { resolveCall } from './call.ts'
import { castTo } from './cast.ts'
import { extractField, extractItem } from './field.ts'
import { resolveName } from './name.ts'
import { pretty } from './pretty.ts'
import type { Resolver } from './resolver.ts'
import { type CallSite, differentTypes, unexpectedInput } from './signature-match.ts'
import { resolveSubquery } from './subquery.ts'
import { resolveWindow } from './window-expression.ts'

/** An expression over a scope, with Spark's types. Every error carries the position of the innermost node that has one. */
export function resolveExpression(expression: Expression, resolver: Resolver): ResolvedExpression {
  try {
    return resolveNode(expression, resolver)
  } catch (error) {
    if (error instanceof PipelineError && expression.position !== undefined) {
      error.at({ position: expression.position })
    }
    throw error
  }
}

function resolveNode(expression: Expression, resolver: Resolver): ResolvedExpression {
  switch (expression.kind) {
    case 'Literal':
      return { ...expression, nullable: expression.value === null }
    case 'UnresolvedAttribute':
      return resolveName(expression.parts, resolver, expression.position)
    case 'UnresolvedFunction':
      return resolveCall(expression, resolver)
    case 'Alias':
      return resolveExpression(expression.child, resolver)
    case 'Cast':
      return resolveCast(expression, resolver)
    case 'UnresolvedExtractValue':
      return resolveExtract(expression, resolver)
    case 'CaseWhen':
      return resolveCase(expression, resolver)
    case 'WindowExpression':
      return resolveWindow(expression, resolver)
    case 'SubqueryExpression':
      return resolveSubquery(expression, resolver)
    case 'NamedArgument':
      return resolveExpression(expression.value, resolver)
    case 'UnresolvedStar':
      throw new PipelineError('INVALID_USAGE_OF_STAR', { place: 'an expression' })
    case 'LambdaFunction':
      throw new PipelineError('UNSUPPORTED_EXPR_FOR_OPERATOR', {
        invalidExprSqls: pretty(expression, resolver.scope),
        place: 'this place: a lambda is an argument of a higher-order function',
      })
    case 'SortOrder':
      return resolveExpression(expression.child, resolver)
  }
}

function resolveCast(cast: Cast, resolver: Resolver): ResolvedExpression {
  const child = resolveExpression(cast.child, resolver)
  if (!canCast(child.dataType, cast.dataType)) {
    throw new PipelineError('DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION', {
      sqlExpr: pretty(cast, resolver.scope),
      srcType: printSqlType(child.dataType),
      targetType: printSqlType(cast.dataType),
    })
  }
  const mode = cast.mode === 'try' || !resolver.state.context.ansi ? 'try' : 'ansi'
  const result = castTo(child, cast.dataType, mode === 'ansi')
  if (result !== child || child.dataType.kind !== 'unknown') return result
  return { kind: 'Cast', child, dataType: cast.dataType, nullable: true, mode }
}

function resolveExtract(node: UnresolvedExtractValue, resolver: Resolver): ResolvedExpression {
  const child = resolveExpression(node.child, resolver)
  const place = {
    base: pretty(node.child, resolver.scope),
    position: node.position,
    ansi: resolver.state.context.ansi,
  }
  if (node.isField && node.extraction.kind === 'Literal') {
    return extractField(child, String(node.extraction.value), place)
  }
  return extractItem(child, resolveExpression(node.extraction, resolver), place)
}

function resolveCase(node: CaseWhen, resolver: Resolver): ResolvedExpression {
  const site: CallSite = {
    expression: node,
    written: node.branches.map((each) => each.condition),
    name: 'casewhen',
    position: node.position,
    resolver,
  }
  const conditions = node.branches.map((each) => resolveExpression(each.condition, resolver))
  conditions.forEach((each, index) => {
    if (!['boolean', 'void', 'unknown'].includes(each.dataType.kind)) {
      throw unexpectedInput(index, 'BOOLEAN', conditions, site)
    }
  })
  const values = node.branches.map((each) => resolveExpression(each.value, resolver))
  const otherwise = node.otherwise === undefined ? undefined : resolveExpression(node.otherwise, resolver)
  const all = otherwise === undefined ? values : [...values, otherwise]
  const types = all.map((each) => each.dataType)
  const dataType = widerTypeOf(types)
  if (dataType === undefined) throw differentTypes(types, site)
  const { ansi } = resolver.state.context
  return {
    kind: 'Case',
    branches: conditions.map((condition, i) => ({
      condition: castTo(condition, BOOLEAN, ansi),
      value: castTo(values[i]!, dataType, ansi),
    })),
    ...(otherwise === undefined ? {} : { otherwise: castTo(otherwise, dataType, ansi) }),
    dataType,
    nullable: otherwise === undefined || all.some((each) => each.nullable),
  }
}

export function resolveSortOrder(order: SortOrder, resolver: Resolver): ResolvedSortOrder {
  return {
    child: resolveExpression(order.child, resolver),
    direction: order.direction,
    nulls: order.nulls,
  }
}
