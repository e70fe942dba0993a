import { describe, expect, test } from 'vitest'
import type { ResolvedGraph } from '../../../src/graph/resolved-graph.ts'
import type { Relation } from '../../../src/plan/relation.ts'
import { walk } from '../../../src/plan/rewrite.ts'
import { parseQuery, printSpark } from '../../../src/sql/index.ts'
import { inlineCtes, inlineViews } from '../../../src/update/inputs/inline.ts'
import { graphOf } from '../graph-of.ts'

/** A graph of temporary views, whose identifiers are their names. */
function viewsOf(views: Readonly<Record<string, string>>): ResolvedGraph {
  const names = Object.keys(views)
  const graph = graphOf(...names.map((name) => ({ name, kind: 'temporary_view' as const })))
  return {
    ...graph,
    datasets: graph.datasets.map((each) => ({ ...each, identifier: each.name })),
    flows: graph.flows.map((each) => ({ ...each, target: each.name, query: parseQuery(views[each.name]!) })),
  }
}

function inlined(query: string, views: Readonly<Record<string, string>>): string {
  return printSpark(inlineViews(parseQuery(query), viewsOf(views)))
}

const same = (query: string) => printSpark(parseQuery(query))

describe('views', () => {
  test('stand in their places under their names, those that they read too', () => {
    const views = { typed: 'SELECT id FROM main.shop.bronze', good: 'SELECT * FROM typed WHERE id > 0' }
    expect(inlined('SELECT good.id FROM good', views)).toBe(
      same(
        'SELECT good.id FROM (SELECT * FROM (SELECT id FROM main.shop.bronze) AS typed WHERE id > 0) AS good',
      ),
    )
  })

  test('are found in subqueries and without regard to case', () => {
    const views = { typed: 'SELECT id FROM main.shop.bronze' }
    expect(inlined('SELECT 1 WHERE EXISTS (SELECT * FROM Typed)', views)).toBe(
      same('SELECT 1 WHERE EXISTS (SELECT * FROM (SELECT id FROM main.shop.bronze) AS Typed)'),
    )
  })

  test('are hidden by common table expressions of their name, from there on', () => {
    const views = { typed: 'SELECT id FROM main.shop.bronze' }
    expect(inlined('WITH typed AS (SELECT * FROM typed) SELECT * FROM typed', views)).toBe(
      same('WITH typed AS (SELECT * FROM (SELECT id FROM main.shop.bronze) AS typed) SELECT * FROM typed'),
    )
  })

  test('bring their rules, each set above its own query', () => {
    const graph = viewsOf({ typed: 'SELECT id FROM main.shop.bronze', good: 'SELECT * FROM typed' })
    const rule = { name: 'r', condition: parseCondition('id > 0'), action: 'drop' as const }
    const ruled = {
      ...graph,
      datasets: graph.datasets.map((each) => ({
        ...each,
        rules: [{ ...rule, text: 'id > 0', position: each.position }],
      })),
    }
    const found = [...walk(inlineViews(parseQuery('SELECT * FROM good'), ruled))]
    expect(found.flatMap((each) => (each.kind === 'Expect' ? [each.dataset] : []))).toEqual(['typed', 'good'])
  })
})

describe('common table expressions', () => {
  test.each([
    [
      'stand in their places',
      'WITH a AS (SELECT 1 AS x) SELECT * FROM a',
      'SELECT * FROM (SELECT 1 AS x) AS a',
    ],
    [
      'read those before them',
      'WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT * FROM b',
      'SELECT * FROM (SELECT x FROM (SELECT 1 AS x) AS a) AS b',
    ],
    [
      'hide those around them',
      'WITH a AS (SELECT 1 AS x) SELECT * FROM (WITH a AS (SELECT 2 AS x) SELECT * FROM a), a',
      'SELECT * FROM (SELECT * FROM (SELECT 2 AS x) AS a), (SELECT 1 AS x) AS a',
    ],
    [
      'are seen in subqueries',
      'WITH a AS (SELECT 1 AS x) SELECT 1 WHERE 1 IN (SELECT x FROM a)',
      'SELECT 1 WHERE 1 IN (SELECT x FROM (SELECT 1 AS x) AS a)',
    ],
    [
      'rename columns',
      'WITH a(y) AS (SELECT 1 AS x) SELECT y FROM a',
      'SELECT y FROM (SELECT 1 AS x) AS a(y)',
    ],
    ['are not tables of a schema', 'WITH a AS (SELECT 1) SELECT * FROM s.a', 'SELECT * FROM s.a'],
  ])('%s', (_, query, expected) => {
    expect(printSpark(inlineCtes(parseQuery(query)))).toBe(same(expected))
  })
})

function parseCondition(text: string) {
  const query: Relation = parseQuery(`SELECT 1 WHERE ${text}`)
  for (const node of walk(query)) if (node.kind === 'Filter') return node.condition
  throw new Error('no condition')
}
