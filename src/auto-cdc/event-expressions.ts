import { isCondition, PipelineError } from '../errors/index.ts'
import { analyze } from '../plan/analyzer/analyze.ts'
import { alias, call, caseWhen, filter, nullLiteral, project, TRUE } from '../plan/build.ts'
import type { Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import { asNullable } from '../types/as-nullable.ts'
import { type DataType, type StructField, type StructType, VOID } from '../types/data-type.ts'
import { printSqlType } from '../types/ddl.ts'
import { holdsKind, isOrderable } from '../types/type-classes.ts'

/** No table has columns of these, nor has the hidden state. */
const INTERVALS = ['interval day to second', 'interval year to month'] as const

/**
 * The type of a sequence. Throws UNSUPPORTED_EXPR_FOR_OPERATOR, AUTOCDC_MICROBATCH_VALIDATION.NON_ORDERABLE_SEQUENCE and what the
 * analyzer throws of the expression.
 */
export function typeOfSequence(
  sequence: Expression,
  clause: 'SEQUENCE BY' | 'SYSTEM SEQUENCE BY',
  source: StructType,
  { tableName }: { readonly tableName: string },
): DataType {
  // As the argument of a call, a generator would be refused for that alone.
  const value = caseWhen([[TRUE, sequence]], nullLiteral(VOID))
  checkRowByRow({ ...call('isnotnull', value), position: sequence.position }, clause, source)
  const { dataType } = columnsOf(source, (rows) => project(rows, [alias(sequence, 'sequence')]))[0]!
  if (isOrderable(dataType) && !holdsKind(dataType, INTERVALS)) return asNullable(dataType)
  throw new PipelineError('AUTOCDC_MICROBATCH_VALIDATION.NON_ORDERABLE_SEQUENCE', {
    tableName,
    dataType: printSqlType(dataType),
  })
}

/**
 * An event says by itself what it is. Throws UNSUPPORTED_EXPR_FOR_OPERATOR for aggregates, windows and generators, and what the
 * analyzer throws of conditions.
 */
export function checkRowByRow(condition: Expression, clause: string, source: StructType): void {
  try {
    columnsOf(source, (rows) => filter(rows, condition))
  } catch (error) {
    if (!isCondition(error, 'INVALID_WHERE_CONDITION')) throw error
    const parameters = { invalidExprSqls: error.parameters.expressionList!, place: clause }
    throw new PipelineError('UNSUPPORTED_EXPR_FOR_OPERATOR', parameters, { position: error.position })
  }
}

function columnsOf(source: StructType, query: (rows: Relation) => Relation): readonly StructField[] {
  const rows: Relation = { kind: 'Scan', input: { kind: 'staged', table: '' }, schema: source }
  return analyze(query(rows), { resolveLeaf: () => ({ schema: source }), ansi: true }).schema.fields
}
