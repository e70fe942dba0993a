import type { Column } from '../plan/column.ts'
import { array, arrayCompact, arrayContains } from '../plan/column-functions/array.ts'
import { col, lit, namedStruct, when } from '../plan/column-functions/core.ts'
import { transform } from '../plan/column-functions/higher-order.ts'
import { lower } from '../plan/column-functions/string.ts'
import type { Relation } from '../plan/relation.ts'
import { Window, type WindowSpec } from '../plan/window-spec.ts'
import { orderable } from './orderable.ts'
import type { AutoCdc } from './resolve.ts'
import { columnLeafName, type Leaf, leafName } from './shape.ts'

/**
 * An event in the plans: columns `k0..` (keys), `v0..` (leaves), `s` (sequence), `op`, `given` (names of the leaves that it
 * supplies, NULL for all; only where events are sparse) and what each step adds. No name of the user's is among them.
 */
export const OPERATION = { upsert: 'upsert', delete: 'delete', truncate: 'truncate' } as const

/** Where a row of the timeline comes from, in the order in which equal events are preferred. */
export const ORIGIN = { hidden: 0, target: 1, batch: 2 } as const

/** How an event of a bitemporal table stands to what is known of its key: what was known before is not said anew. */
export const STANDING = { news: 2, known: 1, stale: 0 } as const

/** `y`, the system time, and `standing`; only bitemporal events have them. */
export function systemColumns(cdc: AutoCdc, y: Column, standing: number): readonly Column[] {
  return cdc.systemType === undefined ? [] : [y.as('y'), lit(standing).as('standing')]
}

export const keyColumn = (index: number): string => `k${index}`
export const leafColumn = (index: number): string => `v${index}`

/** Says, in events that are held, whether they supply the leaf. */
export const givesColumn = (index: number): string => `g${index}`

export const keyColumns = (cdc: AutoCdc): readonly string[] => cdc.keys.map((_, i) => keyColumn(i))
export const leafColumns = (cdc: AutoCdc): readonly string[] => cdc.leaves.map((_, i) => leafColumn(i))

/** The rows of one key. */
export const keyWindow = (cdc: AutoCdc): WindowSpec => Window.partitionBy(...keyColumns(cdc))

export const isOperation = (operation: keyof typeof OPERATION): Column => col('op').eq(OPERATION[operation])

export const isDistinct = (left: Column, right: Column): Column => left.eqNullSafe(right).not()

/** True where any condition is; FALSE when there are none. */
export const anyOf = (conditions: readonly Column[]): Column | undefined =>
  conditions.length === 0 ? undefined : conditions.reduce((left, right) => left.or(right))

/** True where the event supplies the leaf. An event from when the column was one leaf supplies all that it is of now. */
export function givesLeaf(leaf: Leaf): Column {
  const names = new Set([leafName(leaf), columnLeafName(leaf)])
  const isNamed = [...names].map((name) => arrayContains('given', name))
  return isNamed.reduce((left, right) => left.or(right), col('given').isNull())
}

/**
 * The names of the leaves that a row supplies: those for which all conditions hold. Those that no event can leave out are
 * among them, since later definitions may let them be left out.
 */
export function givenLeaves(
  cdc: AutoCdc,
  conditions: (leaf: Leaf, index: number) => readonly (Column | undefined)[],
): Column {
  const names = cdc.leaves.map((leaf, index) => {
    const isGiven = conditions(leaf, index).filter((each) => each !== undefined)
    const name = lit(leafName(leaf))
    return isGiven.length === 0
      ? name
      : when(
          isGiven.reduce((left, right) => left.and(right)),
          name,
        )
  })
  return arrayCompact(array(...names))
}

/** Names of a list as they are compared. */
export function lowerCased(names: Column): Column {
  return transform(names, (name) => lower(name))
}

/** A value that can be compared and ordered, whatever its type is; NULL where it is NULL, so that NULL is the least. */
export function comparable(leaf: Leaf, value: Column): Column {
  return orderable(leaf.dataType, value)
}

/**
 * What an event says, for comparing events of one key and sequence: first what no event can leave out. A leaf that it left
 * out is NULL: an event that is known from before holds what it inherited there.
 */
export function contentColumns(cdc: AutoCdc): readonly Column[] {
  const value = (leaf: Leaf, index: number): Column => comparable(leaf, col(leafColumn(index)))
  const always = cdc.leaves.flatMap((leaf, i) => (leaf.isSparse ? [] : [value(leaf, i)]))
  const supplied = cdc.leaves.flatMap((leaf, i) =>
    leaf.isSparse ? [when(col(givesColumn(i)), namedStruct({ value: value(leaf, i) }))] : [],
  )
  return [...always, ...supplied]
}

/** `SELECT expressions FROM input`. */
export function select(input: Relation, columns: readonly Column[]): Relation {
  return { kind: 'Project', input, expressions: columns.map((each) => each.expression) }
}

/** `SELECT *, expressions FROM input`. */
export function extend(input: Relation, columns: Readonly<Record<string, Column>>): Relation {
  return {
    kind: 'WithColumns',
    input,
    columns: Object.entries(columns).map(([name, { expression }]) => ({ name, expression })),
  }
}

export function where(input: Relation, condition: Column): Relation {
  return { kind: 'Filter', input, condition: condition.expression }
}
