import { rmSync } from 'node:fs'
import type { EngineSession } from '../../engine/engine.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import { alias, project } from '../../plan/build.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import { LONG, STRING } from '../../types/data-type.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import { datasetOf } from '../graph-index.ts'
import { countedBy } from '../rules/flow-rules.ts'
import type { UpdateRun } from '../run.ts'
import type { Observed } from '../stateful/batch.ts'
import { timestampLiteral } from '../stateful/watermark.ts'
import type { OpenTable, TableLayout } from '../tables/tables.ts'
import type { PreparedBatch, PreparedWrite } from './batch-commit.ts'
import { batchReports } from './batch-report.ts'
import { checkNotNull } from './not-null.ts'

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

  async prepare(options: {
    readonly record: Pick<BatchRecord, 'batchId' | 'timestampMicros'>
    readonly session: EngineSession
    readonly observed: Observed
    readonly output: Relation
    /** Whether the files join the tables' rows or take their place. */
    readonly mode: PreparedWrite['mode']
  }): Promise<PreparedBatch> {
    const { record, session, output, mode } = options
    const expectations = countedBy(this.#run, this.#flow, options.observed.expectations)
    const observed = { ...options.observed, expectations }
    const writes: PreparedWrite[] = []
    for (const { dataset, rejects, isWhole } of expectations) {
      const quarantine = datasetOf(this.#run.graph, dataset).quarantine
      const rejectMode = dataset === this.#flow.target ? mode : isWhole ? 'overwrite' : 'append'
      if (quarantine === undefined || (rejects === undefined && rejectMode === 'append')) continue
      const rows = rejects === undefined ? undefined : quarantined(rejects, this.#flow.name, record)
      writes.push(await this.#write(quarantine, rows, session, rejectMode))
    }
    const target = await this.#write(this.#flow.target, output, session, mode)
    const reports = batchReports({
      flow: this.#flow.name,
      target: this.#flow.target,
      observed,
      outputRows: target.rows,
      outputBytes: target.adds.reduce((sum, each) => sum + each.size, 0),
      isQuarantined: (dataset) => datasetOf(this.#run.graph, dataset).quarantine !== undefined,
    })
    return { batchId: record.batchId, writes: [...writes, target], reports }
  }

  async #write(
    identifier: string,
    rows: Relation | undefined,
    session: EngineSession,
    mode: PreparedWrite['mode'],
  ): Promise<PreparedWrite & { readonly rows: number }> {
    if (rows === undefined) return { table: identifier, mode, adds: [], rows: 0 }
    const table = await this.#table(identifier)
    const layout = this.#layoutOf(identifier, table)
    const folder = await table.stagingFolder()
    try {
      const written = await session.write({ query: rows, ...layout, folder })
      await checkNotNull(session, identifier, layout, written.files)
      const adds = await table.publish(written.files, layout)
      return { table: identifier, mode, adds, rows: Number(written.rowCount) }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /** A materialized view takes its definition's form with each refresh; other tables keep theirs. */
  #layoutOf(identifier: string, table: OpenTable): TableLayout & { readonly orderBy: readonly string[] } {
    const dataset = datasetOf(this.#run.graph, identifier)
    const { metadata } = table.delta.snapshot
    if (dataset.kind !== 'materialized_view') {
      return { schema: metadata.schema, partitionColumns: metadata.partitionColumns, orderBy: [] }
    }
    const { schema, partitionColumns, clusterBy } = dataset
    return { schema, partitionColumns, orderBy: clusterBy === 'auto' ? [] : clusterBy }
  }
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
