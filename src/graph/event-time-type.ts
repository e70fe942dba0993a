import { PipelineError } from '../errors/index.ts'
import { attribute } from '../plan/build.ts'
import type { ResolvedWatermark } from '../plan/resolved.ts'
import { printSparkExpression } from '../sql/index.ts'
import { type DataType, fieldNamed } from '../types/data-type.ts'
import { printSqlType } from '../types/ddl.ts'
import { isIntegral } from '../types/type-classes.ts'

/**
 * The error for a watermark on what is no time (Spark's CheckAnalysis): event times are timestamps, of either kind, and time
 * windows. EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE, or undefined.
 */
export function eventTimeError({ input, eventTime }: ResolvedWatermark): PipelineError | undefined {
  const column = [...input.output, ...input.hidden].find((each) => each.id === eventTime)
  // A source that was never read may have the column.
  if (column === undefined || isEventTime(column.dataType)) return undefined
  const { name, dataType } = column
  return new PipelineError('EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE', {
    eventName: name,
    eventType: printSqlType(dataType),
    advice: adviceFor(name, dataType),
  })
}

function isEventTime(type: DataType): boolean {
  const time = type.kind === 'struct' ? fieldNamed(type, 'end')?.dataType : type
  return time !== undefined && ['timestamp', 'timestamp_ntz', 'unknown'].includes(time.kind)
}

function adviceFor(name: string, type: DataType): string {
  const time = timeOf(name, type)
  if (time === undefined) return 'Put the watermark on a column of type TIMESTAMP.'
  const derived = `Make a time of it: WATERMARK ${time} AS event_time in SQL, withColumn('event_time', expr('${time}')) before withWatermark in TypeScript.`
  return type.kind === 'string'
    ? `${derived} Or let the source read it as one: schemaHints '${name} TIMESTAMP'.`
    : derived
}

function timeOf(name: string, type: DataType): string | undefined {
  const column = printSparkExpression(attribute(name))
  if (type.kind === 'string') return `try_cast(${column} AS TIMESTAMP)`
  if (isIntegral(type)) return `timestamp_seconds(${column})`
  return type.kind === 'date' ? `CAST(${column} AS TIMESTAMP)` : undefined
}
