import { describe, expect, test } from 'vitest'
import type { ResolvedFlow, ResolvedGraph } from '../../src/graph/resolved-graph.ts'
import { runFlows } from '../../src/update/scheduler.ts'
import { type DatasetSketch, graphOf, identifierOf } from './graph-of.ts'

/** Runs a graph's flows; each takes one turn of the event loop. Gives starts and ends in their order. */
async function trace(
  graph: ResolvedGraph,
  options: {
    fail?: readonly string[]
    concurrency?: number
    only?: readonly string[]
    stopAfter?: string
  } = {},
): Promise<string[]> {
  const lines: string[] = []
  const stop = new AbortController()
  const flows = graph.flows.filter(
    (flow) => flow.kind !== 'view' && (options.only === undefined || options.only.includes(flow.name)),
  )
  await runFlows({
    graph,
    flows,
    concurrency: options.concurrency ?? 1,
    signal: stop.signal,
    execute: async (flow: ResolvedFlow) => {
      lines.push(`${flow.name} starts`)
      await new Promise(setImmediate)
      if (flow.name === options.stopAfter) stop.abort()
      if (options.fail?.includes(flow.name)) throw new Error(`${flow.name} is broken`)
    },
    ended: (flow, end) => {
      const because = end.status === 'SKIPPED' && end.because ? ` because of ${end.because.name}` : ''
      lines.push(`${flow.name} ${end.status}${because}`)
    },
  })
  return lines
}

const chain: DatasetSketch[] = [{ name: 'a' }, { name: 'b', reads: ['a'] }, { name: 'c', reads: ['b'] }]

describe('runFlows', () => {
  test('a flow starts when those that write what it reads have completed', async () => {
    expect(await trace(graphOf(...chain), { concurrency: 3 })).toEqual([
      'a starts',
      'a COMPLETED',
      'b starts',
      'b COMPLETED',
      'c starts',
      'c COMPLETED',
    ])
  })

  test('independent flows run side by side, no more than allowed at once', async () => {
    const graph = graphOf({ name: 'a' }, { name: 'b' }, { name: 'c' })
    expect((await trace(graph, { concurrency: 2 })).slice(0, 3)).toEqual([
      'a starts',
      'b starts',
      'a COMPLETED',
    ])
  })

  test('a failed flow skips those behind it, through a chain, and spares its siblings', async () => {
    const graph = graphOf(...chain, { name: 'd' })
    expect(await trace(graph, { fail: ['a'] })).toEqual([
      'a starts',
      'a FAILED',
      'b SKIPPED because of a',
      'c SKIPPED because of b',
      'd starts',
      'd COMPLETED',
    ])
  })

  test('a flow waits for what the views that it reads read', async () => {
    const graph = graphOf(
      { name: 'a' },
      { name: 'v', kind: 'temporary_view', reads: ['a'] },
      { name: 'b', reads: ['v'] },
    )
    expect(await trace(graph, { fail: ['a'] })).toEqual(['a starts', 'a FAILED', 'b SKIPPED because of a'])
  })

  test('a reader of a quarantine waits for the flow that fills it', async () => {
    const graph = graphOf(
      { name: 'a', quarantine: identifierOf('q') },
      { name: 'q', quarantineOf: identifierOf('a') },
      { name: 'b', reads: ['q'] },
    )
    expect(await trace(graph, { fail: ['a'] })).toEqual(['a starts', 'a FAILED', 'b SKIPPED because of a'])
  })

  test("a view's quarantine is filled by the first flow that reads the view", async () => {
    const graph = graphOf(
      { name: 'a' },
      { name: 'v', kind: 'temporary_view', reads: ['a'], quarantine: identifierOf('q') },
      { name: 'b', reads: ['v'] },
      { name: 'c', reads: ['v'] },
      { name: 'q', quarantineOf: identifierOf('v') },
      { name: 'd', reads: ['q'] },
    )
    expect(await trace(graph, { fail: ['c'] })).toContain('d COMPLETED')
    expect(await trace(graph, { fail: ['b'] })).toContain('d SKIPPED because of b')
  })

  test('a flow outside of the selection is not waited for', async () => {
    expect(await trace(graphOf(...chain), { only: ['c'] })).toEqual(['c starts', 'c COMPLETED'])
  })

  test('after a stop the running flow ends as STOPPED, those that wait as SKIPPED', async () => {
    const graph = graphOf(...chain, { name: 'd' })
    expect(await trace(graph, { stopAfter: 'a', fail: ['a'] })).toEqual([
      'a starts',
      'a STOPPED',
      'b SKIPPED',
      'c SKIPPED',
      'd SKIPPED',
    ])
  })
})
