import type { Condition } from '../../../src/errors/index.ts'

/** What a writer says that it did; versions are those of its commits. */
export type Deed =
  | { readonly kind: 'append'; readonly version: number; readonly turn: number }
  | { readonly kind: 'merge'; readonly version: number; readonly counters: readonly number[] }
  | { readonly kind: 'optimize' | 'addColumn'; readonly version: number }
  | { readonly kind: 'vacuum' }
  | { readonly kind: 'conflict'; readonly condition: Condition }

/** How long removed files are kept: longer than any operation of the writers takes. */
export const VACUUM_HOURS = 20 / 3600

/** Why an operation may give way to another writer. */
export const CONFLICTS: ReadonlySet<string> = new Set<Condition>([
  'DELTA_CONCURRENT_APPEND',
  'DELTA_CONCURRENT_DELETE_READ',
  'DELTA_CONCURRENT_DELETE_DELETE',
  'DELTA_METADATA_CHANGED',
  'DELTA_PROTOCOL_CHANGED',
])
