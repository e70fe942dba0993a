import type { Engine } from '../../engine/engine.ts'
import { isAnsi } from '../../graph/flow-configuration.ts'
import { withChangeColumns } from '../../graph/leaf-schemas.ts'
import type { ResolvedFlow, ResolvedGraph } from '../../graph/resolved-graph.ts'
import { boundToVersions } from '../../graph/snapshot-versions.ts'
import type { DataSource, Read, Relation, Scan } from '../../plan/relation.ts'
import { transform, walk } from '../../plan/rewrite.ts'
import { formatTableName } from '../../plan/table-name.ts'
import type { SourceSchema } from '../../sources/source.ts'
import { inlineViews } from '../../update/inputs/inline.ts'
import type { KnownPipeline } from '../known-pipeline.ts'

/**
 * The SQL that the engine runs for one batch of a flow: views in their places, their rejected rows left out, tables and
 * files by name. Undefined while the columns of a source are not known.
 */
export async function engineSql(
  flow: ResolvedFlow,
  graph: ResolvedGraph,
  pipeline: KnownPipeline,
  engine: () => Promise<Engine>,
): Promise<string | undefined> {
  const { query: own, snapshots } = flow
  const query = inlineViews(snapshots === undefined ? own : boundToVersions(own, snapshots), graph)
  const scans = new Map<Relation, Relation>()
  for (const node of walk(query)) {
    if (node.kind !== 'Read' && node.kind !== 'DataSource') continue
    const known = await schemaOf(node, graph, pipeline)
    if (known === undefined || known.schema.open) return undefined
    scans.set(node, scanOf(node, withChangeColumns(known, node)))
  }
  const bound = transform(query, (node) => scans.get(node) ?? node)
  return (await engine()).compile(bound, { timestampMicros: 0n, ansi: isAnsi(flow) }).sql
}

function schemaOf(
  leaf: Read | DataSource,
  graph: ResolvedGraph,
  pipeline: KnownPipeline,
): Promise<SourceSchema | undefined> | SourceSchema {
  if (leaf.kind === 'DataSource') return pipeline.leafSchema(leaf)
  const name = formatTableName(leaf.name).toLowerCase()
  const dataset = graph.datasets.find(({ identifier }) => identifier.toLowerCase() === name)
  return dataset ?? pipeline.leafSchema(leaf)
}

function scanOf(leaf: Read | DataSource, { schema, hidden }: SourceSchema): Relation {
  const table = leaf.kind === 'Read' ? leaf.name.at(-1)! : leaf.paths.join(', ')
  const scan: Scan = {
    kind: 'Scan',
    input: { kind: 'staged', table },
    schema,
    hidden,
    isStreaming: leaf.isStreaming,
  }
  return leaf.kind === 'Read' ? { kind: 'SubqueryAlias', input: scan, alias: table } : scan
}
