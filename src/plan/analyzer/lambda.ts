import { PipelineError } from '../../errors/index.ts'
import type { LambdaFunction } from '../expression.ts'
import type { TypePattern } from '../functions/signature.ts'
import type { ResolvedLambda, ResolvedParameter } from '../resolved.ts'
import { resolveExpression } from './expression.ts'
import { acceptType, type Bindings, nullableOf, substitute } from './pattern.ts'
import type { Resolver } from './resolver.ts'
import { freshId } from './state.ts'

/**
 * A lambda under the types that the other arguments gave its parameters; its result binds variables in turn.
 * Undefined where no lambda is wanted. Throws INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH for a wrong number of parameters.
 */
export function resolveLambda(
  lambda: LambdaFunction,
  pattern: TypePattern,
  bindings: Bindings,
  resolver: Resolver,
): ResolvedLambda | undefined {
  if (!('pattern' in pattern) || pattern.pattern !== 'lambda') return undefined
  checkParameters(lambda, pattern)
  const parameters = lambda.parameters.map((name, i): ResolvedParameter => {
    const type = pattern.parameters[i]!
    return {
      kind: 'Parameter',
      id: freshId(resolver.state),
      name,
      dataType: substitute(type, bindings),
      nullable: nullableOf(type, bindings) && 'pattern' in type,
    }
  })
  const body = resolveExpression(lambda.body, {
    ...resolver,
    parameters: [...parameters, ...resolver.parameters],
  })
  const result = acceptType(pattern.result, body.dataType, bindings, 'implicit', body.nullable)
  if (result === undefined) return undefined
  return { kind: 'Lambda', parameters, body, dataType: body.dataType, nullable: body.nullable }
}

function checkParameters(
  lambda: LambdaFunction,
  pattern: Extract<TypePattern, { readonly pattern: 'lambda' }>,
): void {
  const [most, actual] = [pattern.parameters.length, lambda.parameters.length]
  const least = pattern.minimum ?? most
  if (actual >= least && actual <= most) return
  throw new PipelineError(
    'INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH',
    {
      actualNumArgs: String(actual),
      expectedNumArgs: least === most ? String(most) : `${least} to ${most}`,
    },
    lambda.position === undefined ? {} : { position: lambda.position },
  )
}
