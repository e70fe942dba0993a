import { parentPort } from 'node:worker_threads'
import { PipelineError } from '../errors/index.ts'
import { type RepairedFile, type RepairJob, repairFile } from './repair-file.ts'

/** What a repair thread answers; conditions travel as their names and parameters. */
export type RepairAnswer =
  | { readonly repaired: RepairedFile }
  | { readonly condition: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly failure: unknown }

parentPort?.on('message', ({ id, job }: { id: number; job: RepairJob }) => {
  void answerOf(job).then((answer) => parentPort?.postMessage({ id, answer }))
})

async function answerOf(job: RepairJob): Promise<RepairAnswer> {
  try {
    return { repaired: await repairFile(job) }
  } catch (error) {
    if (!(error instanceof PipelineError)) return { failure: error }
    return { condition: error.condition, parameters: error.parameters }
  }
}
