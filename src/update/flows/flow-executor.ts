import { isCondition, PipelineError } from '../../errors/index.ts'
import { flowProgress } from '../../event-log/flow-events.ts'
import type { ResolvedFlow, ResolvedGraph } from '../../graph/resolved-graph.ts'
import { setting } from '../../settings/settings.ts'
import { currentFlow } from '../graph-index.ts'
import type { FlowOutcome, UpdateRun } from '../run.ts'
import { type OpenFlow, openFlow } from './open-flow.ts'
import { evolveSources } from './schema-evolution.ts'

/**
 * Runs one flow of an update: once, or in a continuous update again and again. The flow stays open between runs, until an
 * error or a new graph makes it open anew.
 */
export class FlowExecutor {
  readonly #run: UpdateRun
  readonly #flow: ResolvedFlow
  #isFullRefresh: boolean
  #opened: { readonly graph: ResolvedGraph; readonly flow: OpenFlow } | undefined

  constructor(run: UpdateRun, flow: ResolvedFlow, options: { readonly isFullRefresh: boolean }) {
    this.#run = run
    this.#flow = flow
    this.#isFullRefresh = options.isFullRefresh
  }

  /** False before the first run and after an error. */
  get isOpen(): boolean {
    return this.#opened !== undefined
  }

  /**
   * Takes what there is now, again where that can help: at once when a source's schema grew, and up to
   * `pipelines.maxFlowRetryAttempts` times (default 2, none in development) after errors that may pass.
   */
  async execute(): Promise<FlowOutcome> {
    const run = this.#run
    for (let retries = retriesOf(run); ; ) {
      const { graph } = run
      try {
        const outcome = await (await this.#open(graph)).run()
        this.#isFullRefresh = false
        return outcome
      } catch (error) {
        this.#opened = undefined
        if (run.signal.aborted) throw error
        if (await evolveSources(run, currentFlow(graph, this.#flow), error)) continue
        // Another flow's source has evolved meanwhile, and with it a table that this flow writes.
        if (run.graph !== graph && isCondition(error, 'DELTA_METADATA_CHANGED')) continue
        if (retries === 0 || !mayPass(error)) throw error
        retries -= 1
        const { name: flowName, target: dataset } = this.#flow
        const reason = 'It will be tried again.'
        run.events.emit(flowProgress({ flowName, dataset, status: 'FAILED', error, reason }))
      }
    }
  }

  async #open(graph: ResolvedGraph): Promise<OpenFlow> {
    if (this.#opened?.graph === graph) return this.#opened.flow
    const about = { flowName: this.#flow.name, dataset: this.#flow.target }
    this.#run.events.emit(
      flowProgress({ ...about, status: 'STARTING' }),
      flowProgress({ ...about, status: 'RUNNING' }),
    )
    const isFullRefresh = this.#isFullRefresh
    const flow = await openFlow(this.#run, currentFlow(graph, this.#flow), { isFullRefresh })
    this.#opened = { graph, flow }
    return flow
  }
}

function retriesOf(run: UpdateRun): number {
  if (run.project.spec.development) return 0
  return setting(run.project.spec.configuration, 'pipelines.maxFlowRetryAttempts') ?? 2
}

/** Errors that say something about the moment, not about the query or the data. */
function mayPass(error: unknown): boolean {
  return (
    !(error instanceof PipelineError) ||
    error.condition.startsWith('DELTA_CONCURRENT_') ||
    isCondition(error, 'DELTA_METADATA_CHANGED') ||
    isCondition(error, 'DELTA_PROTOCOL_CHANGED') ||
    isCondition(error, 'ENGINE_FAILED') ||
    isCondition(error, 'FOREACH_BATCH_USER_FUNCTION_ERROR') ||
    isCondition(error, 'STORAGE_ERROR')
  )
}
