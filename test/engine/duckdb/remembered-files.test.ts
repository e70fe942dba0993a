import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDuckdbEngine } from '../../../src/engine/duckdb/engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'remembered-'))

afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['footers and parts of files stay in memory', true, ['EXTERNAL_FILE_CACHE', 'OBJECT_CACHE']],
  ['an engine that is to forget files keeps nothing of them', false, []],
])('%s', async (_, remembersFiles, kept) => {
  const engine = await openDuckdbEngine({ threads: 1, remembersFiles })
  const connection = await engine.instance.connect()
  try {
    const path = join(folder, `${remembersFiles}.parquet`)
    await connection.run(`COPY (SELECT range AS id FROM range(1000)) TO '${path}'`)
    await connection.runAndReadAll(`SELECT sum(id) FROM read_parquet('${path}')`)
    const memory = await connection.runAndReadAll(
      "SELECT tag FROM duckdb_memory() WHERE tag LIKE '%CACHE' AND memory_usage_bytes > 0 ORDER BY tag",
    )
    expect(memory.getColumns()[0] ?? []).toEqual(kept)
  } finally {
    connection.closeSync()
    await engine.close()
  }
})
