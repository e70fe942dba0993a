import type { Storage } from '../storage/storage.ts'
import type { RowEngine } from './row-engine.ts'
import type { DeltaTable } from './table.ts'

/** What a command works on: a table, where its bytes are, and the engine that runs its queries. */
export interface TableContext {
  readonly table: DeltaTable
  /** Rooted at the table's folder. */
  readonly storage: Storage
  readonly engine: RowEngine
}
