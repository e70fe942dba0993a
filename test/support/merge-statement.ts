import { type MergeResult, mergeInto, type TableContext } from '../../src/delta/index.ts'
import { parseScript } from '../../src/sql/index.ts'

/** Runs the text of a MERGE whose target is `t` on a table; its source holds literal rows. */
export async function merge(context: TableContext, text: string): Promise<MergeResult> {
  const [statement] = parseScript(text)
  if (statement?.kind !== 'MergeInto') throw new Error(`no MERGE: ${text}`)
  const { source, condition, clauses, schemaEvolution, alias } = statement
  return mergeInto(context, { source, condition, clauses, schemaEvolution, targetAlias: alias ?? 't' })
}
