import { nearestAll, PipelineError, type Position } from '../../errors/index.ts'
import { widerType } from '../../types/coercion.ts'
import { BOOLEAN, type DataType } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { isOrderable } from '../../types/type-classes.ts'
import type { Join, JoinType } from '../relation.ts'
import type { NamedExpression, OutputColumn, ResolvedExpression, ResolvedRelation } from '../resolved.ts'
import { castTo } from './cast.ts'
import { conditionOver } from './filter.ts'
import { type Analyzed, projectNode, shape } from './node.ts'
import { passedThrough } from './pass-through.ts'
import { analyzeRelation } from './relation.ts'
import {
  columnReference,
  findName,
  findOpen,
  joinScopes,
  type Scope,
  type ScopeEntry,
  visibleEntries,
} from './scope.ts'
import { freshId, type QueryState } from './state.ts'

/** Throws UNRESOLVED_USING_COLUMN_FOR_JOIN, what the condition throws, and for USING what `=` of the columns would. */
export function analyzeJoin(node: Join, state: QueryState): Analyzed {
  const left = analyzeRelation(node.left, state)
  const rightState = node.isLateral ? { ...state, outer: [left.scope, ...state.outer] } : state
  const right = analyzeRelation(node.right, rightState)
  const using = node.isNatural ? commonNames(left, right) : node.usingColumns
  if (using !== undefined) return joinUsing(node, left, right, using, state)
  const condition =
    node.condition === undefined
      ? undefined
      : conditionOver(node.condition, joinScopes(left.scope, right.scope), state)
  return joined(node, left, right, condition)
}

function joined(
  node: Join,
  left: Analyzed,
  right: Analyzed,
  condition: ResolvedExpression | undefined,
): Analyzed {
  const { joinType } = node
  const isFiltering = joinType === 'left semi' || joinType === 'left anti'
  const scope = isFiltering
    ? left.scope
    : joinScopes(
        nullableScope(left.scope, joinType === 'right' || joinType === 'full'),
        nullableScope(right.scope, joinType === 'left' || joinType === 'full'),
      )
  const hidden = isFiltering ? left.relation.hidden : [...left.relation.hidden, ...right.relation.hidden]
  return {
    relation: {
      kind: 'Join',
      left: left.relation,
      right: right.relation,
      joinType,
      ...(condition === undefined ? {} : { condition }),
      isLateral: node.isLateral ?? false,
      ...shape(
        visibleEntries(scope).map((each) => each.column),
        hidden,
        scope.open.length > 0,
      ),
    },
    scope,
  }
}

/** The side of an outer join that may be missing: all its columns may be NULL. */
function nullableScope(scope: Scope, mayBeMissing: boolean): Scope {
  if (!mayBeMissing) return scope
  return {
    entries: scope.entries.map((each) => ({ ...each, column: { ...each.column, nullable: true } })),
    open: scope.open,
  }
}

function commonNames(left: Analyzed, right: Analyzed): readonly string[] {
  const names = new Set(right.relation.output.map((each) => each.name.toLowerCase()))
  return left.relation.output.map((each) => each.name).filter((each) => names.has(each.toLowerCase()))
}

/**
 * JOIN ... USING: the keys come first and once (the left one's value, the right one's in a right join, whichever is there
 * in a full join); the sides' own keys stay reachable under their qualifiers.
 */
function joinUsing(
  node: Join,
  left: Analyzed,
  right: Analyzed,
  names: readonly string[],
  state: QueryState,
): Analyzed {
  const pairs = names.map((name) => ({
    left: usingColumn(name, 'left', left, node, state),
    right: usingColumn(name, 'right', right, node, state),
  }))
  const condition = pairs
    .map((pair) => equality(pair.left.column, pair.right.column, node, state))
    .reduce<ResolvedExpression | undefined>(both, undefined)
  const all = joined(node, left, right, condition)
  if (node.joinType === 'left semi' || node.joinType === 'left anti') return all
  const entryOf = new Map(all.scope.entries.map((each) => [each.column.id, each]))
  // A column of a source that was never read stands in no list of entries.
  const joinedEntry = (entry: ScopeEntry) => entryOf.get(entry.column.id) ?? entry
  const keys = pairs.map((pair) =>
    keyEntry(joinedEntry(pair.left), joinedEntry(pair.right), node.joinType, state),
  )
  return withKeysFirst(all, pairs, keys)
}

interface Key {
  readonly entry: ScopeEntry
  readonly expression: ResolvedExpression
}

