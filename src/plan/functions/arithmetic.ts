import { tightestCommonType, widerWithString } from '../../types/coercion.ts'
import {
  DATE,
  DAY_TIME_INTERVAL,
  type DataType,
  type DecimalType,
  DOUBLE,
  INTEGER,
  LONG,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  UNKNOWN,
} from '../../types/data-type.ts'
import { decimalFor, decimalOfWholeNumber, decimalResult } from '../../types/decimal-rules.ts'
import { isDatetime, isIntegral, isInterval, isNumeric } from '../../types/type-classes.ts'
import type { ResolvedExpression } from '../resolved.ts'
import {
  printDecimalDiv,
  printDecimalDivision,
  printDecimalInfix,
  printDecimalProduct,
} from './decimal-forms.ts'
import type { FunctionDefinition, PrintedCall, ResolveContext, ResolvedArguments } from './signature.ts'

type Symbol = '+' | '-' | '*' | '/' | '%' | 'div'
type Pair = readonly [ResolvedExpression, ResolvedExpression]

const OPERANDS = 'NUMERIC or INTERVAL'
const DAY_MICROS = 86_400_000_000n

/** `+ - * / % div`: Spark's promotion (AnsiTypeCoercion, DecimalPrecision) and, in DuckDB, ANSI errors. */
export const arithmeticFunctions: readonly FunctionDefinition[] = [
  binary('+'),
  binary('-'),
  binary('*'),
  binary('/'),
  binary('%', ['mod']),
  binary('div'),
]

function binary(symbol: Symbol, aliases: readonly string[] = []): FunctionDefinition {
  return {
    name: symbol,
    aliases,
    kind: 'scalar',
    arity: { min: 2, max: 2 },
    resolve: (args, call) => resolveBinary(symbol, args as unknown as Pair, call),
    duckdb: { kind: 'scalar', print: (args, call) => printBinary(symbol, args, call) },
  }
}

function resolveBinary(symbol: Symbol, given: Pair, call: ResolveContext): ResolvedArguments {
  const pair = withoutStrings(given, call)
  const [left, right] = pair.map((each) => each.dataType) as [DataType, DataType]
  if (left.kind === 'unknown' || right.kind === 'unknown') {
    return { arguments: pair, dataType: unknownOperand(symbol, left, right), nullable: true }
  }
  const temporal = resolveTemporal(symbol, pair, call)
  if (temporal !== undefined) return temporal
  if (!isNumberOrNull(left) || !isNumberOrNull(right)) return call.refuseOperands(OPERANDS)
  if (left.kind === 'decimal' || right.kind === 'decimal') {
    const decimals = decimalPair(pair, call)
    if (decimals !== undefined) return resolveDecimal(symbol, decimals, call)
  }
  const common = numericType(symbol, left, right)
  return finish(symbol, pair.map((each) => call.cast(each, common)) as unknown as Pair, common, call)
}

/** A division gives a double or a whole number, whatever the side is that is not known yet. */
function unknownOperand(symbol: Symbol, left: DataType, right: DataType): DataType {
  if (symbol === 'div') return LONG
  const known = left.kind === 'unknown' ? right : left
  return symbol === '/' && known.kind === 'double' ? DOUBLE : UNKNOWN
}

function finish(symbol: Symbol, args: Pair, dataType: DataType, call: ResolveContext): ResolvedArguments {
  const divides = symbol === '/' || symbol === '%' || symbol === 'div'
  const nullable = args.some((each) => each.nullable) || divides || !call.ansi
  return { arguments: args, dataType: symbol === 'div' ? LONG : dataType, nullable }
}

function isNumberOrNull(type: DataType): boolean {
  return isNumeric(type) || type.kind === 'void'
}

/** A string beside a number is read as BIGINT or DOUBLE; two strings stay what they are and are refused. */
function withoutStrings(pair: Pair, call: ResolveContext): Pair {
  const [left, right] = pair
  if ((left.dataType.kind === 'string') === (right.dataType.kind === 'string')) return pair
  const type = widerWithString(left.dataType, right.dataType)
  if (type === undefined) return pair
  return [call.cast(left, type), call.cast(right, type)]
}

/** Both sides as decimals of their own precision; undefined where one is a float and both become double. */
function decimalPair(pair: Pair, call: ResolveContext): Pair | undefined {
  const types = pair.map((each) => each.dataType.kind)
  if (types.includes('float') || types.includes('double')) return undefined
  return pair.map((each, i) => {
    if (each.dataType.kind === 'void') return call.cast(each, pair[1 - i]!.dataType)
    return call.cast(each, literalDecimal(each) ?? decimalFor(each.dataType)!)
  }) as unknown as Pair
}

/** A whole-number literal takes only the digits it needs: `d + 1` grows by one digit, not by ten. */
function literalDecimal(expression: ResolvedExpression): DecimalType | undefined {
  if (expression.kind !== 'Literal' || !isIntegral(expression.dataType)) return undefined
  return decimalOfWholeNumber(expression.value as number | bigint)
}

function resolveDecimal(symbol: Symbol, pair: Pair, call: ResolveContext): ResolvedArguments {
  const [left, right] = pair.map((each) => each.dataType) as [DecimalType, DecimalType]
  const type = symbol === 'div' ? LONG : decimalResult(symbol, left, right)
  return finish(symbol, pair, type, call)
}

function numericType(symbol: Symbol, left: DataType, right: DataType): DataType {
  if (symbol === '/') return DOUBLE
  if (symbol === 'div') return LONG
  const common = tightestCommonType(left, right) ?? DOUBLE
  return common.kind === 'void' ? DOUBLE : common
}

