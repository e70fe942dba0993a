import {
  BINARY,
  type DataType,
  type DecimalType,
  DOUBLE,
  decimal,
  INTEGER,
  STRING,
  TIMESTAMP,
} from '../../types/data-type.ts'
import { printDatetimeFormat } from './datetime-format.ts'
import { printed, scalar } from './define.ts'
import { formatStringResult, printFormatString } from './format-string.ts'
import { decimalOfFormat, printToChar, printToNumber } from './number-format.ts'
import {
  ANY,
  ANY_DECIMAL,
  constant,
  type FunctionDefinition,
  INTEGRAL,
  type Parameter,
  type PrintedCall,
  signature,
  type TypedCall,
  variadic,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const
const ONLY_DECIMAL: Parameter = { type: ANY_DECIMAL, casts: 'exact' }

/** Numbers as text in a given form, and back. The form is a constant. */
export const formatFunctions: readonly FunctionDefinition[] = [
  scalar('format_number', [
    signature([ONLY_DECIMAL, constant(INTEGER)], STRING, { ...ALWAYS, duckdb: printed(printDecimalNumber) }),
    signature([INTEGRAL, constant(INTEGER)], STRING, { ...ALWAYS, duckdb: printed(printDecimalNumber) }),
    signature([DOUBLE, constant(INTEGER)], STRING, { ...ALWAYS, duckdb: printed(printDoubleNumber) }),
  ]),
  scalar(
    'format_string printf',
    signature([constant(STRING), variadic(ANY)], formatStringResult, {
      nullable: (call) => call.literals[0] === null,
    }),
    printed(printFormatString),
  ),
  scalar('to_char to_varchar', [
    signature([ONLY_DECIMAL, constant(STRING)], STRING, { duckdb: printed(printToChar) }),
    signature([INTEGRAL, constant(STRING)], STRING, { duckdb: printed(printToChar) }),
    signature([{ type: BINARY, casts: 'exact' }, constant(STRING)], STRING, {
      duckdb: printed(printBinaryChar),
    }),
    signature([TIMESTAMP, constant(STRING)], STRING, { duckdb: printed(printTimeChar) }),
  ]),
  scalar(
    'to_number',
    signature([STRING, constant(STRING)], numberType),
    printed(printToNumber, { cast: true }),
  ),
  scalar(
    'try_to_number',
    signature([STRING, constant(STRING)], numberType, ALWAYS),
    printed(printToNumber, { cast: true }),
  ),
]

function numberType(call: TypedCall): DataType {
  const format = call.literals[1]
  return typeof format === 'string' ? decimalOfFormat(format) : decimal(38, 18)
}

/** Digits are counted off in decimals: a double would lose the last of a long number. */
function printDecimalNumber([value]: readonly string[], call: PrintedCall): string {
  const digits = call.literals[1]
  if (typeof digits !== 'number' || digits < 0) return 'NULL::VARCHAR'
  const { precision, scale } =
    call.types[0]!.kind === 'decimal' ? (call.types[0] as DecimalType) : decimal(19, 0)
  const kept = Math.min(digits, 38)
  const whole = Math.min(38, precision - scale + 1 + kept)
  const type = `DECIMAL(${Math.max(whole, kept + 1)},${kept})`
  const exact = `number_::DECIMAL(${precision},${scale})`
  const rounded = `millrace.half_even(${exact}, number_::${type}, ${unit(kept)})::${type}`
  return `millrace.with_commas(list_transform([${value}], lambda number_: ${rounded})[1]::VARCHAR)`
}

function unit(digits: number): string {
  return digits === 0 ? '1' : `0.${'1'.padStart(digits, '0')}`
}

function printDoubleNumber([value]: readonly string[], { literals }: PrintedCall): string {
  const digits = literals[1]
  return typeof digits === 'number' && digits >= 0
    ? `millrace.not_finite(format('{:,.${digits}f}', ${value}::DOUBLE))`
    : 'NULL::VARCHAR'
}

function printBinaryChar([value]: readonly string[], { literals }: PrintedCall): string {
  switch (String(literals[1]).toLowerCase()) {
    case 'base64':
      return `millrace.base64(${value})`
    case 'hex':
      return `hex(${value})`
    default:
      return `decode(${value})`
  }
}

function printTimeChar([value]: readonly string[], { literals, quote }: PrintedCall): string {
  return typeof literals[1] === 'string'
    ? printDatetimeFormat(`millrace.utc(${value})`, literals[1], quote)
    : 'NULL::VARCHAR'
}
