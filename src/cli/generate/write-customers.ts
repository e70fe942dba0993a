import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDuckdbEngine } from '../../engine/duckdb/engine.ts'
import type { EngineSession } from '../../engine/engine.ts'
import { field, LONG, STRING, struct } from '../../types/data-type.ts'
import { customerAt, type RawCustomer } from './customer-rows.ts'
import { writeJsonLines } from './write-lines.ts'

const schema = struct([
  field('customer_id', LONG),
  field('customer_name', STRING),
  field('customer_segment', STRING),
])

/** Writes customers 1 to `count` as `customers.parquet` into a folder. */
export async function writeCustomers(folder: string, count: number): Promise<void> {
  const temporary = mkdtempSync(join(tmpdir(), 'millrace-customers-'))
  const engine = await openDuckdbEngine()
  try {
    const lines = join(temporary, 'customers.json')
    writeJsonLines(lines, customers(count))
    const session = await engine.openSession({ timestampMicros: 0n, ansi: true })
    await writeParquet(session, lines, folder)
  } finally {
    await engine.close()
    rmSync(temporary, { recursive: true })
  }
}

function* customers(count: number): Generator<RawCustomer> {
  for (let id = 1; id <= count; id++) yield customerAt(id)
}

/** The file appears under its name when it is whole, from a hidden folder beside it. */
async function writeParquet(session: EngineSession, lines: string, folder: string): Promise<void> {
  const hidden = join(folder, '.part')
  const { files } = await session.write({
    query: { kind: 'Scan', input: { kind: 'ndjson', paths: [lines] }, schema },
    schema,
    partitionColumns: [],
    folder: hidden,
    orderBy: ['customer_id'],
  })
  for (const [i, { localPath }] of files.entries()) {
    renameSync(localPath, join(folder, files.length === 1 ? 'customers.parquet' : `customers-${i}.parquet`))
  }
  rmSync(hidden, { recursive: true })
}
