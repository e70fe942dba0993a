import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import {
  bindEventLog,
  createUpdate,
  EventLog,
  flowDefinition,
  flowProgress,
  openEventLogView,
  operationProgress,
  planningInformation,
  updateProgress,
  userAction,
} from '../../src/event-log/index.ts'
import { parseQuery } from '../../src/sql/index.ts'
import { memoryStorage } from '../../src/storage/index.ts'
import { struct } from '../../src/types/data-type.ts'

const START = 1_767_225_600_000_000n // 2026-01-01T00:00:00Z
const PIPELINE = { id: 'shop-id', name: 'shop', datasets: ['silver_orders', 'main.shop.silver_orders'] }
const SILVER = { flowName: 'silver_orders', dataset: 'main.shop.silver_orders', flowId: 'f-1' }
const GOLD = { flowName: 'gold_sales', dataset: 'main.shop.gold_sales' }

const storage = memoryStorage()
let engine: Engine

beforeAll(async () => {
  engine = await openDuckdbEngine()
  const first = await openLog('update-1', START)
  await first.append(eventsOf('update-1', 0, { passed: 90, failed: 10 }))
  await first.fold(engine)
  const second = await openLog('update-2', START + 60_000_000n)
  await second.append(eventsOf('update-2', 1, { passed: 45, failed: 5 }))
})

afterAll(() => engine.close())

function openLog(updateId: string, startMicros: bigint): Promise<EventLog> {
  const origin = { pipeline_id: 'shop-id', pipeline_name: 'shop', update_id: updateId }
  let micros = startMicros - 1n
  return EventLog.open(storage, { origin, clock: { nowMicros: () => micros++ } })
}

/** An update as its nine events: one batch into silver, gold recomputed, then a failure. */
function eventsOf(updateId: string, batchId: number, counts: { passed: number; failed: number }) {
  const { passed, failed } = counts
  return [
    userAction('START', 'ann'),
    createUpdate({ updateId, cause: 'USER_ACTION', runAs: 'ann', config: {} }),
    flowDefinition({
      ...SILVER,
      flowType: 'APPEND',
      outputDataset: SILVER.dataset,
      inputs: [{ name: 'main.shop.bronze_orders', kind: 'DATASET' }],
      schema: struct([]),
      schemaJson: '{}',
      explainText: 'SELECT 1',
      language: 'sql',
      once: false,
      configuration: {},
    }),
    updateProgress({ updateId, state: 'RUNNING' }),
    operationProgress({
      ...SILVER,
      type: 'AUTO_LOADER_LISTING',
      status: 'COMPLETED',
      durationMs: 3,
      sourcePath: 'data',
      filesListed: 7,
    }),
    flowProgress({
      ...SILVER,
      batchId,
      status: 'RUNNING',
      metrics: { num_output_rows: passed, backlog_bytes: 1024 },
      dataQuality: {
        droppedRecords: failed,
        expectations: [
          { name: 'valid_amount', dataset: SILVER.dataset, passed, failed },
          { name: 'valid_id', dataset: SILVER.dataset, passed: passed + failed, failed: 0 },
        ],
      },
    }),
    planningInformation({
      ...GOLD,
      technique: 'COMPLETE_RECOMPUTE',
      issues: [{ type: 'DATA_HAS_CHANGED' }],
      sources: [],
    }),
    flowProgress({ ...GOLD, status: 'COMPLETED', metrics: { num_output_rows: 3 } }),
    updateProgress({ updateId, state: 'FAILED', error: new Error('the disk is full') }),
  ]
}

/** The SQL below a heading of the documentation. */
function documented(heading: string): string {
  const text = readFileSync(join(import.meta.dirname, '../../docs/event-log.md'), 'utf8')
  return text.split(`\n### ${heading}\n`)[1]!.split('```sql\n')[1]!.split('```')[0]!
}

async function rowsOf(sql: string) {
  const view = await openEventLogView(storage, engine.deltaPort)
  const session = await engine.openSession({ timestampMicros: START, ansi: true })
  try {
    return await session.rows(bindEventLog(parseQuery(sql), PIPELINE, view.events))
  } finally {
    await session.close()
    await view.close()
  }
}

describe('the queries of the documentation', () => {
  test.each<[string, unknown[][]]>([
    ['The latest update', [['update-2']]],
    [
      'Data quality',
      [
        ['main.shop.silver_orders', 'valid_amount', 45n, 5n],
        ['main.shop.silver_orders', 'valid_id', 50n, 0n],
      ],
    ],
    [
      'Totals of each expectation',
      [
        ['main.shop.silver_orders', 'valid_amount', 135n, 15n],
        ['main.shop.silver_orders', 'valid_id', 150n, 0n],
      ],
    ],
    [
      'Lineage',
      [
        ['main.shop.silver_orders', '[{"name":"main.shop.bronze_orders","kind":"DATASET"}]'],
        ['main.shop.silver_orders', '[{"name":"main.shop.bronze_orders","kind":"DATASET"}]'],
      ],
    ],
    [
      'Rows written',
      [
        ['main.shop.gold_sales', 6n],
        ['main.shop.silver_orders', 135n],
      ],
    ],
    [
      'Backlog',
      [
        ['2026-01-01 00:00:00.000005', 'silver_orders', 1024],
        ['2026-01-01 00:01:00.000005', 'silver_orders', 1024],
      ],
    ],
    [
      'How long updates took',
      [
        ['update-1', '2026-01-01 00:00:00.000003', '2026-01-01 00:00:00.000008'],
        ['update-2', '2026-01-01 00:01:00.000003', '2026-01-01 00:01:00.000008'],
      ],
    ],
    [
      'Who did what',
      [
        ['2026-01-01 00:00:00.000000', 'START', 'ann'],
        ['2026-01-01 00:01:00.000000', 'START', 'ann'],
      ],
    ],
    [
      'Why a materialized view was recomputed',
      [
        ['gold_sales', 'MAINTENANCE_TYPE_COMPLETE_RECOMPUTE', 'DATA_HAS_CHANGED'],
        ['gold_sales', 'MAINTENANCE_TYPE_COMPLETE_RECOMPUTE', 'DATA_HAS_CHANGED'],
      ],
    ],
    [
      'Errors',
      [
        ['2026-01-01 00:00:00.000008', 'Update update is FAILED.', null, 'the disk is full'],
        ['2026-01-01 00:01:00.000008', 'Update update is FAILED.', null, 'the disk is full'],
      ],
    ],
    [
      'Files found by Auto Loader',
      [
        ['silver_orders', 'COMPLETED', 7],
        ['silver_orders', 'COMPLETED', 7],
      ],
    ],
  ])('%s', async (heading, expected) => {
    expect(await rowsOf(documented(heading))).toEqual(expected)
  })

  test('Pass rates', async () => {
    expect(await rowsOf(documented('Pass rates'))).toEqual([
      ['main.shop.silver_orders', 'valid_amount', 90n, 10n, '90.00'],
      ['main.shop.silver_orders', 'valid_amount', 45n, 5n, '90.00'],
      expect.arrayContaining(['valid_id', 0n, '100.00']),
      expect.arrayContaining(['valid_id', 0n, '100.00']),
    ])
  })
})
