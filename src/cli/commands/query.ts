import { readFileSync } from 'node:fs'
import { Console } from '../console/console.ts'
import { EXIT } from '../exit-code.ts'
import { plural } from '../output/format-number.ts'
import { type RowFormat, writeRows } from '../output/write-rows.ts'
import type { ProjectOptions } from '../project-options.ts'
import type { Terminal } from '../terminal.ts'

export interface QueryOptions extends ProjectOptions {
  readonly output: RowFormat
}

const STANDARD_INPUT = 0

/** `millrace query`: what statements give, printed as it comes; the first error ends it. */
export async function query(
  sql: string | undefined,
  options: QueryOptions,
  terminal: Terminal,
): Promise<number> {
  const console = await Console.open(options, terminal)
  try {
    for await (const rows of console.run(sql ?? readFileSync(STANDARD_INPUT, 'utf8'))) {
      if (rows.schema.fields.length === 0) continue
      const count = await writeRows(rows, options.output, terminal.stdout)
      if (options.output === 'table') terminal.stderr.write(`${plural(count, 'row')}\n`)
    }
    return EXIT.ok
  } finally {
    await console.close()
  }
}
