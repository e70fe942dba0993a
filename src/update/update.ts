import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { packageVersion } from '../delta/engine-info.ts'
import { LazyEngine } from '../engine/lazy-engine.ts'
import { isCondition, PipelineError } from '../errors/index.ts'
import {
  createUpdate,
  EventLog,
  flowProgress,
  runtimeDetails,
  updateProgress,
  userAction,
} from '../event-log/index.ts'
import type { UpdateProgressState } from '../event-log/update-events.ts'
import { keepPipelineId } from '../graph/pipeline-id.ts'
import type { ResolvedFlow } from '../graph/resolved-graph.ts'
import { setting } from '../settings/settings.ts'
import { localStorage } from '../storage/index.ts'
import { systemClock } from './clock.ts'
import { ContinuousFlows } from './continuous/continuous-flows.ts'
import { definitionEvents } from './definition-events.ts'
import { FlowExecutor } from './flows/flow-executor.ts'
import { datasetOf } from './graph-index.ts'
import { RevealedSecrets } from './inputs/revealed-secrets.ts'
import { acquireLease, type Lease } from './lease/lease.ts'
import { foldEvents } from './maintenance/fold-events.ts'
import { maintainTables } from './maintenance/maintain-tables.ts'
import { openRun, type RunParts } from './open-run.ts'
import type { FlowOutcome, UpdateRun } from './run.ts'
import { type FlowEnd, runFlows } from './scheduler.ts'
import type { Selection } from './selection.ts'
import { SummaryCollector } from './summary.ts'
import { pendingResets, resetCheckpoints, resetDatasets } from './tables/full-refresh.ts'
import { cleanStaging, setUpTables } from './tables/set-up-tables.ts'
import type { UpdateOptions, UpdateState, UpdateSummary } from './update-api.ts'
import { UpdateStop } from './update-stop.ts'

/**
 * Runs one update of a pipeline from its lease to its summary: states and their order as in Databricks (CREATED,
 * INITIALIZING, RESETTING for full refreshes, SETTING_UP_TABLES, RUNNING, then COMPLETED, FAILED or CANCELED), all in the
 * event log. A failed flow ends up in the summary; throws UnresolvedPipelineError for definitions that do not resolve,
 * UPDATE_ALREADY_RUNNING, and the conditions of a bad selection.
 */
export async function runUpdate(options: UpdateOptions): Promise<UpdateSummary> {
  const { project, clock = systemClock } = options
  const { spec } = project
  const updateId = randomUUID()
  const storage = localStorage(spec.storage)
  const collector = new SummaryCollector(updateId)
  const lease = await acquireLease(storage, { pipelineId: spec.id, updateId, clock, folder: spec.storage })
  const engine = new LazyEngine(options.openEngine)
  const secrets = new RevealedSecrets(project)
  const stop = new UpdateStop(options.signal)
  try {
    keepPipelineId(project)
    const events = await EventLog.open(storage, {
      origin: { pipeline_id: spec.id, pipeline_name: spec.name, update_id: updateId },
      clock,
      configuration: spec.configuration,
      secrets: () => secrets.values,
      onEvent: (event) => {
        collector.add(event)
        options.onEvent?.(event)
      },
    })
    const update = new Update({
      options,
      updateId,
      storage,
      events,
      lease,
      engine,
      secrets,
      clock,
      collector,
      stop,
    })
    return await update.execute()
  } finally {
    stop.close()
    try {
      await engine.close()
    } finally {
      await releaseLease(lease)
    }
  }
}

/** On a full disk the lease cannot be given back; the next update sees that this process is gone. */
async function releaseLease(lease: Lease): Promise<void> {
  try {
    await lease.release()
  } catch (error) {
    if (!isCondition(error, 'STORAGE_FULL')) throw error
  }
}

type UpdateParts = RunParts & { readonly collector: SummaryCollector }

