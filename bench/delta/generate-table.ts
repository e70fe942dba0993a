import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

/** Columns of the orders that all contests use: six values a row, 10 to 20 bytes when compressed. */
const ORDER = `id, (hash(id) % 100000)::INTEGER AS customer, (hash(id + 1) % 1000000 / 100)::DECIMAL(12, 2) AS amount,
  (hash(id + 2) % 1000 / 7)::DOUBLE AS weight, 'note ' || hash(id + 3) % 5000 AS note,
  TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_seconds(id) AS at`

const FIELDS = [
  ['id', 'long'],
  ['customer', 'integer'],
  ['amount', 'decimal(12,2)'],
  ['weight', 'double'],
  ['note', 'string'],
  ['at', 'timestamp'],
]

/** Runs statements in a DuckDB of their own, which stands for neither side. */
export async function withDuckdb<Result>(
  use: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run("SET TimeZone = 'UTC'")
    return await use(connection)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** A Parquet file of orders with the ids that a query gives in its column `id`. */
export async function generateOrders(path: string, ids: string): Promise<void> {
  await withDuckdb((connection) =>
    connection.run(`COPY (SELECT ${ORDER} FROM (${ids})) TO '${path}' (FORMAT parquet, COMPRESSION snappy)`),
  )
}

/** A Delta table of orders in one commit: `files` files, each of a range of ids, with statistics of the ids. */
export async function generateTable(path: string, files: number, rows: number): Promise<void> {
  mkdirSync(join(path, '_delta_log'), { recursive: true })
  const perFile = Math.ceil(rows / files)
  const actions: object[] = [
    { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
    { metaData: metadata() },
  ]
  await withDuckdb(async (connection) => {
    for (let i = 0; i < files; i++) {
      const [from, to] = [i * perFile, Math.min(rows, (i + 1) * perFile)]
      const name = `part-${String(i).padStart(5, '0')}-0a1b2c3d-0000-4000-8000-000000000000.parquet`
      await connection.run(
        `COPY (SELECT ${ORDER} FROM range(${from}, ${to}) AS r(id)) TO '${join(path, name)}' (FORMAT parquet)`,
      )
      actions.push(add(name, statSync(join(path, name)).size, from, to))
    }
  })
  const lines = actions.map((each) => `${JSON.stringify(each)}\n`).join('')
  writeFileSync(join(path, '_delta_log/00000000000000000000.json'), lines)
}

function metadata(): object {
  const fields = FIELDS.map(([name, type]) => ({ name, type, nullable: true, metadata: {} }))
  return {
    id: '0a1b2c3d-0000-4000-8000-000000000000',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields }),
    partitionColumns: [],
    configuration: {},
    createdTime: 1_700_000_000_000,
  }
}

function add(path: string, size: number, from: number, to: number): object {
  const stats = {
    numRecords: to - from,
    minValues: { id: from },
    maxValues: { id: to - 1 },
    nullCount: { id: 0 },
  }
  return {
    add: {
      path,
      partitionValues: {},
      size,
      modificationTime: 1_700_000_000_000,
      dataChange: true,
      stats: JSON.stringify(stats),
    },
  }
}
