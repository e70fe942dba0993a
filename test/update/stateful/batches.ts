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
    return new StateStore(this.storage, `state-${this.#stores}`, 'main.shop.silver')
  }

  /** Runs a query over `STREAM(input)` batch by batch; `batches` are the rows of each, as VALUES. Gives each batch's rows. */
  async run(query: string, columns: string, batches: readonly string[]): Promise<Value[][][]> {
    const store = this.store()
    const outputs: Value[][][] = []
    for (const [i, values] of batches.entries()) {
      const rows = await this.session.stage(parseQuery(`SELECT * FROM VALUES ${values} AS input(${columns})`))
      const input: Relation = {
        kind: 'SubqueryAlias',
        input: { ...rows.scan, isStreaming: true },
        alias: 'input',
      }
      const state = await store.open(i === 0 ? undefined : i - 1, i)
      const batch: Batch = {
        session: this.session,
        schemaOf: (relation) => this.engine.compile(relation, CONTEXT).schema,
        watermarkMicros: undefined,
        state,
        observed: nothingObserved(),
        isComplete: true,
        appliesRules: () => false,
      }
      const bound = transform(parseQuery(query), (node) => (node.kind === 'Read' ? input : node))
      outputs.push((await this.session.rows(await evaluate(bound, batch))).map((row) => [...row]))
      await state.save([], undefined)
    }
    return outputs
  }
}
