import { flag, type ReadOptions } from '../read-options.ts'

/** How CSV text is cut into values, by Spark's options. */
export interface CsvDialect {
  readonly sep: string
  /** Empty: nothing is quoted. */
  readonly quote: string
  readonly escape: string
  /** Lines that begin with it are skipped; empty: none. */
  readonly comment: string
  readonly hasHeader: boolean
  readonly skipRows: number
  readonly multiLine: boolean
  readonly lineSep?: string
  readonly nullValue: string
  readonly emptyValue: string
  readonly nanValue: string
  readonly positiveInf: string
  readonly negativeInf: string
  readonly ignoreLeadingWhiteSpace: boolean
  readonly ignoreTrailingWhiteSpace: boolean
  /** Columns are matched by position even where there is a header. */
  readonly isPositional: boolean
  readonly caseSensitive: boolean
}

export function csvDialect(options: ReadOptions): CsvDialect {
  const hasHeader = flag(options, 'header', false)
  return {
    sep: unescaped(options.sep ?? options.delimiter ?? ','),
    quote: options.quote ?? '"',
    escape: options.escape ?? '\\',
    comment: options.comment ?? '',
    hasHeader,
    skipRows: Number(options.skipRows ?? 0),
    multiLine: flag(options, 'multiLine', false),
    ...(options.lineSep === undefined ? {} : { lineSep: unescaped(options.lineSep) }),
    nullValue: options.nullValue ?? '',
    emptyValue: options.emptyValue ?? '',
    nanValue: options.nanValue ?? 'NaN',
    positiveInf: options.positiveInf ?? 'Inf',
    negativeInf: options.negativeInf ?? '-Inf',
    ignoreLeadingWhiteSpace: flag(options, 'ignoreLeadingWhiteSpace', false),
    ignoreTrailingWhiteSpace: flag(options, 'ignoreTrailingWhiteSpace', false),
    isPositional: !hasHeader || flag(options, 'enforceSchema', false),
    caseSensitive: flag(options, 'readerCaseSensitive', true),
  }
}

/** `\t` as people write it in options. */
function unescaped(text: string): string {
  return text.replaceAll('\\t', '\t').replaceAll('\\n', '\n').replaceAll('\\r', '\r')
}
