import { isVacuumDue, optimize, type RowEngine, type TableContext, vacuum } from '../../delta/index.ts'
import { rowEngineOf } from '../../engine/row-engine.ts'
import { type MaintenanceProgress, maintenanceProgress } from '../../event-log/maintenance-events.ts'
import { changedFileSize } from '../auto-cdc/file-size.ts'
import { flowsInto } from '../graph-index.ts'
import type { UpdateRun } from '../run.ts'
import type { OpenTable } from '../tables/tables.ts'
import { type DueOptimize, dueOptimize } from './what-is-due.ts'

/** Time that all maintenance of one update may take. */
const BUDGET_MS = 120_000

/**
 * Looks after the tables that this update wrote, when its flows are done and while it holds the lease: OPTIMIZE where it
 * gains something, VACUUM about once a day. What fails, or takes too long, is an event of level WARN; the update has
 * done its work. Nothing is opened where nothing is due.
 */
export async function maintainTables(run: UpdateRun): Promise<void> {
  const deadline = AbortSignal.timeout(BUDGET_MS)
  const signal = AbortSignal.any([run.signal, deadline])
  for (const table of run.tables.takeWritten()) {
    if (signal.aborted) return
    await maintainTable(run, table, signal)
  }
}

/** Looks after one table; queries end with the signal. */
export async function maintainTable(run: UpdateRun, table: OpenTable, signal: AbortSignal): Promise<void> {
  const nowMs = Number(run.clock.nowMicros() / 1000n)
  const snapshot = await table.delta.refresh()
  const due = dueOptimize(snapshot, nowMs)
  if (due !== undefined) {
    await reported(run, table, 'OPTIMIZE', () => runOptimize(run, table, due, signal))
  }
  if (await isVacuumDue(snapshot, table.storage, nowMs)) {
    await reported(run, table, 'VACUUM', async () => {
      const { prepare } = table
      const { numDeletedFiles } = await vacuum(
        { table: table.delta, storage: table.storage },
        { nowMs, prepare },
      )
      return { numDeletedFiles }
    })
  }
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
      const session = await engine.openSession(context)
      signal.addEventListener('abort', () => session.interrupt(), { once: true })
      return session
    },
  }
}

async function reported(
  run: UpdateRun,
  table: OpenTable,
  operation: MaintenanceProgress['operation'],
  work: () => Promise<Record<string, number>>,
): Promise<void> {
  const startMs = performance.now()
  const about = { table: table.identifier, operation }
  const durationMs = () => Math.round(performance.now() - startMs)
  try {
    const metrics = await work()
    run.events.emit(maintenanceProgress({ ...about, status: 'COMPLETED', durationMs: durationMs(), metrics }))
  } catch (error) {
    run.events.emit(maintenanceProgress({ ...about, status: 'FAILED', durationMs: durationMs(), error }))
  }
}
