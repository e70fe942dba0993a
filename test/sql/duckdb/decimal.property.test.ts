import type { DuckDBConnection } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decimal } from '../../../src/types/data-type.ts'
import { decimalResult } from '../../../src/types/decimal-rules.ts'
import { openDatabase, printed } from './run-query.ts'

/** Decimal arithmetic against the exact one of big integers, rounded half away from zero as Spark rounds. */
let connection: DuckDBConnection
let close: () => void

beforeAll(async () => {
  ;({ connection, close } = await openDatabase())
})

afterAll(() => close())

interface Decimal {
  readonly digits: bigint
  readonly precision: number
  readonly scale: number
}

const anyDecimal = fc.integer({ min: 1, max: 38 }).chain((precision) =>
  fc.record({
    precision: fc.constant(precision),
    scale: fc.integer({ min: 0, max: precision }),
    digits: fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }),
  }),
)

const text = ({ digits, scale }: Decimal): string => {
  const size = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
  const sign = digits < 0n ? '-' : ''
  return scale === 0 ? `${sign}${size}` : `${sign}${size.slice(0, -scale)}.${size.slice(-scale)}`
}

const sql = (value: Decimal) => `CAST('${text(value)}' AS DECIMAL(${value.precision},${value.scale}))`

function divided(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n
  const [n, d] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator]
  const size = (2n * n + d) / (2n * d)
  return negative ? -size : size
}

function exact(operator: '+' | '-' | '*' | '/' | '%' | 'div', a: Decimal, b: Decimal, scale: number): bigint {
  const ten = (exponent: number) => 10n ** BigInt(exponent)
  const wide = 80
  const [x, y] = [a.digits * ten(wide - a.scale), b.digits * ten(wide - b.scale)]
  switch (operator) {
    case '+':
      return divided(x + y, ten(wide - scale))
    case '%':
      return divided(x % y, ten(wide - scale))
    case 'div':
      return x / y
    case '-':
      return divided(x - y, ten(wide - scale))
    case '*':
      return divided(a.digits * b.digits * ten(wide), ten(wide + a.scale + b.scale - scale))
    case '/':
      return divided(a.digits * ten(scale + b.scale), b.digits * ten(a.scale))
  }
}

test.each(['*', '/'] as const)('%s is exact wherever the result fits', async (operator) => {
  const property = fc.asyncProperty(anyDecimal, anyDecimal, async (a, b) => {
    fc.pre(operator !== '/' || b.digits !== 0n)
    const type = decimalResult(operator, decimal(a.precision, a.scale), decimal(b.precision, b.scale))
    const digits = exact(operator, a, b, type.scale)
    const size = (digits < 0n ? -digits : digits).toString().length
    const numerator = a.precision + type.scale - a.scale + b.scale
    fc.pre(size <= type.precision && numerator < 38 && b.precision < 38)
    const reader = await connection.runAndReadAll(printed(`SELECT ${sql(a)} ${operator} ${sql(b)} AS x`))
    expect(reader.getRowsJson()[0]![0]).toBe(text({ digits, ...type }))
  })
  await fc.assert(property, { numRuns: 150 })
})

test.each(['+', '-', '%', 'div'] as const)('%s is exact wherever no digit is given up', async (operator) => {
  const property = fc.asyncProperty(anyDecimal, anyDecimal, async (a, b) => {
    fc.pre(b.digits !== 0n)
    const scale = operator === 'div' ? 0 : Math.max(a.scale, b.scale)
    fc.pre(Math.max(a.precision - a.scale, b.precision - b.scale) + Math.max(a.scale, b.scale) < 38)
    const digits = exact(operator, a, b, scale)
    fc.pre(operator !== 'div' || (digits < 2n ** 63n && digits >= -(2n ** 63n)))
    const reader = await connection.runAndReadAll(printed(`SELECT ${sql(a)} ${operator} ${sql(b)} AS x`))
    expect(reader.getRowsJson()[0]![0]).toBe(text({ digits, precision: 38, scale }))
  })
  await fc.assert(property, { numRuns: 150 })
})
