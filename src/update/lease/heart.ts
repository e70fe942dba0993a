import { Worker } from 'node:worker_threads'
import type { HeartbeatData } from './heartbeat-worker.ts'

/** The part of the time between two beats after which the first comes: an update with nothing to do has ended by then. */
const FIRST_AFTER = 0.25

/**
 * The heartbeat of a lease, in a thread of its own: it beats also while this one is busy. Starting and ending a thread takes
 * longer than an update with nothing to do, so it is started shortly before the first beat. Until then this process may
 * not stand still for as long as others wait for a beat, or it loses the lease like one that was stopped.
 * The thread does not keep the process alive.
 */
export class Heart {
  readonly #timer: NodeJS.Timeout
  #thread: Worker | undefined

  constructor(data: HeartbeatData) {
    this.#timer = setTimeout(() => {
      this.#thread = startThread(data)
    }, data.everyMs * FIRST_AFTER)
    this.#timer.unref()
  }

  /** Resolves when no beat will be written any more. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#thread?.terminate()
  }
}

function startThread(data: HeartbeatData): Worker {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
  const thread = new Worker(new URL(`./heartbeat-worker${extension}`, import.meta.url), { workerData: data })
  thread.unref()
  return thread
}