function resolveTemporal(symbol: Symbol, pair: Pair, call: ResolveContext): ResolvedArguments | undefined {
  const [left, right] = pair
  const nullable = pair.some((each) => each.nullable)
  const result = (dataType: DataType, args: Pair = pair) => ({ arguments: args, dataType, nullable })
  if (symbol === '+' && isDatetime(right.dataType) && !isDatetime(left.dataType)) {
    const swapped = resolveTemporal('+', [right, left], call)
    return swapped && { ...swapped, arguments: [swapped.arguments[1]!, swapped.arguments[0]!] }
  }
  if (isDatetime(left.dataType) && (symbol === '+' || symbol === '-')) {
    if (isDatetime(right.dataType)) return symbol === '-' ? difference(left, right, call) : undefined
    return moved(left, right, call, nullable)
  }
  if (isInterval(left.dataType) && isInterval(right.dataType)) {
    const isSame = left.dataType.kind === right.dataType.kind
    return isSame && (symbol === '+' || symbol === '-') ? result(left.dataType) : undefined
  }
  if (isInterval(left.dataType) && isNumeric(right.dataType) && (symbol === '*' || symbol === '/')) {
    return result(left.dataType)
  }
  if (symbol === '*' && isInterval(right.dataType) && isNumeric(left.dataType)) return result(right.dataType)
  return undefined
}

function difference(
  left: ResolvedExpression,
  right: ResolvedExpression,
  call: ResolveContext,
): ResolvedArguments {
  const nullable = left.nullable || right.nullable
  if (left.dataType.kind === 'date' && right.dataType.kind === 'date') {
    return { arguments: [left, right], dataType: DAY_TIME_INTERVAL, nullable }
  }
  const isLocal = ![left, right].some((each) => each.dataType.kind === 'timestamp')
  const type = isLocal ? TIMESTAMP_NTZ : TIMESTAMP
  return {
    arguments: [call.cast(left, type), call.cast(right, type)],
    dataType: DAY_TIME_INTERVAL,
    nullable,
  }
}

/** A date or timestamp and an interval, or a date and a number of days. */
function moved(
  time: ResolvedExpression,
  by: ResolvedExpression,
  call: ResolveContext,
  nullable: boolean,
): ResolvedArguments | undefined {
  const isDate = time.dataType.kind === 'date'
  if (isDate && ['byte', 'short', 'integer', 'void'].includes(by.dataType.kind)) {
    return { arguments: [time, call.cast(by, INTEGER)], dataType: DATE, nullable }
  }
  if (!isInterval(by.dataType)) return undefined
  const staysDate = isDate && (by.dataType.kind === 'interval year to month' || isWholeDays(by))
  if (!isDate || staysDate) return { arguments: [time, by], dataType: time.dataType, nullable }
  return { arguments: [call.cast(time, TIMESTAMP), by], dataType: TIMESTAMP, nullable }
}

/** Spark asks for the interval's declared unit; a literal of whole days has no other use. */
function isWholeDays(interval: ResolvedExpression): boolean {
  return (
    interval.kind === 'Literal' && typeof interval.value === 'bigint' && interval.value % DAY_MICROS === 0n
  )
}

function printBinary(symbol: Symbol, [left, right]: readonly string[], call: PrintedCall): string {
  const { dataType, types } = call
  const infix = `${left} ${symbol === 'div' ? '//' : symbol} ${right}`
  if (isDatetime(dataType)) return printMoved(infix, call)
  if (types.some(isDatetime)) return printDifference(left!, right!, call)
  if (isInterval(dataType)) return infix
  const [x, y] = types
  if (x?.kind === 'decimal' && y?.kind === 'decimal') {
    return printDecimal(symbol, left!, right!, x, y, call)
  }
  const divides = symbol === '/' || symbol === '%' || symbol === 'div'
  if (divides) return `${left} ${symbol === 'div' ? '//' : symbol} ${divisor(right!, call, symbol)}`
  return dataType.kind === 'float' || dataType.kind === 'double' ? infix : tried(infix, call)
}

function printMoved(infix: string, call: PrintedCall): string {
  const isDays = call.types.some((each) => each.kind === 'integer')
  return call.dataType.kind === 'date' && !isDays ? `CAST(${infix} AS DATE)` : infix
}

function printDifference(left: string, right: string, { types }: PrintedCall): string {
  if (types[0]?.kind === 'date') return `to_days(CAST(${left} - ${right} AS INTEGER))`
  return `to_microseconds(epoch_us(${left}) - epoch_us(${right}))`
}

/** Without ANSI a result beyond the type's range is NULL. */
function tried(sql: string, { ansi }: PrintedCall): string {
  return ansi ? sql : `TRY(${sql})`
}

/** The divisor, which must not be 0: an error under ANSI, else NULL. */
function divisor(sql: string, { ansi, literals }: PrintedCall, symbol: Symbol = '/'): string {
  const constant = literals[1]
  if (constant !== undefined && constant !== null && Number(constant) !== 0) return sql
  if (!ansi) return `millrace.divisor_or_null(${sql})`
  return symbol === '%' ? `millrace.modulus(${sql})` : `millrace.divisor(${sql})`
}

function printDecimal(
  symbol: Symbol,
  left: string,
  right: string,
  x: DecimalType,
  y: DecimalType,
  call: PrintedCall,
): string {
  switch (symbol) {
    case '/':
      return tried(printDecimalDivision(left, divisor(right, call), x, y, call), call)
    case 'div':
      return tried(printDecimalDiv(left, divisor(right, call), x, y), call)
    case '%':
      return printDecimalInfix('%', left, divisor(right, call, symbol), x, y, call)
    case '*':
      return tried(printDecimalProduct(left, right, x, y, call), call)
    default:
      return tried(printDecimalInfix(symbol, left, right, x, y, call), call)
  }
}
