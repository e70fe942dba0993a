import { Console } from '../console/console.ts'
import { tableText } from '../console/table-text.ts'
import { EXIT } from '../exit-code.ts'
import { onlyColumns } from '../output/only-columns.ts'
import { type RowFormat, writeRows } from '../output/write-rows.ts'
import type { ProjectOptions } from '../project-options.ts'
import type { Terminal } from '../terminal.ts'

export interface HistoryOptions extends ProjectOptions {
  readonly limit?: number
  readonly output: RowFormat
}

/** What fits a terminal; JSON and CSV have all columns. */
const TERMINAL_COLUMNS = ['version', 'timestamp', 'operation', 'operationMetrics', 'engineInfo']

/** `millrace history`: the commits of a table, newest first. */
export async function history(table: string, options: HistoryOptions, terminal: Terminal): Promise<number> {
  const console = await Console.open(options, terminal)
  try {
    const limit = options.limit === undefined ? '' : ` LIMIT ${options.limit}`
    const rows = await console.answer(`DESCRIBE HISTORY ${tableText(table)}${limit}`)
    const shown = options.output === 'table' ? onlyColumns(rows, TERMINAL_COLUMNS) : rows
    await writeRows(shown, options.output, terminal.stdout)
    return EXIT.ok
  } finally {
    await console.close()
  }
}
