import process from 'node:process'
import { createLogUpdate } from 'log-update'
import type { PipelineEvent } from '../../event-log/event.ts'
import { eventLine, type Progress } from './progress.ts'
import { advance, initialProgress, type ProgressState } from './progress-state.ts'
import { renderProgress } from './render-progress.ts'

const REDRAW_MS = 100

/** The table of datasets, drawn again ten times a second; warnings and errors stay above it. */
export function liveProgress(shortName: (name: string) => string): Progress {
  const draw = createLogUpdate(process.stderr)
  let state: ProgressState = initialProgress
  const redraw = () => draw(renderProgress(state, shortName, Date.now()))
  const timer = setInterval(redraw, REDRAW_MS).unref()
  return {
    onEvent: (event) => {
      state = advance(state, event)
      if (isWorthKeeping(event)) draw.persist(eventLine(event))
    },
    finish: () => {
      clearInterval(timer)
      draw.clear()
      draw.done()
    },
  }
}

/** Warnings, and errors that are not the end: those the summary tells. */
function isWorthKeeping({ level, event_type }: PipelineEvent): boolean {
  return level === 'WARN' || (level === 'ERROR' && event_type === 'flow_progress')
}
