import { isVacuumDue, optimize, type RowEngine, type TableContext, vacuum } from '../../delta/index.ts'
import { rowEngineOf } from '../../engine/row-engine.ts'
import { type MaintenanceProgress, maintenanceProgress } from '../../event-log/maintenance-events.ts'
import { changedFileSize } from '../auto-cdc/file-size.ts'
import { flowsInto } from '../graph-index.ts'
import type { UpdateRun } from '../run.ts'
import type { OpenTable } from '../tables/tables.ts'
import { type DueOptimize, dueOptimize } from './what-is-due.ts'

/** Time that all maintenance of an update, or of one round of a continuous one, may take. */
const BUDGET_MS = 120_000

/** Does work on a table at a time that suits the flows which write it. */
export type AroundMaintenance = (table: string, work: () => Promise<void>) => Promise<void>

/**
 * Looks after the tables that this update has written since the last time, while it holds the lease: OPTIMIZE where it
 * gains something, VACUUM about once a day. What fails, or takes too long, is an event of level WARN; the update has
 * done its work. Tables that there was no time for come first the next time. Nothing is opened where nothing is due.
 */
export async function maintainTables(
  run: UpdateRun,
  around: AroundMaintenance = (_, work) => work(),
): Promise<void> {
  const signal = AbortSignal.any([run.stopping, AbortSignal.timeout(BUDGET_MS)])
  for (const identifier of run.tables.written) {
    if (signal.aborted) return
    await around(identifier, async () => {
      if (!signal.aborted) await maintainTable(run, run.tables.takeWritten(identifier), signal)
    })
  }
}

async function maintainTable(run: UpdateRun, table: OpenTable, signal: AbortSignal): Promise<void> {
  const nowMs = Number(run.clock.nowMicros() / 1000n)
  await reported(run, table, 'OPTIMIZE', async () => {
    const due = dueOptimize(await table.delta.refresh(), nowMs)
    return due && runOptimize(run, table, due, signal)
  })
  await reported(run, table, 'VACUUM', async () => {
    const { delta, storage, prepare } = table
    if (!(await isVacuumDue(delta.snapshot, storage, nowMs))) return undefined
    const { numDeletedFiles } = await vacuum({ table: delta, storage }, { nowMs, prepare })
    return { numDeletedFiles }
  })
}

async function runOptimize(
  run: UpdateRun,
  table: OpenTable,
  due: DueOptimize,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  const engine = await interruptibleEngine(run, signal)
  const context: TableContext = { table: table.delta, storage: table.storage, engine }
  const { metrics } = await optimize(context, {
    auto: true,
    prepare: table.prepare,
    ...(due.kind === 'zorder' && { zOrderBy: due.columns.map((each) => each.split('.')) }),
    ...(due.kind === 'compact' && COMPACT),
    ...smallFilesIn(run, table),
  })
  return { numFilesAdded: metrics.numFilesAdded, numFilesRemoved: metrics.numFilesRemoved }
}

/** Sizes of Delta Lake's auto compaction, in bytes: files of half the target are left alone. */
const COMPACT = { targetFileSize: 128 << 20, minFileSize: 64 << 20 }

/** Tables whose rows change keep the small files that they are written with. */
function smallFilesIn(
  { graph }: UpdateRun,
  { identifier, delta }: OpenTable,
): { targetFileSize?: number; minFileSize?: number } {
  if (!flowsInto(graph, identifier).some((each) => each.kind.startsWith('auto_cdc'))) return {}
  const targetFileSize = changedFileSize(delta.snapshot)
  return targetFileSize === undefined ? {} : { targetFileSize, minFileSize: targetFileSize / 2 }
}

/** An engine whose queries stop with the update, or when maintenance has had its time. */
async function interruptibleEngine(run: UpdateRun, signal: AbortSignal): Promise<RowEngine> {
  const timestampMicros = run.clock.nowMicros()
  const engine = await run.engine.get()
  const context = { timestampMicros, ansi: true }
  return {
    ...rowEngineOf(engine, context),
    openSession: async () => {
      signal.throwIfAborted()
      const session = await engine.openSession(context)
      signal.addEventListener('abort', () => session.interrupt(), { once: true })
      return session
    },
  }
}

/** Tells of work on a table, unless it finds nothing to do and gives undefined. */
async function reported(
  run: UpdateRun,
  table: OpenTable,
  operation: MaintenanceProgress['operation'],
  work: () => Promise<Record<string, number> | undefined>,
): Promise<void> {
  const startMs = performance.now()
  const about = { table: table.identifier, operation }
  const durationMs = () => Math.round(performance.now() - startMs)
  try {
    const metrics = await work()
    if (metrics === undefined) return
    run.events.emit(maintenanceProgress({ ...about, status: 'COMPLETED', durationMs: durationMs(), metrics }))
  } catch (error) {
    run.events.emit(maintenanceProgress({ ...about, status: 'FAILED', durationMs: durationMs(), error }))
  }
}
