import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { errorCode } from '../../storage/storage-error.ts'

/** Which process, so that another one can tell whether it still lives. */
export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** The kernel's start and the name space in which `pid` counts; null where the system does not tell. */
  readonly bootId: string | null
  /** When the process started, in ticks since the kernel's start: pids are given again. */
  readonly startTicks: string | null
}

export function thisProcess(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, bootId: bootId(), startTicks: startTicks(process.pid) }
}

/**
 * True when that process is certainly gone: it ran under this kernel and name space, and no process has its pid and its
 * start time. False also means that nobody can tell from here.
 */
export function isCertainlyDead(other: ProcessIdentity): boolean {
  if (other.bootId === null || other.bootId !== bootId() || other.host !== hostname()) return false
  const ticks = startTicks(other.pid)
  return ticks === null || ticks !== other.startTicks
}

function bootId(): string | null {
  return onLinux(() => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  })
}

/** Field 22 of `/proc/<pid>/stat`; the command in field 2 may hold spaces. A zombie is gone: it will not write again. */
function startTicks(pid: number): string | null {
  return onLinux(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : fields[19]!
  })
}

function onLinux<Result>(look: () => Result): Result | null {
  try {
    return look()
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return null
    throw error
  }
}
