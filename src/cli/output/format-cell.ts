import { valueEncoder } from '../../engine/encode-row.ts'
import type { Value } from '../../engine/engine.ts'
import type { DataType } from '../../types/data-type.ts'

/** A value as text for people: scalars as Spark prints them, nested values as JSON. NULL is undefined. */
export function cellFormatter(type: DataType): (value: Value) => string | undefined {
  const format = formatterOf(type)
  return (value) => (value === null || value === undefined ? undefined : format(value))
}

function formatterOf(type: DataType): (value: Value) => string {
  switch (type.kind) {
    case 'array':
    case 'map':
    case 'struct':
      return valueEncoder(type)
    case 'binary':
      return (value) => `0x${Buffer.from(value as Uint8Array).toString('hex')}`
    case 'timestamp':
    case 'timestamp_ntz':
      return (value) =>
        String(value)
          .replace(/(\.\d*?)0+$/, '$1')
          .replace(/\.$/, '')
    default:
      return String
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Control characters made visible, so that data can neither break a line nor steer the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => {
    return ESCAPES[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
