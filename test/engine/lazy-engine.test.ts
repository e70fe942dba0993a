import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { LazyEngine } from '../../src/engine/lazy-engine.ts'
import { temporaryFolder } from '../support/delta.ts'

const folder = temporaryFolder()
const engine = new LazyEngine(() => openDuckdbEngine())
afterAll(async () => {
  await engine.close()
  folder.remove()
})

it('opens for the first checkpoint, which is written with the columns that are asked for', async () => {
  expect(engine.isOpen).toBe(false)
  const path = join(folder.path, 'checkpoint.parquet')
  const actions = [{ checkpointMetadata: { version: 3 } }]
  expect(
    await engine.deltaPort.writeCheckpoint(path, actions, { kinds: ['checkpointMetadata', 'sidecar'] }),
  ).toBe(1)
  expect(engine.isOpen).toBe(true)
  const rows: unknown[] = []
  for await (const chunk of engine.deltaPort.readActions([path])) rows.push(...(chunk.rows ?? []))
  expect(rows.map((each) => JSON.parse(String(each)))).toEqual([
    { checkpointMetadata: { version: 3, tags: null }, sidecar: null },
  ])
})
