import { describe, expect, test } from 'vitest'
import { failuresOf, graphOf } from './pipeline-folder.ts'

const IMPORTS = `import { appendFlow, createSink, foreachBatchSink, materializedView, read, readStream, streamingTable } from 'millrace'
streamingTable('orders', () => readStream.format('cloudFiles').option('cloudFiles.format', 'json').schema('id BIGINT').load('data'))\n`
const SINK = "createSink('exports', { format: 'delta', options: { path: 'exports' } })\n"
const FLOW = "appendFlow({ target: 'exports', name: 'all' }, () => readStream.table('orders'))\n"

const failures = (definitions: string) => failuresOf({ 'a.ts': IMPORTS + definitions })

test('a sink and its flows are in the graph', async () => {
  const { datasets, flows } = await graphOf({ 'a.ts': IMPORTS + SINK + FLOW })
  expect(datasets.at(-1)).toMatchObject({
    identifier: 'exports',
    name: 'exports',
    kind: 'sink',
    sink: { format: 'delta', path: 'exports', mergeSchema: false },
  })
  expect(flows.at(-1)).toMatchObject({ name: 'all', target: 'exports', kind: 'append' })
})

describe('a sink is refused', () => {
  test.each([
    [
      "createSink('x', { format: 'kafka', options: {} })",
      /format must be 'delta', not "kafka"; .* foreachBatchSink/,
    ],
    ["createSink('x', { format: 'delta', options: {} })", /one of the options `path` and `tableName`/],
    ["createSink('x', { format: 'delta', options: { path: 'a', tableName: 'b' } })", /one of the options/],
    ["createSink('shop.x', { format: 'delta', options: { path: 'a' } })", /a single word/],
    ["foreachBatchSink('x')", /must be a function/],
  ])('%s', async (definition, reason) => {
    const [error] = await failures(definition)
    expect(error).toMatchObject({
      condition: 'INVALID_SINK',
      parameters: { reason: expect.stringMatching(reason) },
      position: { file: 'a.ts', line: 3 },
    })
  })

  test('with an option that it does not have', async () => {
    const [error] = await failures("createSink('x', { format: 'delta', options: { pth: 'a' } })")
    expect(error).toMatchObject({
      condition: 'UNSUPPORTED_DATASET_OPTION',
      parameters: { element: 'createSink', name: 'x', option: 'pth', advice: "Did you mean 'path'?" },
    })
  })

  test('over a table of the pipeline', async () => {
    const [error] = await failures(SINK.replace("path: 'exports'", "tableName: 'orders'") + FLOW)
    expect(error).toMatchObject({
      condition: 'INVALID_SINK',
      parameters: {
        sink: 'exports',
        reason: expect.stringContaining("'orders' is a dataset of this pipeline"),
      },
    })
  })
})

describe('a flow into a sink is refused', () => {
  test.each([
    [
      "appendFlow({ target: 'exports', name: 'all' }, () => read.table('orders'))",
      'its query reads no stream',
    ],
    [
      "appendFlow({ target: 'exports', name: 'all', once: true }, () => read.table('orders'))",
      'it runs once',
    ],
  ])('%s', async (flow, reason) => {
    const [error] = await failures(SINK + flow)
    expect(error).toMatchObject({
      condition: 'INVALID_SINK_FLOW',
      parameters: { flow: 'all', sink: 'exports', reason },
    })
  })

  test.each([
    ['a Delta sink', SINK],
    ['a function', "foreachBatchSink('exports', () => {})\n"],
  ])('where %s would get two columns of one name', async (_, sink) => {
    const [error] = await failures(
      `${sink}appendFlow({ target: 'exports', name: 'all' }, () => readStream.table('orders').selectExpr('id AS x', '-id AS X'))`,
    )
    expect(error).toMatchObject({
      condition: 'COLUMN_ALREADY_EXISTS',
      parameters: { tableName: 'exports', columnName: 'X' },
      position: { file: 'a.ts', line: 4 },
    })
  })

  test('where its result is written anew each time', async () => {
    const [error] = await failures(
      `${SINK}appendFlow({ target: 'exports', name: 'all' }, () => readStream.table('orders').groupBy('id').count())`,
    )
    expect(error).toMatchObject({ condition: 'UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK' })
  })
})

test('a sink cannot be read', async () => {
  const [error] = await failures(`${SINK}${FLOW}materializedView('again', () => read.table('exports'))`)
  expect(error).toMatchObject({ condition: 'SINK_CANNOT_BE_READ', parameters: { sink: 'exports' } })
})
