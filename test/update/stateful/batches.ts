import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckdbEngine, openDuckdbEngine } from '../../../src/engine/duckdb/engine.ts'
import type { EngineSession, Value } from '../../../src/engine/engine.ts'
import type { Relation } from '../../../src/plan/relation.ts'
import { transform } from '../../../src/plan/rewrite.ts'
import { parseQuery } from '../../../src/sql/index.ts'
import { localStorage, type Storage } from '../../../src/storage/index.ts'
import { type Batch, nothingObserved } from '../../../src/update/stateful/batch.ts'
import { evaluate } from '../../../src/update/stateful/evaluate.ts'
import { StateStore } from '../../../src/update/stateful/state-store.ts'
import { advanceWatermark, mergeProgress } from '../../../src/update/stateful/watermark.ts'

const CONTEXT = { timestampMicros: 0n, ansi: true }

/** An engine and a folder for states, to try streaming operators without tables around them. */
export class Workbench {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-state-'))
  readonly storage: Storage = localStorage(this.folder)
  readonly engine: DuckdbEngine
  readonly session: EngineSession
  #stores = 0

  private constructor(engine: DuckdbEngine, session: EngineSession) {
    this.engine = engine
    this.session = session
  }

  static async open(): Promise<Workbench> {
    const engine = await openDuckdbEngine({ threads: 2 })
    return new Workbench(engine, await engine.openSession(CONTEXT))
  }

  async close(): Promise<void> {
    await this.engine.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** A store of its own. */
  store(): StateStore {
    this.#stores += 1
    return new StateStore(this.storage, `state-${this.#stores}`, {
      flow: 'main.shop.silver',
      table: 'main.shop.silver',
    })
  }

  /** Runs a query over `STREAM(input)` batch by batch; `batches` are the rows of each, as VALUES. Gives each batch's rows. */
  async run(query: string, columns: string, batches: readonly string[]): Promise<Value[][][]> {
    const each = batches.map((values) => ({ input: `SELECT * FROM VALUES ${values} AS input(${columns})` }))
    return (await this.stream(query, each, { isComplete: true })).outputs
  }

  /** Runs a query over streams batch by batch; each batch gives every stream's rows as a query. The watermark goes on as in a flow. */
  async stream(
    query: string,
    batches: readonly Readonly<Record<string, string>>[],
    { isComplete = false, store = this.store() } = {},
  ): Promise<Streamed> {
    const streamed = { outputs: [] as Value[][][], late: [] as number[], states: [] as number[][] }
    for (const [i, inputs] of batches.entries()) {
      const state = await store.open(i === 0 ? undefined : i - 1, i)
      const observed = nothingObserved()
      const batch: Batch = {
        session: this.session,
        schemaOf: (relation) => this.engine.compile(relation, CONTEXT).schema,
        watermarkMicros: state.watermarkMicros,
        state,
        observed,
        isComplete,
        appliesRules: () => false,
      }
      const output = await evaluate(await this.#bound(query, inputs), batch)
      streamed.outputs.push((await this.session.rows(output)).map((row) => [...row]))
      streamed.late.push(Number(observed.droppedByWatermark))
      streamed.states.push(state.operators.map((each) => each.rows))
      const progress = mergeProgress(state.eventTimes, observed.eventTimes)
      await state.save(progress, advanceWatermark(state.watermarkMicros, progress))
    }
    return streamed
  }

  async #bound(query: string, inputs: Readonly<Record<string, string>>): Promise<Relation> {
    const streams = new Map<string, Relation>()
    for (const [name, rows] of Object.entries(inputs)) {
      const { scan } = await this.session.stage(parseQuery(rows))
      streams.set(name, { kind: 'SubqueryAlias', input: { ...scan, isStreaming: true }, alias: name })
    }
    return transform(parseQuery(query), (node) => (node.kind === 'Read' ? streams.get(node.name[0]!)! : node))
  }
}

/** What each batch gave, dropped as late, and left in the state of each operator. */
export interface Streamed {
  readonly outputs: Value[][][]
  readonly late: number[]
  readonly states: number[][]
}
