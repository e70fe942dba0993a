import { Console } from '../console/console.ts'
import { tableText } from '../console/table-text.ts'
import { EXIT } from '../exit-code.ts'
import { asPairs } from '../output/as-pairs.ts'
import { type RowFormat, writeRows } from '../output/write-rows.ts'
import type { ProjectOptions } from '../project-options.ts'
import type { Terminal } from '../terminal.ts'

export interface DescribeOptions extends ProjectOptions {
  readonly detail?: boolean
  readonly output: RowFormat
}

/** `millrace describe`: a table's columns, or with `--detail` the facts about it. */
export async function describe(table: string, options: DescribeOptions, terminal: Terminal): Promise<number> {
  const console = await Console.open(options, terminal)
  try {
    const what = options.detail === true ? 'DESCRIBE DETAIL' : 'DESCRIBE TABLE'
    const rows = await console.answer(`${what} ${tableText(table)}`)
    const shown = options.detail === true && options.output === 'table' ? await asPairs(rows) : rows
    await writeRows(shown, options.output, terminal.stdout)
    return EXIT.ok
  } finally {
    await console.close()
  }
}
