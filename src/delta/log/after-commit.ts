import { checkpointIntervalOf } from '../schema/table-properties.ts'
import { type CheckpointTask, writeCheckpoint } from './checkpoint.ts'
import { readLastCheckpoint } from './last-checkpoint.ts'
import { cleanUpLog, cleanupCutoffMs } from './log-cleanup.ts'
import { writeVersionChecksum } from './version-checksum.ts'

/** Tag of `_last_checkpoint`: the time up to which the log was cleaned. It moves once a day, so cleaning is done once a day. */
const CLEANED_TAG = 'millrace.cleanedUpToMs'

/**
 * What follows a commit: the version's checksum, every `delta.checkpointInterval` versions a checkpoint, and with it the
 * cleaning of the log. `version` is the one committed; the task's snapshot may be later, if others came meanwhile.
 */
export async function afterCommit(task: CheckpointTask, version: number): Promise<void> {
  const { storage, snapshot, state } = task
  if (snapshot.version === version) await writeVersionChecksum(storage, snapshot, state)
  if (version === 0 || version % checkpointIntervalOf(snapshot.metadata) !== 0) return
  const cutoffMs = cleanupCutoffMs(snapshot, task.nowMs)
  const cleaned = (await readLastCheckpoint(storage))?.tags?.[CLEANED_TAG]
  const upTo = cutoffMs?.toString() ?? cleaned
  await writeCheckpoint(task, upTo === undefined ? {} : { [CLEANED_TAG]: upTo })
  if (cutoffMs !== undefined && cleaned !== upTo) await cleanUpLog(storage, task.port, snapshot, task.nowMs)
}
