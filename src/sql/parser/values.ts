import { PipelineError } from '../../errors/index.ts'
import type { Expression } from '../../plan/expression.ts'
import type { LocalRelation } from '../../plan/relation.ts'
import type { Cursor } from '../cursor.ts'
import { parseExpression } from './expression.ts'

/** `VALUES (1, 'a'), (2, 'b')`: columns `col1`, `col2`, ... All rows must be of one length. */
export function parseValues(cursor: Cursor): LocalRelation {
  const position = cursor.position()
  cursor.expect('VALUES')
  let width: number | undefined
  const rows = cursor.list(() => {
    const start = cursor.token
    const row = rowOf(parseExpression(cursor))
    width ??= row.length
    if (row.length !== width) {
      const parameters = { expectedNumCols: String(width), actualNumCols: String(row.length) }
      throw new PipelineError('INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH', parameters, {
        position: cursor.position(start),
      })
    }
    return row
  })
  const columns = Array.from({ length: width ?? 0 }, (_, i) => `col${i + 1}`)
  return { kind: 'LocalRelation', rows, columns, position }
}

/** A row in parentheses is read as a struct; a single value needs none. */
function rowOf(value: Expression): readonly Expression[] {
  return value.kind === 'UnresolvedFunction' && value.name === 'struct' ? value.arguments : [value]
}
