import type { Position } from '../../../errors/index.ts'
import type { Cursor } from '../../cursor.ts'
import type { CreateAutoCdcFlow, CreateFlow } from '../../statement.ts'
import { parseQuery } from '../query.ts'
import { parseQualifiedName } from '../table-name.ts'
import { parseAutoCdc } from './auto-cdc.ts'

/**
 * `CREATE FLOW name [COMMENT 's'] AS INSERT INTO [ONCE] target BY NAME query`, ONCE also behind the name or INSERT.
 * Columns always go by name, so BY NAME may be left out. Or `... AS AUTO CDC [ONCE] INTO target FROM ...`.
 */
export function parseFlow(cursor: Cursor, position: Position): CreateFlow | CreateAutoCdcFlow {
  const name = parseQualifiedName(cursor, 'the name of the flow')
  let once = cursor.take('ONCE')
  const comment = cursor.take('COMMENT') ? cursor.string('a comment in quotes') : undefined
  cursor.expect('AS')
  if (cursor.is('AUTO', 'CDC') || cursor.is('APPLY', 'CHANGES')) {
    const flow = parseAutoCdc(cursor, position)
    return { ...flow, name, once: flow.once || once, ...(comment === undefined ? {} : { comment }) }
  }
  if (!cursor.take('INSERT')) cursor.fail('INSERT INTO or AUTO CDC INTO', ['INSERT', 'AUTO'])
  once = cursor.take('ONCE') || once
  if (cursor.is('OVERWRITE')) {
    cursor.unsupportedClause('INSERT OVERWRITE', 'A flow appends; replace rows with a materialized view.')
  }
  cursor.expect('INTO')
  once = cursor.take('ONCE') || once
  const target = parseQualifiedName(cursor, 'the name of the target table')
  refuseTargetClauses(cursor)
  cursor.take('BY', 'NAME')
  return {
    kind: 'CreateFlow',
    name,
    target,
    once,
    ...(comment === undefined ? {} : { comment }),
    query: parseQuery(cursor),
    position,
  }
}

function refuseTargetClauses(cursor: Cursor): void {
  if (cursor.is('PARTITION'))
    cursor.unsupportedClause('INSERT INTO ... PARTITION', 'Select the partition columns.')
  if (cursor.is('IF', 'NOT', 'EXISTS')) cursor.unsupportedClause('INSERT INTO ... IF NOT EXISTS')
  const isColumnList =
    cursor.is('(') && cursor.peek(1).kind !== 'end' && /^[,)]$/.test(cursor.peek(2).keyword)
  if (isColumnList) {
    cursor.unsupportedClause('A column list behind the target', 'Columns go by name: name them in the query.')
  }
}
