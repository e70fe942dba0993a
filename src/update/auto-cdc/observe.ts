import type { AutoCdcOutput } from '../../auto-cdc/index.ts'
import type { EngineSession } from '../../engine/engine.ts'
import { aggregate, alias, call, intLiteral, project, stringLiteral, unionAll } from '../../plan/build.ts'
import type { Relation } from '../../plan/relation.ts'
import type { EventSample } from '../batch/batch-report.ts'

/** Events that are worth a warning, with one of them as JSON; absent where there are none. */
export interface Observation {
  /** Events from before what is still remembered of their key: dropped. */
  readonly lateEvents?: EventSample
  /** Sequences at which events of a key disagree: one of them was chosen. */
  readonly ties?: EventSample
}

export async function observe(
  session: EngineSession,
  { lateEvents, ties }: AutoCdcOutput,
): Promise<Observation> {
  const rows = await session.rows(unionAll([counted('lateEvents', lateEvents), counted('ties', ties)]))
  return Object.fromEntries(
    rows.flatMap(([name, count, sample]) =>
      count === 0n ? [] : [[name, { count: Number(count), sample: String(sample) }] as const],
    ),
  )
}

function counted(name: string, events: Relation): Relation {
  const json = call('to_json', call('struct', { kind: 'UnresolvedStar' }))
  return aggregate(
    project(events, [alias(json, 'event')]),
    [],
    [
      alias(stringLiteral(name), 'name'),
      alias(call('count', intLiteral(1)), 'rows'),
      alias(call('min', { kind: 'UnresolvedAttribute', parts: ['event'] }), 'sample'),
    ],
  )
}
