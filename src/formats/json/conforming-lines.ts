import type { DataType, StructType } from '../../types/data-type.ts'
import { isDatetime } from '../../types/type-classes.ts'
import {
  type Bytes,
  digitsEnd,
  endsNumber,
  numberEnd,
  type Scan,
  scalarScan,
  space,
  wholeEnd,
} from '../byte-scan.ts'

/**
 * The fast judge of JSON lines: one pass over the bytes that finds the first line which DuckDB's typed JSON reader would
 * not put into the schema's columns exactly. What it accepts is deliberately narrower than what fits: anything unusual is
 * left to the exact reader. It knows each number's digits, each field's place and what was seen twice.
 */
export interface LineJudge {
  /**
   * Judges whole lines from `from` to `end`, where `bytes[end]` is a line feed. Gives the start of the first line that does
   * not conform, or `end`. Bytes are taken for UTF-8; their validity is not checked.
   */
  scan(bytes: Uint8Array, from: number, end: number): number
  /** Bytes of the longest line accepted so far. */
  readonly longestLine: number
}

const LF = 10
const CR = 13
const QUOTE = 34
const COMMA = 44
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const COLON = 58
const BACKSLASH = 92
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN = 123
const CLOSE = 125

/** Bytes that stand for themselves in a string. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 32 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
)
/** What may follow a backslash, `u` aside. */
const ESCAPED = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
)

/** Makes a judge for a schema. With `skipUnknown`, fields that the schema lacks are read over. */
export function lineJudge(schema: StructType, skipUnknown: boolean): LineJudge {
  const scanRow = structScan(schema, skipUnknown)
  let longestLine = 0
  return {
    get longestLine() {
      return longestLine
    },
    scan(bytes, from, end) {
      let i = from
      while (i < end) {
        const start = i
        i = space(bytes, i)
        if (bytes[i] === OPEN) {
          i = scanRow(bytes, i)
          if (i < 0) return start
          i = space(bytes, i)
        }
        if (bytes[i] === CR && i + 1 < end) i++
        if (bytes[i] !== LF) return start
        i++
        if (i - start > longestLine) longestLine = i - start
      }
      return end
    },
  }
}

function scanOf(type: DataType, skipUnknown: boolean): Scan {
  const scan = valueScan(type, skipUnknown)
  return (bytes, i) => (bytes[i] === 110 ? word(bytes, i, NULL) : scan(bytes, i))
}

function valueScan(type: DataType, skipUnknown: boolean): Scan {
  switch (type.kind) {
    case 'string':
      return textScan
    case 'boolean':
      return (bytes, i) => (bytes[i] === 116 ? word(bytes, i, TRUE) : word(bytes, i, FALSE))
    case 'struct':
      return structScan(type, skipUnknown)
    case 'array':
      return listScan(scanOf(type.elementType, skipUnknown))
    default: {
      const scan = scalarScan(type)
      if (scan === undefined) return () => -1
      return isDatetime(type) ? quotedScan(scan) : scan
    }
  }
}

/** A value that stands in quotes. */
function quotedScan(scan: Scan): Scan {
  return (bytes, i) => {
    if (bytes[i] !== QUOTE) return -1
    const end = scan(bytes, i + 1)
    return end >= 0 && bytes[end] === QUOTE ? end + 1 : -1
  }
}

/** Objects: fields in any order, none twice. The field that followed last time is tried first. */
function structScan(type: StructType, skipUnknown: boolean): Scan {
  const keys = type.fields.map((each) => new TextEncoder().encode(JSON.stringify(each.name)))
  const scans = type.fields.map((each) => scanOf(each.dataType, skipUnknown))
  const count = keys.length
  const following = new Int32Array(count + 1)
  const seenIn = new Float64Array(count)
  let current = 0
  return (bytes, start) => {
    const row = ++current
    let previous = count
    let i = space(bytes, start + 1)
    if (bytes[i] === CLOSE) return i + 1
    for (;;) {
      let found = following[previous]!
      let end = found < count ? keyEnd(bytes, i, keys[found]!) : -1
      if (end < 0) {
        for (found = 0; found < count; found++) {
          end = keyEnd(bytes, i, keys[found]!)
          if (end >= 0) break
        }
        if (found < count) following[previous] = found
      }
      if (found === count) {
        if (!skipUnknown || bytes[i] !== QUOTE) return -1
        end = stringEnd(bytes, i + 1)
        if (end < 0 || differsByCaseOnly(bytes, i, end, keys)) return -1
      } else {
        if (seenIn[found] === row) return -1
        seenIn[found] = row
        previous = found
      }
      i = space(bytes, end)
      if (bytes[i] !== COLON) return -1
      i = space(bytes, i + 1)
      i = found === count ? anyEnd(bytes, i, 0) : scans[found]!(bytes, i)
      if (i < 0) return -1
      i = space(bytes, i)
      if (bytes[i] === COMMA) i = space(bytes, i + 1)
      else return bytes[i] === CLOSE ? i + 1 : -1
    }
  }
}

