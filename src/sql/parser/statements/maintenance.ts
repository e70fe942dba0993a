import type { Position } from '../../../errors/index.ts'
import type { AnalyzeTable, OptimizeTable, ReorgTable, RestoreTable, VacuumTable } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { parseExpression } from '../expression.ts'
import { parseTimeTravel } from '../table-name.ts'
import { expectEnd, parseColumnPath, parseTarget } from './target-table.ts'

/** `OPTIMIZE t [FULL] [WHERE condition] [ZORDER BY (columns)]` */
export function parseOptimize(cursor: Cursor, position: Position): OptimizeTable {
  cursor.expect('OPTIMIZE')
  const table = parseTarget(cursor)
  const isFull = cursor.take('FULL')
  const condition = cursor.take('WHERE') ? parseExpression(cursor) : undefined
  const zOrderBy = cursor.take('ZORDER', 'BY') ? parseZOrder(cursor) : []
  expectEnd(cursor, 'FULL', 'WHERE', 'ZORDER BY')
  return {
    kind: 'OptimizeTable',
    table,
    isFull,
    ...(condition !== undefined && { condition }),
    zOrderBy,
    position,
  }
}

/** The parentheses may be left out. */
function parseZOrder(cursor: Cursor): string[] {
  const column = () => parseColumnPath(cursor).join('.')
  return cursor.is('(') ? cursor.parenthesized(column) : cursor.list(column)
}

/** `VACUUM t [FULL | LITE] [RETAIN n HOURS] [DRY RUN]` */
export function parseVacuum(cursor: Cursor, position: Position): VacuumTable {
  cursor.expect('VACUUM')
  const table = parseTarget(cursor)
  const isLite = cursor.take('LITE')
  if (!isLite) cursor.take('FULL')
  if (cursor.is('USING', 'INVENTORY')) {
    cursor.unsupportedClause('USING INVENTORY', 'Leave it out: the files are listed.')
  }
  const retentionHours = cursor.take('RETAIN') ? parseHours(cursor) : undefined
  const dryRun = cursor.take('DRY', 'RUN')
  expectEnd(cursor, 'FULL', 'LITE', 'RETAIN', 'DRY RUN')
  return {
    kind: 'VacuumTable',
    table,
    isLite,
    ...(retentionHours !== undefined && { retentionHours }),
    dryRun,
    position,
  }
}

function parseHours(cursor: Cursor): number {
  const { kind, text } = cursor.token
  if (kind !== 'number' || !/^\d+(\.\d+)?$/.test(text)) cursor.fail('a number of hours', [])
  cursor.advance()
  if (!cursor.take('HOURS') && !cursor.take('HOUR')) cursor.fail('HOURS', ['HOURS'])
  return Number(text)
}

/** `ANALYZE TABLE t COMPUTE [DELTA] STATISTICS`. Throws UNSUPPORTED_FEATURE.CLAUSE for statistics of a catalog. */
export function parseAnalyze(cursor: Cursor, position: Position): AnalyzeTable {
  cursor.expect('ANALYZE', 'TABLE')
  const table = parseTarget(cursor)
  cursor.expect('COMPUTE')
  const isDelta = cursor.take('DELTA')
  cursor.expect('STATISTICS')
  for (const clause of ['NOSCAN', 'FOR COLUMNS', 'FOR ALL COLUMNS']) {
    if (!cursor.isSequence(clause.split(' '))) continue
    cursor.unsupportedClause(
      clause,
      'Leave it out: statistics of files are those of delta.dataSkippingStatsColumns.',
    )
  }
  expectEnd(cursor)
  return { kind: 'AnalyzeTable', table, isDelta, position }
}

/** `RESTORE [TABLE] t TO [VERSION | TIMESTAMP] AS OF ...` */
export function parseRestore(cursor: Cursor, position: Position): RestoreTable {
  cursor.expect('RESTORE')
  if (cursor.is('TABLE') && cursor.peek().keyword !== '.' && cursor.peek().keyword !== 'TO') cursor.advance()
  const table = parseTarget(cursor)
  cursor.expect('TO')
  const to = parseTimeTravel(cursor)
  if (to === undefined) {
    return cursor.fail("VERSION AS OF n or TIMESTAMP AS OF '...'", ['VERSION', 'TIMESTAMP', 'AS', 'OF'])
  }
  expectEnd(cursor)
  return { kind: 'RestoreTable', table, to, position }
}

/** `REORG TABLE t [WHERE condition] APPLY (PURGE)` */
export function parseReorg(cursor: Cursor, position: Position): ReorgTable {
  cursor.expect('REORG', 'TABLE')
  const table = parseTarget(cursor)
  const condition = cursor.take('WHERE') ? parseExpression(cursor) : undefined
  if (!cursor.take('APPLY')) cursor.fail('WHERE or APPLY (PURGE)', ['WHERE', 'APPLY'])
  if (cursor.is('(', 'UPGRADE')) cursor.unsupportedClause('APPLY (UPGRADE UNIFORM)')
  cursor.expect('(', 'PURGE', ')')
  expectEnd(cursor)
  return { kind: 'ReorgTable', table, ...(condition !== undefined && { condition }), position }
}
