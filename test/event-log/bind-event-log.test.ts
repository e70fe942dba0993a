import { describe, expect, test } from 'vitest'
import { PipelineError } from '../../src/errors/index.ts'
import { expectationsView, flattenedEvents } from '../../src/event-log/event-log-view.ts'
import { bindEventLog, EVENT_SCHEMA, readsEventLog } from '../../src/event-log/index.ts'
import type { Relation, Scan } from '../../src/plan/relation.ts'
import { walk } from '../../src/plan/rewrite.ts'
import { parseQuery } from '../../src/sql/index.ts'

const EVENTS: Scan = { kind: 'Scan', input: { kind: 'ndjson', paths: ['events'] }, schema: EVENT_SCHEMA }
const PIPELINE = { id: 'shop-id', name: 'shop', datasets: ['silver_orders', 'main.shop.silver_orders'] }

const bind = (sql: string) => bindEventLog(parseQuery(sql), PIPELINE, EVENTS)

/** What stands where `event_log(...)` stood. */
function bound(sql: string): 'events' | 'flattened' | 'expectations' {
  const contains = (part: Relation) => [...walk(bind(sql))].some((node) => equals(node, part))
  if (contains(expectationsView(EVENTS))) return 'expectations'
  return contains(flattenedEvents(EVENTS)) ? 'flattened' : 'events'
}

function equals(a: Relation, b: Relation): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function failure(sql: string) {
  try {
    bind(sql)
  } catch (error) {
    if (error instanceof PipelineError) return { condition: error.condition, parameters: error.parameters }
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('event_log in a query', () => {
  test.each([
    'SELECT * FROM event_log()',
    "SELECT * FROM event_log('shop-id')",
    "SELECT * FROM event_log('shop')",
    'SELECT * FROM event_log(TABLE(silver_orders))',
    'SELECT * FROM event_log(TABLE(LIVE.silver_orders))',
    'SELECT * FROM EVENT_LOG(TABLE(main.shop.SILVER_ORDERS))',
    'SELECT (SELECT count(*) FROM event_log()) AS n',
    'WITH e AS (SELECT * FROM event_log()) SELECT * FROM e',
  ])('is one row for each event: %s', (sql) => {
    expect(readsEventLog(parseQuery(sql))).toBe(true)
    expect(bound(sql)).toBe('events')
  })

  test.each([
    'SELECT dataset, name, passed_records FROM event_log() ORDER BY failed_records',
    'SELECT sum(Failed_Records) FROM event_log() GROUP BY name',
    'SELECT id FROM event_log() WHERE failed_records > 0',
    'SELECT e.failed_records FROM event_log() AS e',
  ])('is one row for each expectation when the query names their counts: %s', (sql) => {
    expect(bound(sql)).toBe('flattened')
  })

  test.each([
    'SELECT dataset FROM (SELECT 1 AS dataset FROM event_log())',
    'SELECT sum(x.passed_records) FROM (SELECT explode(array(named_struct("passed_records", 1))) AS x FROM event_log())',
    'SELECT passed_records FROM (SELECT 1 AS passed_records FROM event_log())',
    'SELECT x.passed_records FROM event_log() LATERAL VIEW explode(array(1)) t AS x',
    'SELECT passed_records FROM event_log() LATERAL VIEW inline(array(1)) t AS passed_records',
  ])('stays one row for each event when the query makes such a name itself: %s', (sql) => {
    expect(bound(sql)).toBe('events')
  })

  test('event_log_expectations is the flattened view', () => {
    expect(bound('SELECT * FROM event_log_expectations')).toBe('expectations')
  })

  test('other queries do not read it', () => {
    expect(readsEventLog(parseQuery('SELECT * FROM events'))).toBe(false)
  })

  test('of another pipeline, dataset or argument is refused', () => {
    expect(failure("SELECT * FROM event_log('other')")).toEqual({
      condition: 'EVENT_LOG.PIPELINE_NOT_FOUND',
      parameters: { pipeline: 'other', current: 'shop-id' },
    })
    expect(failure('SELECT * FROM event_log(TABLE(gold))')).toEqual({
      condition: 'EVENT_LOG.DATASET_NOT_FOUND',
      parameters: { dataset: 'gold', current: 'shop', datasets: 'silver_orders, main.shop.silver_orders' },
    })
    expect(failure('SELECT * FROM event_log(7)')).toMatchObject({ condition: 'EVENT_LOG.WRONG_ARGUMENT' })
    expect(failure("SELECT * FROM event_log('shop', 'x')")).toMatchObject({
      condition: 'EVENT_LOG.WRONG_ARGUMENT',
    })
  })
})
