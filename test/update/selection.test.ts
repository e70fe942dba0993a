import { describe, expect, test } from 'vitest'
import { PipelineError } from '../../src/errors/index.ts'
import { selectTables } from '../../src/update/selection.ts'
import type { UpdateRequest } from '../../src/update/update-api.ts'
import { graphOf, identifierOf } from './graph-of.ts'

const graph = graphOf(
  { name: 'bronze', tableProperties: { 'Pipelines.Reset.Allowed': 'FALSE' } },
  { name: 'typed', kind: 'temporary_view', reads: ['bronze'] },
  { name: 'silver', reads: ['typed'] },
  { name: 'gold', kind: 'materialized_view', reads: ['silver'] },
)

function select(request: UpdateRequest) {
  const { refresh, fullRefresh, spared } = selectTables(request, graph)
  const short = (names: Iterable<string>) => [...names].map((each) => each.replace('main.shop.', ''))
  return { refresh: short(refresh), fullRefresh: short(fullRefresh), spared: short(spared) }
}

function failure(request: UpdateRequest): Pick<PipelineError, 'condition' | 'parameters'> {
  try {
    selectTables(request, graph)
  } catch (error) {
    if (error instanceof PipelineError) return { condition: error.condition, parameters: error.parameters }
  }
  throw new Error('the selection was accepted')
}

describe('selectTables', () => {
  test('nothing named: every table is refreshed, views are not tables', () => {
    expect(select({})).toEqual({ refresh: ['bronze', 'silver', 'gold'], fullRefresh: [], spared: [] })
  })

  test('only what is named runs, each in its own way; names may be short, qualified, or with LIVE', () => {
    expect(select({ refresh: ['main.shop.gold'], fullRefresh: ['LIVE.Silver'] })).toEqual({
      refresh: ['gold'],
      fullRefresh: ['silver'],
      spared: [],
    })
  })

  test("a full refresh of everything leaves its rows to a table with 'pipelines.reset.allowed' false", () => {
    expect(select({ fullRefreshAll: true })).toEqual({
      refresh: ['bronze'],
      fullRefresh: ['silver', 'gold'],
      spared: ['bronze'],
    })
  })

  test('naming such a table for a full refresh is an error', () => {
    expect(failure({ fullRefresh: ['bronze'] })).toEqual({
      condition: 'FULL_REFRESH_NOT_ALLOWED',
      parameters: { tableName: identifierOf('bronze') },
    })
  })

  test('a table in both lists is an error', () => {
    expect(failure({ refresh: ['silver', 'gold'], fullRefresh: ['gold'] })).toEqual({
      condition: 'OVERLAPPING_REFRESH_SELECTIONS',
      parameters: { names: identifierOf('gold') },
    })
  })

  test('flows that are reset do not change what runs', () => {
    const selection = selectTables({ refresh: ['gold'], resetCheckpoints: ['LIVE.Silver'] }, graph)
    expect(selection.resetFlows.map((each) => each.name)).toEqual(['silver'])
    expect(selection.refresh).toEqual(new Set([identifierOf('gold')]))
  })

  test.each([
    [['slver'], 'UNKNOWN_FLOW_SELECTED', { name: 'slver', suggestion: "Did you mean 'silver'?" }],
    [
      ['gold'],
      'FLOW_WITHOUT_CHECKPOINT',
      { flow: 'gold', kind: 'materialized view', table: identifierOf('gold') },
    ],
  ])('resetting %j is an error', (resetCheckpoints, condition, parameters) => {
    expect(failure({ resetCheckpoints })).toEqual({ condition, parameters })
  })

  test('an unknown name is an error that suggests the nearest', () => {
    expect(failure({ refresh: ['sliver'] })).toEqual({
      condition: 'UNKNOWN_DATASET_SELECTED',
      parameters: { name: 'sliver', suggestion: "Did you mean 'silver'?" },
    })
  })
})
