import { formatPosition } from '../../errors/index.ts'
import type { ResolvedDataset, ResolvedGraph } from '../../graph/resolved-graph.ts'
import type { Relation } from '../../plan/relation.ts'
import { walk } from '../../plan/rewrite.ts'
import { printSqlType } from '../../types/ddl.ts'
import { EXIT } from '../exit-code.ts'
import { withKnownPipeline } from '../known-pipeline.ts'
import { plural } from '../output/format-number.ts'
import { textTable } from '../output/text-table.ts'
import { openProject, type ProjectOptions, shortNameIn } from '../project-options.ts'
import type { Terminal } from '../terminal.ts'

export interface DryRunOptions extends ProjectOptions {
  readonly output: 'text' | 'json'
}

/** `millrace dry-run`: the pipeline as its definitions say, or everything that is wrong with them. */
export async function dryRun(options: DryRunOptions, terminal: Terminal): Promise<number> {
  const project = await openProject(options, terminal)
  const graph = await withKnownPipeline(project, (pipeline) => pipeline.resolve())
  for (const { message, position } of graph.warnings) {
    terminal.stderr.write(`warning: ${message}${position ? `\n  at ${formatPosition(position)}` : ''}\n`)
  }
  terminal.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify(graphJson(graph), null, 2)}\n`
      : graphText(graph, shortNameIn(project)),
  )
  return EXIT.ok
}

/** What each dataset is and reads, in the order in which an update computes them. */
function graphJson(graph: ResolvedGraph): object {
  return {
    datasets: graph.datasets.map((dataset) => ({
      name: dataset.identifier,
      type: dataset.kind,
      inputs: inputsOf(dataset, graph),
      columns: dataset.schema.fields.map(({ name, dataType }) => ({ name, type: printSqlType(dataType) })),
      expectations: dataset.rules.map(({ name, action, text }) => ({ name, action, condition: text })),
      position: dataset.position,
    })),
  }
}

function graphText(graph: ResolvedGraph, shortName: (identifier: string) => string): string {
  const rows = graph.datasets.map((dataset) => [
    shortName(dataset.identifier),
    dataset.kind.replace('_', ' '),
    dataset.schema.open ? `${dataset.schema.fields.length}+` : String(dataset.schema.fields.length),
    inputsOf(dataset, graph).map(shortName).join(', '),
  ])
  const table = textTable(
    [
      { title: 'dataset', align: 'left' },
      { title: 'type', align: 'left' },
      { title: 'columns', align: 'right' },
      { title: 'reads', align: 'left' },
    ],
    rows,
  )
  const counts = `${plural(graph.datasets.length, 'dataset')}, ${plural(graph.flows.length, 'flow')}`
  return `${table}\n${counts}: no errors\n`
}

/** Datasets of the pipeline, tables outside of it and paths of files. */
function inputsOf(dataset: ResolvedDataset, graph: ResolvedGraph): string[] {
  const flows = graph.flows.filter((flow) => flow.target === dataset.identifier)
  const inputs = flows.flatMap((flow) => [...flow.inputs, ...flow.externalInputs, ...pathsIn(flow.query)])
  const ofQuarantine = dataset.quarantineOf === undefined ? [] : [dataset.quarantineOf]
  return [...new Set([...inputs, ...ofQuarantine])]
}

function pathsIn(query: Relation): string[] {
  return [...walk(query)].flatMap((node) => (node.kind === 'DataSource' ? node.paths : []))
}
