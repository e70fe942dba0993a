import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortTopologically } from '../../src/graph/topology.ts'

const sort = (graph: Readonly<Record<string, string>>) =>
  sortTopologically(Object.keys(graph), (node) => [...graph[node]!])

test('a node follows what it depends on, and else stays where it was', () => {
  expect(sort({ a: 'c', b: '', c: 'd', d: '' })).toEqual({ order: ['d', 'c', 'a', 'b'], circles: [] })
})

test.each([
  ['a node that depends on itself', { a: 'a', b: '' }, [['a']], ['b']],
  ['two', { a: 'b', b: 'a' }, [['a', 'b']], []],
  ['a circle behind a path', { a: 'b', b: 'c', c: 'b', d: 'c' }, [['b', 'c']], ['a', 'd']],
  ['two circles', { a: 'a', b: 'c', c: 'b' }, [['a'], ['b', 'c']], []],
])('%s', (_, graph, circles, order) => {
  const result = sort(graph)
  expect(result.circles).toEqual(circles)
  expect(result.order.toSorted()).toEqual(order)
})

test('every node of a graph without circles comes behind all that it depends on', () => {
  const edges = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 100 })
  fc.assert(
    fc.property(edges, fc.array(fc.nat(30)), (pairs, start) => {
      const nodes = [...new Set([...start, ...pairs.flat()])]
      const below = (node: number) => pairs.filter(([a, b]) => a === node && b < a).map(([, b]) => b)
      const { order, circles } = sortTopologically(nodes, below)
      expect(circles).toEqual([])
      expect(order.toSorted()).toEqual(nodes.toSorted())
      for (const node of nodes) {
        for (const other of below(node)) expect(order.indexOf(other)).toBeLessThan(order.indexOf(node))
      }
    }),
  )
})
