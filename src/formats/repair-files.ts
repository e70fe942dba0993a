import { availableParallelism } from 'node:os'
import { type RepairedFile, type RepairJob, repairFile } from './repair-file.ts'
import { RepairThread } from './repair-thread.ts'

/** From so many bytes on, files are checked in threads of their own: starting them takes as long as checking 20 MB. */
const THREADED_BYTES = 64 << 20

/**
 * Makes files readable, several at a time where there is much to read. `failed` decides what becomes of a file that cannot
 * be read: it throws, or the file is left out. Results are in the order of the jobs, undefined where a file is left out.
 */
export async function repairFiles(
  jobs: readonly RepairJob[],
  totalBytes: number,
  failed: (error: unknown) => void,
): Promise<(RepairedFile | undefined)[]> {
  const results = new Array<RepairedFile | undefined>(jobs.length)
  let next = 0
  const lane = async (repair: (job: RepairJob) => Promise<RepairedFile>) => {
    while (next < jobs.length) {
      const index = next++
      try {
        results[index] = await repair(jobs[index]!)
      } catch (error) {
        failed(error)
      }
    }
  }
  const isThreaded = totalBytes >= THREADED_BYTES && jobs.length > 1
  const lanes = isThreaded ? threads().map((thread) => lane((job) => thread.repair(job))) : [lane(repairFile)]
  try {
    await Promise.all(lanes)
  } finally {
    next = jobs.length
    await Promise.allSettled(lanes)
  }
  return results
}

let started: readonly RepairThread[] | undefined

/** One thread a processor, kept for the next batch. */
function threads(): readonly RepairThread[] {
  started ??= Array.from({ length: Math.min(availableParallelism(), 8) }, () => new RepairThread())
  return started
}
