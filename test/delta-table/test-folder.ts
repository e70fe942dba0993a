import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A path below a folder of this test file's own, which is removed after its tests. */
export function freshPath(): string {
  return join(folder, `table-${++tables}`)
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-delta-table-'))
let tables = 0

afterAll(() => rmSync(folder, { recursive: true, force: true }))
