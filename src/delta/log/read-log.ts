import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { decodePath } from '../files/file-path.ts'
import type { DeltaPort } from '../port.ts'
import { parseAction, parseCommit, parseLines } from './action-json.ts'
import type { Action, Commit, CommitActions } from './actions.ts'
import { commitPath, LOG_FOLDER } from './log-files.ts'
import { type CheckpointFiles, findSegment } from './log-segment.ts'
import { LogState } from './log-state.ts'

/** Rebuilds the newest version, or the newest up to `atMost`, from checkpoint and commits. Undefined without a log. */
export async function loadState(
  storage: Storage,
  port: DeltaPort,
  atMost?: number,
): Promise<LogState | undefined> {
  const segment = await findSegment(storage, atMost)
  if (segment === undefined) return undefined
  const state = new LogState(storage.name)
  const { checkpoint } = segment
  if (checkpoint !== undefined) {
    for await (const actions of checkpointActions(storage, port, checkpoint)) {
      state.restore(checkpoint.version, checkpoint.modifiedMs, actions)
    }
    if (state.hasInCommitTimestamps) {
      const commit = await readCommit(storage, checkpoint.version)
      if (commit !== undefined) state.restore(commit.version, commit.timestampMs, [])
    }
  }
  for (const { version, modifiedMs } of segment.commits) {
    const commit = await readCommit(storage, version, { modifiedMs, previousMs: state.timestampMs })
    if (commit === undefined) throw missingCommit(storage, version)
    state.advance(commit)
  }
  return state
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

/** A modification time, moved behind that of the version before it. */
export function laterOf(modifiedMs: number, previousMs: number | undefined): number {
  return previousMs === undefined ? modifiedMs : Math.max(modifiedMs, previousMs + 1)
}

/** The time that a commit with the feature inCommitTimestamp carries. */
export function inCommitTimestampOf(commit: CommitActions): number | undefined {
  const time = commit.commitInfo?.inCommitTimestamp
  return typeof time === 'number' ? time : undefined
}

/** The rows of a checkpoint of any kind, then those of the sidecars that they name (PROTOCOL.md, Checkpoints). */
async function* checkpointActions(
  storage: Storage,
  port: DeltaPort,
  checkpoint: CheckpointFiles,
): AsyncIterable<Action[]> {
  const sidecars: string[] = []
  for await (const actions of checkpointRows(storage, port, checkpoint.paths)) {
    for (const { sidecar } of actions) if (sidecar) sidecars.push(sidecarPath(sidecar.path))
    yield actions
  }
  if (sidecars.length > 0) yield* checkpointRows(storage, port, sidecars)
}

async function* checkpointRows(
  storage: Storage,
  port: DeltaPort,
  paths: readonly string[],
): AsyncIterable<Action[]> {
  const first = paths[0]!
  const name = `${storage.name}/${first}`
  if (first.endsWith('.json')) {
    yield [...parseLines((await storage.read(first)) ?? new Uint8Array(), name)]
    return
  }
  const local = await Promise.all(paths.map((path) => storage.localize(path)))
  for await (const rows of port.readActions(local)) {
    yield rows.map((row) => parseAction(row, name))
  }
}

function sidecarPath(path: string): string {
  const decoded = decodePath(path)
  return decoded.includes('/') ? decoded : `${LOG_FOLDER}/_sidecars/${decoded}`
}
