import type { PipelineProject } from '../../graph/project.ts'
import { runUpdate } from '../../update/update.ts'
import type { UpdateRequest, UpdateSummary } from '../../update/update-api.ts'
import { EXIT } from '../exit-code.ts'
import { openEngine } from '../open-engine.ts'
import { errorJson, errorText } from '../output/error-text.ts'
import { summaryJson, summaryText } from '../output/update-summary.ts'
import { openProgress } from '../progress/progress.ts'
import { openProject, type ProjectOptions, shortNameIn } from '../project-options.ts'
import type { Terminal } from '../terminal.ts'

export interface RunOptions extends ProjectOptions {
  readonly refresh?: readonly string[]
  readonly fullRefresh?: readonly string[]
  readonly fullRefreshAll?: boolean
  readonly resetCheckpoint?: readonly string[]
  /** Whether to keep running; by default as the spec says. */
  readonly continuous?: boolean
  readonly output: 'text' | 'json'
  /** Whether errors show their stack. */
  readonly debug?: boolean
}

/** `millrace run`: one update of the pipeline, from its start to its summary. A continuous one goes on until it is stopped. */
export async function run(options: RunOptions, terminal: Terminal): Promise<number> {
  const project = inMode(await openProject(options, terminal), options.continuous)
  const { continuous } = project.spec
  const interrupt = new AbortController()
  const stopListening = terminal.onInterrupt(() => interrupt.abort())
  const progress = await openProgress(terminal, {
    output: options.output,
    shortName: shortNameIn(project),
    isContinuous: continuous,
  })
  try {
    const summary = await runUpdate({
      project,
      request: requestOf(options),
      openEngine: () => openEngine(project),
      onEvent: progress.onEvent,
      signal: interrupt.signal,
    })
    progress.finish()
    report(summary, options, terminal, project.folder)
    const isDone = summary.state === 'COMPLETED' || (continuous && summary.state === 'CANCELED')
    return isDone ? EXIT.ok : EXIT.failed
  } finally {
    progress.finish()
    stopListening()
  }
}

function inMode(project: PipelineProject, continuous: boolean = project.spec.continuous): PipelineProject {
  return { ...project, spec: { ...project.spec, continuous } }
}

function requestOf({ refresh, fullRefresh, fullRefreshAll, resetCheckpoint }: RunOptions): UpdateRequest {
  return { refresh, fullRefresh, fullRefreshAll, resetCheckpoints: resetCheckpoint }
}

function report(
  summary: UpdateSummary,
  { output, debug }: RunOptions,
  terminal: Terminal,
  folder: string,
): void {
  for (const error of summary.errors) {
    const text =
      output === 'json' ? JSON.stringify({ error: errorJson(error) }) : errorText(error, folder, debug)
    terminal.stderr.write(output === 'json' ? `${text}\n` : `\n${text}\n`)
  }
  if (output === 'text') terminal.stderr.write('\n')
  terminal.stdout.write(output === 'json' ? summaryJson(summary) : summaryText(summary))
}
