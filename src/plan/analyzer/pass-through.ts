import type { NamedExpression, OutputColumn } from '../resolved.ts'
import { columnReference } from './scope.ts'

/** The columns as they are, under their own ids. */
export function passedThrough(columns: readonly OutputColumn[]): readonly NamedExpression[] {
  return columns.map((column) => ({ column, expression: columnReference(column) }))
}
