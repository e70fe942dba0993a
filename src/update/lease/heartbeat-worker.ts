import { workerData } from 'node:worker_threads'
import { localStorage } from '../../storage/local-storage.ts'

/** What the heartbeat's thread is started with. */
export interface HeartbeatData {
  /** Absolute path of the storage's folder. */
  readonly folder: string
  readonly path: string
  readonly everyMs: number
}

const { folder, path, everyMs } = workerData as HeartbeatData
const storage = localStorage(folder)
let beats = 0
let missed = 0

function beat(): void {
  // A beat that fails (a full disk) is not repeated: the next one is due soon, and when none arrives in time another
  // update may take the lease, which the holder learns before it commits.
  storage.put(path, new TextEncoder().encode(`${++beats} ${missed}\n`)).catch(() => missed++)
}

beat()
setInterval(beat, everyMs)
