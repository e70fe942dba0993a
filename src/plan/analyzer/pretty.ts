import { printSqlType } from '../../types/ddl.ts'
import type {
  Expression,
  FrameBoundary,
  Literal,
  UnresolvedFunction,
  WindowExpression,
} from '../expression.ts'
import { functionNamed } from '../functions/index.ts'
import { operatorNamed } from '../operators.ts'
import { findName, type Scope } from './scope.ts'

/** The name of a column that was given none (Spark's ResolveAliases): the attribute or field, else the pretty text. */
export function automaticName(expression: Expression, scope: Scope): string {
  switch (expression.kind) {
    case 'UnresolvedAttribute':
      return expression.parts.at(-1)!
    case 'Cast':
      return isNamed(expression.child) ? automaticName(expression.child, scope) : pretty(expression, scope)
    case 'UnresolvedExtractValue':
      return isNamed(expression) ? String(literalText(expression.extraction)) : pretty(expression, scope)
    default:
      return pretty(expression, scope)
  }
}

function isNamed(expression: Expression): boolean {
  return (
    expression.kind === 'UnresolvedAttribute' ||
    (expression.kind === 'UnresolvedExtractValue' && expression.isField) ||
    (expression.kind === 'Cast' && isNamed(expression.child))
  )
}

/**
 * An expression as Spark writes it in messages and automatic names (`toPrettySQL`): columns without their qualifiers,
 * strings without quotes, operators in brackets.
 */
export function pretty(expression: Expression, scope: Scope): string {
  const inner = (child: Expression) => pretty(child, scope)
  switch (expression.kind) {
    case 'Literal':
      return literalText(expression)
    case 'UnresolvedAttribute': {
      const match = findName(scope, expression.parts)
      return expression.parts.slice(match?.qualifierLength ?? 0).join('.')
    }
    case 'UnresolvedStar':
      return expression.target === undefined ? '*' : `${expression.target.join('.')}.*`
    case 'UnresolvedFunction':
      return functionText(expression, inner)
    case 'Alias':
      return `${inner(expression.child)} AS ${expression.name}`
    case 'Cast': {
      if (['array', 'map', 'struct'].includes(expression.dataType.kind)) return inner(expression.child)
      const verb = expression.mode === 'try' ? 'TRY_CAST' : 'CAST'
      return `${verb}(${inner(expression.child)} AS ${printSqlType(expression.dataType)})`
    }
    case 'UnresolvedExtractValue': {
      const child = inner(expression.child)
      const extraction = inner(expression.extraction)
      return expression.isField ? `${child}.${extraction}` : `${child}[${extraction}]`
    }
    case 'CaseWhen': {
      const branches = expression.branches.map(
        (each) => ` WHEN ${inner(each.condition)} THEN ${inner(each.value)}`,
      )
      const otherwise = expression.otherwise === undefined ? '' : ` ELSE ${inner(expression.otherwise)}`
      return `CASE${branches.join('')}${otherwise} END`
    }
    case 'LambdaFunction':
      return lambdaText(expression.body, expression.parameters, scope)
    case 'WindowExpression':
      return windowText(expression, inner)
    case 'SortOrder':
      return `${inner(expression.child)} ${expression.direction.toUpperCase()} NULLS ${expression.nulls.toUpperCase()}`
    case 'SubqueryExpression': {
      if (expression.type !== 'in') return expression.type === 'exists' ? 'exists()' : 'scalarsubquery()'
      const values = (expression.values ?? []).map(inner).join(', ')
      const text = `(${values} IN (listquery()))`
      return expression.negated ? `(NOT ${text})` : text
    }
    case 'NamedArgument':
      return `${expression.name} => ${inner(expression.value)}`
  }
}

function lambdaText(body: Expression, parameters: readonly string[], scope: Scope): string {
  const names = new Set(parameters.map((each) => each.toLowerCase()))
  const entries = scope.entries.filter((each) => !names.has(each.column.name.toLowerCase()))
  const text = pretty(body, { entries, open: [] })
  const shown = parameters.reduce(
    (shorter, name) => shorter.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), 'namedlambdavariable()'),
    text,
  )
  return `lambdafunction(${[shown, ...parameters.map(() => 'namedlambdavariable()')].join(', ')})`
}

function functionText(call: UnresolvedFunction, inner: (child: Expression) => string): string {
  const filter = call.filter === undefined ? '' : ` FILTER (WHERE ${inner(call.filter)})`
  const group =
    call.withinGroup === undefined ? '' : ` WITHIN GROUP (ORDER BY ${call.withinGroup.map(inner).join(', ')})`
  return `${callText(call, inner)}${group}${filter}`
}

