import { Catalog } from '../catalog/index.ts'
import type { PipelineProject } from './project.ts'

/** Where a pipeline's tables lie. `privateTables` are identifiers of those that nobody else sees. */
export function pipelineCatalog({ spec }: PipelineProject, privateTables: readonly string[] = []): Catalog {
  return new Catalog({
    warehouse: spec.warehouse,
    storage: spec.storage,
    tables: spec.tables,
    defaultCatalog: spec.catalog,
    defaultSchema: spec.schema,
    privateTables,
  })
}
