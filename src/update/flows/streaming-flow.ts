import { PipelineError } from '../../errors/index.ts'
import { isAnsi } from '../../graph/flow-configuration.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import type { Expect, Relation } from '../../plan/relation.ts'
import { setting } from '../../settings/settings.ts'
import type { Offset } from '../../sources/source.ts'
import { finishBatch } from '../batch/batch-commit.ts'
import type { BatchOutput } from '../batch/batch-output.ts'
import { type BatchQueryOptions, withSession } from '../batch/batch-query.ts'
import { rowsWritten } from '../batch/batch-report.ts'
import { recoverBatch } from '../batch/recover-batch.ts'
import type { BatchRecord, SourceRange } from '../checkpoint/batch-record.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import {
  bindBatch,
  checkSources,
  endsOf,
  type FlowInputs,
  pinStatics,
  type StreamInput,
} from '../inputs/flow-inputs.ts'
import { withTargetRules } from '../inputs/inline.ts'
import { countRules } from '../rules/count-rules.ts'
import { appliesRules, failOnViolation } from '../rules/flow-rules.ts'
import { type FlowOutcome, techniqueOf, type UpdateRun } from '../run.ts'
import { type Batch, nothingObserved } from '../stateful/batch.ts'
import { evaluate, hasStatefulOperator, hasStream } from '../stateful/evaluate.ts'
import { StateStore, type StateVersion } from '../stateful/state-store.ts'
import { advanceWatermark, mergeProgress } from '../stateful/watermark.ts'
import { atStep } from '../steps.ts'
import { type Backlog, listingEvent, progressEvent } from '../stream-events.ts'

/**
 * One streaming flow in one update: ends the batch that a run before it left unfinished, then drains what its sources
 * hold now, batch by batch, and ends with a batch without data where the watermark has closed groups. It may be drained
 * again, for what has come since.
 */
export class StreamingFlow {
  readonly #options: BatchQueryOptions
  readonly #run: UpdateRun
  readonly #flow: ResolvedFlow
  readonly #inputs: FlowInputs
  readonly #checkpoint: Checkpoint
  readonly #state: StateStore
  readonly #output: BatchOutput
  #isReady = false
  #rowsWritten = 0n
  #hasCountedStatics = false
  readonly #hasListed = new Set<StreamInput>()
  #backlog: Backlog = {}

