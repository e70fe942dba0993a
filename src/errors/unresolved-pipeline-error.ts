import { PipelineError } from './pipeline-error.ts'

/**
 * Everything that is wrong with a pipeline's definitions, at once. `failures` are the causes, each with its position;
 * `downstream` names what cannot be resolved only because of them.
 */
export class UnresolvedPipelineError extends PipelineError<'UNRESOLVED_PIPELINE'> {
  readonly failures: readonly PipelineError[]
  /** Datasets and flows, by name. */
  readonly downstream: readonly string[]

  constructor(failures: readonly PipelineError[], downstream: readonly string[] = []) {
    const count = failures.length === 1 ? 'an error' : `${failures.length} errors`
    super('UNRESOLVED_PIPELINE', { failures: count }, { cause: failures[0] })
    this.failures = failures
    this.downstream = downstream
  }
}
