import { PipelineError } from '../errors/index.ts'
import type { TableEntry } from './catalog.ts'
import { formatName } from './table-name.ts'

/** The table property that names the pipeline which writes a table; Databricks' pipelines set the same one. */
export const OWNER_PROPERTY = 'pipelines.pipelineId'

/**
 * Checks that a pipeline may write a table: it created it, or nobody says so. Throws TABLE_MANAGED_BY_OTHER_PIPELINE.
 * `properties` are the table's own, from its log.
 */
export function checkOwner(
  entry: TableEntry,
  properties: Readonly<Record<string, string>>,
  pipelineId: string,
): void {
  const owner = properties[OWNER_PROPERTY]
  if (owner === undefined || owner === pipelineId) return
  throw new PipelineError('TABLE_MANAGED_BY_OTHER_PIPELINE', {
    tableName: formatName(entry.name),
    owner,
    pipeline: pipelineId,
    path: entry.folder,
  })
}
