import type { RowStream } from '../../delta-table/row-stream.ts'
import { rowEncoder } from '../../engine/encode-row.ts'
import type { Row } from '../../engine/engine.ts'
import { isNumeric } from '../../types/type-classes.ts'
import type { Output } from '../terminal.ts'
import { cellFormatter, printable } from './format-cell.ts'
import { columnWidths, heading, type TextColumn, tableLine } from './text-table.ts'

export type RowFormat = 'table' | 'json' | 'csv'

/** Prints rows as they come, in bounded memory; returns how many there were. */
export function writeRows(rows: RowStream, format: RowFormat, output: Output): Promise<number> {
  switch (format) {
    case 'json':
      return writeJson(rows, output)
    case 'csv':
      return writeCsv(rows, output)
    case 'table':
      return writeTable(rows, output)
  }
}

/** One array, one row object a line. Nothing is printed before the first rows are there, so that an error stands alone. */
async function writeJson({ schema, chunks }: RowStream, output: Output): Promise<number> {
  const encode = rowEncoder(schema)
  let count = 0
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    output.write(`${count === 0 ? '[\n' : ',\n'}${chunk.map(encode).join(',\n')}`)
    count += chunk.length
  }
  output.write(count === 0 ? '[]\n' : '\n]\n')
  return count
}

/** RFC 4180 with a heading; NULL is an empty field, an empty string is `""`. */
async function writeCsv({ schema, chunks }: RowStream, output: Output): Promise<number> {
  const formatters = schema.fields.map((field) => cellFormatter(field.dataType))
  const line = (cells: readonly (string | undefined)[]) => `${cells.map(csvField).join(',')}\r\n`
  let count = 0
  const heading = line(schema.fields.map((field) => field.name))
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    if (count === 0) output.write(heading)
    output.write(chunk.map((row) => line(formatters.map((format, i) => format(row[i]!)))).join(''))
    count += chunk.length
  }
  if (count === 0) output.write(heading)
  return count
}

function csvField(text: string | undefined): string {
  if (text === undefined) return ''
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A wider cell pushes the rest of its line out, in place of stretching every line. */
const WIDEST_COLUMN = 60

/** Rows that are waited for, so that chunks of few rows do not decide the widths alone. */
const ROWS_FOR_WIDTHS = 200

/** Columns as wide as the first rows need; later rows that are wider push their line out. */
async function writeTable({ schema, chunks }: RowStream, output: Output): Promise<number> {
  const formatters = schema.fields.map((field) => cellFormatter(field.dataType))
  const columns = schema.fields.map(
    (field): TextColumn => ({
      title: printable(field.name),
      align: isNumeric(field.dataType) ? 'right' : 'left',
    }),
  )
  let widths: readonly number[] | undefined
  let count = 0
  for await (const chunk of firstTogether(chunks, ROWS_FOR_WIDTHS)) {
    const cells = chunk.map((row) => formatters.map((format, i) => printable(format(row[i]!) ?? 'NULL')))
    const lines: string[] = []
    if (widths === undefined) {
      widths = columnWidths(columns, cells).map((width) => Math.min(width, WIDEST_COLUMN))
      lines.push(...heading(columns, widths))
    }
    for (const row of cells) lines.push(tableLine(columns, widths, row))
    output.write(lines.map((each) => `${each}\n`).join(''))
    count += chunk.length
  }
  if (widths === undefined) output.write(`${heading(columns, columnWidths(columns, [])).join('\n')}\n`)
  return count
}

/** The same rows, the first `size` or more of them in one chunk. */
async function* firstTogether(chunks: RowStream['chunks'], size: number): AsyncGenerator<readonly Row[]> {
  let first: Row[] | undefined = []
  for await (const chunk of chunks) {
    if (first === undefined) yield chunk
    else if (first.push(...chunk) >= size) {
      yield first
      first = undefined
    }
  }
  if (first !== undefined && first.length > 0) yield first
}
