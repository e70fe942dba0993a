import type { DataType } from '../../types/data-type.ts'

/** Types whose smallest and largest value the statistics of files have. */
export function hasBounds(type: DataType): boolean {
  return type.kind === 'float' || type.kind === 'double' || boundsAll(type)
}

/** Types whose bounds every value lies within: those of float and double leave NaN out. */
export function boundsAll({ kind }: DataType): boolean {
  return BOUNDED.has(kind)
}

const BOUNDED: ReadonlySet<DataType['kind']> = new Set([
  'byte',
  'short',
  'integer',
  'long',
  'decimal',
  'string',
  'date',
  'timestamp',
  'timestamp_ntz',
])

/**
 * The lower bound of strings: a prefix of `length` UTF-16 units, which sorts before all that it begins. Never half a
 * character.
 */
export function stringMin(text: string, length: number): string | undefined {
  return text.isWellFormed() ? text.slice(0, cut(text, length)) : undefined
}

/**
 * The upper bound of strings in UTF-8 order: the string itself, or a prefix with a character behind it that sorts after
 * all that was dropped (U+007F where that is enough, else the last one there is). Undefined where none is found.
 */
export function stringMax(text: string, length: number): string | undefined {
  if (!text.isWellFormed()) return undefined
  for (let end = cut(text, length); end <= 2 * length; ) {
    const dropped = text.codePointAt(end)
    if (dropped === undefined) return text
    if (dropped < 0x7f) return `${text.slice(0, end)}\u007f`
    if (dropped < 0x10ffff) return `${text.slice(0, end)}\u{10ffff}`
    end += 2
  }
  return undefined
}

/** `YYYY-MM-DD` as it is; dates outside of the years 0001 to 9999 have no text that all readers know. */
export function dateBound(text: string): string | undefined {
  return /^(?!0000)\d{4}-\d\d-\d\d$/.test(text) ? text : undefined
}

/**
 * `2026-01-31T10:00:00.123` with `zone` behind it. Readers expect milliseconds, so a lower bound is cut and an upper one
 * raised to the next. `text` is `YYYY-MM-DD HH:MM:SS[.ffffff]`.
 */
export function timestampBound(text: string, side: 'min' | 'max', zone: 'Z' | ''): string | undefined {
  const match = /^((?!0000)\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/.exec(text)
  if (match === null) return undefined
  const fraction = (match[3] ?? '').padEnd(9, '0')
  const millis = Date.parse(`${match[1]}T${match[2]}.${fraction.slice(0, 3)}Z`)
  const isCut = /[1-9]/.test(fraction.slice(3))
  const iso = new Date(side === 'max' && isCut ? millis + 1 : millis).toISOString()
  return iso.startsWith('+') ? undefined : `${iso.slice(0, -1)}${zone}`
}

/** The nearest end at or behind `length` that does not split a surrogate pair. */
function cut(text: string, length: number): number {
  if (text.length <= length) return text.length
  const isSplit = (text.codePointAt(length - 1) ?? 0) > 0xffff
  return isSplit ? length + 1 : length
}
