import { PipelineError, type Position } from '../../errors/index.ts'
import { widerType } from '../../types/coercion.ts'
import { type DataType, UNKNOWN } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import type { Expression } from '../expression.ts'
import type { FunctionDefinition, Parameter, Signature, TypedCall } from '../functions/signature.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { castTo, constantOf, containsUnknown, literal } from './cast.ts'
import { resolveLambda } from './lambda.ts'
import {
  type Acceptance,
  acceptType,
  type Bindings,
  describePattern,
  nullableOf,
  substitute,
} from './pattern.ts'
import { pretty } from './pretty.ts'
import type { Resolver } from './resolver.ts'

/** An argument: resolved, except for lambdas, whose parameters get their types from the signature. */
export type Argument = ResolvedExpression | Extract<Expression, { kind: 'LambdaFunction' }>

/** A call as written, for messages. */
export interface CallSite {
  readonly expression: Expression
  readonly written: readonly Expression[]
  readonly name: string
  readonly position: Position | undefined
  readonly resolver: Resolver
}

export interface MatchedCall {
  readonly signature: number
  readonly arguments: readonly ResolvedExpression[]
  readonly dataType: DataType
  readonly nullable: boolean
}

/** Chooses the signature and casts the arguments. Throws DATATYPE_MISMATCH.* for the nearest signature that refused. */
export function matchSignature(
  definition: FunctionDefinition,
  args: readonly Argument[],
  site: CallSite,
): MatchedCall {
  const signatures = definition.signatures ?? []
  const possible = signatures.flatMap((signature, index) =>
    takes(signature.parameters, args.length) ? [{ signature, index }] : [],
  )
  let refusal: Refusal | undefined
  for (const acceptance of ['exact', 'implicit'] as const) {
    for (const { signature, index } of possible) {
      const result = tryMatch(signature, args, acceptance, site)
      if ('arguments' in result) return finish(signature, index, result, site)
      if (acceptance === 'implicit') refusal ??= result
    }
  }
  throw refused(refusal!, args, site)
}

interface Accepted {
  readonly arguments: readonly ResolvedExpression[]
  readonly bindings: Bindings
}

interface Refusal {
  readonly index: number
  readonly parameter: Parameter
}

function takes(parameters: readonly Parameter[], count: number): boolean {
  const { min, max } = arityOf(parameters)
  return count >= min && count <= max
}

/** How many arguments a signature takes. */
export function arityOf(parameters: readonly Parameter[]): { readonly min: number; readonly max: number } {
  const last = parameters.at(-1)
  if (last?.variadic !== undefined) {
    return { min: parameters.length - 1 + (last.variadic.minimum ?? 0), max: Number.POSITIVE_INFINITY }
  }
  const required = parameters.filter((each) => !each.optional && each.default === undefined)
  return { min: required.length, max: parameters.length }
}

function parameterAt(parameters: readonly Parameter[], index: number): Parameter {
  return parameters[Math.min(index, parameters.length - 1)]!
}

function tryMatch(
  signature: Signature,
  args: readonly Argument[],
  wanted: Acceptance,
  site: CallSite,
): Accepted | Refusal {
  const bindings: Bindings = new Map()
  const lambdas = new Map<number, ResolvedExpression>()
  for (const [index, arg] of args.entries()) {
    const parameter = parameterAt(signature.parameters, index)
    const acceptance = parameter.casts === 'exact' ? 'exact' : wanted
    if (arg.kind === 'LambdaFunction') {
      const resolved = resolveLambda(arg, parameter.type, bindings, site.resolver)
      if (resolved === undefined) return { index, parameter }
      lambdas.set(index, resolved)
    } else if (acceptType(parameter.type, arg.dataType, bindings, acceptance, arg.nullable) === undefined) {
      return { index, parameter }
    }
  }
  const { ansi } = site.resolver.state.context
  const cast = args.map((arg, index) => {
    const parameter = parameterAt(signature.parameters, index)
    const lambda = lambdas.get(index)
    if (lambda !== undefined || arg.kind === 'LambdaFunction') return lambda!
    return castTo(arg, acceptType(parameter.type, arg.dataType, bindings, 'implicit') ?? arg.dataType, ansi)
  })
  return { arguments: [...cast, ...defaults(signature, args.length)], bindings }
}

