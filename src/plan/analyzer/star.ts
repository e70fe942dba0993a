import { PipelineError } from '../../errors/index.ts'
import type { UnresolvedStar } from '../expression.ts'
import { entriesOf, findName, type Scope, type ScopeEntry, visibleEntries } from './scope.ts'

/** The fields of a struct column, for `s.*`; undefined when the target is no struct. */
export function structFields(star: UnresolvedStar, scope: Scope): readonly string[] | undefined {
  const { target } = star
  if (target === undefined || entriesOf(scope, target) !== undefined) return undefined
  const match = findName(scope, target)
  const isColumn = match !== undefined && match.qualifierLength === target.length - 1
  const type = isColumn ? match.entries[0]!.column.dataType : undefined
  return type?.kind === 'struct' ? type.fields.map((each) => each.name) : undefined
}

/**
 * The columns that `*`, `t.*` or `* EXCEPT (a)` stands for.
 * Throws CANNOT_RESOLVE_STAR_EXPAND, UNRESOLVED_COLUMN.WITH_SUGGESTION for an excepted name that there is not.
 */
export function expandStar(star: UnresolvedStar, scope: Scope): readonly ScopeEntry[] {
  const entries = star.target === undefined ? visibleEntries(scope) : entriesOf(scope, star.target)
  if (entries === undefined) {
    throw new PipelineError(
      'CANNOT_RESOLVE_STAR_EXPAND',
      {
        targetString: star.target!.join('.'),
        columns: visibleEntries(scope)
          .map((each) => each.column.name)
          .join(', '),
      },
      star.position === undefined ? {} : { position: star.position },
    )
  }
  if (star.except === undefined) return entries
  const excepted = new Set(
    star.except.flatMap((parts) => exceptedIds(parts, star, { entries, open: scope.open })),
  )
  return entries.filter((each) => !excepted.has(each.column.id))
}

function exceptedIds(parts: readonly string[], star: UnresolvedStar, scope: Scope): readonly number[] {
  const match = findName(scope, parts)
  if (match !== undefined) return match.entries.map((each) => each.column.id)
  if (scope.open.length > 0) return []
  throw new PipelineError(
    'UNRESOLVED_COLUMN.WITH_SUGGESTION',
    { objectName: parts.join('.'), proposal: scope.entries.map((each) => each.column.name).join(', ') },
    star.position === undefined ? {} : { position: star.position },
  )
}
