import type { PipelineEvent } from '../../../src/event-log/event.ts'
import { findProject } from '../../../src/graph/find-project.ts'
import type { UpdateOptions, UpdateSummary } from '../../../src/update/update-api.ts'
import type { TestPipeline } from '../../support/test-pipeline.ts'

/** A continuous update of a pipeline, from its start until `stop`. */
export class RunningPipeline {
  readonly ended: Promise<UpdateSummary>
  readonly #stop = new AbortController()
  readonly #events: PipelineEvent[] = []
  #heard: (() => void) | undefined

  private constructor(
    pipeline: TestPipeline,
    project: Awaited<ReturnType<typeof findProject>>,
    options: Pick<UpdateOptions, 'clock'>,
  ) {
    const spec = { ...project.spec, continuous: true }
    this.ended = pipeline.run(
      {},
      {
        ...options,
        project: { ...project, spec },
        signal: this.#stop.signal,
        onEvent: (event) => {
          this.#events.push(event)
          this.#heard?.()
        },
      },
    )
  }

  static async start(
    pipeline: TestPipeline,
    options: Pick<UpdateOptions, 'clock'> = {},
  ): Promise<RunningPipeline> {
    return new RunningPipeline(pipeline, await findProject(pipeline.folder), options)
  }

  /** Messages of events of a type, so far. */
  messages(type: PipelineEvent['event_type']): string[] {
    return this.#events.filter((each) => each.event_type === type).map((each) => each.message)
  }

  /** Resolves when something is true of the events so far. Rejects when the update ends before. */
  async until(isTrue: (events: readonly PipelineEvent[]) => boolean): Promise<void> {
    const ended = this.ended.then((summary) => {
      if (!isTrue(this.#events)) throw new Error(`it ended as ${summary.state}: ${summary.errors.join('; ')}`)
    })
    while (!isTrue(this.#events)) {
      const heard = new Promise<void>((done) => {
        this.#heard = done
      })
      await Promise.race([heard, ended])
    }
  }

  /** Resolves when a dataset has been written so many rows since the start. */
  async rows(dataset: string, count: number): Promise<void> {
    await this.until((events) => rowsWritten(events, dataset) >= count)
  }

  /** Resolves when an event's message matches. */
  async message(pattern: RegExp): Promise<void> {
    await this.until((events) => events.some((each) => pattern.test(each.message)))
  }

  stop(): Promise<UpdateSummary> {
    this.#stop.abort()
    return this.ended
  }
}

function rowsWritten(events: readonly PipelineEvent[], dataset: string): number {
  let rows = 0
  for (const { event_type, origin, details } of events) {
    if (event_type !== 'flow_progress' || origin.dataset_name !== `main.shop.${dataset}`) continue
    const { metrics } = details.flow_progress as { metrics?: { num_output_rows?: number } }
    rows += metrics?.num_output_rows ?? 0
  }
  return rows
}
