import type { PipelineEvent } from '../../event-log/event.ts'
import { writtenRows } from '../../event-log/flow-events.ts'
import { plural } from '../output/format-number.ts'
import type { Terminal } from '../terminal.ts'
import { eventLine, type Progress } from './progress.ts'

/** Milliseconds between two lines of counts. */
const REPORT_EVERY_MS = 60_000

/** Below a message, behind time and level. */
const INDENT = ' '.repeat(23)

interface Counts {
  /** Milliseconds since the epoch. */
  readonly sinceMs: number
  readonly batches: number
  readonly rows: number
  readonly dropped: number
}

interface FlowDetails {
  readonly metrics?: Parameters<typeof writtenRows>[0]
  readonly data_quality?: { readonly dropped_records?: number }
}

/**
 * How a continuous update goes, for a log file: states of the update, what goes wrong, and once a minute, while there is
 * something to tell, what was written.
 */
export function continuousProgress({ stderr }: Pick<Terminal, 'stderr'>): Progress {
  let counts: Counts | undefined
  return {
    onEvent: (event) => {
      const isStory =
        event.event_type === 'update_progress' || event.level === 'WARN' || event.level === 'ERROR'
      if (isStory) stderr.write(`${eventLine(event)}\n${causeOf(event)}`)
      counts = withEvent(counts, event)
      const nowMs = Date.parse(event.timestamp)
      if (counts === undefined || nowMs - counts.sinceMs < REPORT_EVERY_MS) return
      stderr.write(`${eventLine({ ...event, level: 'INFO', message: reportOf(counts) })}\n`)
      counts = undefined
    },
    finish: () => {},
  }
}

/** Why a flow failed, below the line that it did: the summary, which tells of errors, is hours away. */
function causeOf({ error, event_type }: PipelineEvent): string {
  const cause = error?.exceptions[0]
  if (cause === undefined || event_type === 'update_progress') return ''
  return `${cause.message.replaceAll(/^/gm, INDENT)}\n`
}

function withEvent(counts: Counts | undefined, event: PipelineEvent): Counts | undefined {
  const { metrics, data_quality } = (event.details.flow_progress ?? {}) as FlowDetails
  const written = writtenRows(metrics)
  if (written === undefined) return counts
  const before = counts ?? { sinceMs: Date.parse(event.timestamp), batches: 0, rows: 0, dropped: 0 }
  return {
    ...before,
    batches: before.batches + 1,
    rows: before.rows + written,
    dropped: before.dropped + (data_quality?.dropped_records ?? 0),
  }
}

/** `1,500 rows written in 6 batches since 10:31:02; 12 dropped.` */
function reportOf({ sinceMs, batches, rows, dropped }: Counts): string {
  const since = new Date(sinceMs).toISOString().slice(11, 19)
  const drops = dropped === 0 ? '' : `; ${plural(dropped, 'row')} dropped`
  return `${plural(rows, 'row')} written in ${plural(batches, 'batch', 'batches')} since ${since}${drops}.`
}
