import { PipelineError, renderError, UnresolvedPipelineError } from '../../errors/index.ts'

/** An error as text for a terminal. One that Millrace did not foresee is named as the bug that it is. */
export function errorText(error: unknown, folder: string): string {
  if (error instanceof PipelineError) return renderError(error, folder)
  return `${renderError(bug(error))}\nRun it with --debug to see where.`
}

function bug(error: unknown): PipelineError {
  return new PipelineError('INTERNAL_ERROR', {
    detail: error instanceof Error ? error.message : String(error),
  })
}

/** An error as plain data, for `--output json`. */
export interface ErrorJson {
  readonly condition: string
  readonly message: string
  readonly hint?: string
  readonly sql_state: string
  readonly parameters: Readonly<Record<string, string>>
  readonly position?: { readonly file?: string; readonly line: number; readonly column: number }
  readonly dataset?: string
  /** The single errors of a pipeline that cannot be resolved. */
  readonly failures?: readonly ErrorJson[]
  /** What cannot be resolved only because of them. */
  readonly downstream?: readonly string[]
}

export function errorJson(error: unknown): ErrorJson {
  if (!(error instanceof PipelineError)) return errorJson(bug(error))
  const { condition, message, sqlState, parameters, position, dataset } = error
  return {
    condition,
    message,
    ...(error.hint ? { hint: error.hint } : {}),
    sql_state: sqlState,
    parameters,
    ...(position === undefined ? {} : { position }),
    ...(dataset === undefined ? {} : { dataset }),
    ...(error instanceof UnresolvedPipelineError
      ? { failures: error.failures.map(errorJson), downstream: error.downstream }
      : {}),
  }
}
