export interface TextColumn {
  readonly title: string
  readonly align: 'left' | 'right'
}

/** Space between two columns. */
const GAP = '  '

/**
 * A table of plain text that fits a terminal: a heading, a rule below it, the rows. Columns are as wide as their widest cell.
 */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columnWidths(columns, rows)
  return [...heading(columns, widths), ...rows.map((row) => tableLine(columns, widths, row))]
    .map((line) => `${line}\n`)
    .join('')
}

/** The width of each column in terminal cells, from its title and the rows given. */
export function columnWidths(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): readonly number[] {
  return columns.map((column, i) =>
    rows.reduce((width, row) => Math.max(width, displayWidth(row[i]!)), displayWidth(column.title)),
  )
}

/** The titles and the rule below them. */
export function heading(columns: readonly TextColumn[], widths: readonly number[]): [string, string] {
  const titles = tableLine(
    columns,
    widths,
    columns.map((column) => column.title),
  )
  return [titles, widths.map((width) => '─'.repeat(width)).join(GAP)]
}

/** One row, without spaces at its end. */
export function tableLine(
  columns: readonly TextColumn[],
  widths: readonly number[],
  row: readonly string[],
): string {
  const cells = row.map((cell, i) => {
    const padding = ' '.repeat(Math.max(0, widths[i]! - displayWidth(cell)))
    return columns[i]!.align === 'right' ? padding + cell : cell + padding
  })
  return cells.join(GAP).trimEnd()
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const COMBINING = /^\p{Mark}$/u

/** The number of terminal cells that a text without control characters takes. */
function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    if (COMBINING.test(character)) continue
    width += WIDE.test(character) ? 2 : 1
  }
  return width
}
