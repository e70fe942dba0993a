import { DeltaTable, keepsFiles } from '../../delta/index.ts'
import { planningInformation } from '../../event-log/flow-events.ts'
import type { ResolvedDataset, ResolvedFlow } from '../../graph/resolved-graph.ts'
import type { Storage } from '../../storage/index.ts'
import { dropPrepared, finishBatch } from '../batch/batch-commit.ts'
import { rowsOutput } from '../batch/batch-output.ts'
import { type BatchQueryOptions, runBatchQuery } from '../batch/batch-query.ts'
import { committedReports } from '../batch/recover-batch.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { datasetOf } from '../graph-index.ts'
import { type FlowInputs, pinStatics, sameStatics } from '../inputs/flow-inputs.ts'
import { withTargetRules } from '../inputs/inline.ts'
import { isPinnedTable, pinnedVersion, pinTable } from '../inputs/table-pin.ts'
import type { FlowOutcome } from '../run.ts'
import { FINGERPRINT, fingerprintOf } from './fingerprint.ts'
import { recomputeReason } from './recompute-reason.ts'

export interface MaterializedViewOptions extends BatchQueryOptions {
  /** Recompute even where nothing changed. */
  readonly isFullRefresh: boolean
}

/**
 * Brings a materialized view up to date: nothing is done when neither its query, an input nor its own table changed since it was last
 * computed (decided from logs and listings alone), else it is recomputed and replaced in one commit.
 */
export async function refreshMaterializedView(options: MaterializedViewOptions): Promise<FlowOutcome> {
  const { run, flow, inputs, checkpoint, isFullRefresh } = options
  await finishInterrupted(options)
  const statics = await pinStatics(inputs)
  const before = await lastRefresh(checkpoint)
  const fingerprint = definitionOf(flow, datasetOf(run.graph, flow.target), inputs)
  const reason = isFullRefresh ? 'FULL_REFRESH' : await whatChanged(options, { fingerprint, statics }, before)
  run.events.emit(
    planningInformation({
      flowName: flow.name,
      dataset: flow.target,
      technique: reason === null ? 'NO_OP' : 'COMPLETE_RECOMPUTE',
      issues: reason === null ? [] : [{ type: reason }],
      sources: sourceVersions(statics, before?.statics ?? {}),
    }),
  )
  if (reason === null) return { technique: 'NO_OP', reason: 'no input changed', rowsWritten: 0n }
  const rowsWritten = await recompute(options, { fingerprint, statics })
  return { technique: 'COMPLETE_RECOMPUTE', reason, rowsWritten }
}

interface Refresh {
  readonly fingerprint: string
  readonly statics: Readonly<Record<string, unknown>>
  /** The view's table behind the refresh; absent where a crash came between. */
  readonly target?: unknown
}

async function lastRefresh(checkpoint: Checkpoint): Promise<Refresh | undefined> {
  if (checkpoint.latestCommitted === undefined) return undefined
  return (await checkpoint.committedInfo(checkpoint.latestCommitted)) as unknown as Refresh | undefined
}

/** A refresh that was committed but not marked is marked; one that was not committed is superseded by the next. */
async function finishInterrupted({ run, flow, checkpoint, table }: MaterializedViewOptions): Promise<void> {
  const { latestBatch, latestCommitted } = checkpoint
  if (latestBatch === undefined || latestBatch.batchId === latestCommitted) return
  if ((await run.tables.latestVersion(flow.target)) === undefined) return
  const reports = await committedReports(checkpoint, latestBatch.batchId, await table(flow.target))
  if (reports === undefined) return dropPrepared(run, checkpoint, latestBatch.batchId)
  await finishBatch(run, checkpoint, latestBatch.batchId, reports, refreshOf(latestBatch))
}

function refreshOf(record: BatchRecord): { fingerprint: string; statics: Readonly<Record<string, unknown>> } {
  return { fingerprint: record.configuration[FINGERPRINT] ?? '', statics: record.statics }
}

/** Databricks' issue type of the first difference to the refresh before; null when there is none. */
async function whatChanged(
  { run, flow, inputs, checkpoint }: MaterializedViewOptions,
  now: Refresh,
  before: Refresh | undefined,
): Promise<string | null> {
  if (before === undefined) return checkpoint.version === 0 ? 'INITIAL_REFRESH' : 'DATA_FILE_MISSING'
  if (now.fingerprint !== before.fingerprint) return 'QUERY_FINGERPRINT_CHANGED'
  if (!(await sameStatics(inputs, before.statics, now.statics))) return 'DATA_HAS_CHANGED'
  if (!(await isAsWritten(run.tables.storageOf(flow.target), before))) return 'TARGET_HAS_CHANGED'
  return recomputeReason(withTargetRules(inputs.query, flow, run.graph))
}

/** Whether the table has the rows that the refresh gave it: others may have written it, or flows of before. */
async function isAsWritten(storage: Storage, { target }: Refresh): Promise<boolean> {
  const [from, to] = [pinnedVersion(target), await DeltaTable.latestVersion(storage)]
  if (from === undefined || to === undefined) return true
  return (await isPinnedTable(storage, target)) && keepsFiles(storage, from, to)
}

function recompute(options: MaterializedViewOptions, refresh: Refresh): Promise<bigint> {
  const { run, flow, checkpoint } = options
  const record: BatchRecord = {
    batchId: (checkpoint.latestBatch?.batchId ?? -1) + 1,
    sources: [],
    statics: refresh.statics,
    timestampMicros: run.clock.nowMicros(),
    configuration: { ...flow.configuration, [FINGERPRINT]: refresh.fingerprint },
  }
  return runBatchQuery(options, {
    record,
    output: rowsOutput(options, 'overwrite'),
    info: async () => ({ ...refresh, target: await pinTable(run.tables.storageOf(flow.target)) }),
  })
}

/** What the view is computed from, apart from its inputs' rows: query, rules, columns and layout. */
function definitionOf(flow: ResolvedFlow, dataset: ResolvedDataset, inputs: FlowInputs): string {
  return fingerprintOf(
    inputs.query,
    dataset.rules,
    dataset.schema,
    dataset.partitionColumns,
    dataset.clusterBy,
    dataset.quarantine,
    flow.configuration,
  )
}

function sourceVersions(
  now: Readonly<Record<string, unknown>>,
  before: Readonly<Record<string, unknown>>,
): { table: string; version: number; previousVersion?: number }[] {
  return Object.entries(now).flatMap(([table, pin]) => {
    const version = pinnedVersion(pin)
    if (version === undefined) return []
    const previousVersion = pinnedVersion(before[table])
    return [{ table, version, ...(previousVersion !== undefined && { previousVersion }) }]
  })
}
