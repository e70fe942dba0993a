import { nearestAll, PipelineError, type Position } from '../../errors/index.ts'
import { sameName } from '../../types/same-name.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { extractField } from './field.ts'
import type { Resolver } from './resolver.ts'
import { columnReference, findName, findOpen, type NameMatch, type Scope } from './scope.ts'

const SUGGESTIONS = 5

/**
 * What a dotted name means: a lambda parameter, a column in scope, an alias, a column of an enclosing query, a column that
 * an unread source may have; then the fields behind it.
 * Throws AMBIGUOUS_REFERENCE, UNRESOLVED_COLUMN.*, FIELD_NOT_FOUND.
 */
export function resolveName(
  parts: readonly string[],
  resolver: Resolver,
  position: Position | undefined,
): ResolvedExpression {
  const { ansi } = resolver.state.context
  const found = lookUp(parts, resolver, position)
  if (found === undefined) throw unresolvedColumn(parts, resolver, position)
  const base = position === undefined ? found.base : { ...found.base, position }
  return parts.slice(found.used).reduce((value, field, i) => {
    const written = parts.slice(0, found.used + i).join('.')
    return extractField(value, field, { base: written, position, ansi })
  }, base)
}

interface Found {
  readonly base: ResolvedExpression
  /** How many parts the base took. */
  readonly used: number
}

function lookUp(
  parts: readonly string[],
  resolver: Resolver,
  position: Position | undefined,
): Found | undefined {
  const { scope, state, aliases } = resolver
  const first = parts[0]!
  const parameter = resolver.parameters.find((each) => sameName(each.name, first))
  if (parameter !== undefined) return { base: parameter, used: 1 }
  const aliased = () => {
    const base = aliases?.find(first)
    return base === undefined ? undefined : { base, used: 1 }
  }
  return (
    (aliases?.first ? aliased() : undefined) ??
    inScope(findName(scope, parts), parts, position) ??
    (aliases === undefined ? undefined : aliased()) ??
    inOuter(parts, resolver, position) ??
    inScope(findOpen(scope, parts, state), parts, position) ??
    inScope(openOuter(parts, resolver), parts, position, true)
  )
}

function inScope(
  match: NameMatch | undefined,
  parts: readonly string[],
  position: Position | undefined,
  isOuter = false,
): Found | undefined {
  if (match === undefined) return undefined
  const [entry, ...others] = match.entries
  if (others.length > 0) throw ambiguous(parts, match, position)
  const base = columnReference(entry!.column)
  return { base: isOuter ? { ...base, isOuter } : base, used: match.qualifierLength + 1 }
}

function inOuter(
  parts: readonly string[],
  resolver: Resolver,
  position: Position | undefined,
): Found | undefined {
  for (const scope of resolver.state.outer) {
    const found = inScope(findName(scope, parts), parts, position, true)
    if (found !== undefined) return found
  }
  return undefined
}

function openOuter(parts: readonly string[], resolver: Resolver): NameMatch | undefined {
  for (const scope of resolver.state.outer) {
    const found = findOpen(scope, parts, resolver.state)
    if (found !== undefined) return found
  }
  return undefined
}

function ambiguous(
  parts: readonly string[],
  match: NameMatch,
  position: Position | undefined,
): PipelineError {
  const names = match.entries.map((each) => [...each.qualifier, each.column.name].join('.'))
  return new PipelineError(
    'AMBIGUOUS_REFERENCE',
    { name: parts.join('.'), referenceNames: names.join(', ') },
    position === undefined ? {} : { position },
  )
}

/** The error for a name that nothing has, with the nearest names that there are. */
export function unresolvedColumn(
  parts: readonly string[],
  resolver: Pick<Resolver, 'scope' | 'aliases'>,
  position: Position | undefined,
): PipelineError {
  const objectName = parts.join('.')
  const context = position === undefined ? {} : { position }
  const proposal = proposals(parts, resolver.scope, resolver.aliases?.names ?? [])
  if (proposal.length === 0) {
    return new PipelineError('UNRESOLVED_COLUMN.WITHOUT_SUGGESTION', { objectName }, context)
  }
  return new PipelineError(
    'UNRESOLVED_COLUMN.WITH_SUGGESTION',
    { objectName, proposal: proposal.join(', ') },
    context,
  )
}

/** Columns that commands and streams add to what they read: the place of a row, whether a source matched it, the key of a group. */
const INTERNAL = /^(\{.*\}|_target_\d+|__(key|part)_\d+)$/

/** Near names first; where none is near, the first columns there are, as Spark does. */
function proposals(parts: readonly string[], scope: Scope, aliases: readonly string[]): readonly string[] {
  const qualified = parts.length > 1
  const columns = scope.entries
    .filter((each) => each.visibility === 'visible' && !INTERNAL.test(each.column.name))
    .map((each) =>
      qualified && each.qualifier.length > 0
        ? `${each.qualifier.at(-1)}.${each.column.name}`
        : each.column.name,
    )
  const names = [...new Set([...columns, ...aliases])]
  const near = nearestAll(parts.join('.'), names, SUGGESTIONS)
  return near.length > 0 ? near : names.slice(0, SUGGESTIONS)
}
