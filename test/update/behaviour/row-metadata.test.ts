import { afterEach, expect, it } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

const open: TestPipeline[] = []
const pipelineOf = (definitions: string): TestPipeline => {
  const pipeline = new TestPipeline(definitions)
  open.push(pipeline)
  return pipeline
}
afterEach(async () => {
  for (const pipeline of open.splice(0)) await pipeline.close()
})

it('_metadata tells where rows of a table by path lie, read as it stands or as a stream', async () => {
  const source = pipelineOf('CREATE MATERIALIZED VIEW numbers AS SELECT id FROM range(3);')
  await source.run()
  const table = `delta.\`${source.folderOf('main.shop.numbers')}\``
  const reader = pipelineOf(`
    CREATE MATERIALIZED VIEW places AS
      SELECT id, _metadata.row_index AS row, _metadata.file_size > 0 AS has_size FROM ${table} WHERE id > 0;
    CREATE STREAMING TABLE streamed AS
      SELECT id, _metadata.row_index AS row, _metadata.file_size > 0 AS has_size FROM STREAM ${table} WHERE id > 0;
  `)
  expect(await reader.run()).toMatchObject({ state: 'COMPLETED' })
  for (const name of ['places', 'streamed']) {
    expect(await reader.query(`SELECT * FROM main.shop.${name} ORDER BY id`)).toEqual([
      [1, 1, true],
      [2, 2, true],
    ])
  }
})
