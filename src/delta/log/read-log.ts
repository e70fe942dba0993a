import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import type { DeltaPort } from '../port.ts'
import { hasInCommitTimestamps } from '../schema/table-properties.ts'
import { parseCommit } from './action-json.ts'
import type { Commit } from './actions.ts'
import { inCommitTimestampOf, laterOf, readInCommitTimestamp } from './commit-times.ts'
import { readLastCheckpoint } from './last-checkpoint.ts'
import { commitPath } from './log-files.ts'
import { findSegment, type LogDelta, type LogSegment } from './log-segment.ts'
import { LogState } from './log-state.ts'
import { readCheckpoint } from './read-checkpoint.ts'
import { parseCompaction } from './read-compaction.ts'
import { checkVersionChecksum } from './version-checksum.ts'

/**
 * Rebuilds the newest version, or the newest up to `atMost`, from checkpoint and commits. Undefined without a log. A
 * checkpoint that cannot be read counts as absent while older files tell the same; its condition is thrown where none do.
 */
export async function loadState(
  storage: Storage,
  port: DeltaPort,
  atMost?: number,
): Promise<LogState | undefined> {
  const hint = (await readLastCheckpoint(storage))?.version
  if (hint !== undefined) port.prepare?.()
  const unreadable = new Set<string>()
  let failure: unknown
  for (;;) {
    const segment = await findSegment(storage, { atMost, hint, unreadable }).catch((error: unknown) => {
      throw failure ?? error
    })
    if (segment === undefined) {
      if (failure !== undefined) throw failure
      return undefined
    }
    const state = new LogState(storage.name)
    try {
      await restoreCheckpoint(storage, port, state, segment)
    } catch (error) {
      if (!(error instanceof PipelineError && error.condition === 'DELTA_INVALID_LOG_FILE')) throw error
      failure ??= error
      for (const path of segment.checkpoint!.paths) unreadable.add(path)
      continue
    }
    for (const delta of segment.deltas) state.advance(await readDelta(storage, delta, state))
    await checkVersionChecksum(storage, state)
    return state
  }
}

async function restoreCheckpoint(
  storage: Storage,
  port: DeltaPort,
  state: LogState,
  { checkpoint }: LogSegment,
): Promise<void> {
  if (checkpoint === undefined) return
  const { version, paths, modifiedMs } = checkpoint
  for await (const actions of readCheckpoint(storage, port, paths)) {
    state.restore(version, modifiedMs, actions)
  }
  if (!state.hasInCommitTimestamps) return
  const timestampMs = await readInCommitTimestamp(storage, version)
  if (timestampMs !== undefined) state.restore(version, timestampMs, [])
}

async function readDelta(storage: Storage, delta: LogDelta, state: LogState): Promise<Commit> {
  const { version, modifiedMs, compaction } = delta
  const previousMs = state.timestampMs
  if (compaction === undefined) {
    const commit = await readCommit(storage, version, { modifiedMs, previousMs })
    if (commit === undefined) throw missingCommit(storage, version)
    return commit
  }
  const { path } = compaction
  const bytes = await storage.read(path)
  if (bytes === undefined) throw missingCommit(storage, version)
  const actions = parseCompaction(bytes, `${storage.name}/${path}`)
  const { configuration = {} } = actions.metaData ?? state.metadataAction ?? {}
  const inCommit = hasInCommitTimestamps(configuration)
    ? await readInCommitTimestamp(storage, version)
    : undefined
  return { ...actions, version, timestampMs: inCommit ?? laterOf(modifiedMs, previousMs) }
}

/** What to throw for a commit that should be there and is not: the log was cleaned up, maybe just now. */
export function missingCommit(storage: Storage, version: number): PipelineError {
  return new PipelineError('DELTA_LOG_FILE_NOT_FOUND', {
    file: commitPath(version),
    table: storage.name,
    version: version.toString(),
  })
}

/**
 * The commit of a version, or undefined when there is none (yet). Times without in-commit timestamps are modification
 * times made to grow: at least a millisecond after `previousMs`.
 */
export async function readCommit(
  storage: Storage,
  version: number,
  times: { modifiedMs?: number; previousMs?: number } = {},
): Promise<Commit | undefined> {
  const path = commitPath(version)
  const bytes = await storage.read(path)
  if (bytes === undefined) return undefined
  const actions = parseCommit(bytes, `${storage.name}/${path}`)
  const inCommit = inCommitTimestampOf(actions)
  if (inCommit !== undefined) return { ...actions, version, timestampMs: inCommit }
  const modifiedMs = times.modifiedMs ?? (await storage.stat(path))?.modifiedMs ?? 0
  return { ...actions, version, timestampMs: laterOf(modifiedMs, times.previousMs) }
}
