import {
  type AddFile,
  clusteredFiles,
  fileShape,
  hasRowRules,
  type Metadata,
  prepareRows,
  type RowEngine,
  type Snapshot,
  writeRows,
  writtenFor,
} from '../../delta/index.ts'
import type { EngineSession } from '../../engine/engine.ts'
import { rowEngineOf } from '../../engine/row-engine.ts'
import { isAnsi } from '../../graph/flow-configuration.ts'
import type { ResolvedDataset, ResolvedFlow } from '../../graph/resolved-graph.ts'
import { alias, project } from '../../plan/build.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import { LONG, STRING } from '../../types/data-type.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import { datasetOf } from '../graph-index.ts'
import { countedBy } from '../rules/flow-rules.ts'
import type { UpdateRun } from '../run.ts'
import type { Observed } from '../stateful/batch.ts'
import { timestampLiteral } from '../stateful/watermark.ts'
import { changedDefinition } from '../tables/set-up-table.ts'
import type { OpenTable } from '../tables/tables.ts'
import type { PreparedBatch, PreparedWrite } from './batch-commit.ts'
import { batchReports, type DatasetReport, type WrittenCounts } from './batch-report.ts'

/** What of a batch's record its rows depend on. */
type BatchTime = Pick<BatchRecord, 'batchId' | 'timestampMicros' | 'configuration'>

interface WriteOptions {
  readonly record: BatchTime
  readonly session: EngineSession
  readonly observed: Observed
  /** Whether the files join the tables' rows or take their place. */
  readonly mode: PreparedWrite['mode']
}

/** Turns an evaluated batch into data files: of the target, and of the quarantine tables of the rules that were counted. */
export class BatchWriter {
  readonly #run: UpdateRun
  readonly #flow: ResolvedFlow
  readonly #table: (identifier: string) => Promise<OpenTable>

  constructor(run: UpdateRun, flow: ResolvedFlow, table: (identifier: string) => Promise<OpenTable>) {
    this.#run = run
    this.#flow = flow
    this.#table = table
  }

  async prepare(options: WriteOptions & { readonly output: Relation }): Promise<PreparedBatch> {
    const { record, output, mode } = options
    const rejects = await this.writeRejects(options)
    const target = await this.#write(this.#flow.target, output, options, mode)
    const reports = this.reports(options.observed, {
      outputRows: target.rows,
      outputBytes: target.adds.reduce((sum, each) => sum + each.size, 0),
    })
    return { batchId: record.batchId, writes: [...rejects, target], reports }
  }

  /** The reports of a batch, the target's last. */
  reports(observed: Observed, written: WrittenCounts): readonly DatasetReport[] {
    return batchReports({
      flow: this.#flow.name,
      target: this.#flow.target,
      observed: { ...observed, expectations: this.#counted(observed) },
      written,
      isQuarantined: (dataset) => datasetOf(this.#run.graph, dataset).quarantine !== undefined,
    })
  }

  /** The files of the quarantine tables alone. */
  async writeRejects(options: WriteOptions): Promise<PreparedWrite[]> {
    const { record, mode } = options
    const writes: PreparedWrite[] = []
    for (const { dataset, rejects, isWhole } of this.#counted(options.observed)) {
      const quarantine = datasetOf(this.#run.graph, dataset).quarantine
      const rejectMode = dataset === this.#flow.target ? mode : isWhole ? 'overwrite' : 'append'
      if (quarantine === undefined || (rejects === undefined && rejectMode === 'append')) continue
      const rows = rejects === undefined ? undefined : quarantined(rejects, this.#flow.name, record)
      writes.push(await this.#write(quarantine, rows, options, rejectMode))
    }
    return writes
  }

  #counted({ expectations }: Observed): Observed['expectations'] {
    return countedBy(this.#run, this.#flow, expectations)
  }

  async #write(
    identifier: string,
    rows: Relation | undefined,
    { session, record }: { readonly session: EngineSession; readonly record: BatchTime },
    mode: PreparedWrite['mode'],
  ): Promise<PreparedWrite & { readonly rows: number }> {
    if (rows === undefined) return { table: identifier, mode, adds: [], rows: 0 }
    const table = await this.#table(identifier)
    const dataset = datasetOf(this.#run.graph, identifier)
    const metadata = metadataToWrite(dataset, table)
    const query = hasRowRules(metadata)
      ? prepareRows(rows, metadata, await this.#rowEngine(record), { tableName: identifier })
      : rows
    const isClustered = dataset.kind === 'materialized_view' && dataset.clusterBy !== 'auto'
    const written = await writeRows(session, table.storage, query, metadata, {
      tableName: identifier,
      ...fileShape(metadata),
      ...(isClustered && { orderBy: dataset.clusterBy as readonly string[] }),
    })
    const adds = isClustered ? inOrder(written.adds, table.delta.snapshot) : written.adds
    const rowCount = Number(written.rowCount)
    return { table: identifier, mode, adds, writtenFor: writtenFor(table.delta.snapshot), rows: rowCount }
  }

  async #rowEngine(record: BatchTime): Promise<RowEngine> {
    const { timestampMicros } = record
    return rowEngineOf(await this.#run.engine.get(), { timestampMicros, ansi: isAnsi(record) })
  }
}

/** The form of the files: a materialized view takes its definition's with each refresh; other tables keep theirs. */
function metadataToWrite(dataset: ResolvedDataset, { delta }: OpenTable): Metadata {
  const change = changedDefinition(dataset, delta.snapshot)
  return change === undefined
    ? delta.snapshot.metadata
    : delta.startTransaction().updateMetadata(change).metadata
}

/**
 * Sorted files of a clustered view are in order already where one key, or one file, is all there is; others wait for
 * the maintenance that follows.
 */
function inOrder(adds: readonly AddFile[], { clusteringColumns: keys = [] }: Snapshot): readonly AddFile[] {
  return keys.length === 1 || (keys.length > 0 && adds.length === 1) ? clusteredFiles(adds, keys) : adds
}

/** Rejected rows with where and when they were rejected. */
function quarantined(
  rejects: Scan,
  flow: string,
  record: Pick<BatchRecord, 'batchId' | 'timestampMicros'>,
): Relation {
  return project(rejects, [
    { kind: 'UnresolvedStar' },
    alias({ kind: 'Literal', value: flow, dataType: STRING }, '_quarantine_flow'),
    alias({ kind: 'Literal', value: BigInt(record.batchId), dataType: LONG }, '_quarantine_batch'),
    alias(timestampLiteral(record.timestampMicros), '_quarantine_timestamp'),
  ])
}
