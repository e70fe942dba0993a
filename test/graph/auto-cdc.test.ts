import { describe, expect, test } from 'vitest'
import type { ResolvedGraph } from '../../src/graph/index.ts'
import { printSchema } from '../../src/types/ddl.ts'
import { graphOf } from './pipeline-folder.ts'

const SOURCE = `import { autoCdcFlow, read, readStream, sql, streamingTable, temporaryView, materializedView } from 'millrace'
import { col, expr, struct } from 'millrace/functions'
export const events = streamingTable('events', () => readStream.format('json')
  .schema('sku STRING, title STRING, price INT, op STRING, seq BIGINT, changed ARRAY<STRING>').load('data/events'))
`
/** A pipeline with one flow of these options over the table `events`. */
const flowWith = (options: string, target = `streamingTable('items')`) => ({
  'a.ts': `${SOURCE}const items = ${target}
autoCdcFlow({ target: items, source: events, ${options} })`,
})

const flowOf = (graph: ResolvedGraph) => graph.flows.find((each) => each.kind === 'auto_cdc')!
const tableOf = (graph: ResolvedGraph) => graph.datasets.find((each) => each.name === 'items')!

describe('a flow of changes in TypeScript', () => {
  test('has the name of its target, reads its source as a stream and is clustered by its keys', async () => {
    const graph = await graphOf(
      flowWith(`keys: ['sku'], sequenceBy: 'seq', exceptColumnList: ['op', 'changed']`),
    )
    expect(flowOf(graph)).toMatchObject({
      identifier: 'spark_catalog.default.items',
      name: 'items',
      target: 'spark_catalog.default.items',
      once: false,
      inputs: ['spark_catalog.default.events'],
      query: { kind: 'Read', name: ['spark_catalog', 'default', 'events'], isStreaming: true },
    })
    const { schema, clusterBy } = tableOf(graph)
    expect(printSchema(schema)).toBe('sku STRING, title STRING, price INT, seq BIGINT')
    expect(clusterBy).toEqual(['sku'])
  })
})
