import type { Condition } from '../../errors/index.ts'
import { raisedCondition } from './prelude/raise.ts'

/** What a message of DuckDB means in Spark's terms. */
export interface RuntimeError {
  readonly condition: Condition
  readonly parameters: Readonly<Record<string, string>>
}

interface Meaning {
  readonly pattern: RegExp
  readonly read: (found: RegExpExecArray) => RuntimeError
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  INT8: 'TINYINT',
  INT16: 'SMALLINT',
  INT32: 'INT',
  INT64: 'BIGINT',
  INT128: 'BIGINT',
  VARCHAR: 'STRING',
  BOOL: 'BOOLEAN',
}

const sparkName = (name: string): string => TYPE_NAMES[name] ?? name

const overflow = (detail: string): RuntimeError => ({
  condition: 'ARITHMETIC_OVERFLOW',
  parameters: { detail },
})

const invalid = (expression: string, targetType: string): RuntimeError => ({
  condition: 'CAST_INVALID_INPUT',
  parameters: { expression, sourceType: 'STRING', targetType: sparkName(targetType) },
})

const outOfRange = (value: string, type: string): RuntimeError => ({
  condition: 'NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION',
  parameters: { value, type },
})

/** The first that matches wins. */
const MEANINGS: readonly Meaning[] = [
  { pattern: /Out of Range Error: ([^\n]*)/, read: ([, detail]) => overflow(detail!.replace(/[.!]$/, '')) },
  // Only sums are 128 bits wide before they are cast.
  {
    pattern: /Type INT128 with value (\S+) can't be cast/,
    read: ([, value]) => overflow(`${value} does not fit BIGINT`),
  },
  {
    pattern: /Type (\w+) with value (\S+) can't be cast .* destination type (\w+)/,
    read: ([, from, value, to]) => ({
      condition: 'CAST_OVERFLOW',
      parameters: { value: value!, sourceType: sparkName(from!), targetType: sparkName(to!) },
    }),
  },
  {
    pattern: /Could not convert string ["']\s*([+-]?[\d.]+)\s*["'] to (DECIMAL\([\d,]+\))/,
    read: ([, value, to]) => outOfRange(value!, to!),
  },
  {
    pattern: /Could not convert string ["']([\s\S]*)["'] to (\w+(?:\([\d,]+\))?)/,
    read: ([, value, to]) => invalid(value!, to!),
  },
  {
    pattern: /(?:Casting|Could not cast) value "?([^\s"]+)"? to (?:type )?(DECIMAL\([\d,]+\))/,
    read: ([, value, to]) => outOfRange(value!, to!),
  },
  {
    pattern: /invalid (date|timestamp) field format: "([\s\S]*?)"/,
    read: ([, to, value]) => invalid(value!, to!.toUpperCase()),
  },
  {
    pattern: /More than one row returned by a subquery/,
    read: () => ({ condition: 'SCALAR_SUBQUERY_TOO_MANY_ROWS', parameters: {} }),
  },
]

/**
 * The condition of an error that DuckDB raised while it ran printed SQL: what the prelude raised, and DuckDB's own overflows
 * and conversion errors. Undefined for a message that has no meaning in Spark.
 */
export function runtimeError(message: string): RuntimeError | undefined {
  const raised = raisedCondition(message)
  if (raised !== undefined) return raised
  for (const { pattern, read } of MEANINGS) {
    const found = pattern.exec(message)
    if (found !== null) return read(found)
  }
  return undefined
}
