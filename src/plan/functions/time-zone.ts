import { PipelineError } from '../../errors/index.ts'
import type { DataType } from '../../types/data-type.ts'
import type { PrintedCall, TypedCall } from './signature.ts'

const OFFSET = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?$/

/** The result type, once a literal time zone is known to exist; else INVALID_TIMEZONE. */
export function inZone(type: DataType, index: number): (call: TypedCall) => DataType {
  return (call) => {
    const zone = call.literals[index]
    if (typeof zone === 'string' && !OFFSET.test(zone) && !exists(zone)) {
      throw new PipelineError('INVALID_TIMEZONE', { timeZone: zone })
    }
    return type
  }
}

/** The local time of a zone, as a timestamp without zone, of a moment given as a timestamp without zone in UTC. */
export function printToLocal(moment: string, zone: string, call: PrintedCall, index: number): string {
  const offset = offsetMicros(call.literals[index])
  if (offset !== undefined) return `(${moment} + to_microseconds(${offset}))`
  return `(make_timestamptz(epoch_us(${moment})) AT TIME ZONE ${zone})`
}

/** The moment, as a timestamp without zone in UTC, of a local time of a zone. */
export function printFromLocal(local: string, zone: string, call: PrintedCall, index: number): string {
  const offset = offsetMicros(call.literals[index])
  if (offset !== undefined) return `(${local} - to_microseconds(${offset}))`
  return `make_timestamp(epoch_us(${local} AT TIME ZONE ${zone}))`
}

/** DuckDB knows zones by name only. */
function offsetMicros(zone: unknown): number | undefined {
  const found = typeof zone === 'string' ? OFFSET.exec(zone) : null
  if (found === null) return undefined
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0)
  return (found[1] === '-' ? -minutes : minutes) * 60_000_000
}

function exists(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
