import type { Storage } from '../../storage/storage.ts'
import { stringifyExact } from '../../types/exact-json.ts'
import type { DeltaPort } from '../port.ts'
import { deletedFileRetentionMs } from '../schema/table-properties.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Action, AddFile, RemoveFile } from './actions.ts'
import { checkpointPath, LAST_CHECKPOINT, LOG_FOLDER } from './log-files.ts'
import type { LogState } from './log-state.ts'

/**
 * Writes a classic checkpoint of `snapshot`, the version that `state` stands at, and points `_last_checkpoint` at it
 * (PROTOCOL.md, Checkpoints). One that exists already is kept.
 */
export async function writeCheckpoint(
  storage: Storage,
  port: DeltaPort,
  snapshot: Snapshot,
  state: LogState,
  nowMs: number,
): Promise<void> {
  const path = checkpointPath(snapshot.version)
  let size = 0
  function* lines(): Generator<string> {
    for (const action of checkpointRows(snapshot, state, nowMs)) {
      size += 1
      yield stringifyExact(action)
    }
  }
  if ((await storage.stat(path)) !== undefined) return
  const local = await storage.stagingPath(LOG_FOLDER)
  await port.writeCheckpoint(local, lines())
  await storage.publish([{ local, path }])
  const sizeInBytes = (await storage.stat(path))?.sizeBytes
  const hint = { version: snapshot.version, size, sizeInBytes, numOfAddFiles: snapshot.numFiles }
  // Hadoop checks this side file against what Spark wrote, and would refuse ours.
  await storage.delete([`${LOG_FOLDER}/._last_checkpoint.crc`])
  await storage.put(LAST_CHECKPOINT, new TextEncoder().encode(JSON.stringify(hint)))
}

/** The actions that a checkpoint keeps: never commitInfo, removed files only while VACUUM must spare them. */
function* checkpointRows(snapshot: Snapshot, state: LogState, nowMs: number): Generator<Action> {
  yield { protocol: snapshot.protocol }
  yield { metaData: snapshot.metadata.action }
  for (const txn of snapshot.transactions.values()) yield { txn }
  for (const domainMetadata of snapshot.domainMetadata.values()) yield { domainMetadata }
  for (const file of snapshot.files()) yield { add: asStored(file) }
  const cutoffMs = nowMs - deletedFileRetentionMs(snapshot.metadata)
  for (const file of state.tombstonesAfter(cutoffMs)) yield { remove: asStored(file) }
}

/** A checkpoint tells what is there, not what changed. */
function asStored<File extends AddFile | RemoveFile>(file: File): File {
  return { ...file, dataChange: false }
}
