import { PipelineError, renderError, UnresolvedPipelineError } from '../../errors/index.ts'

/**
 * An error as text for a terminal, with the stack of what caused it where `debug` asks for that. One that Millrace did not
 * foresee is named as the bug that it is.
 */
export function errorText(error: unknown, folder: string, debug = false): string {
  const text = renderError(error instanceof PipelineError ? error : bug(error), folder)
  if (debug) return [text, ...rootStack(error)].join('\n')
  return isForeseen(error) ? text : `${text}\nRun it with --debug to see where.`
}

function isForeseen(error: unknown): boolean {
  return error instanceof PipelineError && error.condition !== 'INTERNAL_ERROR'
}

function rootStack(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  if (error.cause instanceof Error) return rootStack(error.cause)
  return error.stack === undefined ? [] : [error.stack]
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
