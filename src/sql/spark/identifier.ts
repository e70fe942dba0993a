import { isPlainName } from '../keywords.ts'

/** A name as it is written in SQL: in backticks unless it is a plain word. */
export function identifier(name: string): string {
  return isPlainName(name) ? name : quoted(name)
}

/** A name behind a dot, where keywords are names too. */
export function fieldName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name)
}

/** A name of several parts. */
export function qualified(parts: readonly string[]): string {
  return parts.map((part, i) => (i === 0 ? identifier(part) : fieldName(part))).join('.')
}

export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
