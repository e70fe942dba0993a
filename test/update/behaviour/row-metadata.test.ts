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

it('_metadata tells where rows of the tables of the pipeline lie, of changes too', async () => {
  const pipeline = pipelineOf(`
    CREATE MATERIALIZED VIEW numbers
      TBLPROPERTIES ('delta.enableRowTracking' = 'true', 'delta.enableChangeDataFeed' = 'true')
      AS SELECT id FROM range(3);
    CREATE STREAMING TABLE landed AS SELECT * FROM STREAM numbers;
    CREATE TEMPORARY VIEW seen AS SELECT id, _metadata.file_name AS file FROM STREAM landed;
    CREATE STREAMING TABLE places AS SELECT * FROM STREAM seen WHERE file LIKE 'part-%.parquet';
    CREATE MATERIALIZED VIEW ids AS SELECT id, _metadata.row_id AS row_id FROM numbers;
    CREATE MATERIALIZED VIEW changes AS
      SELECT id, _metadata.file_name LIKE '%.parquet' AS has_file FROM table_changes('numbers', 0);
    CREATE STREAMING TABLE streamed_changes AS
      SELECT id, _metadata.file_name LIKE '%.parquet' AS has_file FROM STREAM table_changes('numbers', 0);
  `)
  expect(await pipeline.run()).toMatchObject({ state: 'COMPLETED' })
  expect(await pipeline.query('SELECT id FROM main.shop.places ORDER BY id')).toEqual([[0], [1], [2]])
  expect(await pipeline.query('SELECT * FROM main.shop.ids ORDER BY id')).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ])
  for (const name of ['changes', 'streamed_changes']) {
    expect(await pipeline.query(`SELECT * FROM main.shop.${name} ORDER BY id`)).toEqual([
      [0, true],
      [1, true],
      [2, true],
    ])
  }
})
