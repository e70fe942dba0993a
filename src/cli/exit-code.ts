import { PipelineError } from '../errors/index.ts'

/** What the process ends with. */
export const EXIT = {
  ok: 0,
  /** The update or the query failed or was stopped. */
  failed: 1,
  /** The command line, the pipeline's definition or the query's text is wrong. */
  usage: 2,
} as const

/** Classes of SQLSTATE that the user mends by writing something else: 42 syntax and names, 0A what is not supported. */
const USAGE_STATES = /^(42|0A)/

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  return error instanceof PipelineError && USAGE_STATES.test(error.sqlState) ? EXIT.usage : EXIT.failed
}
