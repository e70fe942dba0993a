import type { Storage } from '../../storage/storage.ts'
import { parseExact } from '../../types/exact-json.ts'
import { LAST_CHECKPOINT, LOG_FOLDER } from './log-files.ts'

/** The pointer to the newest checkpoint (PROTOCOL.md, Last Checkpoint File), as far as it is relied on. */
export interface LastCheckpoint {
  readonly version: number
  readonly tags?: Readonly<Record<string, string>>
}

/** What `_last_checkpoint` says. Only a hint: it may be missing, broken or stale, which all reads as undefined or as old. */
export async function readLastCheckpoint(storage: Storage): Promise<LastCheckpoint | undefined> {
  const bytes = await storage.read(LAST_CHECKPOINT)
  if (bytes === undefined) return undefined
  try {
    const hint = parseExact(new TextDecoder().decode(bytes)) as Partial<LastCheckpoint> | null
    const version = hint?.version
    return Number.isSafeInteger(version) && version! >= 0 ? (hint as LastCheckpoint) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Points at a checkpoint. `pointer` is written as it is, its version and the number of its actions at least. */
export async function writeLastCheckpoint(
  storage: Storage,
  pointer: LastCheckpoint & { readonly size: number; readonly [field: string]: unknown },
): Promise<void> {
  // Hadoop checks this side file against what Spark wrote, and would refuse ours.
  await storage.delete([`${LOG_FOLDER}/._last_checkpoint.crc`])
  await storage.put(LAST_CHECKPOINT, new TextEncoder().encode(JSON.stringify(pointer)))
}
