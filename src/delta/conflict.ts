import { isDeepStrictEqual } from 'node:util'
import { type Condition, PipelineError } from '../errors/index.ts'
import { parseSchemaJson, printSchemaJson } from '../types/schema-json.ts'
import { fileKey } from './files/file-path.ts'
import type { AddFile, Commit, CommitActions, MetadataAction, RemoveFile } from './log/actions.ts'
import { withoutIdentityMarks } from './write/identity-marks.ts'

/** What a transaction relied on when it was prepared. */
export interface TransactionReads {
  readonly isolation: IsolationLevel
  /** Whether the table's every file was read, so that any other file would have changed the result. */
  readonly wholeTable: boolean
  /** Keys of single files that were read. */
  readonly files: ReadonlySet<string>
  /** Conditions under which files were read: a file that meets one and appears later is a conflict. */
  readonly conditions: readonly ((file: AddFile) => boolean)[]
  /** The table's metadata as it was when the transaction began, or as a winner left it. */
  readonly metadata: MetadataAction | undefined
  /** Fencing tokens by appId: a winner may carry one as high, not a higher one. */
  readonly fences: ReadonlyMap<string, bigint>
}

export type IsolationLevel = 'Serializable' | 'WriteSerializable' | 'SnapshotIsolation'

/**
 * Checks a prepared commit against one that took its version first (PROTOCOL.md leaves the rules to writers; these are
 * Delta Lake's ConflictChecker). Returns where both stand as if one had followed the other, throws a DELTA_* condition of
 * SQLSTATE 2D521 otherwise.
 */
export function checkConflict(
  ours: CommitActions,
  reads: TransactionReads,
  winner: Commit,
  table: string,
): void {
  const fail = (condition: ConflictCondition, detail: string): never => {
    const operation = winner.commitInfo?.operation
    throw new PipelineError(condition, {
      table,
      version: winner.version.toString(),
      operation: typeof operation === 'string' ? operation : 'another writer',
      detail,
    })
  }
  if (winner.protocol) fail('DELTA_PROTOCOL_CHANGED', 'the table was created or its protocol upgraded')
  if (winner.metaData && (ours.metaData || !movesIdentityOnly(winner.metaData, reads.metadata))) {
    fail('DELTA_METADATA_CHANGED', 'the schema or a table property changed')
  }
  for (const domain of winner.domains) {
    if (ours.domains.some((each) => each.domain === domain.domain)) {
      fail('DELTA_CONCURRENT_TRANSACTION', `both set the metadata domain ${domain.domain}`)
    }
  }
  for (const txn of winner.transactions) {
    const token = reads.fences.get(txn.appId)
    const clashes =
      token === undefined ? ours.transactions.some((each) => each.appId === txn.appId) : txn.version > token
    if (clashes) fail('DELTA_CONCURRENT_TRANSACTION', `it set the transaction ${txn.appId} to ${txn.version}`)
  }
  const appended = winner.adds.find((add) => add.dataChange && wouldHaveRead(reads, ours, winner, add))
  if (appended) fail('DELTA_CONCURRENT_APPEND', `it added ${appended.path}`)
  const deleted = winner.removes.find((remove) => reads.wholeTable || reads.files.has(fileKey(remove)))
  if (deleted) fail('DELTA_CONCURRENT_DELETE_READ', `it removed ${deleted.path}, which was read`)
  const twice = commonRemove(ours.removes, winner.removes)
  if (twice) fail('DELTA_CONCURRENT_DELETE_DELETE', `both removed ${twice.path}`)
}

/** A writer that numbered its rows and changed nothing else of the table is in nobody's way who does not number rows. */
function movesIdentityOnly(after: MetadataAction, before: MetadataAction | undefined): boolean {
  if (before?.schemaString === undefined || after.schemaString === undefined) return false
  const unmarked = (action: MetadataAction) => ({
    ...action,
    schemaString: printSchemaJson(withoutIdentityMarks(parseSchemaJson(action.schemaString!))),
  })
  return isDeepStrictEqual(unmarked(after), unmarked(before))
}

type ConflictCondition = Extract<
  Condition,
  | 'DELTA_PROTOCOL_CHANGED'
  | 'DELTA_METADATA_CHANGED'
  | 'DELTA_CONCURRENT_TRANSACTION'
  | 'DELTA_CONCURRENT_APPEND'
  | 'DELTA_CONCURRENT_DELETE_READ'
  | 'DELTA_CONCURRENT_DELETE_DELETE'
>

function wouldHaveRead(
  reads: TransactionReads,
  ours: CommitActions,
  winner: Commit,
  added: AddFile,
): boolean {
  if (reads.isolation === 'SnapshotIsolation') return false
  const isBlind = winner.commitInfo?.isBlindAppend === true
  if (reads.isolation === 'WriteSerializable' && isBlind && !ours.metaData) return false
  return reads.wholeTable || reads.conditions.some((matches) => matches(added))
}

function commonRemove(ours: readonly RemoveFile[], theirs: readonly RemoveFile[]): RemoveFile | undefined {
  if (ours.length === 0 || theirs.length === 0) return undefined
  const keys = new Set(ours.map(fileKey))
  return theirs.find((each) => keys.has(fileKey(each)))
}
