import { PipelineError } from '../../errors/index.ts'
import { type DataType, field, LONG, struct, TIMESTAMP } from '../../types/data-type.ts'
import { parseInterval } from '../../types/interval.ts'
import { constantOf, literal } from '../analyzer/cast.ts'
import type { ResolvedExpression } from '../resolved.ts'
import type { FunctionDefinition, PrintedCall, ResolveContext, ResolvedArguments } from './signature.ts'

/**
 * `window(time, size[, slide[, start]])`: a struct<start, end> of half-open windows aligned to the epoch in UTC. After
 * resolution the durations are microseconds. `session_window(time, gap)` is the span of one row: until the gap behind it has
 * passed; grouping by it makes sessions of them.
 */
export const timeWindowFunctions: readonly FunctionDefinition[] = [
  {
    name: 'window',
    kind: 'scalar',
    arity: { min: 2, max: 4 },
    resolve: resolveWindow,
    duckdb: { kind: 'scalar', print: printTumbling },
  },
  {
    name: '$sliding_windows',
    kind: 'generator',
    arity: { min: 2, max: 4 },
    resolve: (args, call) => {
      const window = resolveWindow(args, call)
      return { ...window, dataType: struct([field('window', window.dataType)]) }
    },
    duckdb: { kind: 'generator', print: printSliding },
  },
  {
    name: 'session_window',
    kind: 'scalar',
    arity: { min: 2, max: 2 },
    resolve: resolveSession,
    duckdb: { kind: 'scalar', print: ([time], call) => `millrace.window(${time}, ${call.literals[1]})` },
  },
  {
    name: '$session',
    kind: 'scalar',
    arity: { min: 2, max: 2 },
    resolve: (args) => ({
      arguments: args,
      dataType: struct([field('start', args[0]!.dataType), field('end', args[1]!.dataType)]),
      nullable: false,
    }),
    duckdb: { kind: 'scalar', print: ([start, end]) => `{'start': ${start}, 'end': ${end}}` },
  },
  {
    name: 'window_time',
    kind: 'scalar',
    arity: { min: 1, max: 1 },
    resolve: (args, call) => {
      const type = windowTime(args[0]!.dataType) ?? call.refuse(0, 'a time window')
      return { arguments: args, dataType: type, nullable: args[0]!.nullable }
    },
    duckdb: {
      kind: 'scalar',
      print: ([window]) => `struct_extract(${window}, 'end') - INTERVAL 1 MICROSECOND`,
    },
  },
]

/** The type of the times in a window's struct. */
function windowTime(type: DataType): DataType | undefined {
  if (type.kind !== 'struct') return undefined
  const names = type.fields.map((each) => each.name).join()
  return names === 'start,end' ? type.fields[1]!.dataType : undefined
}

function resolveWindow(args: readonly ResolvedExpression[], call: ResolveContext): ResolvedArguments {
  const [time, ...durations] = args
  const at = timeOf(time!, call)
  const [size, slide, start] = durations.map((each, i) => micros(each, i + 1, call))
  const windowSlide = slide ?? size!
  const invalid = (reason: string) => {
    throw new PipelineError('INVALID_TIME_WINDOW', { sqlExpr: 'window', reason })
  }
  if (size! <= 0n || windowSlide <= 0n) invalid('its duration and slide must be longer than 0')
  if (windowSlide > size!) invalid('its slide must not be longer than its duration')
  const type = at.dataType
  return {
    arguments: [at, literal(size!, LONG), literal(windowSlide, LONG), literal(start ?? 0n, LONG)],
    dataType: struct([field('start', type), field('end', type)]),
    nullable: at.nullable,
  }
}

function resolveSession([time, gap]: readonly ResolvedExpression[], call: ResolveContext): ResolvedArguments {
  const at = timeOf(time!, call)
  const length = micros(gap!, 1, call)
  if (length <= 0n) {
    throw new PipelineError('INVALID_TIME_WINDOW', {
      sqlExpr: 'session_window',
      reason: 'its gap must be longer than 0',
    })
  }
  return {
    arguments: [at, literal(length, LONG)],
    dataType: struct([field('start', at.dataType), field('end', at.dataType)]),
    nullable: at.nullable,
  }
}

/** A timestamp; of a window that is grouped once more, its last instant. */
function timeOf(time: ResolvedExpression, call: ResolveContext): ResolvedExpression {
  const inner = windowTime(time.dataType)
  if (inner !== undefined) {
    return {
      kind: 'Call',
      function: 'window_time',
      signature: -1,
      arguments: [time],
      dataType: inner,
      nullable: time.nullable,
    }
  }
  if (time.dataType.kind === 'timestamp_ntz' || time.dataType.kind === 'unknown') return time
  if (!call.canCast(time.dataType, TIMESTAMP)) call.refuse(0, 'TIMESTAMP')
  return call.cast(time, TIMESTAMP)
}

function micros(duration: ResolvedExpression, index: number, call: ResolveContext): bigint {
  const value = constantOf(duration)
  if (typeof value === 'string') return fixedLength(value, index, call)
  return typeof value === 'bigint' ? value : call.refuse(index, 'a constant duration such as "5 minutes"')
}

/** Months vary in length, so no window has them. */
function fixedLength(text: string, index: number, call: ResolveContext): bigint {
  const { months, micros: length } = parseInterval(text)
  return months === 0n ? length : call.refuse(index, 'a duration without months and years')
}

interface Durations {
  readonly size: bigint
  readonly slide: bigint
  readonly start: bigint
}

function durationsOf(call: PrintedCall): Durations {
  const [, size, slide, start] = call.literals as readonly bigint[]
  return { size: size!, slide: slide!, start: start! }
}

/** DuckDB aligns buckets without a zone faster and by the epoch; times are UTC either way. */
function printTumbling([time]: readonly string[], call: PrintedCall): string {
  const { size, start } = durationsOf(call)
  const isLocal = call.types[0]!.kind === 'timestamp_ntz'
  const local = isLocal ? time : `make_timestamp(epoch_us(${time}))`
  const bucket = `time_bucket(to_microseconds(${size}), ${local}, make_timestamp(${start}))`
  return `millrace.window(${isLocal ? bucket : `make_timestamptz(epoch_us(${bucket}))`}, ${size})`
}

/** The last window that begins at or before the time, and those before it that still hold it. */
function printSliding([time]: readonly string[], call: PrintedCall): string {
  const { size, slide, start } = durationsOf(call)
  const isLocal = call.types[0]!.kind === 'timestamp_ntz'
  return `millrace.${isLocal ? 'sliding_windows_ntz' : 'sliding_windows'}(epoch_us(${time}), ${size}, ${slide}, ${start})`
}
