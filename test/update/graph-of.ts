import type { ResolvedDataset, ResolvedFlow, ResolvedGraph } from '../../src/graph/resolved-graph.ts'
import { struct } from '../../src/types/data-type.ts'

/** What a test says of a dataset: a name, what it reads, and whatever else matters to it. */
export type DatasetSketch = Partial<ResolvedDataset> & {
  readonly name: string
  readonly reads?: readonly string[]
}

/** A resolved graph of datasets with one flow each, named alike; names are short, identifiers `main.shop.<name>`. */
export function graphOf(...sketches: readonly DatasetSketch[]): ResolvedGraph {
  return {
    datasets: sketches.map(datasetOf),
    flows: sketches.filter((each) => !each.quarantineOf).map(flowOf),
    warnings: [],
  }
}

export function identifierOf(name: string): string {
  return `main.shop.${name}`
}

function datasetOf({ reads: _reads, name, ...given }: DatasetSketch): ResolvedDataset {
  return {
    identifier: identifierOf(name),
    name,
    kind: 'streaming_table',
    isPrivate: false,
    tableProperties: {},
    partitionColumns: [],
    clusterBy: [],
    schema: struct([]),
    isSchemaDeclared: false,
    rules: [],
    language: 'typescript',
    position: { line: 1, column: 1 },
    ...given,
  }
}

function flowOf({ name, kind = 'streaming_table', reads = [] }: DatasetSketch): ResolvedFlow {
  return {
    identifier: identifierOf(name),
    name,
    target: identifierOf(name),
    kind: kind === 'streaming_table' ? 'append' : kind === 'materialized_view' ? 'materialized_view' : 'view',
    once: false,
    query: { kind: 'LocalRelation', rows: [], columns: [] },
    inputs: reads.map(identifierOf),
    externalInputs: [],
    configuration: {},
    schema: struct([]),
    position: { line: 1, column: 1 },
  }
}
