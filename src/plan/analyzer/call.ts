import { nearest, PipelineError } from '../../errors/index.ts'
import { canImplicitlyCast } from '../../types/cast-rules.ts'
import { widerTypeOf } from '../../types/coercion.ts'
import { INTEGER } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import type { Expression, UnresolvedFunction } from '../expression.ts'
import { functionNamed, functionNames } from '../functions/index.ts'
import type { FunctionDefinition } from '../functions/signature.ts'
import type { ResolvedCall, ResolvedExpression } from '../resolved.ts'
import { castTo } from './cast.ts'
import { resolveExpression, resolveSortOrder } from './expression.ts'
import { pretty } from './pretty.ts'
import type { Resolver } from './resolver.ts'
import { columnReference } from './scope.ts'
import {
  type Argument,
  arityOf,
  type CallSite,
  differentTypes,
  type MatchedCall,
  matchSignature,
  unexpectedInput,
} from './signature-match.ts'
import { expandStar } from './star.ts'

/**
 * A function call with the types that Spark gives it. `isWindowed` is a call right below OVER.
 * Throws UNRESOLVED_ROUTINE, WRONG_NUM_ARGS, DATATYPE_MISMATCH.*, NESTED_AGGREGATE_FUNCTION,
 * WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE, INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX.
 */
export function resolveCall(
  node: UnresolvedFunction,
  given: Resolver,
  isWindowed = false,
): ResolvedExpression {
  const definition = definitionOf(node)
  if (definition.replace !== undefined)
    return resolveReplaced(definition, definition.replace, node, given, isWindowed)
  const resolver = definition.kind === 'aggregate' && !isWindowed ? overRows(given) : given
  if (definition.kind === 'window' && !isWindowed) {
    throw failure(node, 'WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE', { funcName: pretty(node, resolver.scope) })
  }
  const aggregatesBefore = resolver.seen.aggregates.length
  const written = argumentsInOrder(node, definition, resolver)
  checkArity(definition, node, written.length)
  const args = written.map(
    (each): Argument => (each.kind === 'LambdaFunction' ? each : resolveExpression(each, resolver)),
  )
  checkNoGenerators(args, node, resolver)
  const site = { expression: node, written, name: node.name, position: node.position, resolver }
  const matched = match(definition, args, site)
  const call: ResolvedCall = {
    kind: 'Call',
    function: definition.name,
    ...matched,
    ...modifiers(node, definition, resolver),
    ...(node.position === undefined ? {} : { position: node.position }),
  }
  note(definition, call, resolver, isWindowed, aggregatesBefore)
  return call
}

/** In HAVING and ORDER BY an aggregate is over rows of the input, whatever outputs have the names of its columns (as in Spark). */
function overRows(resolver: Resolver): Resolver {
  const { aliases, ...rest } = resolver
  return aliases?.first ? rest : resolver
}

function checkNoGenerators(args: readonly Argument[], node: UnresolvedFunction, resolver: Resolver): void {
  if (!args.some((each) => each.kind === 'Call' && functionNamed(each.function)?.kind === 'generator')) return
  throw failure(node, 'UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS', {
    expression: pretty(node, resolver.scope),
  })
}

function definitionOf(node: UnresolvedFunction): FunctionDefinition {
  const definition = functionNamed(node.name)
  if (definition !== undefined) return definition
  const near = nearest(
    node.name,
    functionNames().filter((each) => /^[a-z]/.test(each)),
  )
  throw failure(node, 'UNRESOLVED_ROUTINE', {
    routineName: node.name,
    suggestion:
      near === undefined ? 'No built-in function has a name near to it.' : `Did you mean ${near}()?`,
  })
}

function resolveReplaced(
  definition: FunctionDefinition,
  replace: NonNullable<FunctionDefinition['replace']>,
  node: UnresolvedFunction,
  resolver: Resolver,
  isWindowed: boolean,
): ResolvedExpression {
  const written = argumentsInOrder(node, definition, resolver)
  checkArity(definition, node, written.length)
  const replacement = replace(written)
  if (replacement.kind !== 'UnresolvedFunction') return resolveExpression(replacement, resolver)
  const { distinct, filter, withinGroup, nulls, position } = node
  const given = { distinct, filter, withinGroup, nulls, position }
  const carried = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return resolveCall({ ...replacement, ...carried }, resolver, isWindowed)
}

/** Stars expanded (`count(*)` is `count(1)`), named arguments at their places. */
function argumentsInOrder(
  node: UnresolvedFunction,
  definition: FunctionDefinition,
  resolver: Resolver,
): readonly Expression[] {
  const ordered: Expression[] = []
  for (const argument of node.arguments) {
    if (argument.kind === 'NamedArgument') {
      ordered[namedIndex(argument.name, definition, node)] = argument.value
    } else if (argument.kind !== 'UnresolvedStar') {
      ordered.push(argument)
    } else if (definition.name === 'count' && argument.target === undefined && !node.distinct) {
      ordered.push({ kind: 'Literal', value: 1, dataType: INTEGER })
    } else {
      ordered.push(
        ...expandStar(argument, resolver.scope).map(
          (each): Expression => ({
            kind: 'UnresolvedAttribute',
            parts: [...each.qualifier, columnReference(each.column).name],
          }),
        ),
      )
    }
  }
  return ordered
}

