import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

/** A pipeline that runs continuously, as a process of its own. */
export class ContinuousRun {
  readonly #child: ChildProcess
  #stderr = ''

  constructor(bin: string, folder: string) {
    const nodeOptions = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []
    this.#child = spawn(process.execPath, [...nodeOptions, bin, 'run', '--continuous'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child.stderr!.on('data', (chunk) => {
      this.#stderr += chunk
    })
    this.#child.on('exit', (code) => {
      if (code === 0) return
      console.error(this.#stderr)
      process.exit(1)
    })
  }

  /** CPU time of all threads so far, milliseconds; undefined where there is no /proc. */
  get cpuMs(): number | undefined {
    const fields = this.#proc('stat')?.split(') ')[1]?.split(' ')
    return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * 10
  }

  /** Highest resident memory, MiB. */
  get peakMiB(): number | undefined {
    const match = /VmHWM:\s+(\d+) kB/.exec(this.#proc('status') ?? '')
    return match === null ? undefined : Number(match[1]) / 1024
  }

  get openFiles(): number | undefined {
    try {
      return readdirSync(`/proc/${this.#child.pid}/fd`).length
    } catch {
      // There is no /proc.
      return undefined
    }
  }

  /** Asks it to stop; resolves when it has. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }

  #proc(file: string): string | undefined {
    try {
      return readFileSync(`/proc/${this.#child.pid}/${file}`, 'utf8')
    } catch {
      // There is no /proc.
      return undefined
    }
  }
}
