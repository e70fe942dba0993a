import type { Position } from '../../../errors/index.ts'
import type { Cursor } from '../../cursor.ts'
import type { UseCatalog, UseSchema } from '../../statement.ts'

/** `USE CATALOG c`, `USE [SCHEMA | DATABASE | NAMESPACE] [c.]s` */
export function parseUse(cursor: Cursor, position: Position): UseCatalog | UseSchema {
  cursor.expect('USE')
  const isName = isLast(cursor)
  if (!isName && cursor.take('CATALOG')) {
    const catalog =
      cursor.token.kind === 'string' ? cursor.advance().text : cursor.name('the name of a catalog')
    return { kind: 'UseCatalog', catalog, position }
  }
  if (!isName && cursor.isOneOf('SCHEMA', 'DATABASE', 'NAMESPACE')) cursor.advance()
  const name = [cursor.name('the name of a schema')]
  if (cursor.take('.')) name.push(cursor.name('the name of a schema'))
  return { kind: 'UseSchema', name, position }
}

/** A schema named `catalog`: nothing follows it. */
function isLast(cursor: Cursor): boolean {
  const next = cursor.peek()
  return next.kind === 'end' || next.keyword === ';' || next.keyword === '.'
}
