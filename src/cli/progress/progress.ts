import type { PipelineEvent } from '../../event-log/event.ts'
import type { Terminal } from '../terminal.ts'

/** Tells on stderr how an update goes. */
export interface Progress {
  onEvent(event: PipelineEvent): void
  /** Takes away what was only shown for the time of the update. */
  finish(): void
}

export interface ProgressOptions {
  readonly output: 'text' | 'json'
  readonly shortName: (name: string) => string
  /** The update goes on for hours: lines must be few. */
  readonly isContinuous: boolean
}

/** A table that moves for people who watch, one JSON event a line for programs, plain lines for anything else. */
export async function openProgress(
  terminal: Terminal,
  { output, shortName, isContinuous }: ProgressOptions,
): Promise<Progress> {
  if (output === 'json') return jsonProgress(terminal)
  if (!terminal.stderr.isTTY) {
    if (!isContinuous) return plainProgress(terminal)
    const { continuousProgress } = await import('./continuous-progress.ts')
    return continuousProgress(terminal)
  }
  const { liveProgress } = await import('./live-progress.ts')
  return liveProgress(shortName)
}

function jsonProgress({ stderr }: Terminal): Progress {
  return {
    onEvent: (event) => stderr.write(`${JSON.stringify(event)}\n`),
    finish: () => {},
  }
}

function plainProgress({ stderr }: Terminal): Progress {
  return {
    onEvent: (event) => {
      if (isNews(event)) stderr.write(`${eventLine(event)}\n`)
    },
    finish: () => {},
  }
}

/** Event types that tell how an update goes, among those that tell what it is. */
const newsTypes: ReadonlySet<string> = new Set(['update_progress', 'flow_progress', 'planning_information'])
/** What every flow goes through before anything happens. */
const earlyStatuses: ReadonlySet<unknown> = new Set(['QUEUED', 'STARTING'])

/** The events that a person wants to read as they happen; the event log keeps all. */
function isNews({ level, event_type, details }: PipelineEvent): boolean {
  if (level === 'WARN' || level === 'ERROR') return true
  const { status } = (details[event_type] ?? {}) as { status?: string }
  return level === 'INFO' && newsTypes.has(event_type) && !earlyStatuses.has(status)
}

/** `10:31:02.120  INFO   Flow 'bronze_orders' is RUNNING.` */
export function eventLine(event: PipelineEvent): string {
  return `${event.timestamp.slice(11, 23)}  ${event.level.padEnd(7)}  ${event.message}`
}
