/**
 * How long the plan of a large pipeline takes, cold: parse, resolve and validate 1,000 datasets, half of them in TypeScript.
 * Prints one JSON object. Goal: 500 ms.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

const FILES = 50
const CHAINS_PER_FILE = 4

/** One chain: bronze from files, silver with rules, a view, a gold aggregate, and a join with the chain before. */
function sqlChain(id: number): string {
  return `
CREATE OR REFRESH STREAMING TABLE bronze_${id} COMMENT 'raw ${id}'
AS SELECT *, _metadata.file_path AS source_file, current_timestamp() AS loaded_at
FROM STREAM read_files('data/${id}', format => 'json', schema => 'id BIGINT, amount DECIMAL(10,2), region STRING, ts TIMESTAMP');

CREATE OR REFRESH STREAMING TABLE silver_${id} (
  CONSTRAINT valid_id EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT valid_amount EXPECT (amount > 0 AND amount < 100000) ON VIOLATION DROP ROW
) AS SELECT id, CAST(amount AS DECIMAL(12,2)) AS amount, upper(region) AS region, ts, loaded_at
FROM STREAM bronze_${id} WHERE region IS NOT NULL;

CREATE TEMPORARY VIEW recent_${id} AS
WITH ranked AS (SELECT *, row_number() OVER (PARTITION BY id ORDER BY ts DESC) AS rank FROM silver_${id})
SELECT * FROM ranked WHERE rank = 1;

CREATE OR REFRESH MATERIALIZED VIEW gold_${id} CLUSTER BY (day) AS
SELECT to_date(ts) AS day, region, count(*) AS orders, sum(amount) AS total, avg(amount) AS mean
FROM recent_${id} GROUP BY ALL HAVING count(*) > 1;

CREATE OR REFRESH MATERIALIZED VIEW joined_${id} AS
SELECT g.*, p.total AS previous FROM gold_${id} g
LEFT JOIN gold_${Math.max(id - 1, 0)} p ON g.day = p.day AND g.region = p.region;`
}

function typescriptChain(id: number): string {
  return `
const bronze_${id} = streamingTable('bronze_${id}', { comment: 'raw ${id}' }, () =>
  readStream.format('cloudFiles').option('cloudFiles.format', 'json')
    .schema('id BIGINT, amount DECIMAL(10,2), region STRING, ts TIMESTAMP').load('data/${id}')
    .withColumns({ loaded_at: currentTimestamp() }))
const silver_${id} = streamingTable('silver_${id}', {
  expectOrDrop: { valid_id: 'id IS NOT NULL', valid_amount: 'amount > 0 AND amount < 100000' },
}, () => readStream.table(bronze_${id}).where('region IS NOT NULL')
  .select('id', col('amount').cast('decimal(12,2)'), upper('region').as('region'), 'ts', 'loaded_at'))
const recent_${id} = temporaryView('recent_${id}', () => read.table(silver_${id}).dropDuplicates(['id']))
const gold_${id} = materializedView('gold_${id}', { clusterBy: ['day'] }, () => read.table(recent_${id})
  .groupBy(toDate('ts').as('day'), 'region')
  .agg(count('*').as('orders'), sum('amount').as('total'), avg('amount').as('mean')))
materializedView('joined_${id}', () => sql\`SELECT g.*, p.total AS previous FROM \${gold_${id}} g
  LEFT JOIN gold_${Math.max(id - 1, 0)} p ON g.day = p.day AND g.region = p.region\`)`
}

function writePipeline(folder: string): void {
  mkdirSync(join(folder, 'transformations'))
  writeFileSync(join(folder, 'pipeline.yml'), 'name: bench')
  const imports = `import { materializedView, read, readStream, sql, streamingTable, temporaryView } from 'millrace'
import { avg, col, count, currentTimestamp, sum, toDate, upper } from 'millrace/functions'`
  for (let file = 0; file < FILES; file++) {
    const ids = Array.from({ length: CHAINS_PER_FILE }, (_, i) => file * CHAINS_PER_FILE + i)
    const isSql = file % 2 === 0
    const text = isSql ? ids.map(sqlChain).join('') : imports + ids.map(typescriptChain).join('')
    writeFileSync(join(folder, `transformations/f${file}.${isSql ? 'sql' : 'ts'}`), text)
  }
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
try {
  writePipeline(folder)
  const started = performance.now()
  const { findProject, loadGraph, resolveGraph } = await import('../src/graph/index.ts')
  const imported = performance.now()
  const project = await findProject(folder)
  const definitions = await loadGraph(project)
  const loaded = performance.now()
  const graph = await resolveGraph(definitions, project, {
    externalSchema: () => undefined,
    sourceSchema: () => undefined,
  })
  const resolved = performance.now()
  console.log(
    JSON.stringify({
      datasets: graph.datasets.length,
      import_ms: Math.round(imported - started),
      load_ms: Math.round(loaded - imported),
      resolve_ms: Math.round(resolved - loaded),
      total_ms: Math.round(resolved - started),
      since_process_start_ms: Math.round(resolved),
      node: process.version,
    }),
  )
} finally {
  rmSync(folder, { recursive: true })
}
