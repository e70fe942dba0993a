import { PipelineError } from '../errors/index.ts'

/** What the process ends with. */
export const EXIT = {
  ok: 0,
  /** The update or the query failed or was stopped. */
  failed: 1,
  /** The command line, the pipeline's definition or the query's text is wrong. */
  usage: 2,
} as const

/**
 * Classes of SQLSTATE that the user mends by writing something else: 42 syntax and names, 0A what is not supported, 21S01
 * columns and values that do not match.
 */
const USAGE_STATES = /^(42|0A|21S01)/

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof PipelineError)) return EXIT.failed
  // A version out of range is as much a slip of the pen as a time out of range, which has a state of class 42.
  const isUsage = USAGE_STATES.test(error.sqlState) || error.condition === 'DELTA_VERSION_NOT_FOUND'
  return isUsage ? EXIT.usage : EXIT.failed
}
