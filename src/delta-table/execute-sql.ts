import { type OutputRow, rowObject } from './rows/table-row.ts'
import { runScript } from './statements/run-statement.ts'
import { type DeltaTableOptions, programWorkspace } from './table-options.ts'

/**
 * Runs Spark SQL: queries and the statements that make, change and maintain tables, several parted by semicolons. Tables are named
 * by path, `` delta.`data/orders` ``. Returns the rows of the last statement. The first error ends it.
 *
 * ```ts
 * await executeSql("DELETE FROM delta.`data/orders` WHERE status = 'cancelled'")
 * const rows = await executeSql('SELECT count(*) AS n FROM delta.`data/orders` VERSION AS OF 3')
 * ```
 */
export async function executeSql(text: string, options: DeltaTableOptions = {}): Promise<OutputRow[]> {
  const { workspace, release } = programWorkspace(options)
  try {
    let rows: OutputRow[] = []
    for await (const { schema, chunks } of runScript(text, workspace)) {
      rows = []
      for await (const chunk of chunks) for (const row of chunk) rows.push(rowObject(row, schema))
    }
    return rows
  } finally {
    await release()
  }
}
