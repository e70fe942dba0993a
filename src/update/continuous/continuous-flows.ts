import { isCondition } from '../../errors/index.ts'
import { flowProgress } from '../../event-log/flow-events.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import { setting } from '../../settings/settings.ts'
import { FlowExecutor } from '../flows/flow-executor.ts'
import type { FlowOutcome, UpdateRun } from '../run.ts'
import { tablesWritten } from '../scheduler.ts'
import type { UpdateStop } from '../update-stop.ts'
import { Agenda } from './agenda.ts'
import { type FlowTriggers, flowTriggers } from './flow-triggers.ts'
import { Housekeeping } from './housekeeping.ts'
import { InputWatches } from './input-watches.ts'
import { WakeUp } from './wake-up.ts'

export interface ContinuousOptions {
  readonly run: UpdateRun
  readonly flows: readonly ResolvedFlow[]
  /** How many flows may run side by side. */
  readonly concurrency: number
  readonly stop: UpdateStop
  readonly isFullRefresh: (flow: ResolvedFlow) => boolean
  /** Called after each run of a flow that succeeded. */
  readonly completed: (flow: ResolvedFlow, outcome: FlowOutcome) => void
}

/** A flow that has committed nothing for so long is IDLE. */
const IDLE_AFTER_MS = 5000
/** Longest sleep of the loop, milliseconds. */
const LOOK_EVERY_MS = 1000

/**
 * The RUNNING of a continuous update: each flow runs when what it reads has changed, by the agenda, until the update is
 * stopped. A flow that fails is tried again later and later, without end unless `pipelines.numUpdateRetryAttempts` sets
 * one; others go on.
 */
export class ContinuousFlows {
  readonly #options: ContinuousOptions
  readonly #flows: ReadonlyMap<string, FlowTriggers>
  readonly #executors: ReadonlyMap<string, FlowExecutor>
  readonly #agenda: Agenda
  readonly #housekeeping: Housekeeping
  readonly #wakeUp = new WakeUp()
  readonly #running = new Map<string, Promise<void>>()
  /** When flows that are not IDLE have committed last. */
  readonly #activeMs = new Map<string, number>()
  readonly #failures = new Map<ResolvedFlow, unknown>()
  /** When flows that ask have run last. */
  readonly #askedMs = new Map<string, number>()

