import type { ResolvedCall, ResolvedExpression, ResolvedParameter } from '../resolved.ts'
import type { Scope } from './scope.ts'
import type { QueryState } from './state.ts'

/** What an expression may name, and what was met while resolving it. */
export interface Resolver {
  readonly state: QueryState
  readonly scope: Scope
  /** Lambda parameters in sight, innermost first. */
  readonly parameters: readonly ResolvedParameter[]
  /**
   * Names beyond the scope: earlier aliases of the same SELECT, outputs in GROUP BY, HAVING and ORDER BY.
   * `first` looks there before the scope.
   */
  readonly aliases?: {
    readonly first: boolean
    readonly find: (name: string) => ResolvedExpression | undefined
    readonly names: readonly string[]
  }
  readonly seen: Seen
}

/** Calls that only some places allow. */
export interface Seen {
  readonly aggregates: ResolvedCall[]
  readonly windows: ResolvedExpression[]
  readonly generators: ResolvedCall[]
}

export function resolverOf(state: QueryState, scope: Scope, rest: Pick<Resolver, 'aliases'> = {}): Resolver {
  return { state, scope, parameters: [], seen: { aggregates: [], windows: [], generators: [] }, ...rest }
}
