import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api'
import { PipelineError } from '../../errors/index.ts'
import type { Relation, Rule, Scan } from '../../plan/relation.ts'
import { array, field, STRING, type StructType, struct } from '../../types/data-type.ts'
import type { EngineSession, QueryContext, Row, Staged, WriteRequest, WriteResult } from '../engine.ts'
import { type Bound, bindQuery } from './compile.ts'
import { releaseFilesScans } from './files-scan.ts'
import type { Prelude } from './prelude.ts'
import { toPipelineError } from './query-error.ts'
import { quoteIdentifier } from './quote.ts'
import { rowsOf } from './result-rows.ts'
import { FAILED_EXPECTATIONS, maskedQuery, ruleCounts } from './rule-mask.ts'
import { rowsRead, type ThreadPool } from './thread-pool.ts'
import { decodeRow } from './values.ts'
import { copyToParquet } from './write.ts'

interface SessionHost {
  readonly instance: DuckDBInstance
  readonly prelude: Prelude
  readonly threads: ThreadPool
  /** Runs once. */
  readonly onClose: () => void
}

/** A connection of its own. */
export async function openDuckdbSession(host: SessionHost, context: QueryContext): Promise<DuckdbSession> {
  return new DuckdbSession(await host.instance.connect(), host, context)
}

class DuckdbSession implements EngineSession {
  readonly #connection: DuckDBConnection
  readonly #context: QueryContext
  readonly #host: SessionHost
  #stages = 0
  #closed = false
  #isInterrupted = false

  constructor(connection: DuckDBConnection, host: SessionHost, context: QueryContext) {
    this.#connection = connection
    this.#context = context
    this.#host = host
  }

  stage(query: Relation, rules: readonly Rule[] = []): Promise<Staged> {
    return this.#host.threads.work(rowsRead(query), () =>
      rules.length === 0 ? this.#stageAll(query) : this.#stageByRules(query, rules),
    )
  }

  async #stageAll(query: Relation): Promise<Staged> {
    const table = `stage_${++this.#stages}`
    const bound = await this.#bind(query)
    const [row] = await this.#run(`CREATE TEMP TABLE ${table} AS ${bound.sql}`)
    const rowCount = row![0] as bigint
    return { scan: stagedScan(table, bound.schema, rowCount), rowCount, rejectedCount: 0n, counts: [] }
  }

  async #stageByRules(query: Relation, rules: readonly Rule[]): Promise<Staged> {
    const table = `stage_${++this.#stages}`
    const masked = maskedQuery(query, rules)
    const bound = await this.#bind(masked.query)
    const schema = struct(bound.schema.fields.slice(0, -masked.columns.length))
    const columns = schema.fields.map((each) => quoteIdentifier(each.name)).join(', ')
    const counted = await this.#countByMask(
      [
        `CREATE TEMP TABLE ${table} AS ${bound.sql}`,
        `CREATE TEMP VIEW ${table}_survivors AS SELECT ${columns} FROM ${table} WHERE NOT (${masked.isRejected})`,
        `CREATE TEMP VIEW ${table}_rejects AS SELECT ${columns}, ${masked.failedNames} AS ${FAILED_EXPECTATIONS} ` +
          `FROM ${table} WHERE ${masked.isRejected}`,
        `SELECT ${masked.columns.join(', ')}, ${masked.isRejected}, count(*) FROM ${table} GROUP BY ALL`,
      ],
      masked.columns.length,
    )
    const rowCount = counted.total - counted.rejected
    return {
      scan: stagedScan(`${table}_survivors`, schema, rowCount),
      rowCount,
      rejects: stagedScan(`${table}_rejects`, withFailedExpectations(schema), counted.rejected),
      rejectedCount: counted.rejected,
      counts: ruleCounts(rules, counted.groups, counted.total),
    }
  }

  write(request: WriteRequest): Promise<WriteResult> {
    return this.#host.threads.work(rowsRead(request.query), () => this.#write(request))
  }

  async #write(request: WriteRequest): Promise<WriteResult> {
    const bound = await this.#bind(request.query)
    try {
      const files = await copyToParquet(this.#connection, bound, request)
      return { files, rowCount: files.reduce((sum, each) => sum + each.numRecords, 0n) }
    } catch (error) {
      throw toPipelineError(error, bound.sql)
    }
  }

  rows(query: Relation): Promise<readonly Row[]> {
    return this.#host.threads.work(rowsRead(query), async () => {
      const { sql, schema } = await this.#bind(query)
      return (await this.#run(sql)).map((row) => decodeRow(row, schema))
    })
  }

  async *stream(query: Relation): AsyncIterable<readonly Row[]> {
    const release = await this.#host.threads.take(rowsRead(query))
    try {
      const bound = await this.#bind(query)
      yield* this.#chunks(bound)
    } finally {
      await release()
    }
  }

  async *#chunks({ sql, schema }: Bound): AsyncIterable<readonly Row[]> {
    try {
      const result = await this.#connection.stream(sql)
      for await (const chunk of result.yieldRows()) yield chunk.map((row) => decodeRow(row, schema))
    } catch (error) {
      throw toPipelineError(error, sql)
    }
  }

  interrupt(): void {
    this.#isInterrupted = true
    if (!this.#closed) this.#connection.interrupt()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    releaseFilesScans(this.#connection)
    this.#connection.closeSync()
    this.#host.onClose()
  }

  async #bind(query: Relation): Promise<Bound> {
    this.#checkRunning()
    const bound = await bindQuery(this.#connection, query, this.#context)
    await this.#host.prelude.ensure(bound.sql)
    return bound
  }

  /** Between two queries there is none to interrupt: the next one must not start. */
  #checkRunning(): void {
    if (this.#isInterrupted) throw new PipelineError('OPERATION_CANCELED', {})
  }

  /** Rows of the last statement: one call for all of them, each of which would wait for a thread. */
  async #run(sql: string): Promise<DuckDBValue[][]> {
    this.#checkRunning()
    try {
      return rowsOf(await this.#connection.run(sql))
    } catch (error) {
      throw toPipelineError(error, sql)
    }
  }

  /** The last of the statements gives the masks, whether they reject, and the number of rows. */
  async #countByMask(statements: readonly string[], masks: number) {
    const rows = await this.#run(statements.join('; '))
    const groups = rows.map((row) => ({
      masks: row.slice(0, masks) as bigint[],
      isRejected: row[masks] === true,
      count: row[masks + 1] as bigint,
    }))
    const sum = (list: typeof groups) => list.reduce((all, each) => all + each.count, 0n)
    return { groups, total: sum(groups), rejected: sum(groups.filter((each) => each.isRejected)) }
  }
}

function stagedScan(table: string, schema: StructType, rowCount: bigint): Scan {
  return { kind: 'Scan', input: { kind: 'staged', table, rowCount }, schema }
}

function withFailedExpectations(schema: StructType): StructType {
  return struct([...schema.fields, field(FAILED_EXPECTATIONS, array(STRING, false))])
}
