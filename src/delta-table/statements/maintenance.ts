import { computeStatistics, type OptimizeResult, optimize, reorgPurge, vacuum } from '../../delta/index.ts'
import type { Value } from '../../engine/engine.ts'
import type { AnalyzeTable, OptimizeTable, ReorgTable, VacuumTable } from '../../sql/index.ts'
import { field, STRING, struct } from '../../types/data-type.ts'
import { metricsSchema, valueOfMetrics } from '../optimize-row.ts'
import { NO_ROWS, type RowStream } from '../row-stream.ts'
import type { Workspace } from '../workspace.ts'

export async function optimizeTable(command: OptimizeTable, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.context(command.table)
  return optimizeRow(
    await optimize(context, {
      ...(command.condition !== undefined && { where: command.condition }),
      zOrderBy: command.zOrderBy.map((column) => column.split('.')),
      full: command.isFull,
    }),
  )
}

export async function reorgTable(command: ReorgTable, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.context(command.table)
  const where = command.condition === undefined ? {} : { where: command.condition }
  return optimizeRow(await reorgPurge(context, where))
}

const optimizeSchema = struct([field('path', STRING), field('metrics', metricsSchema)])

function optimizeRow({ path, metrics }: OptimizeResult): RowStream {
  return { schema: optimizeSchema, chunks: [[[path, valueOfMetrics(metrics) as Value]]] }
}

const pathSchema = struct([field('path', STRING)])

/** Files that a dry run lists at most, as Delta Lake does. */
const LISTED_FILES = 1000

/** The table's path; of a dry run the files that would be deleted. */
export async function vacuumTable(command: VacuumTable, workspace: Workspace): Promise<RowStream> {
  const context = await workspace.context(command.table)
  const { path, files } = await vacuum(context, {
    ...(command.retentionHours !== undefined && { retentionHours: command.retentionHours }),
    dryRun: command.dryRun,
    mode: command.isLite ? 'lite' : 'full',
    checkRetention: workspace.settings.checksRetention,
    nowMs: workspace.now(),
  })
  const paths = command.dryRun ? files.slice(0, LISTED_FILES).map((file) => `${path}/${file}`) : [path]
  return { schema: pathSchema, chunks: [paths.map((each) => [each])] }
}

/** Reads statistics of files from their rows. There is no catalog, whose statistics Spark's ANALYZE TABLE would gather. */
export async function analyzeTable(command: AnalyzeTable, workspace: Workspace): Promise<RowStream> {
  await computeStatistics(await workspace.context(command.table), { all: command.isDelta })
  return NO_ROWS
}
