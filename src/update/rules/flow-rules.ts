import type { EngineSession } from '../../engine/engine.ts'
import type { EventDraft } from '../../event-log/event.ts'
import { flowProgress } from '../../event-log/flow-events.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import type { Expect } from '../../plan/relation.ts'
import { setting } from '../../settings/settings.ts'
import { countsRulesOf } from '../graph-index.ts'
import type { UpdateRun } from '../run.ts'
import type { DatasetCounts } from '../stateful/batch.ts'
import { expectationViolation } from './expectation-error.ts'

/**
 * Which sets of rules a flow must evaluate apart: those that it counts, and those of a view that another flow counts where
 * a broken rule fails all who read the view. Of the others the engine leaves out what they reject.
 */
export function appliesRules(run: UpdateRun, flow: ResolvedFlow): (node: Expect) => boolean {
  return ({ dataset, rules }) =>
    countsRulesOf(flow, dataset, run.graph) || rules.some((rule) => rule.action === 'fail')
}

/** The counts that are this flow's to report and to quarantine. */
export function countedBy(
  run: UpdateRun,
  flow: ResolvedFlow,
  expectations: readonly DatasetCounts[],
): DatasetCounts[] {
  return expectations.filter((each) => countsRulesOf(flow, each.dataset, run.graph))
}

/** Throws EXPECTATION_VIOLATION.* when a `fail` rule is broken; what the rules saw is reported all the same. */
export async function failOnViolation(
  run: UpdateRun,
  flow: ResolvedFlow,
  session: EngineSession,
  expectations: readonly DatasetCounts[],
): Promise<void> {
  const verbosity = setting(flow.configuration, 'pipelines.expectations.verbosity') ?? 'ALL'
  const error = await expectationViolation(session, flow.identifier, expectations, verbosity)
  if (error === undefined) return
  await run.events.append(failedReport(flow, countedBy(run, flow, expectations)))
  throw error
}

/** The counts of a batch of which nothing was committed. */
function failedReport(flow: ResolvedFlow, evaluated: readonly DatasetCounts[]): EventDraft[] {
  return evaluated.map((each) =>
    flowProgress({
      flowName: each.dataset === flow.target ? flow.name : each.dataset,
      dataset: each.dataset,
      status: 'RUNNING',
      reason: 'Nothing of the batch was committed.',
      dataQuality: {
        droppedRecords: 0,
        expectations: each.counts.map((count) => ({ ...count, dataset: each.dataset })),
      },
    }),
  )
}