/** One update while it holds the lease. */
class Update {
  readonly #parts: UpdateParts
  readonly #errors: Error[] = []
  /** What ended the update before or beside its flows. */
  #failure: unknown

  constructor(parts: UpdateParts) {
    this.#parts = parts
  }

  async execute(): Promise<UpdateSummary> {
    const { events, collector, updateId } = this.#parts
    this.#announce()
    const state = await this.#runToItsState()
    const end = updateProgress({
      updateId,
      state,
      error: state === 'FAILED' ? this.#errors[0] : undefined,
      cancellationCause: state === 'CANCELED' ? 'USER_ACTION' : undefined,
    })
    try {
      await events.append([end])
    } finally {
      // Also where the log cannot take its end: why the update failed says more.
      this.#throwFailure(state)
    }
    const unfolded = await foldEvents(this.#parts)
    if (unfolded !== undefined) this.#errors.push(unfolded)
    return collector.summary(state, this.#errors)
  }

  #throwFailure(state: UpdateState): void {
    if (this.#failure !== undefined && state === 'FAILED') throw this.#failure
  }

  async #runToItsState(): Promise<UpdateState> {
    try {
      return await this.#run()
    } catch (error) {
      if (this.#parts.stop.signal.aborted) return 'CANCELED'
      this.#failure = error
      this.#errors.push(error instanceof Error ? error : new Error(String(error)))
      return 'FAILED'
    }
  }

  #announce(): void {
    const { options, events, updateId } = this.#parts
    const { refresh, fullRefresh, fullRefreshAll, resetCheckpoints, validateOnly } = options.request
    events.emit(
      userAction('START', userInfo().username),
      createUpdate({
        updateId,
        cause: 'USER_ACTION',
        runAs: userInfo().username,
        config: options.project.spec,
        refreshSelection: refresh,
        fullRefreshSelection: fullRefresh,
        fullRefresh: fullRefreshAll,
        resetCheckpointSelection: resetCheckpoints,
        validateOnly,
      }),
      runtimeDetails({ millrace: packageVersion(), node: process.version }),
    )
    this.#enter('CREATED')
  }

  #enter(state: UpdateProgressState): void {
    const { events, updateId } = this.#parts
    events.emit(updateProgress({ updateId, state }))
  }

  async #run(): Promise<UpdateState> {
    const { options, collector } = this.#parts
    this.#enter('INITIALIZING')
    const { run, selection } = await openRun(this.#parts)
    collector.setGraph(run.graph, selection)
    run.events.emit(...definitionEvents(run.graph))
    if (options.request.validateOnly === true) return 'COMPLETED'
    run.signal.throwIfAborted()
    await this.#reset(run, selection)
    run.signal.throwIfAborted()
    this.#enter('SETTING_UP_TABLES')
    await cleanStaging(run)
    await setUpTables(run)
    this.#enter('RUNNING')
    const flows = this.#queue(run)
    if (run.project.spec.continuous) return this.#runUntilStopped(run, selection, flows)
    const ends = await this.#runFlows(run, selection, flows)
    await maintainTables(run)
    if ([...ends.values()].every((end) => end.status === 'COMPLETED')) return 'COMPLETED'
    return run.signal.aborted ? 'CANCELED' : 'FAILED'
  }

