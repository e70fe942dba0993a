import { array, DAY_TIME_INTERVAL, type DataType, YEAR_MONTH_INTERVAL } from '../../types/data-type.ts'
import { isDatetime, isIntegral } from '../../types/type-classes.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { printed } from './define.ts'
import type { FunctionDefinition, PrintedCall, ResolveContext, ResolvedArguments } from './signature.ts'

const DAY_MICROS = '86400000000'

/** `sequence(first, last[, step])`: whole numbers, or dates and timestamps by an interval; both ends belong to it. */
export const sequenceFunctions: readonly FunctionDefinition[] = [
  {
    name: 'sequence',
    kind: 'scalar',
    arity: { min: 2, max: 3 },
    resolve: resolveSequence,
    duckdb: printed(printSequence, { cast: true }),
  },
]

function resolveSequence(args: readonly ResolvedExpression[], context: ResolveContext): ResolvedArguments {
  const [first, last, step] = args
  const nullable = args.some((arg) => arg.nullable)
  const type = context.widen([first!, last!])
  if (isIntegral(type) || type.kind === 'void' || type.kind === 'unknown') {
    const common = step === undefined ? type : context.widen([first!, last!, step])
    return {
      arguments: args.map((arg) => context.cast(arg, common)),
      dataType: array(common, false),
      nullable,
    }
  }
  if (!isDatetime(type)) context.refuse(0, 'a whole number, DATE or TIMESTAMP')
  const isInterval =
    step === undefined ||
    [DAY_TIME_INTERVAL.kind, YEAR_MONTH_INTERVAL.kind].includes(step.dataType.kind as never)
  if (!isInterval) context.refuse(2, 'INTERVAL')
  const ends = [first!, last!].map((arg) => context.cast(arg, type))
  return { arguments: step === undefined ? ends : [...ends, step], dataType: array(type, false), nullable }
}

function printSequence(args: readonly string[], call: PrintedCall): string {
  const [type, , stepType] = call.types
  const [first, last, step] = args
  if (isIntegral(type!)) {
    return step === undefined
      ? `millrace.sequence_by_one(${first}, ${last})`
      : `millrace.sequence(${first}, ${last}, ${step})`
  }
  if (stepType?.kind === 'interval year to month') {
    const months = `(date_part('year', ${step}) * 12 + date_part('month', ${step}))::BIGINT`
    return times(
      `millrace.sequence_of_months(${local(first!, type!)}, ${local(last!, type!)}, ${months})`,
      type!,
    )
  }
  const ends = `epoch_us(${local(first!, type!)}), epoch_us(${local(last!, type!)})`
  const micros =
    step === undefined
      ? `millrace.sequence_by_days(${ends}, ${DAY_MICROS})`
      : `millrace.sequence(${ends}, epoch_us(${step}))`
  return times(`list_transform(${micros}, lambda sequence_micros: make_timestamp(sequence_micros))`, type!)
}

/** A moment or date as a timestamp without zone. */
function local(sql: string, type: DataType): string {
  return type.kind === 'timestamp' ? `millrace.utc(${sql})` : `${sql}::TIMESTAMP`
}

function times(list: string, type: DataType): string {
  if (type.kind !== 'timestamp') return list
  return `list_transform(${list}, lambda sequence_time: millrace.moment(sequence_time))`
}
