import {
  type AutoCdc,
  type AutoCdcOutput as CdcOutput,
  resolveAutoCdc,
  snapshotEvents,
} from '../../auto-cdc/index.ts'
import { applyChanges, type CommitOptions, type FileChanges, placedRows } from '../../delta/index.ts'
import type { EngineSession } from '../../engine/engine.ts'
import { rowEngineOf } from '../../engine/row-engine.ts'
import { isCondition, PipelineError } from '../../errors/index.ts'
import { isAnsi } from '../../graph/flow-configuration.ts'
import { attribute, project } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { commitRejects } from '../batch/batch-commit.ts'
import type { BatchOutput, EvaluatedBatch } from '../batch/batch-output.ts'
import type { BatchQueryOptions } from '../batch/batch-query.ts'
import type { DatasetReport, WrittenCounts } from '../batch/batch-report.ts'
import { BatchWriter } from '../batch/batch-writer.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import { datasetOf } from '../graph-index.ts'
import { bindBatch, pinStatics } from '../inputs/flow-inputs.ts'
import { atStep } from '../steps.ts'
import { withBacklog } from '../stream-events.ts'
import type { OpenTable } from '../tables/tables.ts'
import { type AppliedBatch, applyBatch, type CdcBatch } from './apply-batch.ts'
import { cleanHiddenTable, openHiddenTable } from './hidden-table.ts'
import { mergeCommit } from './merge-commit.ts'
import { type Observation, observe } from './observe.ts'
import { forgetBefore } from './retention.ts'
import { versionTextOf } from './snapshot-source.ts'
import { writeHidden } from './write-hidden.ts'
import { type TargetChanges, writeTarget } from './write-target.ts'

/** Opens what a flow of change events writes. Throws what `resolveAutoCdc` and `openHiddenTable` throw. */
export async function autoCdcOutput(options: BatchQueryOptions): Promise<BatchOutput> {
  const { flow } = options
  const names = { flowName: flow.name, tableName: flow.target }
  return openCdcOutput(options, resolveAutoCdc(flow.autoCdc!, await eventSchema(options), names))
}

/**
 * Opens the tables of a flow. With `version` its rows are a snapshot of what the target is to be at that version. Throws what
 * `openHiddenTable` throws, and AUTOCDC_TARGET_FORGETS_BATCHES.
 */
export async function openCdcOutput(
  options: BatchQueryOptions,
  cdc: AutoCdc,
  version?: (record: BatchRecord) => Expression,
): Promise<BatchOutput> {
  const { run, flow, checkpoint, table } = options
  const target = await table(flow.target)
  checkKnowsBatches(target)
  // A table that was deleted has lost what its flows have read.
  const hasBegun =
    checkpoint.latestCommitted !== undefined ||
    target.delta.snapshot.transactionVersion(checkpoint.flowId) !== undefined
  const state = await run.tables.inTurn(flow.target, () =>
    openHiddenTable({ flow, tables: run.tables, cdc, target, hasBegun }),
  )
  return new AutoCdcOutput(options, { target, ...state }, version)
}

function checkKnowsBatches({ identifier, delta }: OpenTable): void {
  const duration = delta.snapshot.metadata.configuration['delta.setTransactionRetentionDuration']
  if (duration === undefined) return
  throw new PipelineError('AUTOCDC_TARGET_FORGETS_BATCHES', { tableName: identifier, duration })
}

/** The columns of the flow's query, which are known without a row of it. */
async function eventSchema({ run, flow, inputs }: BatchQueryOptions) {
  const timestampMicros = run.clock.nowMicros()
  const nothing = { batchId: 0, sources: [], timestampMicros, configuration: flow.configuration }
  const query = await bindBatch(inputs, { ...nothing, statics: await pinStatics(inputs) })
  const engine = await run.engine.get()
  return engine.compile(query, { timestampMicros, ansi: isAnsi(flow) }).schema
}

/** A batch that is written and in no version yet. */
interface WrittenBatch {
  readonly applied: AppliedBatch
  readonly hidden: FileChanges | undefined
  readonly target: TargetChanges
  readonly observation: Observation
  readonly startedMs: number
}

/** Times that a batch is computed anew because others changed the tables. */
const MOST_CONFLICTS = 10

/**
 * Applies a flow's events to its target. The hidden state is committed first, the target second and with the batch's id: what
 * the first brings counts only when the target has the batch, so that a batch of which only the first came about is done
 * again from the same start. Flows that share a target take turns.
 */
class AutoCdcOutput implements BatchOutput {
  readonly #options: BatchQueryOptions
  readonly #tables: { readonly cdc: AutoCdc; readonly target: OpenTable; readonly hidden: OpenTable }
  readonly #version: ((record: BatchRecord) => Expression) | undefined
  /** No batch was committed since the tables were opened, or since one failed. */
  #isFirst = true

  constructor(
    options: BatchQueryOptions,
    tables: { readonly cdc: AutoCdc; readonly target: OpenTable; readonly hidden: OpenTable },
    version: ((record: BatchRecord) => Expression) | undefined,
  ) {
    this.#version = version
    this.#options = options
    this.#tables = tables
  }

  commit(batch: EvaluatedBatch, written: () => Promise<void>): Promise<readonly DatasetReport[]> {
    const { run, flow } = this.#options
    return run.tables.inTurn(flow.target, async () => {
      let isWritten = false
      const whenWritten = async () => {
        if (!isWritten) await written()
        isWritten = true
      }
      for (let conflicts = 0; ; conflicts++) {
        try {
          return await this.#attempt(batch, whenWritten)
        } catch (error) {
          this.#isFirst = true
          if (conflicts === MOST_CONFLICTS || !isConflict(error)) throw error
        }
      }
    })
  }