function defaults(signature: Signature, given: number): readonly ResolvedExpression[] {
  const filled: ResolvedExpression[] = []
  for (const parameter of signature.parameters.slice(given)) {
    if (parameter.default === undefined || 'pattern' in parameter.type) break
    filled.push(literal(parameter.default, parameter.type))
  }
  return filled
}

function finish(signature: Signature, index: number, accepted: Accepted, site: CallSite): MatchedCall {
  const args = accepted.arguments
  for (const [i, arg] of args.entries()) {
    if (parameterAt(signature.parameters, i).literal && constantOf(arg) === undefined) {
      throw notConstant(i, signature, site)
    }
  }
  const call = typedCall(args, site.resolver.state.context.ansi)
  return {
    signature: index,
    arguments: args,
    dataType: returnType(signature, call, accepted.bindings),
    nullable: isNullable(signature, call, accepted.bindings),
  }
}

function returnType(signature: Signature, call: TypedCall, bindings: Bindings): DataType {
  const { returns } = signature
  if (typeof returns === 'function') return call.types.some(containsUnknown) ? UNKNOWN : returns(call)
  return substitute(returns, bindings)
}

function isNullable(signature: Signature, call: TypedCall, bindings: Bindings): boolean {
  const { nullable = 'any', returns } = signature
  if (typeof nullable === 'function') return nullable(call)
  if (nullable !== 'any') return nullable === 'always'
  const fromVariable =
    typeof returns !== 'function' && 'pattern' in returns && returns.pattern === 'variable'
      ? nullableOf(returns, bindings)
      : false
  return fromVariable || call.nullables.some(Boolean)
}

export function typedCall(args: readonly ResolvedExpression[], ansi: boolean): TypedCall {
  return {
    arguments: args,
    types: args.map((each) => each.dataType),
    nullables: args.map((each) => each.nullable),
    literals: args.map(constantOf),
    ansi,
  }
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth']

/** `first`, `second` ... as messages count parameters. */
export function ordinal(index: number): string {
  return ORDINALS[index] ?? `${index + 1}th`
}

function refused(refusal: Refusal, args: readonly Argument[], site: CallSite): PipelineError {
  const clash = variableClash(refusal, args)
  if (clash !== undefined) return differentTypes(clash, site)
  return unexpectedInput(refusal.index, describePattern(refusal.parameter.type), args, site)
}

/** The types that one variable was to hold, when that is why the argument was refused. */
function variableClash(refusal: Refusal, args: readonly Argument[]): readonly DataType[] | undefined {
  const { type } = refusal.parameter
  if (!('pattern' in type) || type.pattern !== 'variable') return undefined
  const types = args.flatMap((each) => (each.kind === 'LambdaFunction' ? [] : [each.dataType]))
  const meets = types.slice(1).every((each) => widerType(types[0]!, each) !== undefined)
  return meets ? undefined : types
}

export function differentTypes(types: readonly DataType[], site: CallSite): PipelineError {
  return new PipelineError(
    'DATATYPE_MISMATCH.DATA_DIFF_TYPES',
    {
      sqlExpr: pretty(site.expression, site.resolver.scope),
      functionName: site.name,
      dataType: [...new Set(types.map(printSqlType))].join(' or '),
    },
    at(site),
  )
}

export function unexpectedInput(
  index: number,
  requiredType: string,
  args: readonly Argument[],
  site: CallSite,
): PipelineError {
  const arg = args[index]!
  const written = site.written[index]
  return new PipelineError(
    'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE',
    {
      sqlExpr: pretty(site.expression, site.resolver.scope),
      paramIndex: ordinal(index),
      requiredType,
      inputSql: written === undefined ? '' : pretty(written, site.resolver.scope),
      inputType: arg.kind === 'LambdaFunction' ? 'a lambda function' : printSqlType(arg.dataType),
    },
    at(site),
  )
}

function notConstant(index: number, signature: Signature, site: CallSite): PipelineError {
  const written = site.written[index]
  return new PipelineError(
    'DATATYPE_MISMATCH.NON_FOLDABLE_INPUT',
    {
      sqlExpr: pretty(site.expression, site.resolver.scope),
      inputName: parameterAt(signature.parameters, index).name ?? ordinal(index),
      inputExpr: written === undefined ? '' : pretty(written, site.resolver.scope),
    },
    at(site),
  )
}

function at(site: CallSite): { position?: Position } {
  return site.position === undefined ? {} : { position: site.position }
}
