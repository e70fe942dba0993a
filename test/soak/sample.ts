import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What the pipeline takes at a moment. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly atMs: number
  /** Resident memory, MiB. */
  readonly memory: number
  /** Open files of the process. */
  readonly descriptors: number
  /** MiB of checkpoints, with the state of streams. */
  readonly state: number
  /** Files of the tables and of their hidden states, the logs left out. */
  readonly dataFiles: number
  /** Files in the tables' logs. */
  readonly logFiles: number
}

/** Measures a process by /proc and the folder that it works in. */
export function takeSample(folder: string, pid: number): Sample {
  const state = filesBelow(join(folder, '.millrace/checkpoints'))
  const tables = filesBelow(join(folder, 'warehouse'))
  const isLog = (path: string) => path.includes('/_delta_log/')
  return {
    atMs: Date.now(),
    memory: Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    state:
      state.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0) / 2 ** 20,
    dataFiles: tables.filter((path) => !isLog(path)).length,
    logFiles: tables.filter(isLog).length,
  }
}

/** Absolute paths. Files and folders may come and go meanwhile. */
function filesBelow(folder: string): string[] {
  return entriesOf(folder).flatMap((each) => {
    const path = join(folder, each.name)
    return each.isDirectory() ? filesBelow(path) : [path]
  })
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
