/**
 * A process of its own that works on a table until its time is over: `node table-writer.ts <folder> <writer> <seconds>`.
 * It appends rows of its own, counts up shared counters by MERGE, compacts, vacuums and adds columns, and prints what it
 * did: one JSON line for each commit, and one for each operation that gave way to another writer.
 */
import { addColumns, appendRows, DeltaTable, mergeInto, optimize, vacuum } from '../../../src/delta/index.ts'
import { openDuckdbEngine } from '../../../src/engine/duckdb/engine.ts'
import { rowEngineOf } from '../../../src/engine/row-engine.ts'
import { PipelineError } from '../../../src/errors/index.ts'
import type { Relation } from '../../../src/plan/relation.ts'
import { parseExpression, parseQuery } from '../../../src/sql/index.ts'
import { localStorage } from '../../../src/storage/index.ts'
import { LONG } from '../../../src/types/data-type.ts'
import { CONFLICTS, type Deed, VACUUM_HOURS } from './deeds.ts'

const [folder, writer, seconds] = process.argv.slice(2) as [string, string, string]
const duckdb = await openDuckdbEngine({ threads: 1, memoryLimit: '256MB' })
const engine = rowEngineOf(duckdb, { timestampMicros: 0n, ansi: true })
const storage = localStorage(folder)
const table = await DeltaTable.open(storage, engine.deltaPort)
const context = { table, storage, engine }

const query = (text: string): Relation => parseQuery(text)
const tell = (deed: Deed): void => void process.stdout.write(`${JSON.stringify(deed)}\n`)

async function append(turn: number): Promise<void> {
  const rows = query(`SELECT ${writer} AS writer, ${turn} AS turn, CAST(NULL AS INT) AS counter, 0L AS value`)
  const { version } = await appendRows(context, rows)
  tell({ kind: 'append', version, turn })
}

/** A counter that each knows, and one of this moment, which several writers may be the first to count. */
async function countUp(turn: number): Promise<void> {
  const counters = [turn % 5, Math.floor(Date.now() / 500) % 1_000_000]
  const rows = counters.map((counter) => `SELECT CAST(${counter} AS INT) AS counter`).join(' UNION ALL ')
  const { version, numAffectedRows } = await mergeInto(context, {
    source: { kind: 'SubqueryAlias', input: query(rows), alias: 's' },
    targetAlias: 't',
    condition: parseExpression('t.counter = s.counter'),
    clauses: [
      {
        when: 'matched',
        action: {
          kind: 'update',
          assignments: [{ column: ['value'], value: parseExpression('t.value + 1') }],
        },
      },
      {
        when: 'notMatched',
        action: {
          kind: 'insert',
          assignments: [
            { column: ['counter'], value: parseExpression('s.counter') },
            { column: ['value'], value: parseExpression('1L') },
          ],
        },
      },
    ],
  })
  if (numAffectedRows !== 2n) throw new Error(`a MERGE of 2 counters changed ${numAffectedRows}`)
  tell({ kind: 'merge', version, counters })
}

async function compact(): Promise<void> {
  const { version } = await optimize(context)
  if (version !== undefined) tell({ kind: 'optimize', version })
}

async function clean(): Promise<void> {
  await vacuum(context, { retentionHours: VACUUM_HOURS, checkRetention: false })
  tell({ kind: 'vacuum' })
}

async function widen(turn: number): Promise<void> {
  const { version } = await addColumns(context, [{ path: [`c_${writer}_${turn}`], dataType: LONG }])
  tell({ kind: 'addColumn', version })
}

const work = (turn: number): Promise<void> => {
  const choice = (turn + Number(writer)) % 12
  if (choice === 3) return compact()
  if (choice === 7) return clean()
  if (choice === 11 && turn < 40) return widen(turn)
  return choice % 3 === 0 ? countUp(turn) : append(turn)
}

const end = Date.now() + Number(seconds) * 1000
for (let turn = 1; Date.now() < end; turn++) {
  try {
    await work(turn)
  } catch (error) {
    if (!(error instanceof PipelineError) || !CONFLICTS.has(error.condition)) throw error
    tell({ kind: 'conflict', condition: error.condition })
  }
}
await duckdb.close()
