import { type DataType, UNKNOWN } from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import type { OutputColumn, ResolvedColumn } from '../resolved.ts'
import { freshId, type QueryState } from './state.ts'

/** The names that an expression over a relation may use. */
export interface Scope {
  readonly entries: readonly ScopeEntry[]
  /** Sources below that were never read: each may have any column. */
  readonly open: readonly OpenSource[]
}

export interface ScopeEntry {
  readonly column: OutputColumn
  /** Parts by which a name may qualify the column: `[catalog, schema, table]` or `[alias]`; empty for none. */
  readonly qualifier: readonly string[]
  /** `visible` stands in `*`; `unlisted` is not, and gives way to a visible one; `metadata` needs its own name. */
  readonly visibility: 'visible' | 'unlisted' | 'metadata'
}

/** Columns of an unread source, made up as they are named. */
export interface OpenSource {
  readonly qualifier: readonly string[]
  readonly columns: Map<string, OutputColumn>
}

/** What a dotted name means: the column, and the parts behind it that are fields of its value. */
export interface NameMatch {
  readonly entries: readonly ScopeEntry[]
  /** How many leading parts are the qualifier. */
  readonly qualifierLength: number
}

export const EMPTY_SCOPE: Scope = { entries: [], open: [] }

export function scopeOf(
  columns: readonly OutputColumn[],
  qualifier: readonly string[] = [],
  hidden: readonly OutputColumn[] = [],
): Scope {
  return {
    entries: [
      ...columns.map((column) => ({ column, qualifier, visibility: 'visible' as const })),
      ...hidden.map((column) => ({ column, qualifier, visibility: 'metadata' as const })),
    ],
    open: [],
  }
}

export function joinScopes(left: Scope, right: Scope): Scope {
  return { entries: [...left.entries, ...right.entries], open: [...left.open, ...right.open] }
}

/** All columns under one new qualifier. */
export function requalified(scope: Scope, qualifier: readonly string[]): Scope {
  return {
    entries: scope.entries
      .filter((each) => each.visibility !== 'unlisted')
      .map((each) => ({ ...each, qualifier })),
    open: scope.open.map((each) => ({ qualifier, columns: each.columns })),
  }
}

export function visibleEntries(scope: Scope): readonly ScopeEntry[] {
  return scope.entries.filter((each) => each.visibility === 'visible')
}

const indexes = new WeakMap<Scope, ReadonlyMap<string, readonly ScopeEntry[]>>()

function indexOf(scope: Scope): ReadonlyMap<string, readonly ScopeEntry[]> {
  let index = indexes.get(scope)
  if (index === undefined) {
    index = Map.groupBy(scope.entries, (each) => each.column.name.toLowerCase())
    indexes.set(scope, index)
  }
  return index
}

/**
 * The columns that a dotted name can mean, as Spark searches them: the longest qualifier first, then shorter ones, then a
 * plain column with fields behind it; visible columns before hidden ones. Several entries are an ambiguity.
 */
export function findName(scope: Scope, parts: readonly string[]): NameMatch | undefined {
  const index = indexOf(scope)
  for (let length = Math.min(3, parts.length - 1); length >= 0; length--) {
    const named = index.get(parts[length]!.toLowerCase()) ?? []
    const matching = named.filter((each) => qualifies(each.qualifier, parts.slice(0, length)))
    const visible = matching.filter((each) => each.visibility === 'visible')
    const found = distinct(visible.length > 0 ? visible : matching)
    if (found.length > 0) return { entries: found, qualifierLength: length }
  }
  return undefined
}

/** The columns that `target.*` stands for; undefined when nothing is named so. */
export function entriesOf(scope: Scope, target: readonly string[]): readonly ScopeEntry[] | undefined {
  const found = scope.entries.filter(
    (each) => each.visibility !== 'metadata' && qualifies(each.qualifier, target),
  )
  const isOpen = scope.open.some((each) => qualifies(each.qualifier, target))
  return found.length > 0 || isOpen ? found : undefined
}

/** A column of a source that was never read, which may exist under that name. */
export function findOpen(scope: Scope, parts: readonly string[], state: QueryState): NameMatch | undefined {
  for (let length = Math.min(3, parts.length - 1); length >= 0; length--) {
    const source = scope.open.find((each) => qualifies(each.qualifier, parts.slice(0, length)))
    if (source === undefined) continue
    const column = openColumn(source, parts[length]!, state)
    return {
      entries: [{ column, qualifier: source.qualifier, visibility: 'visible' }],
      qualifierLength: length,
    }
  }
  return undefined
}

function openColumn(source: OpenSource, name: string, state: QueryState): OutputColumn {
  const known = source.columns.get(name.toLowerCase())
  if (known !== undefined) return known
  const column = outputColumn(state, name, UNKNOWN, true)
  source.columns.set(name.toLowerCase(), column)
  return column
}

/** `given` names the end of the qualifier, without case: `orders` and `sales.orders` of `main.sales.orders`. */
function qualifies(qualifier: readonly string[], given: readonly string[]): boolean {
  const tail = qualifier.slice(qualifier.length - given.length)
  return given.length <= qualifier.length && given.every((part, i) => sameName(part, tail[i]!))
}

function distinct(entries: readonly ScopeEntry[]): readonly ScopeEntry[] {
  if (entries.length < 2) return entries
  return [...new Map(entries.map((each) => [each.column.id, each])).values()]
}

export function outputColumn(
  state: QueryState,
  name: string,
  dataType: DataType,
  nullable: boolean,
): OutputColumn {
  return { id: freshId(state), name, dataType, nullable }
}

export function columnReference(column: OutputColumn): ResolvedColumn {
  return {
    kind: 'Column',
    id: column.id,
    name: column.name,
    dataType: column.dataType,
    nullable: column.nullable,
  }
}