function namedIndex(name: string, definition: FunctionDefinition, node: UnresolvedFunction): number {
  const names = (definition.signatures ?? []).flatMap((each) => each.parameters.map((one) => one.name))
  const known = names.filter((each) => each !== undefined)
  if (known.length === 0) throw failure(node, 'NAMED_PARAMETERS_NOT_SUPPORTED', { functionName: node.name })
  for (const { parameters } of definition.signatures ?? []) {
    const index = parameters.findIndex((each) => each.name?.toLowerCase() === name.toLowerCase())
    if (index >= 0) return index
  }
  throw failure(node, 'UNRECOGNIZED_PARAMETER_NAME', {
    routineName: node.name,
    argumentName: name,
    proposal: [...new Set(known)].join(', '),
  })
}

function checkArity(definition: FunctionDefinition, node: UnresolvedFunction, actual: number): void {
  const arities = definition.signatures?.map((each) => arityOf(each.parameters)) ?? [
    definition.arity ?? { min: 0, max: Number.POSITIVE_INFINITY },
  ]
  if (arities.some(({ min, max }) => actual >= min && actual <= max)) return
  throw failure(node, 'WRONG_NUM_ARGS.WITHOUT_SUGGESTION', {
    functionName: node.name,
    expectedNum: expectedCount(arities),
    actualNum: String(actual),
  })
}

function expectedCount(arities: readonly { readonly min: number; readonly max: number }[]): string {
  const min = Math.min(...arities.map((each) => each.min))
  const max = Math.max(...arities.map((each) => each.max))
  if (max === Number.POSITIVE_INFINITY) return `at least ${min}`
  return min === max ? String(min) : `${min} to ${max}`
}

function match(definition: FunctionDefinition, args: readonly Argument[], site: CallSite): MatchedCall {
  if (definition.resolve === undefined) return matchSignature(definition, args, site)
  const resolved = args.map((each, index) => {
    if (each.kind === 'LambdaFunction') throw unexpectedInput(index, 'a value', args, site)
    return each
  })
  const { ansi } = site.resolver.state.context
  const result = definition.resolve(resolved, {
    name: definition.name,
    ansi,
    cast: (expression, type) => castTo(expression, type, ansi),
    canCast: canImplicitlyCast,
    widen: (expressions) => {
      const types = expressions.map((each) => each.dataType)
      const common = widerTypeOf(types)
      if (common === undefined) throw differentTypes(types, site)
      return common
    },
    refuse: (index, required) => {
      throw unexpectedInput(index, required, args, site)
    },
    refuseOrdering: (index) => {
      throw new PipelineError(
        'DATATYPE_MISMATCH.INVALID_ORDERING_TYPE',
        {
          sqlExpr: pretty(site.expression, site.resolver.scope),
          functionName: definition.name,
          dataType: printSqlType(resolved[index]!.dataType),
        },
        site.position === undefined ? {} : { position: site.position },
      )
    },
    refuseOperands: (required) => {
      throw operandError(resolved, required, site)
    },
  })
  return { signature: -1, ...result }
}

function operandError(args: readonly ResolvedExpression[], required: string, site: CallSite): PipelineError {
  const sqlExpr = pretty(site.expression, site.resolver.scope)
  const [left, right] = args.map((each) => printSqlType(each.dataType))
  const context = site.position === undefined ? {} : { position: site.position }
  if (left !== right) {
    return new PipelineError(
      'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES',
      { sqlExpr, left: left!, right: right! },
      context,
    )
  }
  return new PipelineError(
    'DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE',
    { sqlExpr, inputType: required, actualDataType: left! },
    context,
  )
}

/** DISTINCT, FILTER, WITHIN GROUP and IGNORE NULLS, refused where the function has no use for them. */
function modifiers(
  node: UnresolvedFunction,
  definition: FunctionDefinition,
  resolver: Resolver,
): Pick<ResolvedCall, 'distinct' | 'filter' | 'orderBy' | 'nulls'> {
  const refused =
    definition.kind === 'aggregate' ? (definition.refuses ?? []) : ['distinct', 'filter', 'nulls']
  const used = { distinct: node.distinct === true, filter: node.filter !== undefined }
  const unsupported = (['distinct', 'filter'] as const).find((each) => used[each] && refused.includes(each))
  if (unsupported !== undefined) {
    throw failure(node, 'INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX', {
      prettyName: node.name,
      syntax: unsupported.toUpperCase(),
    })
  }
  return {
    ...(node.distinct ? { distinct: true } : {}),
    ...(node.filter === undefined ? {} : { filter: resolveExpression(node.filter, resolver) }),
    ...(node.withinGroup === undefined
      ? {}
      : { orderBy: node.withinGroup.map((each) => resolveSortOrder(each, resolver)) }),
    ...(node.nulls === undefined ? {} : { nulls: node.nulls }),
  }
}

function note(
  definition: FunctionDefinition,
  call: ResolvedCall,
  resolver: Resolver,
  isWindowed: boolean,
  aggregatesBefore: number,
): void {
  const { seen } = resolver
  if (definition.kind === 'generator') seen.generators.push(call)
  if (definition.kind !== 'aggregate' || isWindowed) return
  if (seen.aggregates.length > aggregatesBefore) {
    const context = call.position === undefined ? {} : { position: call.position }
    throw new PipelineError('NESTED_AGGREGATE_FUNCTION', {}, context)
  }
  seen.aggregates.push(call)
}

function failure<C extends ConstructorParameters<typeof PipelineError>[0]>(
  node: Expression,
  condition: C,
  parameters: ConstructorParameters<typeof PipelineError<C>>[1],
): PipelineError<C> {
  return new PipelineError(
    condition,
    parameters,
    node.position === undefined ? {} : { position: node.position },
  )
}
