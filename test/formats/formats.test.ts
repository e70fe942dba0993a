import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deprecation, EventLog, readEvents } from '../../src/event-log/index.ts'
import { localStorage, type Storage } from '../../src/storage/index.ts'
import { openCheckpoint } from '../../src/update/checkpoint/checkpoint.ts'
import { acquireLease } from '../../src/update/lease/lease.ts'

// Files as version 1 of their formats was first released: every later version must open them.
let folder: string
let storage: Storage

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-formats-'))
  cpSync(join(import.meta.dirname, '../fixtures/formats/storage-v1'), folder, { recursive: true })
  storage = localStorage(folder)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('files of format version 1', () => {
  test('a checkpoint with its batches', async () => {
    const checkpoint = await openCheckpoint(storage, 'main.shop.silver_orders', 'silver_orders')
    expect(checkpoint.version).toBe(1)
    expect(checkpoint.flowId).toBe('5f1c0b0e-35a2-4c1d-b1ad-6c83c3a1d7f2')
    expect(checkpoint.latestBatch).toEqual({
      batchId: 7,
      sources: [{ source: 'main.shop.bronze_orders', range: { from: 5, to: 5 }, end: { version: 5 } }],
      statics: { 'main.shop.silver_customers': 12 },
      timestampMicros: 1_767_225_660_123_456n,
      watermarkMicros: 1_767_222_000_000_000n,
      stateVersion: 7,
      configuration: { 'spark.sql.ansi.enabled': 'true' },
    })
    expect(checkpoint.latestCommitted).toBe(6)
    expect(await checkpoint.committedInfo(6)).toEqual({ tableVersion: 9 })
  })

  test('a journal of events', async () => {
    const events = await readEvents(storage, {}, () => Promise.reject(new Error('the engine was opened')))
    expect(events).toEqual([
      {
        id: '0b7a2f4e-2c1d-8a55-9f10-6d0f3b1c2a77',
        sequence: { data_plane_id: { instance: 'update-1', seq_no: 1_767_225_600_123_456 } },
        origin: {
          pipeline_id: 'shop',
          pipeline_name: 'shop',
          update_id: 'update-1',
          dataset_name: 'main.shop.silver_orders',
          flow_id: 'f-1',
          flow_name: 'silver_orders',
          batch_id: 7,
        },
        timestamp: '2026-01-01T00:00:00.123456Z',
        message: "Flow 'silver_orders' is RUNNING (batch 7).",
        level: 'METRICS',
        maturity_level: 'STABLE',
        error: null,
        details: { flow_progress: { status: 'RUNNING', metrics: { num_output_rows: 95 } } },
        event_type: 'flow_progress',
      },
    ])
    const origin = { pipeline_id: 'shop', pipeline_name: 'shop' }
    const log = await EventLog.open(storage, { origin, clock: { nowMicros: () => 0n } })
    await log.append([deprecation('appended to it')])
    const paths = await Array.fromAsync(storage.list('events'))
    expect(paths.map((each) => each.path)).toEqual(['events/journal-00000001767225600000.ndjson'])
  })

  test('a lease', async () => {
    const clock = { nowMicros: () => 0n }
    const lease = await acquireLease(storage, { pipelineId: 'shop', updateId: 'u', clock, folder })
    expect(lease.token).toBe(1_767_225_600_001n)
    await lease.release()
  })
})