/** Operators that Spark's pretty text writes otherwise than as `(a op b)`. */
const SPECIAL: Readonly<Record<string, (args: readonly string[]) => string>> = {
  '||': (args) => `concat(${args.join(', ')})`,
  '<>': ([a, b]) => `(NOT (${a} = ${b}))`,
  between: (args) => `between(${args.join(', ')})`,
  in: ([value, ...list]) => `(${value} IN (${list.join(', ')}))`,
  like: ([text, pattern, by]) => `${text} LIKE ${pattern}${by === undefined ? '' : ` ESCAPE '${by}'`}`,
  ilike: (args) => `ilike(${args.join(', ')})`,
  rlike: (args) => `RLIKE(${args.join(', ')})`,
  like_any: ([text]) => `likeany(${text})`,
  like_all: ([text]) => `likeall(${text})`,
  is_true: ([a]) => `(${a} IS TRUE)`,
  is_false: ([a]) => `(${a} IS FALSE)`,
  if: (args) => `(IF(${args.join(', ')}))`,
  '~': ([a]) => `~${a}`,
}

function callText(call: UnresolvedFunction, inner: (child: Expression) => string): string {
  const args = call.arguments.map(inner)
  const special = SPECIAL[call.name]
  if (special !== undefined) return special(args)
  const operator = operatorNamed(call.name)
  if (operator !== undefined && args.length <= 2 && operator.form !== 'predicate') {
    const symbol = call.name === 'div' ? 'div' : operator.symbol
    if (operator.form === 'infix') return `(${args[0]} ${symbol} ${args[1]})`
    return operator.form === 'prefix' ? `(${symbol} ${args[0]})` : `(${args[0]} ${symbol})`
  }
  const name = functionNamed(call.name)?.prettyName ?? call.name
  const isCountStar = call.name === 'count' && args.length === 1 && args[0] === '*'
  return `${name}(${call.distinct ? 'DISTINCT ' : ''}${isCountStar ? '1' : args.join(', ')})`
}

function windowText(window: WindowExpression, inner: (child: Expression) => string): string {
  const parts: string[] = []
  if (window.partitionBy.length > 0) parts.push(`PARTITION BY ${window.partitionBy.map(inner).join(', ')}`)
  if (window.orderBy.length > 0) parts.push(`ORDER BY ${window.orderBy.map(inner).join(', ')}`)
  parts.push(frameText(window, inner))
  return `${inner(window.function)} OVER (${parts.join(' ')})`
}

function frameText(window: WindowExpression, inner: (child: Expression) => string): string {
  const { frame } = window
  if (frame !== undefined) {
    const bounds = `${boundText(frame.lower, inner)} AND ${boundText(frame.upper, inner)}`
    return `${frame.type.toUpperCase()} BETWEEN ${bounds}`
  }
  const call = window.function
  const isRanking = call.kind === 'UnresolvedFunction' && functionNamed(call.name)?.kind === 'window'
  if (isRanking) return 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW'
  return window.orderBy.length > 0
    ? 'RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW'
    : 'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING'
}

const BOUNDS = {
  unboundedPreceding: 'UNBOUNDED PRECEDING',
  currentRow: 'CURRENT ROW',
  unboundedFollowing: 'UNBOUNDED FOLLOWING',
}

function boundText(bound: FrameBoundary, inner: (child: Expression) => string): string {
  if (!('value' in bound)) return BOUNDS[bound.kind]
  return `${inner(bound.value)} ${bound.kind.toUpperCase()}`
}

function literalText(expression: Expression): string {
  if (expression.kind !== 'Literal') return ''
  const { value, dataType } = expression
  if (value === null) return 'NULL'
  switch (dataType.kind) {
    case 'float':
    case 'double':
      return javaDouble(Number(value))
    case 'date':
      return `DATE '${value}'`
    case 'timestamp':
      return `TIMESTAMP '${timeText(value)}'`
    case 'timestamp_ntz':
      return `TIMESTAMP_NTZ '${timeText(value)}'`
    case 'binary':
      return `X'${Buffer.from(value as Uint8Array)
        .toString('hex')
        .toUpperCase()}'`
    case 'interval day to second':
      return `INTERVAL '${dayTimeText(value as bigint)}' DAY TO SECOND`
    case 'interval year to month':
      return `INTERVAL '${(value as bigint) / 12n}-${(value as bigint) % 12n}' YEAR TO MONTH`
    default:
      return String(value)
  }
}

function timeText(value: Literal['value']): string {
  return String(value).replace(/(\.\d*?)0+$/, (_, kept: string) => (kept === '.' ? '' : kept))
}

function dayTimeText(micros: bigint): string {
  const sign = micros < 0n ? '-' : ''
  const size = micros < 0n ? -micros : micros
  const two = (value: bigint) => value.toString().padStart(2, '0')
  const seconds = size / 1_000_000n
  const fraction = (size % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '')
  const time = `${two((seconds / 3600n) % 24n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`
  return `${sign}${seconds / 86_400n} ${time}${fraction === '' ? '' : `.${fraction}`}`
}

/** A double as Java writes it: `1000.0`, `1.0E10`. */
function javaDouble(value: number): string {
  const size = Math.abs(value)
  if (Object.is(value, -0)) return '-0.0'
  if (!Number.isFinite(value)) return String(value)
  if (size === 0 || (size >= 1e-3 && size < 1e7))
    return Number.isInteger(value) ? `${value}.0` : String(value)
  const [mantissa, exponent] = value.toExponential().split('e')
  return `${mantissa!.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}
