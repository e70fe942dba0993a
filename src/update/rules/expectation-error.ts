import type { EngineSession } from '../../engine/engine.ts'
import { PipelineError } from '../../errors/index.ts'
import type { Rule } from '../../plan/relation.ts'
import type { Verbosity } from '../../settings/settings.ts'
import type { DatasetCounts } from '../stateful/batch.ts'
import { type ViolatingRow, violatingRow } from './violating-row.ts'

/**
 * The error of a batch in which a `fail` rule is broken; undefined when none is. It names the flow and the rules and, as far
 * as the verbosity allows, shows a row that broke them, the row that it was made of, its file and line.
 */
export async function expectationViolation(
  session: EngineSession,
  flow: string,
  evaluated: readonly DatasetCounts[],
  verbosity: Verbosity,
): Promise<PipelineError | undefined> {
  for (const each of evaluated) {
    const broken = each.rules.filter((rule) => rule.action === 'fail' && failedCount(each, rule) > 0n)
    if (broken.length === 0) continue
    return violationError(session, flow, each, broken, verbosity)
  }
  return undefined
}

async function violationError(
  session: EngineSession,
  flowName: string,
  counts: DatasetCounts,
  broken: readonly Rule[],
  verbosity: Verbosity,
): Promise<PipelineError> {
  const [rule] = broken as [Rule]
  const context = { dataset: counts.dataset, position: rule.condition.position }
  if (verbosity === 'NONE') {
    return new PipelineError('EXPECTATION_VIOLATION.VERBOSITY_NONE', { flowName }, context)
  }
  const expectationsViolated = broken.map((each) => `'${each.name}' (${rowCount(failedCount(counts, each))})`)
  const row = await violatingRow(session, counts, rule)
  const parameters = {
    flowName,
    expectationsViolated: expectationsViolated.join(', '),
    outputRecord: row.output,
  }
  if (verbosity === 'OUTPUT') {
    return new PipelineError('EXPECTATION_VIOLATION.VERBOSITY_OUTPUT', parameters, context)
  }
  return new PipelineError(
    'EXPECTATION_VIOLATION.VERBOSITY_ALL',
    { ...parameters, values: row.values, inputData: row.input ?? 'not known', origin: originOf(row) },
    context,
  )
}

function originOf({ file, line }: ViolatingRow): string {
  if (file === undefined) return 'of unknown origin'
  return line === undefined ? file : `${file}, line ${line}`
}

function rowCount(count: bigint): string {
  return count === 1n ? '1 row' : `${count} rows`
}

function failedCount(counts: DatasetCounts, rule: Rule): bigint {
  return counts.counts.find((each) => each.name === rule.name)!.failed
}
