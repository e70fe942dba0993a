/**
 * Named points of an update at which a process may die. A crash test sets `MILLRACE_CRASH_AT` to one of them (with `#n` for
 * the n-th time it is reached): the process then kills itself there, as a power cut would.
 */
export const STEPS = [
  'after-batch-record',
  'after-data-files',
  'after-state-store',
  'after-prepared-batch',
  'between-quarantine-and-target',
  'between-hidden-and-target',
  'after-delta-commit',
  'before-checkpoint-mark',
  'after-checkpoint-mark',
  'after-reset-of-checkpoint',
] as const

export type Step = (typeof STEPS)[number]

const [wanted, times = '1'] = process.env.MILLRACE_CRASH_AT?.split('#') ?? []
let reached = 0

/** Marks a point between two durable writes. Costs nothing outside crash tests. */
export function atStep(step: Step): void {
  if (wanted !== step) return
  reached += 1
  if (reached === Number(times)) process.kill(process.pid, 'SIGKILL')
}
