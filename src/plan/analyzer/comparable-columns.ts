import { PipelineError } from '../../errors/index.ts'
import { printSqlType } from '../../types/ddl.ts'
import { holdsKind } from '../../types/type-classes.ts'
import type { OutputColumn } from '../resolved.ts'

/**
 * Refuses columns by which rows cannot be told apart, as CheckAnalysis of Spark does for Distinct, Deduplicate, Intersect and
 * Except. Throws UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE and .SET_OPERATION_ON_VARIANT_TYPE.
 */
export function checkComparable(columns: readonly OutputColumn[]): void {
  refuse(columns, 'map', 'UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE')
  refuse(columns, 'variant', 'UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE')
}

function refuse(
  columns: readonly OutputColumn[],
  kind: 'map' | 'variant',
  condition: `UNSUPPORTED_FEATURE.SET_OPERATION_ON_${'MAP' | 'VARIANT'}_TYPE`,
): void {
  const column = columns.find((each) => holdsKind(each.dataType, [kind]))
  if (column === undefined) return
  throw new PipelineError(condition, { colName: column.name, dataType: printSqlType(column.dataType) })
}
