import { rmSync } from 'node:fs'
import { DeltaTable, mergeInto, prepareRows, writeRows } from '/work/main/src/delta/index.ts'
import { openDuckdbEngine } from '/work/main/src/engine/duckdb/engine.ts'
import { rowEngineOf } from '/work/main/src/engine/row-engine.ts'
import { localStorage } from '/work/main/src/storage/index.ts'
import { parseQuery, parseScript } from '/work/main/src/sql/index.ts'
const N = Number(process.argv[2] ?? 10_000_000)
const dv = process.argv[3] === 'dv'
const duckdb = await openDuckdbEngine()
const engine = rowEngineOf(duckdb, { timestampMicros: 1_767_225_600_000_000n, ansi: true })
const path = '/tmp/d-bench-table'
rmSync(path, { recursive: true, force: true })
const storage = localStorage(path)
const q = `SELECT id, concat('customer_', id % 1000) AS customer, id * 1.5D AS amount, CAST(id % 100 AS INT) AS quantity, timestamp_seconds(1700000000 + id) AS at, CASE WHEN id % 3 = 0 THEN 'paid' ELSE 'open' END AS status FROM range(${N})`
const schema = engine.schemaOf(parseQuery(q))
await DeltaTable.create(storage, engine.deltaPort, { schema, configuration: dv ? { 'delta.enableDeletionVectors': 'true' } : {} }).commit({ operation: 'CREATE TABLE' })
const table = await DeltaTable.open(storage, engine.deltaPort)
let t = performance.now()
const session = await engine.openSession()
const written = await writeRows(session, storage, parseQuery(q), table.snapshot.metadata, { targetFileSize: 16 * 1024 * 1024 })
await table.startTransaction().addRows(written).commit({ operation: 'WRITE' })
await session.close()
console.log('write', Math.round(performance.now() - t), 'ms', written.adds.length, 'files')
for (const share of [1000, 100, 10]) {
  const source = `(SELECT id * ${share} + CASE WHEN id % 10 = 0 THEN ${N} ELSE 0 END AS id, 'merged' AS customer, 1.0D AS amount, 7 AS quantity, timestamp_seconds(1800000000) AS at, 'new' AS status FROM range(${N / share})) AS s`
  const [st] = parseScript(`MERGE INTO t USING ${source} ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`) as any
  t = performance.now()
  const r = await mergeInto({ table, storage, engine }, { ...st, targetAlias: 't' })
  const [h] = await table.history(1)
  console.log(100 / share, '%', Math.round(performance.now() - t), 'ms', r.numUpdatedRows, r.numInsertedRows, h!.operationMetrics.scanTimeMs, h!.operationMetrics.rewriteTimeMs, 'rss', Math.round(process.memoryUsage().rss / 2**20))
}
await duckdb.close()
rmSync(path, { recursive: true, force: true })
