import { PipelineError } from '../../errors/index.ts'
import { type DataType, STRING } from '../../types/data-type.ts'
import { isIntegral, isNumeric } from '../../types/type-classes.ts'
import { roundDouble } from './rounding.ts'
import type { PrintedCall, TypedCall } from './signature.ts'

/** `%[index$][flags][width][.precision]conversion` of java.util.Formatter. */
const SPECIFIER = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g

interface Specifier {
  readonly text: string
  /** Of the argument it shows, the format being 0. */
  readonly index: number
  readonly flags: string
  readonly width: string
  readonly precision: number | undefined
  readonly conversion: string
}

/** STRING, once each specifier of a literal format is known to fit its argument. */
export function formatStringResult({ literals, types }: TypedCall): DataType {
  const format = literals[0]
  if (typeof format !== 'string') return STRING
  for (const piece of parseFormat(format)) {
    if (typeof piece === 'string' || fits(piece.conversion, types[piece.index])) continue
    throw new PipelineError('INVALID_PARAMETER_VALUE.FORMAT_STRING', { format, specifier: piece.text })
  }
  return STRING
}

/** printf over a literal format, each specifier on its own: DuckDB's printf lacks Java's `%s` of any type and `null`. */
export function printFormatString(args: readonly string[], call: PrintedCall): string {
  const format = call.literals[0]
  if (typeof format !== 'string') return 'NULL::VARCHAR'
  const pieces = parseFormat(format).map((piece) =>
    typeof piece === 'string' ? call.quote(piece) : printSpecifier(piece, args[piece.index]!, call),
  )
  return pieces.length === 0 ? "''" : `(${pieces.join(' || ')})`
}

function parseFormat(format: string): readonly (string | Specifier)[] {
  const pieces: (string | Specifier)[] = []
  let end = 0
  let next = 1
  for (const {
    index: start,
    0: text,
    1: index,
    2: flags,
    3: width,
    4: precision,
    5: conversion,
  } of format.matchAll(SPECIFIER)) {
    if (start > end) pieces.push(format.slice(end, start))
    end = start + text.length
    if (conversion === '%' || conversion === 'n') pieces.push(conversion === '%' ? '%' : '\n')
    else {
      pieces.push({
        text,
        index: index === undefined ? next++ : Number(index),
        flags: flags ?? '',
        width: width ?? '',
        precision: precision === undefined ? undefined : Number(precision),
        conversion: conversion!,
      })
    }
  }
  return end < format.length ? [...pieces, format.slice(end)] : pieces
}

function fits(conversion: string, type: DataType | undefined): boolean {
  if (type === undefined) return false
  if (type.kind === 'void' || 'sSb'.includes(conversion)) return 'sSbdxXofeEc'.includes(conversion)
  if ('dxXo'.includes(conversion)) return isIntegral(type)
  if ('feE'.includes(conversion)) return isNumeric(type)
  return conversion === 'c' && (isIntegral(type) || type.kind === 'string')
}

function printSpecifier(specifier: Specifier, value: string, call: PrintedCall): string {
  const { flags, width, precision, conversion } = specifier
  const type = call.types[specifier.index]!
  const pad = `${flags}${width}`
  switch (conversion) {
    case 's':
    case 'S': {
      const cast = `coalesce(${call.castText(value, type, STRING, 'ansi')}, 'null')`
      const cut = precision === undefined ? cast : `${cast}[1:${precision}]`
      return padded(conversion === 'S' ? `upper(${cut})` : cut, specifier)
    }
    case 'f':
      return orNull(
        `printf('%${pad}.${precision ?? 6}f', ${roundDouble(`${value}::DOUBLE`, precision ?? 6)})`,
      )
    case 'e':
    case 'E':
      return orNull(`printf('%${pad}.${precision ?? 6}${conversion}', ${value}::DOUBLE)`)
    case 'c':
      return orNull(isIntegral(type) ? `chr(${value}::INTEGER)` : `${value}[1]`)
    case 'b':
      return padded(
        type.kind === 'boolean' ? `coalesce(${value}::VARCHAR, 'false')` : `(${value} IS NOT NULL)::VARCHAR`,
        specifier,
      )
    default:
      return orNull(`printf('%${pad}${conversion}', ${value})`)
  }
}

function padded(sql: string, { flags, width }: Specifier): string {
  return width === '' ? sql : `printf('%${flags.includes('-') ? '-' : ''}${width}s', ${sql})`
}

function orNull(sql: string): string {
  return `coalesce(${sql}, 'null')`
}
