import { fieldNamed, type StructField } from '../../../types/data-type.ts'
import { sameName } from '../../../types/same-name.ts'
import { monthStart, startOf, type Unit } from './call-range.ts'
import type { FileColumns, FileFacts, FileView } from './file-columns.ts'
import { ANYTHING, intersectRanges, ONLY_NULL, pointOf, type Range } from './range.ts'
import { DAY_MICROS, parseMoment } from './scalar.ts'

/** What partition columns that are generated from a column tell of it; undefined where there are none. */
export function derivedRange(
  facts: FileFacts,
  path: readonly StructField[],
  partition: (field: StructField) => ReturnType<FileColumns['column']>,
): ((view: FileView) => Range) | undefined {
  const source = path[0]!
  if (path.length > 1 || !['date', 'timestamp', 'timestamp_ntz'].includes(source.dataType.kind)) {
    return undefined
  }
  const rules = facts.partitionColumns.flatMap((name) => {
    const field = fieldNamed(facts.schema, name)
    const expression = field?.metadata['delta.generationExpression']
    if (field === undefined || typeof expression !== 'string') return []
    const rule = ruleOf(expression, source.name)
    return rule === undefined ? [] : [{ rule, values: partition(field) }]
  })
  if (rules.length === 0) return undefined
  return (view) =>
    rules
      .map(({ rule, values }) => inverted(values(view), rule, source.dataType.kind === 'date'))
      .reduce(intersectRanges)
}

/** What a generation expression makes of its source: the beginning of a span of time, told as `value`. */
interface Rule {
  readonly unit: Unit
  readonly value: 'date' | 'timestamp' | 'year' | 'text'
}

const NAME = '`?([^`()\\s,]+)`?'
const FORMS: readonly [RegExp, (match: RegExpExecArray) => Rule | undefined][] = [
  [new RegExp(`^cast\\(\\s*${NAME}\\s+as\\s+date\\s*\\)$`, 'i'), () => ({ unit: 'day', value: 'date' })],
  [new RegExp(`^(?:to_)?date\\(\\s*${NAME}\\s*\\)$`, 'i'), () => ({ unit: 'day', value: 'date' })],
  [new RegExp(`^year\\(\\s*${NAME}\\s*\\)$`, 'i'), () => ({ unit: 'year', value: 'year' })],
  [new RegExp(`^trunc\\(\\s*${NAME}\\s*,\\s*'(\\w+)'\\s*\\)$`, 'i'), (match) => unitRule(match[2]!, 'date')],
  [
    new RegExp(`^date_format\\(\\s*${NAME}\\s*,\\s*'([^']+)'\\s*\\)$`, 'i'),
    (match) => {
      const unit = TEXT_FORMATS[match[2]!]
      return unit === undefined ? undefined : { unit, value: 'text' }
    },
  ],
]
const TRUNCATED = new RegExp(`^date_trunc\\(\\s*'(\\w+)'\\s*,\\s*${NAME}\\s*\\)$`, 'i')
const TEXT_FORMATS: Readonly<Record<string, Unit>> = {
  yyyy: 'year',
  'yyyy-MM': 'month',
  'yyyy-MM-dd': 'day',
  'yyyy-MM-dd-HH': 'hour',
}
const UNIT_NAMES: readonly Unit[] = ['year', 'quarter', 'month', 'week', 'day', 'hour']

function unitRule(name: string, value: Rule['value']): Rule | undefined {
  const unit = UNIT_NAMES.find((each) => each === name.toLowerCase())
  return unit === undefined ? undefined : { unit, value }
}

function ruleOf(expression: string, source: string): Rule | undefined {
  const text = expression.trim()
  const isSource = (name: string) => sameName(name, source)
  const truncated = TRUNCATED.exec(text)
  if (truncated !== null) return isSource(truncated[2]!) ? unitRule(truncated[1]!, 'timestamp') : undefined
  for (const [form, rule] of FORMS) {
    const match = form.exec(text)
    if (match !== null) return isSource(match[1]!) ? rule(match) : undefined
  }
  return undefined
}

/** The source's values behind a partition value. */
function inverted(value: Range, { unit, value: form }: Rule, isDate: boolean): Range {
  if (!value.values) return ONLY_NULL
  const start = startMicros(pointOf(value), form)
  if (start === undefined || startOf(start, unit) !== start) return ANYTHING
  const end = endMicros(start, unit)
  return isDate
    ? { min: start / DAY_MICROS, max: (end - 1n) / DAY_MICROS, nulls: false, values: true }
    : { min: start, max: end - 1n, nulls: false, values: true }
}

function startMicros(value: ReturnType<typeof pointOf>, form: Rule['value']): bigint | undefined {
  switch (form) {
    case 'date':
      return typeof value === 'bigint' ? value * DAY_MICROS : undefined
    case 'timestamp':
      return typeof value === 'bigint' ? value : undefined
    case 'year':
      return typeof value === 'bigint' ? monthStart(Number(value), 0) * DAY_MICROS : undefined
    case 'text':
      return typeof value === 'string' ? textMicros(value) : undefined
  }
}

/** `2024`, `2024-02`, `2024-02-29`, `2024-02-29-13`. */
function textMicros(text: string): bigint | undefined {
  const [, year, month = '01', day = '01', hour = '00'] =
    /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:-(\d\d))?)?)?$/.exec(text) ?? []
  return year === undefined ? undefined : parseMoment(`${year}-${month}-${day} ${hour}:00`)?.micros
}

function endMicros(start: bigint, unit: Unit): bigint {
  if (unit === 'hour') return start + 3_600_000_000n
  if (unit === 'day') return start + DAY_MICROS
  if (unit === 'week') return start + 7n * DAY_MICROS
  const date = new Date(Number(start / 1000n))
  const months = { year: 12, quarter: 3, month: 1 }[unit]
  return monthStart(date.getUTCFullYear(), date.getUTCMonth() + months) * DAY_MICROS
}
