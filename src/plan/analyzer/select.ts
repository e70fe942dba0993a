import { sameName } from '../../types/same-name.ts'
import type { Expression } from '../expression.ts'
import type { NamedExpression, OutputColumn, ResolvedExpression } from '../resolved.ts'
import { resolveExpression } from './expression.ts'
import { automaticName } from './pretty.ts'
import { type Resolver, resolverOf, type Seen } from './resolver.ts'
import { columnReference, type Scope, type ScopeEntry } from './scope.ts'
import { expandStar, structFields } from './star.ts'
import { freshId, type QueryState } from './state.ts'

/** One column of a select list before it is resolved. */
export interface Item {
  readonly name: string
  readonly written: Expression
  /** The column that a star gave, which is taken as it is. */
  readonly entry?: ScopeEntry
  /** The user gave the name. */
  readonly isAliased: boolean
}

/** One column of a select list. */
export interface Selected extends NamedExpression {
  readonly name: string
  readonly written: Expression
  readonly isAliased: boolean
  /** 0 over the input; n over columns of the same list of level n-1 (lateral column aliases). */
  readonly level: number
  readonly hasAggregate: boolean
  readonly qualifier: readonly string[]
}

export interface Selection {
  readonly selected: readonly Selected[]
  readonly seen: Seen
}

/** A select list with its stars expanded and its names given. */
export function expandItems(expressions: readonly Expression[], scope: Scope): readonly Item[] {
  return expressions.flatMap((written): readonly Item[] => {
    if (written.kind === 'UnresolvedStar') {
      const fields = structFields(written, scope)
      if (fields !== undefined) {
        const { target = [], position } = written
        return fields.map((name) => ({
          name,
          written: {
            kind: 'UnresolvedAttribute',
            parts: [...target, name],
            ...(position === undefined ? {} : { position }),
          },
          isAliased: false,
        }))
      }
      return expandStar(written, scope).map((entry) => ({
        name: entry.column.name,
        written,
        entry,
        isAliased: false,
      }))
    }
    if (written.kind === 'Alias') return [{ name: written.name, written: written.child, isAliased: true }]
    return [{ name: automaticName(written, scope), written, isAliased: false }]
  })
}

/** Resolves a select list over a scope. With `lateral`, an expression may name the aliases before it. */
export function selectItems(
  items: readonly Item[],
  scope: Scope,
  state: QueryState,
  lateral: boolean,
): Selection {
  const selected: Selected[] = []
  const seen: Seen = { aggregates: [], windows: [], generators: [] }
  const entries = new Map(scope.entries.map((each) => [each.column.id, each]))
  for (const item of items) {
    let level = 0
    const find = (name: string) => {
      const earlier = selected.findLast((each) => each.isAliased && sameName(each.name, name))
      if (earlier === undefined) return undefined
      level = Math.max(level, earlier.level + 1)
      return columnReference(earlier.column)
    }
    const names = selected.flatMap((each) => (each.isAliased ? [each.name] : []))
    const resolver: Resolver = {
      ...resolverOf(state, scope, lateral ? { aliases: { first: false, find, names } } : {}),
      seen,
    }
    const aggregates = seen.aggregates.length
    const expression =
      item.entry === undefined
        ? resolveExpression(item.written, resolver)
        : columnReference(item.entry.column)
    const source = expression.kind === 'Column' ? entries.get(expression.id) : undefined
    selected.push({
      name: item.name,
      written: item.written,
      isAliased: item.isAliased,
      level,
      expression,
      hasAggregate: seen.aggregates.length > aggregates,
      column: outputOf(item, expression, source, state),
      qualifier: item.isAliased ? [] : (source?.qualifier ?? []),
    })
  }
  return { selected, seen }
}

/** A plain column keeps its id and metadata; everything else is a new column. */
function outputOf(
  item: Item,
  expression: ResolvedExpression,
  source: ScopeEntry | undefined,
  state: QueryState,
): OutputColumn {
  const { dataType, nullable } = expression
  const metadata = source?.column.metadata
  return {
    id: source !== undefined && !item.isAliased ? source.column.id : freshId(state),
    name: item.name,
    dataType,
    nullable,
    ...(metadata === undefined ? {} : { metadata }),
  }
}

/** The names that a select list gives to what stands above it. */
export function selectedScope(selected: readonly Selected[], open: Scope['open']): Scope {
  return {
    entries: selected.map(({ column, qualifier }) => ({ column, qualifier, visibility: 'visible' as const })),
    open,
  }
}
