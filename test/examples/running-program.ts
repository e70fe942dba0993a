import { type ChildProcess, spawn } from 'node:child_process'

/** What a process printed and how it ended. */
export interface ProgramOutcome {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A process of Node in a folder, with what it prints. */
export class RunningProgram {
  /** Resolves when the process has ended, in whatever way. */
  readonly ended: Promise<ProgramOutcome>
  readonly #child: ChildProcess

  /** `givesWay` leaves other programs three times as much of the processors. */
  constructor(args: readonly string[], folder: string, { givesWay = false } = {}) {
    const [command = process.execPath, ...more] = givesWay ? ['nice', '-n', '5', process.execPath] : []
    const child = spawn(command, [...more, ...args], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const printed = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (printed.stdout += chunk))
    child.stderr.on('data', (chunk) => (printed.stderr += chunk))
    this.#child = child
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (exitCode) => resolve({ exitCode, ...printed }))
    })
  }

  get pid(): number {
    return this.#child.pid!
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<ProgramOutcome> {
    this.#child.kill(signal)
    return this.ended
  }
}
