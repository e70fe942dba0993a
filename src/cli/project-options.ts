import { findProject } from '../graph/find-project.ts'
import type { PipelineProject } from '../graph/project.ts'
import type { Terminal } from './terminal.ts'

/** Options of every command that works in a pipeline. */
export interface ProjectOptions {
  /** The spec to use; by default the one of the working directory or of the nearest folder above. */
  readonly spec?: string
  /** Configuration values that override those of the spec. */
  readonly set?: Readonly<Record<string, string>>
}

/** The pipeline that a command works in. Throws PIPELINE_SPEC_FILE_NOT_FOUND and what is wrong with the spec. */
export function openProject(options: ProjectOptions, terminal: Terminal): Promise<PipelineProject> {
  return findProject(terminal.cwd, options)
}

/** A name as the pipeline's own files write it: without its catalog and schema where those are the defaults. */
export function shortNameIn({ spec }: PipelineProject): (identifier: string) => string {
  const prefix = `${spec.catalog}.${spec.schema}.`
  return (identifier) => (identifier.startsWith(prefix) ? identifier.slice(prefix.length) : identifier)
}