function listScan(scan: Scan): Scan {
  return (bytes, start) => {
    if (bytes[start] !== OPEN_LIST) return -1
    let i = space(bytes, start + 1)
    if (bytes[i] === CLOSE_LIST) return i + 1
    for (;;) {
      i = scan(bytes, i)
      if (i < 0) return -1
      i = space(bytes, i)
      if (bytes[i] === COMMA) i = space(bytes, i + 1)
      else return bytes[i] === CLOSE_LIST ? i + 1 : -1
    }
  }
}

function keyEnd(bytes: Bytes, i: number, key: Uint8Array): number {
  const length = key.length
  for (let k = 0; k < length; k++) if (bytes[i + k] !== key[k]) return -1
  return i + length
}

/** A field the reader would not match but a case-insensitive one would: such data deserve the exact reader. */
function differsByCaseOnly(bytes: Bytes, from: number, to: number, keys: readonly Uint8Array[]): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === BACKSLASH || bytes[i]! > 127) return true
  return keys.some((key) => {
    if (key.length !== to - from) return false
    for (let k = 0; k < key.length; k++) if ((key[k]! | 32) !== (bytes[from + k]! | 32)) return false
    return true
  })
}

/** The place behind the closing quote of the string whose text begins at `i`. */
function stringEnd(bytes: Bytes, i: number): number {
  let at = i
  for (;;) {
    while (PLAIN[bytes[at]!] === 1) at++
    const byte = bytes[at]
    if (byte === QUOTE) return at + 1
    if (byte !== BACKSLASH) return -1
    const next = bytes[at + 1]!
    if (ESCAPED[next] === 1) at += 2
    else if (next === 117 && isPlainUnicode(bytes, at + 2)) at += 6
    else return -1
  }
}

/** Four hex digits that are no surrogate and no NUL. */
function isPlainUnicode(bytes: Bytes, i: number): boolean {
  let code = 0
  for (let k = 0; k < 4; k++) {
    const digit = hexValue(bytes[i + k]!)
    if (digit < 0) return false
    code = code * 16 + digit
  }
  return code !== 0 && (code < 0xd800 || code > 0xdfff)
}

function hexValue(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

const TRUE = [116, 114, 117, 101]
const FALSE = [102, 97, 108, 115, 101]
const NULL = [110, 117, 108, 108]

function word(bytes: Bytes, i: number, expected: readonly number[]): number {
  for (let k = 0; k < expected.length; k++) if (bytes[i + k] !== expected[k]) return -1
  return i + expected.length
}

/** STRING columns: texts, and the scalars that DuckDB prints with the very characters of the source. */
function textScan(bytes: Bytes, i: number): number {
  const byte = bytes[i]!
  if (byte === QUOTE) return stringEnd(bytes, i + 1)
  if (byte === 116) return word(bytes, i, TRUE)
  if (byte === 102) return word(bytes, i, FALSE)
  return byte === MINUS || (byte >= ZERO && byte <= NINE) ? plainNumberEnd(bytes, i) : -1
}

/** Numbers whose shortest decimal form is what stands there. */
function plainNumberEnd(bytes: Bytes, start: number): number {
  const isNegative = bytes[start] === MINUS
  const from = isNegative ? start + 1 : start
  const end = wholeEnd(bytes, from)
  if (end < 0) return -1
  if (bytes[end] !== POINT) {
    if (isNegative && bytes[from] === ZERO) return -1
    return end - from <= 18 && endsNumber(bytes, end) ? end : -1
  }
  const last = digitsEnd(bytes, end + 1)
  const fraction = last - end - 1
  if (fraction === 0 || end - from + fraction > 15 || !endsNumber(bytes, last)) return -1
  if (bytes[last - 1] === ZERO && fraction > 1) return -1
  const isSmall = bytes[from] === ZERO
  return isSmall && (bytes[end + 1] === ZERO || isNegative) ? -1 : last
}

/** Any JSON value, to be read over. */
function anyEnd(bytes: Bytes, i: number, depth: number): number {
  const byte = bytes[i]!
  if (depth > 500) return -1
  if (byte === QUOTE) return stringEnd(bytes, i + 1)
  if (byte === 116) return word(bytes, i, TRUE)
  if (byte === 102) return word(bytes, i, FALSE)
  if (byte === 110) return word(bytes, i, NULL)
  if (byte === OPEN_LIST) return listScan((inner, at) => anyEnd(inner, at, depth + 1))(bytes, i)
  if (byte === OPEN) return anyObjectEnd(bytes, i, depth)
  return numberEnd(bytes, i, 100, 100)
}

function anyObjectEnd(bytes: Bytes, start: number, depth: number): number {
  let i = space(bytes, start + 1)
  if (bytes[i] === CLOSE) return i + 1
  for (;;) {
    if (bytes[i] !== QUOTE) return -1
    i = stringEnd(bytes, i + 1)
    if (i < 0) return -1
    i = space(bytes, i)
    if (bytes[i] !== COLON) return -1
    i = anyEnd(bytes, space(bytes, i + 1), depth + 1)
    if (i < 0) return -1
    i = space(bytes, i)
    if (bytes[i] === COMMA) i = space(bytes, i + 1)
    else return bytes[i] === CLOSE ? i + 1 : -1
  }
}
