import { PipelineError } from '../../errors/index.ts'
import { STRING } from '../../types/data-type.ts'
import { isIntegral } from '../../types/type-classes.ts'
import { roundDouble } from './rounding.ts'
import type { PrintedCall } from './signature.ts'

/** `%[index$][flags][width][.precision]conversion` of java.util.Formatter. */
const SPECIFIER = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g

/** printf over a literal format, each specifier on its own: DuckDB's printf lacks Java's `%s` of any type and `null`. */
export function printFormatString(args: readonly string[], call: PrintedCall): string {
  const format = call.literals[0]
  if (typeof format !== 'string') return 'NULL::VARCHAR'
  const pieces: string[] = []
  let end = 0
  let next = 1
  for (const found of format.matchAll(SPECIFIER)) {
    if (found.index > end) pieces.push(call.quote(format.slice(end, found.index)))
    end = found.index + found[0].length
    if (found[5] === '%') pieces.push("'%'")
    else if (found[5] === 'n') pieces.push('chr(10)')
    else pieces.push(specifier(found, found[1] === undefined ? next++ : Number(found[1]), args, call))
  }
  if (end < format.length) pieces.push(call.quote(format.slice(end)))
  return pieces.length === 0 ? "''" : `(${pieces.join(' || ')})`
}

function specifier(
  found: RegExpExecArray,
  index: number,
  args: readonly string[],
  call: PrintedCall,
): string {
  const [text, , flags = '', width, precision, conversion] = found
  const [value, type] = [args[index], call.types[index]]
  if (value === undefined || type === undefined) throw invalid(text, call)
  const pad = `${flags}${width ?? ''}`
  switch (conversion) {
    case 's':
    case 'S': {
      const cast = `coalesce(${call.castText(value, type, STRING, 'ansi')}, 'null')`
      const cut = precision === undefined ? cast : `${cast}[1:${precision}]`
      return padded(conversion === 'S' ? `upper(${cut})` : cut, flags, width)
    }
    case 'd':
    case 'x':
    case 'X':
    case 'o':
      if (!isIntegral(type) && type.kind !== 'void') throw invalid(text, call)
      return orNull(`printf('%${pad}${conversion}', ${value})`)
    case 'f': {
      const digits = Number(precision ?? 6)
      return orNull(`printf('%${pad}.${digits}f', ${roundDouble(`${value}::DOUBLE`, digits)})`)
    }
    case 'e':
    case 'E':
      return orNull(`printf('%${pad}.${precision ?? 6}${conversion}', ${value}::DOUBLE)`)
    case 'c':
      return orNull(isIntegral(type) ? `chr(${value}::INTEGER)` : `${value}[1]`)
    case 'b':
      return padded(
        type.kind === 'boolean' ? `coalesce(${value}::VARCHAR, 'false')` : `(${value} IS NOT NULL)::VARCHAR`,
        flags,
        width,
      )
    default:
      throw invalid(text, call)
  }
}

function padded(sql: string, flags: string, width: string | undefined): string {
  return width === undefined ? sql : `printf('%${flags.includes('-') ? '-' : ''}${width}s', ${sql})`
}

function orNull(sql: string): string {
  return `coalesce(${sql}, 'null')`
}

function invalid(specifierText: string, call: PrintedCall): PipelineError {
  return new PipelineError('INVALID_PARAMETER_VALUE.FORMAT_STRING', {
    functionName: call.call.function,
    specifier: specifierText,
  })
}
