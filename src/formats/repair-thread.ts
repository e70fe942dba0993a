import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Condition, PipelineError } from '../errors/index.ts'
import type { RepairedFile, RepairJob } from './repair-file.ts'
import type { RepairAnswer } from './repair-worker.ts'

interface Waiting {
  readonly resolve: (repaired: RepairedFile) => void
  readonly reject: (error: unknown) => void
}

/** A thread that makes files readable. It keeps the process alive only while a file is under way. */
export class RepairThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #jobs = 0

  constructor() {
    this.#worker = new Worker(new URL(`./repair-worker${extname(import.meta.url)}`, import.meta.url))
    this.#worker.unref()
    this.#worker.on('message', ({ id, answer }: { id: number; answer: RepairAnswer }) =>
      this.#settle(id, answer),
    )
    this.#worker.on('error', (error) => this.#fail(error))
  }

  /** Throws as `repairFile`. */
  async repair(job: RepairJob): Promise<RepairedFile> {
    const id = ++this.#jobs
    const { promise, resolve, reject } = Promise.withResolvers<RepairedFile>()
    this.#waiting.set(id, { resolve, reject })
    this.#worker.ref()
    this.#worker.postMessage({ id, job })
    return promise
  }

  #settle(id: number, answer: RepairAnswer): void {
    const { resolve, reject } = this.#waiting.get(id)!
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ('repaired' in answer) resolve(answer.repaired)
    else if ('failure' in answer) reject(answer.failure)
    else reject(new PipelineError(answer.condition as Condition, answer.parameters as never))
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
