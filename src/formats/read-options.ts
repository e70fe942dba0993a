import { PipelineError } from '../errors/index.ts'
import { type DatetimePattern, datetimePattern } from './datetime-pattern.ts'
import type { MomentOptions } from './fit-scalar.ts'
import { type JsonSyntax, SPARK_JSON_SYNTAX } from './json/parse-json.ts'

/** Reader options by Spark's documented names, as a files scan carries them. */
export type ReadOptions = Readonly<Record<string, string>>

/** A boolean option, `true` or `false` in any case. Throws INVALID_OPTION_VALUE. */
export function flag(options: ReadOptions, name: string, otherwise: boolean): boolean {
  const text = options[name]?.toLowerCase()
  if (text === undefined) return otherwise
  if (text !== 'true' && text !== 'false') {
    throw new PipelineError('INVALID_OPTION_VALUE', {
      option: name,
      value: options[name]!,
      expected: 'true or false',
    })
  }
  return text === 'true'
}

export type ReadMode = 'PERMISSIVE' | 'DROPMALFORMED' | 'FAILFAST'

/** What happens to malformed records. Throws INVALID_OPTION_VALUE. */
export function readMode(options: ReadOptions): ReadMode {
  const text = (options.mode ?? 'PERMISSIVE').toUpperCase()
  if (text === 'PERMISSIVE' || text === 'DROPMALFORMED' || text === 'FAILFAST') return text
  const expected = 'PERMISSIVE, DROPMALFORMED or FAILFAST'
  throw new PipelineError('INVALID_OPTION_VALUE', { option: 'mode', value: text, expected })
}

export function jsonSyntax(options: ReadOptions): JsonSyntax {
  const names = Object.keys(SPARK_JSON_SYNTAX) as (keyof JsonSyntax)[]
  return Object.fromEntries(
    names.map((name) => [name, flag(options, name, SPARK_JSON_SYNTAX[name])]),
  ) as unknown as JsonSyntax
}

/** The formats and the zone of dates and timestamps. Throws INVALID_OPTION_VALUE for a pattern letter that is unknown. */
export function momentOptions(options: ReadOptions): MomentOptions {
  const formats = {
    dateFormat: patternOf(options, 'dateFormat'),
    timestampFormat: patternOf(options, 'timestampFormat'),
    timestampNtzFormat: patternOf(options, 'timestampNTZFormat'),
  }
  return { zone: options.timeZone ?? 'UTC', ...formats }
}

function patternOf(options: ReadOptions, name: string): DatetimePattern | undefined {
  const text = options[name]
  if (text === undefined) return undefined
  const pattern = datetimePattern(text)
  if ('unknown' in pattern) {
    const expected = `a datetime pattern; '${pattern.unknown}' is not supported in one`
    throw new PipelineError('INVALID_OPTION_VALUE', { option: name, value: text, expected })
  }
  return pattern
}

/** True when a text may be read as a date or timestamp only by a pattern of the user's. */
export function hasDatetimePattern(options: ReadOptions): boolean {
  return ['dateFormat', 'timestampFormat', 'timestampNTZFormat', 'timeZone'].some(
    (name) => options[name] !== undefined,
  )
}

/** The decoder of the `encoding` option; undefined for UTF-8. Throws INVALID_OPTION_VALUE. */
export function decoderOf(options: ReadOptions): InstanceType<typeof TextDecoder> | undefined {
  const name = options.encoding ?? options.charset ?? 'UTF-8'
  if (/^utf-?8$/i.test(name)) return undefined
  try {
    return new TextDecoder(name, { fatal: true })
  } catch (cause) {
    const expected = 'the name of a character set, such as UTF-8, UTF-16LE or ISO-8859-1'
    throw new PipelineError('INVALID_OPTION_VALUE', { option: 'encoding', value: name, expected }, { cause })
  }
}
