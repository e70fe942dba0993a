import type { Position } from '../../../errors/index.ts'
import type { ConvertToDelta } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { parseTableName } from '../table-name.ts'
import { parseColumns } from './columns.ts'
import { expectEnd } from './target-table.ts'

/** `` CONVERT TO DELTA parquet.`path` [NO STATISTICS] [PARTITIONED BY (column type, ...)] `` */
export function parseConvert(cursor: Cursor, position: Position): ConvertToDelta {
  cursor.expect('CONVERT', 'TO', 'DELTA')
  const start = cursor.token
  const source = parseTableName(cursor, false)
  if (source.kind !== 'DataSource' || source.format !== 'parquet') {
    return cursor.unsupportedClause(
      'CONVERT TO DELTA of anything but Parquet files',
      'Name the folder: parquet.`/data/orders`.',
      start,
    )
  }
  const collectStatistics = !cursor.take('NO', 'STATISTICS')
  const isPartitioned = cursor.take('PARTITIONED', 'BY')
  if (isPartitioned) cursor.expect('(')
  const partitionedBy = isPartitioned ? parseColumns(cursor) : []
  if (isPartitioned) cursor.expect(')')
  expectEnd(cursor, 'NO STATISTICS', 'PARTITIONED BY')
  return { kind: 'ConvertToDelta', path: source.paths[0]!, collectStatistics, partitionedBy, position }
}
