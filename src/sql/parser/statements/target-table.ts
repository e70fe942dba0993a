import type { TableReference } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { isBareAlias } from '../select-item.ts'
import { parseTableName } from '../table-name.ts'

/** The table that a statement changes: a name, or the path of a Delta table. */
export function parseTarget(cursor: Cursor): TableReference {
  const start = cursor.token
  const table = parseTableName(cursor, false)
  if (table.kind === 'DataSource' && table.format !== 'delta') {
    cursor.unsupportedClause(`Changing ${table.format} files`, 'Only Delta tables can be changed.', start)
  }
  if (table.timeTravel !== undefined) {
    cursor.unsupportedClause('A version of the table that is changed', 'Leave it out.', start)
  }
  return table
}

/** `[AS] alias`, unless one of the words that go on with the statement stands here. */
export function parseTargetAlias(cursor: Cursor, ...next: readonly string[]): { readonly alias?: string } {
  const isNamed = cursor.take('AS')
  if (!isNamed && (!isBareAlias(cursor) || cursor.isOneOf(...next))) return {}
  return { alias: cursor.name('an alias') }
}

/** A column, or a field inside of it: its parts. */
export function parseColumnPath(cursor: Cursor): string[] {
  const parts = [cursor.name('a column name')]
  while (cursor.take('.')) parts.push(cursor.name('a field name'))
  return parts
}

/** Throws PARSE_SYNTAX_ERROR unless the statement ends here; `words` are the clauses that could still follow. */
export function expectEnd(cursor: Cursor, ...words: readonly string[]): void {
  if (cursor.isAtStatementEnd) return
  cursor.fail(
    [...words, 'the end of the statement'].join(', '),
    words.flatMap((each) => each.split(' ')),
  )
}