  async #reset(run: UpdateRun, { fullRefresh, spared, resetFlows }: Selection): Promise<void> {
    for (const table of spared) {
      run.events.emit(
        flowProgress({
          flowName: datasetOf(run.graph, table).name,
          dataset: table,
          status: 'QUEUED',
          reason: "It keeps its rows: 'pipelines.reset.allowed' is false.",
        }),
      )
    }
    const wanted = [...fullRefresh]
      .map((identifier) => datasetOf(run.graph, identifier))
      .filter(({ kind, quarantineOf }) => {
        return kind === 'sink' || (kind === 'streaming_table' && quarantineOf === undefined)
      })
    const isPending = Object.keys(await pendingResets(run)).some((each) => run.selected.has(each))
    if (wanted.length + resetFlows.length === 0 && !isPending) return
    this.#enter('RESETTING')
    await resetDatasets(run, wanted)
    await resetCheckpoints(
      run,
      resetFlows.filter((each) => !fullRefresh.has(each.target)),
    )
  }

  /** The flows that the update was asked to run. */
  #queue(run: UpdateRun): readonly ResolvedFlow[] {
    const flows = run.graph.flows.filter((flow) => flow.kind !== 'view')
    const wanted = flows.filter((flow) => run.selected.has(flow.target))
    for (const flow of flows) {
      run.events.emit(
        flowProgress({
          flowName: flow.name,
          dataset: flow.target,
          status: wanted.includes(flow) ? 'QUEUED' : 'EXCLUDED',
        }),
      )
    }
    return wanted
  }

  #runFlows(
    run: UpdateRun,
    selection: Selection,
    flows: readonly ResolvedFlow[],
  ): Promise<Map<ResolvedFlow, FlowEnd<FlowOutcome>>> {
    return runFlows({
      graph: run.graph,
      flows,
      concurrency: concurrencyOf(run),
      signal: run.signal,
      execute: (flow) =>
        new FlowExecutor(run, flow, { isFullRefresh: selection.fullRefresh.has(flow.target) }).execute(),
      ended: (flow, end) => this.#flowEnded(run, flow, end),
    })
  }

  /** The RUNNING of a continuous update. It ends as CANCELED, or as FAILED where a flow has failed for good. */
  async #runUntilStopped(
    run: UpdateRun,
    selection: Selection,
    flows: readonly ResolvedFlow[],
  ): Promise<UpdateState> {
    const { stop, collector } = this.#parts
    stop.grant(GRACE_MS)
    stop.stopping.addEventListener('abort', () => this.#enter('STOPPING'))
    run.signal.throwIfAborted()
    const continuous = new ContinuousFlows({
      run,
      flows,
      concurrency: concurrencyOf(run),
      stop,
      isFullRefresh: (flow) => selection.fullRefresh.has(flow.target),
      completed: (flow, outcome) => collector.setOutcome(flow, outcome),
    })
    const failures = await continuous.untilStopped()
    for (const flow of flows) {
      const isFailed = failures.has(flow)
      this.#flowEnded(
        run,
        flow,
        isFailed ? { status: 'FAILED', error: failures.get(flow) } : { status: 'STOPPED' },
      )
    }
    return failures.size > 0 ? 'FAILED' : 'CANCELED'
  }

  #flowEnded(run: UpdateRun, flow: ResolvedFlow, end: FlowEnd<FlowOutcome>): void {
    const about = { flowName: flow.name, dataset: flow.target, status: end.status }
    if (end.status === 'FAILED') this.#errors.push(asError(end.error, flow))
    if (end.status === 'COMPLETED') this.#parts.collector.setOutcome(flow, end.outcome)
    const reason = end.status === 'SKIPPED' ? skipReason(end.because) : undefined
    run.events.emit(
      flowProgress({ ...about, error: end.status === 'FAILED' ? end.error : undefined, reason }),
    )
  }
}

/** Milliseconds that batches of a continuous update have to end after a stop. */
const GRACE_MS = 5000

/** Each running query holds a thread of the pool. Flows of a continuous update are short: as many as in Spark may run. */
function concurrencyOf(run: UpdateRun): number {
  const { configuration, continuous } = run.project.spec
  return setting(configuration, 'pipelines.execution.maxConcurrentFlows') ?? (continuous ? 16 : 4)
}

function skipReason(because: ResolvedFlow | undefined): string {
  return because === undefined ? 'The update was stopped.' : `Flow '${because.name}' did not complete.`
}

function asError(error: unknown, flow: ResolvedFlow): Error {
  if (error instanceof PipelineError) return error.at({ dataset: flow.target, position: flow.position })
  return error instanceof Error ? error : new Error(String(error))
}
