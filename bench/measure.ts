import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Measured {
  readonly wallMs: number
  /** Highest resident memory of the process itself, MiB; undefined where /proc is not there. */
  readonly peakMiB: number | undefined
  readonly stdout: string
}

/** Runs a command (default: Node) as a process of its own, from its start to its end. Throws when it fails. */
export function measureProcess(
  args: readonly string[],
  options: {
    readonly cwd: string
    readonly env?: Readonly<Record<string, string>>
    readonly command?: string
  },
): Promise<Measured> {
  return new Promise((done, failed) => {
    const start = performance.now()
    const child = spawn(options.command ?? process.execPath, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    let peakMiB: number | undefined
    const poll = setInterval(() => {
      peakMiB = highWaterMark(child.pid!) ?? peakMiB
    }, 10)
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', failed)
    child.on('close', (code) => {
      clearInterval(poll)
      const wallMs = performance.now() - start
      if (code === 0) done({ wallMs, peakMiB, stdout })
      else failed(new Error(`${args.join(' ')} ended with ${code}: ${stderr.slice(-2000)}`))
    })
  })
}

/** The middle value; the mean of the two middle ones for an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Rows of cells as a table with aligned columns. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)))
  for (const row of [header, ...rows]) {
    console.log(
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
  }
}

function highWaterMark(pid: number): number | undefined {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return match === null ? undefined : Number(match[1]) / 1024
  } catch {
    // The process has ended, or the system has no /proc.
    return undefined
  }
}