  async #attempt(batch: EvaluatedBatch, written: () => Promise<void>): Promise<readonly DatasetReport[]> {
    const { run, flow, checkpoint, table } = this.#options
    const { hidden, target } = this.#tables
    await hidden.delta.refresh()
    await target.delta.refresh()
    const changes = await this.#write(batch)
    const writer = new BatchWriter(run, flow, table)
    const rejects = await writer.writeRejects({ ...batch, mode: 'append' })
    const reports = withBacklog(writer.reports(batch.observed, countsOf(changes)), batch.backlog)
    atStep('after-data-files')
    await written()
    await commitRejects(run, checkpoint, { batchId: batch.record.batchId, writes: rejects, reports }, table)
    if (changes.hidden !== undefined) await this.#commitHidden(changes.applied, changes.hidden)
    atStep('between-hidden-and-target')
    await this.#commitTarget(batch, changes, reports)
    atStep('after-delta-commit')
    this.#isFirst = false
    if (changes.hidden !== undefined) await cleanHiddenTable(hidden)
    return reports
  }

  /** The events: those that the flow gives, or those that lie between the target and a snapshot. */
  async #events({ record, session, output }: EvaluatedBatch): Promise<Relation> {
    if (this.#version === undefined) return output
    const { cdc, target } = this.#tables
    const { snapshot } = target.delta
    const rows = await placedRows(target, snapshot, [...snapshot.files()])
    return snapshotEvents(cdc, (await session.stage(output)).scan, rows, this.#version(record))
  }

  async #write(evaluated: EvaluatedBatch): Promise<WrittenBatch> {
    const { record, session } = evaluated
    const startedMs = performance.now()
    const { run, flow, checkpoint } = this.#options
    const batch: CdcBatch = {
      ...this.#tables,
      session,
      rows: await this.#events(evaluated),
      flowId: checkpoint.flowId,
      batchId: record.batchId,
      arrivedMicros: record.timestampMicros,
      forgetBeforeMicros: forgetBefore(record, datasetOf(run.graph, flow.target)),
      isFirst: this.#isFirst,
    }
    const { timestampMicros } = record
    const engine = rowEngineOf(await run.engine.get(), { timestampMicros, ansi: isAnsi(record) })
    const applied = await this.#apply(batch, record)
    const observation = await this.#observe(session, applied.output, record)
    const target = await writeTarget(batch, applied, engine)
    const hidden = await writeHidden(batch, applied, engine)
    return { applied, hidden, target, observation, startedMs }
  }

  /** A snapshot's rows are no events to its author: what is wrong with them is told of the snapshot. */
  async #apply(batch: CdcBatch, record: BatchRecord): Promise<AppliedBatch> {
    try {
      return await applyBatch(batch)
    } catch (error) {
      const isNullKey = isCondition(error, 'AUTOCDC_MICROBATCH_VALIDATION.NULL_KEY')
      if (this.#version === undefined || !isNullKey) throw error
      const { columnName, nullCount, sample } = error.parameters
      const about = { columnName: columnName!, nullCount: nullCount!, sample: sample! }
      throw new PipelineError('AUTOCDC_SNAPSHOT_NULL_KEY', { ...this.#snapshot(record), ...about })
    }
  }

  #snapshot(record: BatchRecord) {
    const { flow } = this.#options
    return { flowName: flow.name, tableName: flow.target, version: versionTextOf(record) }
  }

  /** What is worth a warning of events; rows of a snapshot that meet at one key leave open what the target is to be. */
  async #observe(session: EngineSession, output: CdcOutput, record: BatchRecord): Promise<Observation> {
    if (this.#version === undefined) return observe(session, output)
    const { cdc } = this.#tables
    const keys = cdc.keys.map((each) => attribute(each.name))
    const observation = await observe(session, { ...output, ties: project(output.ties, keys) })
    if (observation.ties === undefined) return observation
    const { count, sample } = observation.ties
    const about = { keyCount: String(count), sample }
    throw new PipelineError('AUTOCDC_SNAPSHOT_DUPLICATE_KEY', { ...this.#snapshot(record), ...about })
  }

  async #commitHidden({ hidden }: AppliedBatch, changes: FileChanges): Promise<void> {
    applyChanges(hidden.transaction, changes)
    await this.#tables.hidden.finish(hidden.transaction, { operation: 'MERGE' })
  }

  async #commitTarget(
    { record }: EvaluatedBatch,
    written: WrittenBatch,
    reports: readonly DatasetReport[],
  ): Promise<void> {
    const { cdc, target } = this.#tables
    const { transaction } = written.applied.target
    applyChanges(transaction, written.target.files)
    transaction.setTransaction(this.#options.checkpoint.flowId, BigInt(record.batchId))
    const about = { eventCount: written.applied.eventCount, startedMs: written.startedMs }
    const options: CommitOptions = mergeCommit(cdc, written.target, about)
    await target.finish(transaction, { ...options, extra: { flowProgress: reports } })
  }
}

function countsOf({ target, observation }: WrittenBatch): WrittenCounts {
  return {
    upsertedRows: Number(target.inserted + target.updated),
    deletedRows: Number(target.deleted),
    outputBytes: target.files.written.adds.reduce((sum, each) => sum + each.size, 0),
    ...observation,
  }
}

/** Another writer changed what the batch read; a higher fence is no reason to try again. */
function isConflict(error: unknown): boolean {
  return (
    error instanceof PipelineError &&
    (isCondition(error, 'DELTA_METADATA_CHANGED') ||
      isCondition(error, 'DELTA_PROTOCOL_CHANGED') ||
      (error.condition.startsWith('DELTA_CONCURRENT_') && error.condition !== 'DELTA_CONCURRENT_TRANSACTION'))
  )
}
