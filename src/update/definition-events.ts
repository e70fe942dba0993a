import { formatPosition } from '../errors/index.ts'
import type { EventDraft } from '../event-log/event.ts'
import { datasetDefinition, flowDefinition, sinkDefinition } from '../event-log/graph-events.ts'
import { deprecation } from '../event-log/update-events.ts'
import { flowText } from '../graph/flow-text.ts'
import type { GraphWarning, ResolvedDataset, ResolvedFlow, ResolvedGraph } from '../graph/resolved-graph.ts'
import { walk } from '../plan/rewrite.ts'
import { printSparkExpression } from '../sql/index.ts'
import { printSchemaJson } from '../types/schema-json.ts'
import { datasetOf, flowsInto } from './graph-index.ts'

/** The resolved graph as events: every dataset, every flow, and what the user should know. */
export function definitionEvents(graph: ResolvedGraph): EventDraft[] {
  return [
    ...graph.datasets.map((dataset) =>
      dataset.kind === 'sink' ? sinkEvent(dataset) : datasetEvent(dataset, dataset.kind, graph),
    ),
    ...graph.flows.map((flow) => flowEvent(flow, graph)),
    ...graph.warnings.map(warningEvent),
  ]
}

/** The place stands in front, as compilers print it: the origin of events has none. */
function warningEvent({ message, dataset, position }: GraphWarning): EventDraft {
  const text = position === undefined ? message : `${formatPosition(position)}: ${message}`
  return deprecation(text, dataset === undefined ? {} : { dataset_name: dataset })
}

function sinkEvent({ identifier, sink }: ResolvedDataset): EventDraft {
  const { format, ...options } = sink!
  const texts = Object.entries(options).map(([key, value]) => [key, String(value)])
  return sinkDefinition({ name: identifier, format, options: Object.fromEntries(texts) })
}

function datasetEvent(
  dataset: ResolvedDataset,
  type: Exclude<ResolvedDataset['kind'], 'sink'>,
  graph: ResolvedGraph,
): EventDraft {
  return datasetDefinition({
    dataset: dataset.identifier,
    type,
    flowCount: flowsInto(graph, dataset.identifier).length,
    expectations: dataset.rules.map((rule) => ({
      name: rule.name,
      condition: printSparkExpression(rule.condition),
      action: rule.action,
    })),
  })
}

function flowEvent(flow: ResolvedFlow, graph: ResolvedGraph): EventDraft {
  const files = new Set<string>()
  for (const node of walk(flow.query))
    if (node.kind === 'DataSource') for (const path of node.paths) files.add(path)
  return flowDefinition({
    flowName: flow.name,
    flowType: FLOW_TYPES[flow.kind],
    outputDataset: flow.target,
    inputs: [
      ...flow.inputs.map((name) => ({ name, kind: 'DATASET' }) as const),
      ...flow.externalInputs.map((name) => ({ name, kind: 'TABLE' }) as const),
      ...[...files].map((name) => ({ name, kind: 'FILES' }) as const),
    ],
    schema: flow.schema,
    schemaJson: printSchemaJson(flow.schema),
    explainText: flowText(flow),
    language: datasetOf(graph, flow.target).language,
    once: flow.once,
    comment: flow.comment,
    configuration: flow.configuration,
  })
}

const FLOW_TYPES = {
  append: 'APPEND',
  complete: 'COMPLETE',
  materialized_view: 'MATERIALIZED_VIEW',
  view: 'VIEW',
  auto_cdc: 'CHANGE',
  auto_cdc_snapshot: 'SNAPSHOT_CHANGE',
} as const
