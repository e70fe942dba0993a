import type { DataType } from '../../types/data-type.ts'
import { type Bytes, type Scan, scalarScan } from '../byte-scan.ts'
import type { CsvDialect } from './csv-dialect.ts'

/**
 * The fast judge of CSV lines: finds the first line that DuckDB's typed CSV reader would not put into the columns exactly.
 * It accepts values without quotes, and quoted ones without a quote or an escape within.
 */
export interface CsvJudge {
  /** Judges whole lines from `from` to `end` (`bytes[end]` is a line feed): the start of the first that deviates, or `end`. */
  scan(bytes: Bytes, from: number, end: number): number
  readonly longestLine: number
  /** How the lines end; undefined before the first. A line that ends otherwise deviates. */
  readonly newLine: '\n' | '\r\n' | undefined
}

const LF = 10
const CR = 13

/** A judge for columns of these types, in order; undefined types are read over. Undefined where the dialect is not plain. */
export function csvJudge(
  types: readonly (DataType | undefined)[],
  dialect: CsvDialect,
): CsvJudge | undefined {
  if (!isPlain(dialect) || types.length === 0) return undefined
  const sep = dialect.sep.charCodeAt(0)
  const quote = dialect.quote.charCodeAt(0)
  const comment = dialect.comment === '' ? -1 : dialect.comment.charCodeAt(0)
  const text = textTable(sep, quote, dialect.escape)
  const scans = types.map((type) => valueScan(type, text, sep, quote))
  const last = scans.length - 1
  let longestLine = 0
  let ending = -1
  return {
    get longestLine() {
      return longestLine
    },
    get newLine() {
      return ending < 0 ? undefined : ending === CR ? '\r\n' : '\n'
    },
    scan(bytes, from, end) {
      let i = from
      while (i < end) {
        const start = i
        if (bytes[i] === comment) return start
        for (let k = 0; k <= last; k++) {
          i = scans[k]!(bytes, i)
          if (i < 0) return start
          if (k === last) break
          if (bytes[i] !== sep) return start
          i++
        }
        const found = bytes[i]!
        // A blank line is no row, and a line of one empty value looks like one.
        if ((found !== LF && found !== CR) || i === start) return start
        if (found === CR && (bytes[i + 1] !== LF || i + 1 >= end)) return start
        if (ending < 0) ending = found
        else if (found !== ending && i < end) return start
        i += found === CR ? 2 : 1
        if (i - start > longestLine) longestLine = i - start
      }
      return end
    },
  }
}

function isPlain({ sep, quote, comment, nullValue, emptyValue, ...dialect }: CsvDialect): boolean {
  const isAscii = (char: string) => char.length === 1 && char > '\u0008' && char < '\u007f'
  return (
    isAscii(sep) &&
    isAscii(quote) &&
    (comment === '' || isAscii(comment)) &&
    nullValue === '' &&
    emptyValue === '' &&
    dialect.skipRows === 0 &&
    !dialect.multiLine &&
    dialect.lineSep === undefined &&
    !dialect.ignoreLeadingWhiteSpace &&
    !dialect.ignoreTrailingWhiteSpace
  )
}

/** 1 for the bytes that stand for themselves in a value. */
function textTable(sep: number, quote: number, escapeText: string): Uint8Array {
  const escapeByte = escapeText === '' ? -1 : escapeText.charCodeAt(0)
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    byte >= 32 && byte !== sep && byte !== quote && byte !== escapeByte ? 1 : 0,
  )
}

function valueScan(type: DataType | undefined, text: Uint8Array, sep: number, quote: number): Scan {
  if (type === undefined || type.kind === 'string') return textScan(text, sep, quote)
  const scan = type.kind === 'boolean' ? booleanEnd : scalarScan(type)
  if (scan === undefined) return emptyScan(sep)
  return (bytes, i) => (isEnd(bytes[i]!, sep) ? i : scan(bytes, i))
}

function isEnd(byte: number, sep: number): boolean {
  return byte === sep || byte === LF || byte === CR
}

function emptyScan(sep: number): Scan {
  return (bytes, i) => (isEnd(bytes[i]!, sep) ? i : -1)
}

/** Texts; a separator may stand within quotes. */
function textScan(text: Uint8Array, sep: number, quote: number): Scan {
  return (bytes, start) => {
    let i = start
    if (bytes[i] !== quote) {
      while (text[bytes[i]!] === 1) i++
      return isEnd(bytes[i]!, sep) ? i : -1
    }
    i++
    while (text[bytes[i]!] === 1 || bytes[i] === sep) i++
    return bytes[i] === quote && i > start + 1 ? i + 1 : -1
  }
}

function booleanEnd(bytes: Bytes, i: number): number {
  const isTrue = bytes[i] === 116 && bytes[i + 1] === 114 && bytes[i + 2] === 117 && bytes[i + 3] === 101
  if (isTrue) return i + 4
  const isFalse = bytes[i] === 102 && bytes[i + 1] === 97 && bytes[i + 2] === 108 && bytes[i + 3] === 115
  return isFalse && bytes[i + 4] === 101 ? i + 5 : -1
}
