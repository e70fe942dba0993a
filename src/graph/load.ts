import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withQueryContext } from '../dataframe/index.ts'
import { formatPosition, type PipelineError, UnresolvedPipelineError } from '../errors/index.ts'
import { type DefinitionFile, definitionFiles } from './definition-files.ts'
import { ModuleGraph } from './module-graph.ts'
import type { PipelineProject } from './project.ts'
import { registerSql } from './register-sql.ts'
import { type GraphDefinitions, GraphRegistry, withRegistry } from './registry.ts'
import { typescriptMistake } from './typescript-mistake.ts'

/**
 * Loads every definition file of a pipeline and gives what they define. TypeScript is evaluated anew at each call.
 * Throws UnresolvedPipelineError with the errors of all files, PIPELINE_LIBRARY_NOT_FOUND, and
 * PIPELINE_UNSUPPORTED_DEFINITIONS_FILE_EXTENSION.
 */
export async function loadGraph(project: PipelineProject): Promise<GraphDefinitions> {
  const { folder, spec } = project
  const files = definitionFiles(project)
  const registry = new GraphRegistry()
  const modules = new ModuleGraph()
  const failures = new Map<string, PipelineError>()
  const loadFile = async (file: DefinitionFile) => {
    try {
      if (file.language === 'typescript') await modules.import(join(folder, file.path))
      else registerSql(registry, file.path, readFileSync(join(folder, file.path), 'utf8'), spec.configuration)
    } catch (error) {
      const failure = typescriptMistake(error, file.path)
      // A module that cannot be loaded fails every file that imports it: once is enough.
      failures.set(`${formatPosition(failure.position!)} ${failure.message}`, failure)
    }
  }
  await withQueryContext({ folder, configuration: spec.configuration }, () =>
    withRegistry(registry, async () => {
      for (const file of files) await loadFile(file)
    }),
  )
  if (failures.size > 0) throw new UnresolvedPipelineError([...failures.values()])
  return registry
}
