import type { ShowTables } from '../../sql/index.ts'
import { BOOLEAN, field, STRING, struct } from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import type { RowStream } from '../row-stream.ts'
import type { Workspace } from '../workspace.ts'

const tablesSchema = struct([
  field('database', STRING),
  field('tableName', STRING),
  field('isTemporary', BOOLEAN),
])

/** SHOW TABLES: those of one schema, by default that of the pipeline. */
export async function showTables({ schema, pattern }: ShowTables, workspace: Workspace): Promise<RowStream> {
  const { catalog } = workspace
  if (catalog === undefined) return { schema: tablesSchema, chunks: [] }
  const wanted = catalog.qualify([...(schema ?? []), 'any'])
  const isShown = matching(pattern)
  const rows = catalog
    .list()
    .filter(({ name }) => sameName(name.catalog, wanted.catalog) && sameName(name.schema, wanted.schema))
    .filter(({ name }) => isShown(name.table))
    .map(({ name }) => [name.schema, name.table, false])
  return { schema: tablesSchema, chunks: [rows] }
}

/** Spark's patterns: `*` stands for any characters, `|` parts alternatives, case does not count. */
function matching(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true
  const alternatives = pattern
    .split('|')
    .map((each) => each.replace(/[.+?^${}()[\]\\]/g, '\\$&').replaceAll('*', '.*'))
  const whole = new RegExp(`^(${alternatives.join('|')})$`, 'i')
  return (name) => whole.test(name)
}