  constructor(options: ContinuousOptions) {
    const { run, flows, concurrency, isFullRefresh } = options
    const triggers = flowTriggers(run, flows)
    this.#options = options
    this.#flows = new Map(triggers.map((each) => [each.id, each]))
    this.#executors = new Map(
      flows.map((flow) => [
        flow.identifier,
        new FlowExecutor(run, flow, { isFullRefresh: isFullRefresh(flow) }),
      ]),
    )
    this.#agenda = new Agenda(triggers, concurrency)
    this.#housekeeping = new Housekeeping(run, { whileHeld: (table, work) => this.#whileHeld(table, work) })
  }

  /** Runs until the update is stopped and all batches have ended. Gives the flows that failed for good, with their errors. */
  async untilStopped(): Promise<ReadonlyMap<ResolvedFlow, unknown>> {
    const { run, stop } = this.#options
    const watches = new InputWatches(this.#flows.values(), (ids, folder, paths) => {
      run.landed?.tell(folder, paths)
      this.#changed(ids)
    })
    const ring = () => this.#wakeUp.ring()
    run.tables.onCommit = (table) => this.#committed(table)
    stop.stopping.addEventListener('abort', ring)
    try {
      this.#agenda.changed(this.#flows.keys())
      while (!stop.stopping.aborted) {
        this.#askAgain()
        this.#startFlows()
        this.#reportIdle()
        this.#housekeeping.look()
        await this.#wakeUp.wait(this.#untilNext())
      }
    } finally {
      watches.close()
      await Promise.all(this.#running.values())
      await this.#housekeeping.end()
      stop.stopping.removeEventListener('abort', ring)
    }
    return this.#failures
  }

  #askAgain(): void {
    const nowMs = performance.now()
    const due = [...this.#flows.values()].filter(({ id, asksEveryMs }) => {
      if (asksEveryMs === undefined || this.#running.has(id)) return false
      return nowMs - (this.#askedMs.get(id) ?? -Infinity) >= asksEveryMs
    })
    for (const { id } of due) this.#askedMs.set(id, nowMs)
    if (due.length > 0) this.#agenda.changed(due.map((each) => each.id))
  }

  #startFlows(): void {
    for (const id of this.#agenda.start(performance.now())) this.#running.set(id, this.#runFlow(id))
  }

  /** Never rejects. */
  async #runFlow(id: string): Promise<void> {
    const { flow } = this.#flows.get(id)!
    const executor = this.#executors.get(id)!
    if (!executor.isOpen) this.#activeMs.set(id, performance.now())
    try {
      this.#options.completed(flow, await executor.execute())
      this.#agenda.completed(id, performance.now())
    } catch (error) {
      this.#failed(flow, error)
    } finally {
      this.#running.delete(id)
      this.#wakeUp.ring()
    }
  }

  #failed(flow: ResolvedFlow, error: unknown): void {
    const { run, stop } = this.#options
    if (run.signal.aborted) return
    const isLast = this.#agenda.failuresOf(flow.identifier) >= failuresAllowed(run)
    if (isLast || isCondition(error, 'LEASE_LOST')) {
      this.#failures.set(flow, error)
      stop.now()
      return
    }
    const delayMs = this.#agenda.failed(flow.identifier, performance.now())
    this.#activeMs.delete(flow.identifier)
    const reason = `It will be tried again in ${delayMs / 1000} s.`
    const about = { flowName: flow.name, dataset: flow.target }
    run.events.emit(flowProgress({ ...about, status: 'FAILED', error, reason }))
  }

  #changed(ids: readonly string[]): void {
    this.#options.run.files.listAgain()
    this.#agenda.changed(ids)
    this.#wakeUp.ring()
  }

  #committed(table: string): void {
    const writers = this.#writersOf(table)
    for (const id of writers) if (this.#running.has(id)) this.#activeMs.set(id, performance.now())
    const readers = [...this.#flows.values()].filter((each) => each.tables.has(table) && !each.flow.once)
    this.#agenda.committed(
      writers,
      readers.map((each) => each.id),
    )
    this.#wakeUp.ring()
  }

  #writersOf(table: string): string[] {
    const { graph } = this.#options.run
    const writers = [...this.#flows.values()].filter(({ flow }) => tablesWritten(flow, graph).includes(table))
    return writers.map((each) => each.id)
  }

  /** Flows that replace rows would conflict with maintenance of their table; appends do not. */
  async #whileHeld(table: string, work: () => Promise<void>): Promise<void> {
    const held = this.#writersOf(table).filter((id) => this.#flows.get(id)!.flow.kind !== 'append')
    this.#agenda.hold(held)
    try {
      await Promise.all(held.map((id) => this.#running.get(id)))
      await work()
    } finally {
      this.#agenda.release(held)
      this.#wakeUp.ring()
    }
  }

  #reportIdle(): void {
    const nowMs = performance.now()
    for (const [id, activeMs] of this.#activeMs) {
      if (this.#running.has(id) || nowMs - activeMs < IDLE_AFTER_MS) continue
      const { flow } = this.#flows.get(id)!
      this.#activeMs.delete(id)
      this.#options.run.events.emit(
        flowProgress({ flowName: flow.name, dataset: flow.target, status: 'IDLE' }),
      )
    }
  }

  #untilNext(): number {
    const nowMs = performance.now()
    const next = this.#agenda.nextMs(nowMs) ?? Infinity
    return Math.min(LOOK_EVERY_MS, Math.max(0, next - nowMs))
  }
}

/** Databricks' retries of a whole update, here of the flow that failed: without end, none in development. */
function failuresAllowed({ project }: UpdateRun): number {
  if (project.spec.development) return 0
  return setting(project.spec.configuration, 'pipelines.numUpdateRetryAttempts') ?? Infinity
}