function withKeysFirst(
  all: Analyzed,
  pairs: readonly { readonly left: ScopeEntry; readonly right: ScopeEntry }[],
  keys: readonly Key[],
): Analyzed {
  const merged = new Set(pairs.flatMap((pair) => [pair.left.column.id, pair.right.column.id]))
  const kept = new Set(keys.map((each) => each.entry.column.id))
  const rest = visibleEntries(all.scope).filter((each) => !merged.has(each.column.id))
  const unlisted = all.scope.entries
    .filter((each) => merged.has(each.column.id) && !kept.has(each.column.id))
    .map((each) => ({ ...each, visibility: 'unlisted' as const }))
  const others = all.scope.entries.filter((each) => each.visibility !== 'visible')
  const expressions: NamedExpression[] = [
    ...keys.map(({ entry, expression }) => ({ column: entry.column, expression })),
    ...passedThrough(rest.map((each) => each.column)),
  ]
  const hidden = [...unlisted.map((each) => each.column), ...all.relation.hidden]
  return {
    relation: projectNode(all.relation, expressions, passedThrough(hidden), all.relation.schema.open),
    scope: {
      entries: [...keys.map((each) => each.entry), ...rest, ...unlisted, ...others],
      open: all.scope.open,
    },
  }
}

function keyEntry(left: ScopeEntry, right: ScopeEntry, joinType: JoinType, state: QueryState): Key {
  if (joinType !== 'full') {
    const entry =
      joinType === 'right' ? { ...right, column: { ...right.column, name: left.column.name } } : left
    return { entry, expression: columnReference(entry.column) }
  }
  const dataType = widerType(left.column.dataType, right.column.dataType) ?? left.column.dataType
  const sides = [left, right].map((each) =>
    castTo(columnReference(each.column), dataType, state.context.ansi),
  )
  const column: OutputColumn = { id: freshId(state), name: left.column.name, dataType, nullable: true }
  return {
    entry: { column, qualifier: [], visibility: 'visible' },
    expression: {
      kind: 'Call',
      function: 'coalesce',
      signature: 0,
      arguments: sides,
      dataType,
      nullable: true,
    },
  }
}

/** Throws what `=` throws of columns that cannot be compared. */
function equality(
  left: OutputColumn,
  right: OutputColumn,
  { position }: Join,
  state: QueryState,
): ResolvedExpression {
  const type = widerType(left.dataType, right.dataType)
  if (type === undefined || !isOrderable(type)) throw incomparable(left, right, type, position)
  return {
    kind: 'Call',
    function: '=',
    signature: -1,
    arguments: [left, right].map((each) => castTo(columnReference(each), type, state.context.ansi)),
    dataType: BOOLEAN,
    nullable: left.nullable || right.nullable,
  }
}

function incomparable(
  left: OutputColumn,
  right: OutputColumn,
  type: DataType | undefined,
  position: Position | undefined,
): PipelineError {
  const sqlExpr = `(${left.name} = ${right.name})`
  const context = position === undefined ? {} : { position }
  if (type !== undefined) {
    const parameters = { sqlExpr, functionName: '=', dataType: printSqlType(type) }
    return new PipelineError('DATATYPE_MISMATCH.INVALID_ORDERING_TYPE', parameters, context)
  }
  const [leftType, rightType] = [left, right].map((each) => printSqlType(each.dataType))
  const parameters = { sqlExpr, left: leftType!, right: rightType! }
  return new PipelineError('DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES', parameters, context)
}

function both(left: ResolvedExpression | undefined, right: ResolvedExpression): ResolvedExpression {
  if (left === undefined) return right
  return {
    kind: 'Call',
    function: 'and',
    signature: 0,
    arguments: [left, right],
    dataType: BOOLEAN,
    nullable: left.nullable || right.nullable,
  }
}

function usingColumn(
  name: string,
  side: 'left' | 'right',
  of: Analyzed,
  node: Join,
  state: QueryState,
): ScopeEntry {
  const found = findName(of.scope, [name]) ?? findOpen(of.scope, [name], state)
  const entry = found?.entries[0]
  if (entry !== undefined) return entry
  const columns = of.relation.output.map((each: ResolvedRelation['output'][number]) => each.name)
  const near = nearestAll(name, columns, 5)
  throw new PipelineError(
    'UNRESOLVED_USING_COLUMN_FOR_JOIN',
    { colName: name, side, suggestion: (near.length > 0 ? near : columns).join(', ') },
    node.position === undefined ? {} : { position: node.position },
  )
}
