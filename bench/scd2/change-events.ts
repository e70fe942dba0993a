import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DeltaTable } from '../../src/delta-table/index.ts'
import { withDuckdb } from '../delta/generate-table.ts'
import { WORK } from '../orders-pipeline.ts'

export interface ChangeEvents {
  readonly keys: number
  readonly events: number
  /** Events a file, and so a batch. */
  readonly batch: number
  /** `local`: the events of a batch are about keys beside each other, as those of the newest orders are. */
  readonly spread: 'random' | 'local'
}

/** The columns of an event behind its key, computed from its number `seq`: 2 % are deletes. */
const COLUMNS = `seq,
  CASE WHEN hash(seq + 1) % 50 = 0 THEN 'D' ELSE 'U' END AS op,
  'customer ' || hash(seq + 2) % 100000 AS name,
  'city ' || hash(seq + 3) % 500 AS city,
  (hash(seq + 4) % 1000000 / 100)::DECIMAL(12, 2) AS amount`

/** A Parquet file of events with these numbers; `id` is an expression over `seq`. */
export async function eventsFile(path: string, id: string, from: number, count: number): Promise<void> {
  await withDuckdb((connection) =>
    connection.run(`COPY (
        SELECT (${id})::BIGINT AS id, ${COLUMNS} FROM range(${from}, ${from + count}) AS r(seq)
      ) TO '${path}' (FORMAT parquet, COMPRESSION snappy)`),
  )
}

/**
 * A Delta table of change events `(id, seq, op, name, city, amount)`, one file a batch, in the order in which they arrive: 2 %
 * are deletes, 5 % arrive one to four batches late, 1 % are copies of others that arrive later. The same numbers give the
 * same events, which are made once and kept between runs of a benchmark. Gives the table's path.
 */
export async function changeEvents({ keys, events, batch, spread }: ChangeEvents): Promise<string> {
  const path = join(WORK, `changes-${keys}-${events}-${batch}-${spread}`)
  if (DeltaTable.isDeltaTable(path)) return path
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true })
  const originals = Math.round(events * 0.99)
  const id =
    spread === 'random'
      ? `hash(seq) % ${keys}`
      : `(seq * ${keys} // ${originals} + hash(seq) % ${Math.ceil(batch / 4)}) % ${keys}`
  await withDuckdb(async (connection) => {
    await connection.run(`CREATE TABLE events AS
      WITH original AS (
        SELECT
          (${id})::BIGINT AS id,
          ${COLUMNS},
          seq + CASE WHEN hash(seq + 5) % 20 = 0 THEN ${batch} * (1 + hash(seq + 6) % 4) ELSE 0 END AS arrives
        FROM range(${originals}) AS r(seq)
      )
      SELECT * EXCLUDE (arrives) FROM (
        FROM original
        UNION ALL BY NAME
        SELECT * REPLACE (arrives + hash(seq + 7) % ${2 * batch} AS arrives)
        FROM original WHERE hash(seq + 8) % 99 = 0
      ) ORDER BY arrives, seq`)
    const counted = await connection.runAndReadAll('SELECT count(*) FROM events')
    const batches = Math.ceil(Number(counted.value(0, 0)) / batch)
    for (let i = 0; i < batches; i++) {
      const file = join(path, `part-${String(i).padStart(5, '0')}.parquet`)
      await connection.run(`COPY (
          SELECT * FROM events WHERE rowid >= ${i * batch} AND rowid < ${(i + 1) * batch}
        ) TO '${file}' (FORMAT parquet, COMPRESSION snappy)`)
    }
  })
  await using _ = await DeltaTable.convertToDelta(path)
  return path
}
