import { LazyEngine } from '../../engine/lazy-engine.ts'
import { PipelineError } from '../../errors/index.ts'
import { type EventFilter, type EventType, type PipelineEvent, readEvents } from '../../event-log/index.ts'
import type { PipelineProject } from '../../graph/project.ts'
import { localStorage } from '../../storage/index.ts'
import { EXIT } from '../exit-code.ts'
import { openEngine } from '../open-engine.ts'
import { eventLine } from '../progress/progress.ts'
import { openProject, type ProjectOptions } from '../project-options.ts'
import type { Terminal } from '../terminal.ts'

export interface EventsOptions extends ProjectOptions {
  /** An id or how one begins, or `latest`. */
  readonly update: string
  readonly all?: boolean
  readonly level?: PipelineEvent['level']
  readonly type?: EventType
  readonly limit?: number
  readonly output: 'text' | 'json'
}

/** How many updates an error names. */
const NEWEST_SHOWN = 3

/** `millrace events`: what the event log tells, oldest first. */
export async function events(options: EventsOptions, terminal: Terminal): Promise<number> {
  const project = await openProject(options, terminal)
  const engine = new LazyEngine(() => openEngine(project))
  try {
    const read = (filter: EventFilter) =>
      readEvents(localStorage(project.spec.storage), filter, () => engine.get())
    const updateId = options.all === true ? undefined : await updateOf(options.update, project, read)
    const found = await read({
      updateId,
      levels: options.level && [options.level],
      eventTypes: options.type && [options.type],
      limit: options.limit,
    })
    terminal.stdout.write(printed(found, options.output))
    return EXIT.ok
  } finally {
    await engine.close()
  }
}

/** The whole id that the user meant, or that of the newest update. Throws NO_UPDATE_YET and UPDATE_NOT_FOUND. */
async function updateOf(
  wanted: string,
  project: PipelineProject,
  read: (filter: EventFilter) => Promise<PipelineEvent[]>,
): Promise<string | undefined> {
  const isLatest = wanted === 'latest'
  const started = await read({ eventTypes: ['create_update'], ...(isLatest && { limit: 1 }) })
  const ids = started.map((event) => event.origin.update_id ?? '')
  if (ids.length === 0) throw new PipelineError('NO_UPDATE_YET', { pipeline: project.spec.name })
  const found = isLatest ? ids.at(-1) : ids.findLast((id) => id.startsWith(wanted.toLowerCase()))
  if (found !== undefined) return found
  throw new PipelineError('UPDATE_NOT_FOUND', { update: wanted, newest: ids.slice(-NEWEST_SHOWN).join(', ') })
}

function printed(found: readonly PipelineEvent[], output: 'text' | 'json'): string {
  if (output === 'text') return found.map((event) => `${eventLine(event)}\n`).join('')
  return found.length === 0 ? '[]\n' : `[\n${found.map((event) => JSON.stringify(event)).join(',\n')}\n]\n`
}
