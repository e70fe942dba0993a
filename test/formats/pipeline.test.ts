import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestPipeline } from '../support/test-pipeline.ts'

// A pipeline as version 1 of its formats left it, stopped in the middle of two things: its silver flow had committed the rows
// that it rejected and not yet the others, and a full refresh of the copies had been asked for.
let pipeline: TestPipeline

beforeEach(() => {
  pipeline = new TestPipeline({})
  cpSync(join(import.meta.dirname, '../fixtures/formats/pipeline-v1'), pipeline.folder, { recursive: true })
})

afterEach(() => pipeline.close())

test('an update goes on from every file that an older version left', async () => {
  const summary = await pipeline.run()
  expect(summary.errors).toEqual([])
  expect(await pipeline.query('SELECT id, amount FROM silver ORDER BY id')).toEqual([
    [1, 5],
    [3, 7],
    [5, 9],
  ])
  expect(await pipeline.query('SELECT id FROM rejected ORDER BY id')).toEqual([[2], [4]])
  expect(await pipeline.query('SELECT id FROM copies ORDER BY id')).toEqual([
    [1],
    [1],
    [2],
    [3],
    [3],
    [4],
    [5],
  ])
  expect(await pipeline.query('SELECT id, name FROM names')).toEqual([[1, 'one']])
})

const SILVER = 'checkpoints/main%2Eshop%2Esilver/silver/0'

test.each([
  ['millrace.batch', `${SILVER}/offsets/00000000000000000001.json`],
  ['millrace.prepared-batch', `${SILVER}/prepared/00000000000000000001.json`],
  ['millrace.state', `${SILVER}/state/00000000000000000001.json`],
  ['millrace.resets', 'resets.json'],
  ['millrace.table-setup', 'tables.json'],
  ['millrace.files-pin', 'sources/67db5e50c6e56bc94c360659679594a8/files.json'],
])('a newer %s is refused by name', async (format, path) => {
  const file = join(pipeline.folder, '.millrace', path)
  const content = JSON.parse(readFileSync(file, 'utf8'))
  expect(content).toMatchObject({ format, version: 1 })
  writeFileSync(file, JSON.stringify({ ...content, version: 2 }))
  const { errors } = await pipeline.run().catch((error: Error) => ({ errors: [error] }))
  const cause = errors[0]?.cause ?? errors[0]
  expect(cause).toMatchObject({
    condition: 'UNSUPPORTED_FORMAT_VERSION',
    parameters: {
      format,
      path: expect.stringContaining(path.split('/').at(-1)!),
      found: '2',
      supported: '1',
    },
  })
})
