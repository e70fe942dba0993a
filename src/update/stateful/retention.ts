import type { WrittenFile } from '../../engine/engine.ts'
import { attribute, call, longLiteral } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import { type DataType, fieldNamed, type StructType } from '../../types/data-type.ts'
import { asTimestamp, timestampLiteral } from './watermark.ts'

/** How long rows of an operator's state are kept. */
export interface Retention {
  /** The column that says until when a row counts, or a field of one: a time, or microseconds. */
  readonly until: readonly string[]
  /** A row without it is kept for ever; by default it counts no more. */
  readonly keepsNull?: boolean
  /** The watermark, microseconds: a row that ends there or before is over. */
  readonly overMicros: bigint | undefined
}

/** The condition for a row to be kept; undefined where all are. */
export function stillCounts(retention: Retention | undefined, schema: StructType): Expression | undefined {
  if (retention?.overMicros === undefined) return undefined
  const { until, overMicros, keepsNull = false } = retention
  const column = attribute(...until)
  const counts =
    typeOf(until, schema)?.kind === 'long'
      ? call('>', column, longLiteral(overMicros))
      : call('>', asTimestamp(column), timestampLiteral(overMicros))
  return keepsNull ? call('or', call('isnull', column), counts) : counts
}

/** Until when the last row of files counts, microseconds, as their statistics tell; undefined where they do not, or it is for ever. */
export function untilOf(
  retention: Retention | undefined,
  files: readonly Pick<WrittenFile, 'columns'>[],
): bigint | undefined {
  if (retention === undefined) return undefined
  const path = retention.until.join('.')
  const ends = files.map(({ columns }) => {
    const found = columns.find((each) => each.path.join('.') === path)
    const isForEver = retention.keepsNull === true && found?.nullCount !== 0n
    return isForEver || found?.max === undefined ? undefined : microsOf(found.max)
  })
  if (ends.some((each) => each === undefined)) return undefined
  return ends.map((each) => each!).reduce<bigint | undefined>(latest, undefined)
}

function typeOf([name, ...rest]: readonly string[], schema: StructType): DataType | undefined {
  const type = fieldNamed(schema, name!)?.dataType
  return rest.length === 0 || type?.kind !== 'struct' ? type : typeOf(rest, type)
}

const TIME = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?)?$/

/** Digits, or `YYYY-MM-DD[ HH:MM:SS[.ffffff]]` in UTC. A time before Christ or beyond the year 9999 counts as not known. */
function microsOf(text: string): bigint | undefined {
  if (/^-?\d+$/.test(text)) return BigInt(text)
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, date, time = '00:00:00', fraction = ''] = match
  return BigInt(Date.parse(`${date}T${time}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0'))
}

function latest(a: bigint | undefined, b: bigint): bigint {
  return a === undefined || b > a ? b : a
}
