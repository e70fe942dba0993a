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
  readonly output: 'text' | 'json'
}

/** `millrace run`: one update of the pipeline, from its start to its summary. */
export async function run(options: RunOptions, terminal: Terminal): Promise<number> {
  const project = await openProject(options, terminal)
  const interrupt = new AbortController()
  const stopListening = terminal.onInterrupt(() => interrupt.abort())
  const progress = await openProgress(terminal, options.output, shortNameIn(project))
  try {
    const summary = await runUpdate({
      project,
      request: requestOf(options),
      openEngine: () => openEngine(project),
      onEvent: progress.onEvent,
      signal: interrupt.signal,
    })
    progress.finish()
    report(summary, options.output, terminal, project.folder)
    return summary.state === 'COMPLETED' ? EXIT.ok : EXIT.failed
  } finally {
    progress.finish()
    stopListening()
  }
}

function requestOf({ refresh, fullRefresh, fullRefreshAll }: RunOptions): UpdateRequest {
  return { refresh, fullRefresh, fullRefreshAll }
}

function report(summary: UpdateSummary, output: 'text' | 'json', terminal: Terminal, folder: string): void {
  for (const error of summary.errors) {
    const text = output === 'json' ? JSON.stringify({ error: errorJson(error) }) : errorText(error, folder)
    terminal.stderr.write(output === 'json' ? `${text}\n` : `\n${text}\n`)
  }
  if (output === 'text') terminal.stderr.write('\n')
  terminal.stdout.write(output === 'json' ? summaryJson(summary) : summaryText(summary))
}
