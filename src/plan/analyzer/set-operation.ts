import { PipelineError } from '../../errors/index.ts'
import { widerType } from '../../types/coercion.ts'
import { type DataType, VOID } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { sameName } from '../../types/same-name.ts'
import { sameType } from '../../types/same-type.ts'
import type { SetOperation } from '../relation.ts'
import type { NamedExpression, OutputColumn, ResolvedRelation } from '../resolved.ts'
import { literal } from './cast.ts'
import { castColumns } from './cast-columns.ts'
import { checkComparable } from './comparable-columns.ts'
import { unresolvedColumn } from './name.ts'
import { type Analyzed, projectNode, shape } from './node.ts'
import { analyzeRelation } from './relation.ts'
import { columnReference, outputColumn, scopeOf } from './scope.ts'
import { ordinal } from './signature-match.ts'
import { freshId, type QueryState } from './state.ts'

/**
 * UNION, INTERSECT, EXCEPT: columns by position or by name, each cast to the wider type of both sides.
 * Throws NUM_COLUMNS_MISMATCH, INCOMPATIBLE_COLUMN_TYPE, UNRESOLVED_COLUMN.* for a name that one side lacks, and what
 * `checkComparable` throws.
 */
export function analyzeSetOperation(node: SetOperation, state: QueryState): Analyzed {
  const given = [analyzeRelation(node.left, state).relation, analyzeRelation(node.right, state).relation]
  const [left, right] = node.byName ? matchedByName(node, given[0]!, given[1]!, state) : given
  if (left!.schema.open || right!.schema.open) return combined(node, left!, right!, state)
  checkCount(node, left!, right!)
  const types = left!.output.map((column, i) => commonType(node, column, right!.output[i]!, i))
  return combined(node, castColumns(left!, types, state), castColumns(right!, types, state), state)
}

function combined(
  node: SetOperation,
  left: ResolvedRelation,
  right: ResolvedRelation,
  state: QueryState,
): Analyzed {
  const { operation, isAll } = node
  const output = left.output.map((column, i): OutputColumn => {
    const other = right.output[i]
    const nullable = nullableOf(operation, column.nullable, other?.nullable ?? true)
    const dataType = operation === 'union' ? typeOfBoth(column.dataType, other?.dataType) : column.dataType
    return { id: freshId(state), name: column.name, dataType, nullable }
  })
  if (operation !== 'union' || !isAll) checkComparable(output)
  const open = left.schema.open || right.schema.open
  const scope = scopeOf(output)
  return {
    relation: { kind: 'SetOperation', left, right, operation, isAll, ...shape(output, [], open) },
    scope: open ? { ...scope, open: [{ qualifier: [], columns: new Map() }] } : scope,
  }
}

/** One type, in which may be NULL what may be so in either. */
function typeOfBoth(left: DataType, right: DataType | undefined): DataType {
  return (right !== undefined && sameType(left, right) ? widerType(left, right) : undefined) ?? left
}

/** A row of an intersection is in both inputs, one of a difference in the first. */
function nullableOf(operation: SetOperation['operation'], left: boolean, right: boolean): boolean {
  if (operation === 'union') return left || right
  return operation === 'intersect' ? left && right : left
}

function commonType(node: SetOperation, left: OutputColumn, right: OutputColumn, index: number): DataType {
  const common = widerType(left.dataType, right.dataType)
  if (common !== undefined) return common
  throw new PipelineError('INCOMPATIBLE_COLUMN_TYPE', {
    operator: node.operation.toUpperCase(),
    columnOrdinalNumber: ordinal(index),
    tableOrdinalNumber: 'second',
    dataType1: printSqlType(right.dataType),
    dataType2: printSqlType(left.dataType),
    hint: `Cast ${right.name} to ${printSqlType(left.dataType)}.`,
  })
}

function checkCount(node: SetOperation, left: ResolvedRelation, right: ResolvedRelation): void {
  if (left.output.length === right.output.length) return
  throw new PipelineError('NUM_COLUMNS_MISMATCH', {
    operator: node.operation.toUpperCase(),
    firstNumColumns: String(left.output.length),
    invalidOrdinalNum: 'second',
    invalidNumColumns: String(right.output.length),
  })
}

/** Both sides with the left side's columns first; where allowed, NULL stands for a column that one side lacks. */
function matchedByName(
  node: SetOperation,
  left: ResolvedRelation,
  right: ResolvedRelation,
  state: QueryState,
): readonly ResolvedRelation[] {
  const names = left.output.map((each) => each.name)
  if (node.allowMissingColumns) {
    const known = new Set(names.map((each) => each.toLowerCase()))
    names.push(...right.output.map((each) => each.name).filter((each) => !known.has(each.toLowerCase())))
  } else if (!left.schema.open && !right.schema.open) {
    checkCount(node, left, right)
  }
  return [left, right].map((side) => withColumnsNamed(names, side, node, state))
}

function withColumnsNamed(
  names: readonly string[],
  side: ResolvedRelation,
  node: SetOperation,
  state: QueryState,
): ResolvedRelation {
  const expressions = names.map((name): NamedExpression => {
    const column = side.output.find((each) => sameName(each.name, name))
    if (column !== undefined) return { column, expression: columnReference(column) }
    if (!node.allowMissingColumns && !side.schema.open) {
      throw unresolvedColumn([name], { scope: scopeOf(side.output) }, node.position)
    }
    return { column: outputColumn(state, name, VOID, true), expression: literal(null, VOID) }
  })
  return projectNode(side, expressions, [], side.schema.open)
}
