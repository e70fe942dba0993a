import { type Condition, PipelineError } from '../../errors/index.ts'
import { fileKey } from '../files/file-path.ts'
import type { AddFile, Commit, CommitActions, RemoveFile } from '../log/actions.ts'
import { ROW_TRACKING_DOMAIN } from '../row-tracking/assign-row-ids.ts'
import { checkWritable } from '../schema/protocol.ts'
import { isAdoptableMetadata, isAdoptableProtocol } from './adoptable.ts'
import type { CommitBase } from './commit-base.ts'
import type { PreparedCommit, TransactionReads } from './prepared-commit.ts'

/**
 * Checks a prepared commit against one that took its version first; `base` is the version that both were to follow
 * (PROTOCOL.md leaves the rules to writers; these are Delta Lake's ConflictChecker). Returns where both stand as if one had
 * followed the other, throws a DELTA_* condition of SQLSTATE 2D521 otherwise, or what `checkWritable` throws where the
 * winner's protocol asks for what we do not do.
 */
export function checkConflict(
  prepared: PreparedCommit,
  winner: Commit,
  base: CommitBase,
  table: string,
): void {
  const fail: Fail = (condition, detail) => {
    const operation = winner.commitInfo?.operation
    throw new PipelineError(condition, {
      table,
      version: winner.version.toString(),
      operation: typeof operation === 'string' ? operation : 'another writer',
      detail,
    })
  }
  checkProtocol(prepared, winner, base, table, fail)
  checkMetadata(prepared, winner, base, fail)
  checkNames(prepared, winner, fail)
  checkFiles(prepared, winner, fail)
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

type Fail = (condition: ConflictCondition, detail: string) => void

function checkProtocol(
  { actions, metadata, drops }: PreparedCommit,
  { protocol, metaData, domains }: Commit,
  base: CommitBase,
  table: string,
  fail: Fail,
): void {
  if (protocol !== undefined) {
    if (base.protocol === undefined) fail('DELTA_PROTOCOL_CHANGED', 'it created the table')
    checkWritable(protocol, metadata, table)
    if (actions.protocol) fail('DELTA_PROTOCOL_CHANGED', 'both change the protocol')
    if (!isAdoptableProtocol(protocol, base.protocol)) {
      fail('DELTA_PROTOCOL_CHANGED', 'it changed what writers of the table must do')
    }
  }
  // A feature is dropped after a look at all that uses it, which what is defined meanwhile may.
  const defines = metaData !== undefined || domains.some((each) => each.domain !== ROW_TRACKING_DOMAIN)
  if (drops.length > 0 && defines) {
    fail('DELTA_PROTOCOL_CHANGED', `it may use the feature ${drops.join(', ')}, which is being dropped`)
  }
}

function checkMetadata({ actions }: PreparedCommit, winner: Commit, base: CommitBase, fail: Fail): void {
  if (winner.metaData === undefined) return
  const isAdoptable = actions.metaData === undefined && isAdoptableMetadata(winner.metaData, base.metadata)
  if (!isAdoptable) fail('DELTA_METADATA_CHANGED', 'the schema or a table property changed')
}

/** Domains and applications, which are known by name. Row ids are given anew with each attempt. */
function checkNames({ actions, reads }: PreparedCommit, winner: Commit, fail: Fail): void {
  for (const { domain } of winner.domains) {
    if (domain !== ROW_TRACKING_DOMAIN && actions.domains.some((each) => each.domain === domain)) {
      fail('DELTA_CONCURRENT_TRANSACTION', `both set the metadata domain ${domain}`)
    }
  }
  for (const { appId, version } of winner.transactions) {
    const token = reads.fences.get(appId)
    const clashes =
      token === undefined ? actions.transactions.some((each) => each.appId === appId) : version > token
    if (clashes) fail('DELTA_CONCURRENT_TRANSACTION', `it set the transaction ${appId} to ${version}`)
  }
}

function checkFiles({ actions, reads }: PreparedCommit, winner: Commit, fail: Fail): void {
  const appended = winner.adds.find((add) => add.dataChange && wouldHaveRead(reads, actions, winner, add))
  if (appended) fail('DELTA_CONCURRENT_APPEND', `it added ${appended.path}`)
  const deleted = winner.removes.find((remove) => reads.wholeTable || reads.files.has(fileKey(remove)))
  if (deleted) fail('DELTA_CONCURRENT_DELETE_READ', `it removed ${deleted.path}, which was read`)
  const twice = commonRemove(actions.removes, winner.removes)
  if (twice) fail('DELTA_CONCURRENT_DELETE_DELETE', `both removed ${twice.path}`)
}

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
