import type { Catalog } from '../catalog/index.ts'
import type { LazyEngine } from '../engine/lazy-engine.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { PipelineProject } from '../graph/project.ts'
import type { GraphDefinitions } from '../graph/registry.ts'
import type { ResolvedFlow, ResolvedGraph } from '../graph/resolved-graph.ts'
import type { LandedFiles } from '../sources/watch/landed-files.ts'
import type { Storage } from '../storage/storage.ts'
import type { FilePins } from './inputs/file-pins.ts'
import type { RevealedSecrets } from './inputs/revealed-secrets.ts'
import type { Lease } from './lease/lease.ts'
import type { Tables } from './tables/tables.ts'
import type { Clock } from './update-api.ts'

/** What all parts of one update share. */
export interface UpdateRun {
  readonly updateId: string
  readonly project: PipelineProject
  /** As they stood when the update began: edits of the files count from the next one. */
  readonly definitions: GraphDefinitions
  /** The graph as resolved last: a source whose schema grew makes a new one. */
  graph: ResolvedGraph
  /** The pipeline's own storage: checkpoints, state, journals. */
  readonly storage: Storage
  readonly catalog: Catalog
  readonly tables: Tables
  readonly files: FilePins
  /** Of a continuous update: what its watches tell. */
  readonly landed?: LandedFiles
  readonly secrets: RevealedSecrets
  /** Tables that the update was asked to run, by identifier. */
  readonly selected: ReadonlySet<string>
  readonly engine: LazyEngine
  readonly events: EventLog
  readonly lease: Lease
  readonly clock: Clock
  /** Aborted when running queries are to end at once. */
  readonly signal: AbortSignal
  /** Aborted when no other batch is to begin. */
  readonly stopping: AbortSignal
  /** Settles when no change of the graph is under way. */
  evolution: Promise<void>
}

/** What one flow did in an update. */
export interface FlowOutcome {
  readonly technique: string | null
  readonly reason: string | null
  readonly rowsWritten: bigint
}

/** How a flow writes its target, as summaries have it. */
export function techniqueOf({ kind }: Pick<ResolvedFlow, 'kind'>): string {
  if (kind === 'append') return 'APPEND'
  return kind === 'complete' ? 'COMPLETE' : 'MERGE'
}
