import type { Position } from '../../../errors/index.ts'
import type { AddedColumn, AlterAction, AlterTable, ColumnPlace } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { parseChangedColumn, parseColumnChanges } from './alter-column.ts'
import { parseColumn, parseColumns } from './columns.ts'
import { parseCheck } from './create-table.ts'
import { parseClustering, parseProperties, propertyKey } from './table-clauses.ts'
import { expectEnd, parseColumnPath, parseTarget } from './target-table.ts'

interface Form {
  readonly words: readonly string[]
  /** Reads what follows the words. */
  readonly read: (cursor: Cursor) => AlterAction
}

/** What can be altered, the longer of two forms with one beginning first. */
const forms: readonly Form[] = [
  {
    words: ['SET', 'TBLPROPERTIES'],
    read: (c) => ({ kind: 'SetProperties', properties: parseProperties(c) }),
  },
  { words: ['UNSET', 'TBLPROPERTIES'], read: parseUnset },
  { words: ['ADD', 'CONSTRAINT'], read: parseAddConstraint },
  { words: ['ADD', 'FEATURE'], read: (c) => ({ kind: 'AddFeature', feature: featureName(c) }) },
  { words: ['ADD', 'COLUMNS'], read: parseAddColumns },
  { words: ['ADD', 'COLUMN'], read: parseAddColumns },
  { words: ['ALTER', 'COLUMN'], read: parseColumnChanges },
  { words: ['CHANGE', 'COLUMN'], read: parseChangedColumn },
  { words: ['CHANGE'], read: parseChangedColumn },
  { words: ['ALTER'], read: parseColumnChanges },
  { words: ['RENAME', 'COLUMN'], read: parseRename },
  { words: ['RENAME', 'TO'], read: (c) => ({ kind: 'RenameTable', to: parseColumnPath(c) }) },
  { words: ['REPLACE', 'COLUMNS'], read: parseReplaceColumns },
  { words: ['DROP', 'CONSTRAINT'], read: parseDropConstraint },
  { words: ['DROP', 'FEATURE'], read: parseDropFeature },
  { words: ['DROP', 'COLUMNS'], read: parseDropColumns },
  { words: ['DROP', 'COLUMN'], read: parseDropColumns },
  { words: ['CLUSTER', 'BY'], read: (c) => ({ kind: 'ClusterBy', columns: parseClustering(c) }) },
]

/** `ALTER TABLE t ...` */
export function parseAlter(cursor: Cursor, position: Position): AlterTable {
  cursor.expect('ALTER')
  if (!cursor.take('TABLE')) cursor.fail('TABLE', ['TABLE'])
  const table = parseTarget(cursor)
  const form = forms.find(({ words }) => cursor.isSequence(words))
  if (form === undefined) return failAtForm(cursor)
  cursor.takeSequence(form.words)
  const action = form.read(cursor)
  expectEnd(cursor)
  return { kind: 'AlterTable', table, action, position }
}

/** Fails at the first word, or at the second where the first begins a form. */
function failAtForm(cursor: Cursor): never {
  const begun = forms.filter(({ words }) => words.length > 1 && words[0] === cursor.token.keyword)
  if (begun.length > 0) cursor.advance()
  const expected = (begun.length > 0 ? begun : forms).map(({ words }) => words.join(' '))
  const words = begun.length > 0 ? begun.map((each) => each.words[1]!) : forms.map((each) => each.words[0]!)
  return cursor.fail(`one of ${expected.join(', ')}`, words)
}

function parseUnset(cursor: Cursor): AlterAction {
  const ifExists = cursor.take('IF', 'EXISTS')
  return { kind: 'UnsetProperties', keys: cursor.parenthesized(() => propertyKey(cursor)), ifExists }
}

function parseAddConstraint(cursor: Cursor): AlterAction {
  cursor.reset(cursor.mark() - 1)
  return { kind: 'AddConstraint', constraint: parseCheck(cursor) }
}

function parseDropConstraint(cursor: Cursor): AlterAction {
  const ifExists = cursor.take('IF', 'EXISTS')
  return { kind: 'DropConstraint', name: cursor.name('the name of the constraint'), ifExists }
}

function parseDropFeature(cursor: Cursor): AlterAction {
  const feature = featureName(cursor)
  return { kind: 'DropFeature', feature, truncateHistory: cursor.take('TRUNCATE', 'HISTORY') }
}

function featureName(cursor: Cursor): string {
  return cursor.token.kind === 'string' ? cursor.advance().text : cursor.name('the name of a table feature')
}

/** The parentheses may be left out. */
function parseAddColumns(cursor: Cursor): AlterAction {
  const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS')
  const column = () => parseAddedColumn(cursor)
  const columns = cursor.is('(') ? cursor.parenthesized(column) : cursor.list(column)
  return { kind: 'AddColumns', columns, ifNotExists }
}

/** `address.city STRING COMMENT 'x' AFTER street` */
function parseAddedColumn(cursor: Cursor): AddedColumn {
  const parent: string[] = []
  while (cursor.peek().keyword === '.') {
    parent.push(cursor.name('a column name'))
    cursor.advance()
  }
  const definition = parseColumn(cursor)
  if (definition.dataType === undefined) cursor.fail('the type of the column', [])
  return { parent, definition, ...placeOf(cursor) }
}

/** `FIRST` or `AFTER column`, if one stands here. */
export function placeOf(cursor: Cursor): { readonly place?: ColumnPlace } {
  if (cursor.take('FIRST')) return { place: 'first' }
  return cursor.take('AFTER') ? { place: { after: cursor.name('a column name') } } : {}
}

function parseRename(cursor: Cursor): AlterAction {
  const column = parseColumnPath(cursor)
  cursor.expect('TO')
  return { kind: 'RenameColumn', column, to: cursor.name('the new name') }
}

function parseReplaceColumns(cursor: Cursor): AlterAction {
  cursor.expect('(')
  const columns = parseColumns(cursor)
  cursor.expect(')')
  return { kind: 'ReplaceColumns', columns }
}

function parseDropColumns(cursor: Cursor): AlterAction {
  const ifExists = cursor.take('IF', 'EXISTS')
  const column = () => parseColumnPath(cursor)
  const columns = cursor.is('(') ? cursor.parenthesized(column) : cursor.list(column)
  return { kind: 'DropColumns', columns, ifExists }
}
