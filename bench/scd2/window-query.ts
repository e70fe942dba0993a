/**
 * The same history by one pass of DuckDB over all events, sorted, written as Parquet: what can be had where nothing is kept
 * up to date. `node bench/scd2/window-query.ts <events> <file>` prints the facts and the milliseconds as JSON.
 */
import { DuckDBInstance } from '@duckdb/node-api'
import { FACTS } from './history-pipeline.ts'

const [events, file] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
const start = performance.now()
await connection.run(`COPY (
  WITH seen AS (
    SELECT *, lag(seq) OVER key AS seq_before, lag(op) OVER key AS op_before,
      lag((name, city, amount)) OVER key AS values_before
    FROM '${events}/*.parquet'
    WINDOW key AS (PARTITION BY id ORDER BY seq)
  ),
  boundary AS (
    SELECT * FROM seen
    WHERE seq_before IS DISTINCT FROM seq
      AND (op = 'D' OR op_before IS DISTINCT FROM 'U' OR values_before IS DISTINCT FROM (name, city, amount))
  ),
  closed AS (
    SELECT id, name, city, amount, op, seq AS __START_AT,
      lead(seq) OVER (PARTITION BY id ORDER BY seq) AS __END_AT
    FROM boundary
  )
  SELECT * EXCLUDE (op) FROM closed WHERE op = 'U'
) TO '${file}' (FORMAT parquet, COMPRESSION snappy)`)
const ms = performance.now() - start
const facts = await connection.runAndReadAll(`SELECT ${FACTS} FROM '${file}'`)
console.log(JSON.stringify({ ms, facts: facts.getRowObjectsJson()[0] }))
