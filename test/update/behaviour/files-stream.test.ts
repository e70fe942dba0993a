import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const FILES = (options = '') =>
  `STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT'${options})`

describe('a stream of files', () => {
  test('goes on where it was when its options change', async () => {
    pipeline = new TestPipeline(`CREATE STREAMING TABLE bronze AS SELECT id FROM ${FILES()};`)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    pipeline.define(`CREATE STREAMING TABLE bronze AS SELECT id FROM ${FILES(', maxFilesPerTrigger => 1')};`)
    pipeline.land('orders/2.json', { id: 2 })
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await pipeline.query('SELECT id FROM bronze ORDER BY id')).toEqual([[1], [2]])
  })

  test('may be read twice by one flow, with limits of their own', async () => {
    pipeline = new TestPipeline(`CREATE STREAMING TABLE both AS
      SELECT id, 'a' AS side FROM ${FILES()} UNION ALL
      SELECT id, 'b' AS side FROM ${FILES(', maxFilesPerTrigger => 1')};`)
    pipeline.land('orders/1.json', { id: 1 })
    pipeline.land('orders/2.json', { id: 2 })
    await pipeline.run()
    expect(await pipeline.query('SELECT side, id FROM both ORDER BY side, id')).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['b', 2],
    ])
  })
})
