import { catalogConditions } from '../errors/conditions/catalog.ts'
import { cliConditions } from '../errors/conditions/cli.ts'
import { functionConditions } from '../errors/conditions/function.ts'
import { graphConditions } from '../errors/conditions/graph.ts'
import { queryConditions } from '../errors/conditions/query.ts'
import { PipelineError } from '../errors/index.ts'

/** What the process ends with. */
export const EXIT = {
  ok: 0,
  /** The update or the query failed or was stopped. */
  failed: 1,
  /** The command line, the pipeline's definition or the query's text is wrong. */
  usage: 2,
} as const

/** Conditions that the user mends by changing what they wrote. */
const usageConditions: readonly object[] = [
  cliConditions,
  graphConditions,
  queryConditions,
  functionConditions,
  catalogConditions,
]

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof PipelineError)) return EXIT.failed
  return usageConditions.some((area) => error.condition in area) ? EXIT.usage : EXIT.failed
}
