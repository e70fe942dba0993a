import {
  type DataType,
  type DecimalType,
  DOUBLE,
  decimal,
  FLOAT,
  INTEGER,
  LONG,
} from '../../types/data-type.ts'
import { printed, scalar } from './define.ts'
import {
  ANY_DECIMAL,
  constant,
  type FunctionDefinition,
  INTEGRAL,
  type Parameter,
  type PrintedCall,
  type Signature,
  signature,
  type TypedCall,
  template,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const
const MAX_PRECISION = 38
/** Beyond this many digits behind the point a double is left as it is. */
const MAX_DOUBLE_SCALE = 18
const SCALE: Parameter = { ...constant(INTEGER), optional: true, default: 0 }
const ONLY_DECIMAL: Parameter = { type: ANY_DECIMAL, casts: 'exact' }
const ONLY_LONG: Parameter = { type: LONG, casts: 'exact' }
const RANGES: Readonly<Record<string, string>> = {
  byte: '-128, 127',
  short: '-32768, 32767',
  integer: '-2147483648, 2147483647',
  long: '-9223372036854775808, 9223372036854775807',
}

type Mode = 'half up' | 'half even' | 'up' | 'down'

/** round, bround, ceil and floor. */
export const roundingFunctions: readonly FunctionDefinition[] = [
  scalar('round', halves('half up')),
  scalar('bround', halves('half even')),
  scalar('ceil ceiling', ends('up', 'ceil')),
  scalar('floor', ends('down', 'floor')),
]

function halves(mode: Mode): readonly Signature[] {
  return [
    signature([DOUBLE, SCALE], DOUBLE, { ...ALWAYS, duckdb: printed(doublePrinter(mode)) }),
    signature([FLOAT, SCALE], FLOAT, { ...ALWAYS, duckdb: printed(doublePrinter(mode), { cast: true }) }),
    signature([INTEGRAL, SCALE], (call) => call.types[0]!, {
      ...ALWAYS,
      duckdb: printed(integerPrinter(mode), { cast: true }),
    }),
    signature([ONLY_DECIMAL, SCALE], decimalRounded, {
      ...ALWAYS,
      duckdb: printed(decimalPrinter(mode), { cast: true }),
    }),
  ]
}

/** Without a scale the whole number above or below: BIGINT, or a decimal of a decimal. */
function ends(mode: Mode, name: string): readonly Signature[] {
  const ofDecimal = { ...ALWAYS, duckdb: printed(decimalPrinter(mode), { cast: true }) }
  return [
    signature([ONLY_LONG], LONG, { ...ALWAYS, duckdb: template('{0}') }),
    signature([INTEGRAL], LONG, { ...ALWAYS, duckdb: template('{0}', { cast: true }) }),
    signature([ONLY_DECIMAL], decimalRounded, ofDecimal),
    signature([DOUBLE], LONG, { ...ALWAYS, duckdb: template(`millrace.to_long(${name}({0}))`) }),
    signature([ANY_DECIMAL, constant(INTEGER)], decimalRounded, ofDecimal),
  ]
}

/** Spark's RoundBase: one digit more in front of the point, for 9.9 becomes 10. */
function decimalRounded(call: TypedCall): DataType {
  const type = call.types[0]
  if (type?.kind !== 'decimal') return DOUBLE
  const scale = scaleOf(call)
  const integral = type.precision - type.scale + 1
  if (scale < 0) return decimal(Math.min(MAX_PRECISION, Math.max(integral, -scale + 1)), 0)
  const kept = Math.min(type.scale, scale)
  return decimal(Math.min(MAX_PRECISION, integral + kept), kept)
}

function scaleOf(call: TypedCall): number {
  return Number(call.literals[1] ?? 0)
}

function decimalPrinter(mode: Mode): (args: readonly string[], call: PrintedCall) => string {
  return (args, call) => roundDecimal(args[0]!, call.types[0] as DecimalType, scaleOf(call), mode)
}

/** Casts of DuckDB round halves away from zero; the other modes move that result by one unit where it went wrong. */
function roundDecimal(value: string, { precision, scale }: DecimalType, digits: number, mode: Mode): string {
  if (digits >= scale) return value
  const ulp = unitOf(digits)
  const up =
    digits >= 0
      ? (v: string) => `${v}::DECIMAL(${Math.min(MAX_PRECISION, precision + 1)},${digits})`
      : (v: string) => `((${v} * ${unitOf(-digits)})::DECIMAL(${MAX_PRECISION + digits},0) * ${ulp})`
  if (mode === 'half up') return up(value)
  const test = {
    'half even': `abs(round_.r - round_.x) * 2 = ${ulp} AND round_.r % (2 * ${ulp}) <> 0 THEN round_.r - sign(round_.x) * ${ulp}`,
    up: `round_.r < round_.x THEN round_.r + ${ulp}`,
    down: `round_.r > round_.x THEN round_.r - ${ulp}`,
  }[mode]
  return `list_transform(list_transform([${value}], lambda round_x: {'x': round_x, 'r': ${up('round_x')}}),
    lambda round_: CASE WHEN ${test} ELSE round_.r END)[1]`
}

/** The last digit that is kept: 0.01 for 2, 100 for -2. */
function unitOf(digits: number): string {
  return digits > 0 ? `0.${'1'.padStart(digits, '0')}` : `1${'0'.repeat(-digits)}`
}

function integerPrinter(mode: Mode): (args: readonly string[], call: PrintedCall) => string {
  return (args, call) => {
    const digits = scaleOf(call)
    if (digits >= 0) return args[0]!
    const rounded = roundDecimal(`${args[0]}::DECIMAL(19,0)`, decimal(19, 0), digits, mode)
    return `millrace.narrowed(${rounded}, ${RANGES[call.types[0]!.kind]})`
  }
}

/**
 * Spark rounds the shortest decimal text of a double: 1.005 to two digits is 1.01. Only near a half does that differ
 * from rounding the scaled double, which is much faster.
 */
function doublePrinter(mode: Mode): (args: readonly string[], call: PrintedCall) => string {
  return ([value], call) => roundDouble(value!, scaleOf(call), mode, call.types[0]!.kind === 'double')
}

/** A double rounded by its text; `isDouble` is false for a float, whose text is its own. */
export function roundDouble(value: string, digits: number, mode: Mode = 'half up', isDouble = true): string {
  if (digits > MAX_DOUBLE_SCALE) return value
  const power = `1e${Math.abs(digits)}::DOUBLE`
  const [scale, unscale] = digits >= 0 ? ['*', '/'] : ['/', '*']
  const scaled = `(round_d ${scale} ${power})`
  const exact = decimal(MAX_PRECISION, Math.max(digits, 0) + 6)
  const text = roundDecimal(`round_d::VARCHAR::DECIMAL(38,${exact.scale})`, exact, digits, mode)
  const isFar = `abs(abs(${scaled} - trunc(${scaled})) - 0.5) > 1e-4 AND abs(${scaled}) < 1e15`
  const isShort = isDouble ? isFar : 'false'
  return `list_transform([${value}], lambda round_d: CASE
      WHEN NOT isfinite(round_d) OR abs(round_d) >= 1e${Math.min(15, 31 - exact.scale)} OR round_d IS NULL THEN round_d
      WHEN ${isShort} THEN round(${scaled}) ${unscale} ${power} + 0.0
      ELSE (${text})::DOUBLE END)[1]`
}
