import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

test('a secret is looked up where a source is opened, and is in no file that an update writes', async () => {
  process.env.TEST_ONLY_SEPARATOR = '|#tell-nobody#|'
  pipeline = new TestPipeline(`
    CREATE STREAMING TABLE t AS SELECT * FROM STREAM read_files('data/in', format => 'csv', header => 'true',
      sep => '\${secret:TEST_ONLY_SEPARATOR}', schema => 'a INT, b INT');`)
  pipeline.write('data/in/1.csv', 'a|#tell-nobody#|b\n1|#tell-nobody#|2\n')
  expect((await pipeline.run()).errors).toEqual([])
  expect(await pipeline.query('SELECT a, b FROM t')).toEqual([[1, 2]])
  for (const folder of ['.millrace', 'warehouse']) {
    for (const entry of readdirSync(join(pipeline.folder, folder), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile()) continue
      expect(readFileSync(join(entry.parentPath, entry.name), 'latin1')).not.toContain('tell-nobody')
    }
  }
})
