import { checkpointIntervalOf } from '../schema/table-properties.ts'
import { type CheckpointTask, writeCheckpoint } from './checkpoint.ts'
import { readLastCheckpoint } from './last-checkpoint.ts'
import { cleanUpLog, cleanupCutoffMs } from './log-cleanup.ts'
import { writeVersionChecksum } from './version-checksum.ts'

/** Tag of `_last_checkpoint`: the time up to which the log was cleaned. It moves once a day, so cleaning is done once a day; with a short retention, every minute. */
const CLEANED_TAG = 'millrace.cleanedUpToMs'

/**
 * What follows a commit: the version's checksum, every `delta.checkpointInterval` versions a checkpoint, and with it the
 * cleaning of the log. `version` is the one committed; the task's snapshot may be later, if others came meanwhile. All is
 * tried; throws the first failure, which leaves the table as it was.
 */
export async function afterCommit(task: CheckpointTask, version: number): Promise<void> {
  const { storage, snapshot, state } = task
  const steps: Promise<void>[] = []
  if (snapshot.version === version) steps.push(writeVersionChecksum(storage, snapshot, state))
  if (version > 0 && version % checkpointIntervalOf(snapshot.metadata) === 0) steps.push(checkpoint(task))
  const failed = (await Promise.allSettled(steps)).find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function checkpoint(task: CheckpointTask): Promise<void> {
  const { storage, port, snapshot, nowMs } = task
  const cutoffMs = cleanupCutoffMs(snapshot, nowMs)
  const cleaned = (await readLastCheckpoint(storage))?.tags?.[CLEANED_TAG]
  const upTo = cutoffMs?.toString() ?? cleaned
  await writeCheckpoint(task, upTo === undefined ? {} : { [CLEANED_TAG]: upTo })
  if (cutoffMs !== undefined && cleaned !== upTo) await cleanUpLog(storage, port, snapshot, nowMs)
}