  constructor(options: BatchQueryOptions, output: BatchOutput) {
    this.#options = options
    this.#run = options.run
    this.#flow = options.flow
    this.#inputs = options.inputs
    this.#checkpoint = options.checkpoint
    this.#output = output
    const { identifier, target } = options.flow
    this.#state = new StateStore(options.run.storage, `${options.checkpoint.folder}/state`, {
      flow: identifier,
      table: target,
    })
  }

  async drain(): Promise<FlowOutcome> {
    this.#rowsWritten = 0n
    if (!this.#isReady) await this.#prepare()
    const until = await Promise.all(this.#inputs.streams.map((each) => this.#latest(each)))
    for (;;) {
      this.#run.signal.throwIfAborted()
      if (this.#run.stopping.aborted) break
      const record = (await this.#planBatch(until)) ?? (await this.#planTrailingBatch())
      if (record === undefined) break
      await this.#processNew(record)
    }
    return {
      technique: techniqueOf(this.#flow),
      reason: null,
      rowsWritten: this.#rowsWritten,
    }
  }

  /** What the first batch of an update needs. */
  async #prepare(): Promise<void> {
    checkSources(this.#flow, this.#inputs, this.#checkpoint.latestBatch)
    await this.#state.cleanStaging()
    await this.#recover()
    this.#isReady = true
  }

  /** Listings that find nothing are told of once: a continuous update looks again and again. */
  async #latest(input: StreamInput): Promise<Offset | undefined> {
    const startMs = performance.now()
    const offset = await input.source.latest()
    const { waitingFiles } = input.source
    if (waitingFiles !== undefined && (waitingFiles > 0 || !this.#hasListed.has(input))) {
      this.#hasListed.add(input)
      this.#run.events.emit(listingEvent(this.#flow, input, performance.now() - startMs))
    }
    return offset
  }

  get #isComplete(): boolean {
    return this.#flow.kind === 'complete'
  }

  async #recover(): Promise<void> {
    const { latestBatch, latestCommitted } = this.#checkpoint
    if (latestBatch === undefined || latestBatch.batchId === latestCommitted) return
    const recovered = await recoverBatch(this.#options, this.#output)
    if (recovered === 'finished') return
    await this.#process(recovered === 'begun' ? latestBatch : await this.#beginAnew(latestBatch))
  }

  /** What the batch reads beside its streams, and the settings, may have been put right since it failed. */
  async #beginAnew({ batchId, sources }: BatchRecord): Promise<BatchRecord> {
    const record = await this.#record(sources, batchId)
    await this.#checkpoint.replaceBatch(record)
    return record
  }

  async #planBatch(until: readonly (Offset | undefined)[]): Promise<BatchRecord | undefined> {
    const from = endsOf(this.#checkpoint.latestBatch)
    const sources: SourceRange[] = []
    const backlog = { files: 0, bytes: 0 }
    for (const [i, { name, source }] of this.#inputs.streams.entries()) {
      const to = until[i]
      const planned = to === undefined ? undefined : await source.plan(from[i], to)
      backlog.files += planned?.backlog.files ?? 0
      backlog.bytes += planned?.backlog.bytes ?? 0
      sources.push({ source: name, range: planned?.range, end: planned?.end ?? from[i] })
    }
    this.#backlog = backlog
    if (sources.every((each) => each.range === undefined)) return undefined
    return this.#record(sources, this.#nextBatchId)
  }

  get #isStateful(): boolean {
    return hasStatefulOperator(this.#inputs.query)
  }

  /** Groups that the last batch's events closed come out in a batch without data (Spark's noDataMicroBatches). */
  async #planTrailingBatch(): Promise<BatchRecord | undefined> {
    const { latestBatch } = this.#checkpoint
    const runsEmpty =
      setting(this.#flow.configuration, 'spark.sql.streaming.noDataMicroBatches.enabled') ?? true
    if (latestBatch?.stateVersion === undefined || !runsEmpty) return undefined
    const state = await this.#state.open(latestBatch.batchId, latestBatch.batchId + 1)
    if (!state.hasOpenGroups || state.watermarkMicros === latestBatch.watermarkMicros) return undefined
    const sources = latestBatch.sources.map(({ source, end }) => ({ source, end }))
    return this.#record(sources, this.#nextBatchId)
  }

  get #nextBatchId(): number {
    return (this.#checkpoint.latestBatch?.batchId ?? -1) + 1
  }

  async #record(sources: readonly SourceRange[], batchId: number): Promise<BatchRecord> {
    const state = await this.#openState(batchId)
    return {
      batchId,
      sources,
      statics: await pinStatics(this.#inputs),
      timestampMicros: this.#run.clock.nowMicros(),
      watermarkMicros: state.watermarkMicros,
      ...(this.#isStateful && { stateVersion: batchId }),
      configuration: this.#flow.configuration,
    }
  }

  /** The state before a batch. Throws when operators with state came or went since the checkpoint began. */
  async #openState(batchId: number): Promise<StateVersion> {
    const last = batchId === 0 ? undefined : this.#checkpoint.latestBatch
    if (last !== undefined && (last.stateVersion !== undefined) !== this.#isStateful) {
      throw new PipelineError('STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA', {
        flow: this.#flow.identifier,
        table: this.#flow.target,
        stateOperator: last.stateVersion === undefined ? 'none' : 'stateful operators',
        queryOperator: this.#isStateful ? 'stateful operators' : 'none',
      })
    }
    const before = batchId === 0 || !this.#isStateful ? undefined : batchId - 1
    return this.#state.open(before, batchId)
  }

  /** The record is made durable while the query runs: it has to be before the first commit. */
  async #processNew(record: BatchRecord): Promise<void> {
    const recording = this.#checkpoint.writeBatch(record)
    // It may fail before anything waits for it: an unhandled rejection would end the process.
    recording.catch(() => undefined)
    try {
      await this.#process(record, recording)
    } finally {
      await recording
    }
  }

  async #process(record: BatchRecord, recording?: Promise<BatchRecord>): Promise<void> {
    const engine = await this.#run.engine.get()
    const context = { timestampMicros: record.timestampMicros, ansi: isAnsi(record) }
    await withSession(this.#run, record, async (session) => {
      const batch: Batch = {
        session,
        schemaOf: (query) => engine.compile(query, context).schema,
        watermarkMicros: record.watermarkMicros,
        state: await this.#openState(record.batchId),
        observed: nothingObserved(),
        isComplete: this.#isComplete,
        appliesRules: appliesRules(this.#run, this.#flow),
      }
      await this.#evaluateAndCommit(record, batch, recording)
    })
  }

  async #evaluateAndCommit(
    record: BatchRecord,
    batch: Batch,
    recording: Promise<BatchRecord> | undefined,
  ): Promise<void> {
    const { session, observed } = batch
    const output = await this.#evaluate(record, batch)
    const backlog = { ...this.#backlog, ...(this.#isStateful && { state: batch.state.operators }) }
    const evaluated = { record, session, observed, output, backlog }
    const reports = await this.#output.commit(evaluated, async () => {
      await this.#checkRecorded(record, recording)
      await this.#saveState(record, batch)
    })
    this.#run.events.emit(progressEvent(this.#flow, this.#checkpoint, record, batch))
    await finishBatch(this.#run, this.#checkpoint, record.batchId, reports)
    await this.#acknowledge(record)
    this.#rowsWritten += rowsWritten(reports.at(-1)!)
  }

  /** A record that another wrote meanwhile is of an update that has taken over. */
  async #checkRecorded(record: BatchRecord, recording: Promise<BatchRecord> | undefined): Promise<void> {
    if (recording !== undefined && (await recording) !== record) {
      await this.#run.lease.assertHeld()
      throw new PipelineError('INTERNAL_ERROR', {
        detail: `batch ${record.batchId} of ${this.#flow.identifier} was begun twice`,
      })
    }
    atStep('after-batch-record')
  }

  async #saveState(record: BatchRecord, { state, observed }: Batch): Promise<void> {
    if (!this.#isStateful) return
    const progress = mergeProgress(state.eventTimes, observed.eventTimes)
    const policy = setting(record.configuration, 'spark.sql.streaming.multipleWatermarkPolicy')
    await state.save(progress, advanceWatermark(record.watermarkMicros, progress, policy))
    atStep('after-state-store')
  }

  /** The batch's rows. Views without a stream are looked at with every batch and counted with the first of an update. */
  async #evaluate(record: BatchRecord, batch: Batch): Promise<Relation> {
    const { session, observed, appliesRules } = batch
    const bound = await bindBatch(this.#inputs, record)
    const query = withTargetRules(bound, this.#flow, this.#run.graph)
    const isStatic = (node: Expect) => !hasStream(node) && appliesRules(node)
    const fixed = await countRules(query, session, observed, isStatic)
    const statics = observed.expectations.length
    const output = await evaluate(fixed, batch)
    await failOnViolation(this.#run, this.#flow, session, observed.expectations)
    if (this.#hasCountedStatics) observed.expectations.splice(0, statics)
    this.#hasCountedStatics = true
    return output
  }

  async #acknowledge(record: BatchRecord): Promise<void> {
    for (const [i, { source }] of this.#inputs.streams.entries()) {
      const range = record.sources[i]?.range
      if (range !== undefined) await source.commit?.(range)
    }
    if (record.batchId > 0 && record.batchId % PRUNE_EVERY === 0) {
      await this.#state.prune(record.batchId - KEPT_STATES)
    }
  }
}

/** Versions of state that stay, as many as batch records do. */
const KEPT_STATES = 100
const PRUNE_EVERY = 50
