import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rowsRead, ThreadPool } from '../../../src/engine/duckdb/thread-pool.ts'
import { joinOn, TRUE } from '../../../src/plan/build.ts'
import type { Scan } from '../../../src/plan/relation.ts'
import type { ScanInput } from '../../../src/plan/scan.ts'
import { parseSchema } from '../../../src/types/ddl.ts'

const FEW = 500
const MANY = 1_000_000

let instance: DuckDBInstance
let connection: DuckDBConnection
let pool: ThreadPool

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  connection = await instance.connect()
  pool = new ThreadPool(instance, 3)
})

afterAll(() => {
  pool.close()
  connection.closeSync()
  instance.closeSync()
})

async function threads(): Promise<unknown> {
  return (await connection.runAndReadAll("SELECT current_setting('threads')")).getRows()[0]![0]
}

test('a query of few rows runs on the thread that waits for it', async () => {
  expect(await pool.work(FEW, threads)).toBe(1n)
})

test('threads are there as long as a query of many rows runs', async () => {
  const first = await pool.take(MANY)
  expect(await pool.work(MANY, threads)).toBe(3n)
  expect(await pool.work(FEW, threads)).toBe(3n)
  await first()
  expect(await threads()).toBe(1n)
})

test('they go where the query fails', async () => {
  const failing = pool.work(MANY, () => connection.run('SELECT nothing'))
  await expect(failing).rejects.toThrow('nothing')
  expect(await threads()).toBe(1n)
})

test('queries of many rows give exact results while others come and go', async () => {
  const sums = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      const own = await instance.connect()
      const sum = `SELECT sum(range)::BIGINT FROM range(${1000 * (i + 1)})`
      const result = await pool.work(i % 2 === 0 ? MANY : FEW, () => own.runAndReadAll(sum))
      own.closeSync()
      return result.getRows()[0]![0]
    }),
  )
  expect(sums).toEqual(sums.map((_, i) => (1000n * BigInt(i + 1) * (1000n * BigInt(i + 1) - 1n)) / 2n))
  expect(await threads()).toBe(1n)
})

test('the rows that a query reads are those of all its inputs; where nobody knows they are many', () => {
  const counted = scan({ kind: 'staged', table: 'a', rowCount: 10n })
  const files = ['x', 'y'].map((path) => ({ path, partitionValues: {}, sizeBytes: 1600 }))
  const delta = scan({
    kind: 'delta',
    files: [{ ...files[0]!, numRecords: 7 }, files[1]!],
    tableSchema: SCHEMA,
    partitionColumns: [],
    columnMapping: 'none',
  })
  expect(rowsRead(joinOn(counted, delta, 'left', TRUE))).toBe(10 + 7 + 100)
  expect(rowsRead(scan({ kind: 'staged', table: 'b' }))).toBe(Infinity)
})

const SCHEMA = parseSchema('id BIGINT')

function scan(input: ScanInput): Scan {
  return { kind: 'Scan', input, schema: SCHEMA }
}
