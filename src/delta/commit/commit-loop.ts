import { randomUUID } from 'node:crypto'
import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { printCommit } from '../log/action-json.ts'
import type { Commit, CommitActions } from '../log/actions.ts'
import { commitPath } from '../log/log-files.ts'
import { newestVersion } from '../log/log-listing.ts'
import { missingCommit, readCommit } from '../log/read-log.ts'
import { attempt, rebased } from './attempt.ts'
import { behind, type CommitBase } from './commit-base.ts'
import { checkConflict } from './conflict.ts'
import type { PreparedCommit } from './prepared-commit.ts'

/**
 * Commits as the next version, behind those that others committed in the meantime where they do not conflict. Returns the
 * version. `now` is the writer's clock. Throws what `checkConflict` throws, DELTA_PATH_DOES_NOT_EXIST for a table that was
 * deleted, and storage conditions, after which the outcome may be unknown.
 */
export async function commitBehind(
  first: CommitBase,
  commit: PreparedCommit,
  { storage, now }: { readonly storage: Storage; readonly now: () => number },
): Promise<number> {
  const txnId = randomUUID()
  let base = first
  let prepared = commit
  for (;;) {
    const version = base.version + 1
    await checkNotGone(storage, version)
    const outcome = await put(storage, version, attempt(prepared, base, { txnId, nowMs: now() }))
    if (outcome === 'created') return version
    const winners = await winnersFrom(storage, version)
    const own = winners.find((winner) => winner.commitInfo?.txnId === txnId)
    if (own !== undefined) return own.version
    for (const winner of winners) {
      checkConflict(prepared, winner, base, storage.name)
      prepared = rebased(prepared, winner)
      base = behind(base, winner)
    }
  }
}

/**
 * A commit behind versions that are gone would begin a log that nobody can read. Log cleanup leaves the commit or a
 * checkpoint of the newest version.
 */
async function checkNotGone(storage: Storage, version: number): Promise<void> {
  if (version === 0 || (await storage.stat(commitPath(version - 1))) !== undefined) return
  if (((await newestVersion(storage)) ?? -1) >= version - 1) return
  throw new PipelineError('DELTA_PATH_DOES_NOT_EXIST', { path: storage.name })
}

/** Puts the commit file; an error whose outcome is unknown counts as 'exists', to be settled by reading it back. */
async function put(storage: Storage, version: number, commit: CommitActions): Promise<'created' | 'exists'> {
  const path = commitPath(version)
  try {
    return await storage.putIfAbsent(path, printCommit(commit))
  } catch (error) {
    const landed = await storage.stat(path).catch((): undefined => undefined)
    if (landed === undefined) throw error
    return 'exists'
  }
}

/** The commits that came first: at least that of `version`, which exists. */
async function winnersFrom(storage: Storage, version: number): Promise<Commit[]> {
  const winners: Commit[] = []
  for (let next = version; ; next++) {
    const commit = await readCommit(storage, next)
    if (commit === undefined && next === version) throw missingCommit(storage, version)
    if (commit === undefined) return winners
    winners.push(commit)
  }
}
