import type { EventDraft } from '../event-log/event.ts'
import { flowProgress } from '../event-log/flow-events.ts'
import type { ResolvedFlow } from '../graph/resolved-graph.ts'
import type { DatasetCounts } from './stateful/batch.ts'

/** The counts of a batch that a `fail` rule stopped: nothing of it was committed, what the rules saw is reported all the same. */
export function failedReport(flow: ResolvedFlow, evaluated: readonly DatasetCounts[]): EventDraft[] {
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
