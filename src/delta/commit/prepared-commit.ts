import type { CommitOptions } from '../commit-info.ts'
import type { AddFile, CommitActions } from '../log/actions.ts'
import type { Metadata } from '../schema/metadata.ts'
import type { IsolationLevel } from './isolation.ts'

/** What a transaction relied on when it was prepared. */
export interface TransactionReads {
  readonly isolation: IsolationLevel
  /** Whether the table's every file was read, so that any other file would have changed the result. */
  readonly wholeTable: boolean
  /** Keys of single files that were read. */
  readonly files: ReadonlySet<string>
  /** Conditions under which files were read: a file that meets one and appears later is a conflict. */
  readonly conditions: readonly ((file: AddFile) => boolean)[]
  /** Fencing tokens by appId: a winner may carry one as high, not a higher one. */
  readonly fences: ReadonlyMap<string, bigint>
}

/** A transaction that is to be committed: what any attempt writes, whatever version it becomes. */
export interface PreparedCommit {
  readonly actions: CommitActions
  readonly reads: TransactionReads
  /** The table's metadata as the transaction knew it when it wrote its files, its own change included. */
  readonly metadata: Metadata
  /** Features that it takes from the protocol. */
  readonly drops: readonly string[]
  /** Older versions can only be read with the features that it drops, so that their checkpoints must be kept. */
  readonly protectsHistory: boolean
  readonly isBlind: boolean
  readonly readVersion: number | undefined
  readonly options: CommitOptions
}
