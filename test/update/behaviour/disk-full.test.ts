import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PipelineError } from '../../../src/errors/index.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

/** A file system of its own with room for little; only root may make one. */
const disk = mkdtempSync(join(tmpdir(), 'millrace-disk-'))
const canMount = mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk)

function mount(...args: readonly string[]): boolean {
  try {
    execFileSync('mount', args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The source lies on another disk. */
const landing = mkdtempSync(join(tmpdir(), 'millrace-landing-'))

let pipeline: TestPipeline

beforeAll(() => {
  if (process.env.CI === 'true') expect(canMount).toBe(true)
})

afterAll(async () => {
  await pipeline?.close()
  if (canMount) execFileSync('umount', [disk])
  for (const folder of [disk, landing]) rmSync(folder, { recursive: true, force: true })
})

test.skipIf(!canMount)('a full disk is a clear error, and the next update has all rows once', async () => {
  const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, text: incompressible(id) }))
  pipeline = new TestPipeline(
    `CREATE STREAMING TABLE bronze AS
       SELECT * FROM STREAM read_files('${landing}', format => 'json', schema => 'id BIGINT, text STRING');
     CREATE STREAMING TABLE silver AS SELECT DISTINCT * FROM STREAM(bronze);`,
    {},
    disk,
  )
  writeFileSync(join(landing, 'rows.json'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const failed = await pipeline.run().catch((error: unknown) => ({ state: 'FAILED', errors: [error] }))
  expect(failed.state).toBe('FAILED')
  expect(['ENGINE_OUT_OF_DISK', 'STORAGE_FULL']).toContain((failed.errors[0] as PipelineError).condition)

  mount('-o', 'remount,size=200m', disk)
  expect((await pipeline.run()).state).toBe('COMPLETED')
  expect(await pipeline.query('SELECT count(*), count(DISTINCT id) FROM silver')).toEqual([[20_000, 20_000]])
})

function incompressible(id: number): string {
  return ['a', 'b', 'c', 'd']
    .map((salt) =>
      createHash('sha256')
        .update(salt + id)
        .digest('base64'),
    )
    .join('')
}
