import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../../../src/storage/index.ts'
import type { BatchRecord } from '../../../src/update/checkpoint/batch-record.ts'
import { type Checkpoint, openCheckpoint } from '../../../src/update/checkpoint/checkpoint.ts'

const TABLE = 'main.shop.silver_orders'

function batch(batchId: number, more: Partial<BatchRecord> = {}): BatchRecord {
  return {
    batchId,
    sources: [{ source: 'main.shop.bronze_orders', range: { from: batchId }, end: { version: batchId } }],
    statics: { 'main.shop.silver_customers': { version: 12, commit: '812@1767225600000' } },
    timestampMicros: 1_767_225_600_123_456n,
    configuration: { 'spark.sql.ansi.enabled': 'true' },
    ...more,
  }
}

async function runBatches(checkpoint: Checkpoint, count: number) {
  for (let id = 0; id < count; id++) {
    await checkpoint.writeBatch(batch(id))
    await checkpoint.markCommitted(id)
  }
}

describe('a checkpoint', () => {
  test('starts at version 0 without batches', async () => {
    const checkpoint = await openCheckpoint(memoryStorage(), TABLE, 'silver_orders')
    expect(checkpoint.version).toBe(0)
    expect(checkpoint.latestBatch).toBeUndefined()
    expect(checkpoint.latestCommitted).toBeUndefined()
  })

  test('keeps a batch with everything that a replay needs, 64-bit times exactly', async () => {
    const storage = memoryStorage()
    const record = batch(0, { watermarkMicros: 9_007_199_254_740_993n, stateVersion: 3 })
    await (await openCheckpoint(storage, TABLE, 'f')).writeBatch(record)
    const reopened = await openCheckpoint(storage, TABLE, 'f')
    expect(reopened.latestBatch).toEqual(record)
    expect(reopened.latestCommitted).toBeUndefined()
  })

  test('gives back the batch that a dead run began, not the one that is written now', async () => {
    const storage = memoryStorage()
    const first = await openCheckpoint(storage, TABLE, 'f')
    await first.writeBatch(batch(0, { timestampMicros: 1n }))
    const stale = await openCheckpoint(storage, TABLE, 'f')
    expect(await stale.writeBatch(batch(0, { timestampMicros: 2n }))).toEqual(
      batch(0, { timestampMicros: 1n }),
    )
  })

  test('knows after reopening which batch is finished', async () => {
    const storage = memoryStorage()
    const checkpoint = await openCheckpoint(storage, TABLE, 'f')
    await runBatches(checkpoint, 3)
    expect((await openCheckpoint(storage, TABLE, 'f')).latestCommitted).toBe(2)
    await checkpoint.writeBatch(batch(3))
    const reopened = await openCheckpoint(storage, TABLE, 'f')
    expect([reopened.latestBatch?.batchId, reopened.latestCommitted]).toEqual([3, 2])
  })

  test('keeps what a finished batch says of itself, and the first word counts', async () => {
    const checkpoint = await openCheckpoint(memoryStorage(), TABLE, 'f')
    await checkpoint.writeBatch(batch(0))
    expect(await checkpoint.committedInfo(0)).toBeUndefined()
    await checkpoint.markCommitted(0, { tableVersion: 9 })
    await checkpoint.markCommitted(0, { tableVersion: 10 })
    expect(await checkpoint.committedInfo(0)).toEqual({ tableVersion: 9 })
  })

  test('has one flow id for as long as it is not reset', async () => {
    const storage = memoryStorage()
    const first = await openCheckpoint(storage, TABLE, 'f')
    expect((await openCheckpoint(storage, TABLE, 'f')).flowId).toBe(first.flowId)
    const next = await first.reset()
    expect(next.version).toBe(1)
    expect(next.flowId).not.toBe(first.flowId)
    expect(next.latestBatch).toBeUndefined()
    expect((await openCheckpoint(storage, TABLE, 'f')).flowId).toBe(next.flowId)
  })

  test('has another flow id when the storage was deleted and made anew', async () => {
    const first = await openCheckpoint(memoryStorage(), TABLE, 'f')
    const second = await openCheckpoint(memoryStorage(), TABLE, 'f')
    expect(second.flowId).not.toBe(first.flowId)
  })

  test('belongs to one table and one flow, whose names ignore case', async () => {
    const storage = memoryStorage()
    const one = await openCheckpoint(storage, 'main.shop.Orders', 'Backfill 1/2')
    expect((await openCheckpoint(storage, 'MAIN.shop.orders', 'backfill 1/2')).flowId).toBe(one.flowId)
    expect((await openCheckpoint(storage, 'main.shop.orders', 'backfill 2/2')).flowId).not.toBe(one.flowId)
    expect((await openCheckpoint(storage, 'main.shop2.orders', 'backfill 1/2')).flowId).not.toBe(one.flowId)
  })

  test('keeps the records of the last hundred batches, or a few more', async () => {
    const storage = memoryStorage()
    const checkpoint = await openCheckpoint(storage, TABLE, 'f')
    await runBatches(checkpoint, 1000)
    const paths = await Array.fromAsync(storage.list(checkpoint.folder, { recursive: true }))
    expect(paths).toHaveLength(200)
    expect(paths[0]?.path).toBe(`${checkpoint.folder}/commits/00000000000000000900.json`)
    expect((await openCheckpoint(storage, TABLE, 'f')).latestBatch?.batchId).toBe(999)
  })

  test('keeps the records of as many batches as it is told', async () => {
    const storage = memoryStorage()
    const checkpoint = await openCheckpoint(storage, TABLE, 'f')
    checkpoint.minBatchesToRetain = 150
    await runBatches(checkpoint, 500)
    const paths = await Array.fromAsync(storage.list(`${checkpoint.folder}/offsets`, { recursive: true }))
    expect(paths).toHaveLength(150)
  })

  test('never prunes a batch that is not finished', async () => {
    const storage = memoryStorage()
    const checkpoint = await openCheckpoint(storage, TABLE, 'f')
    await runBatches(checkpoint, 3)
    await checkpoint.writeBatch(batch(3))
    await checkpoint.prune(1)
    const reopened = await openCheckpoint(storage, TABLE, 'f')
    expect([reopened.latestBatch?.batchId, reopened.latestCommitted]).toEqual([3, 2])
    expect(await checkpoint.committedInfo(1)).toBeUndefined()
  })

  test('removes versions that were reset away when their retention is over', async () => {
    let nowMs = 0
    const storage = memoryStorage(() => nowMs)
    const first = await openCheckpoint(storage, TABLE, 'f')
    await runBatches(first, 1)
    nowMs = 1000
    const second = await first.reset()
    nowMs = 5000
    const third = await second.reset()
    await third.removeSuperseded(10_999, 10_000)
    expect(await storage.stat(`${first.folder}.json`)).toBeDefined()
    await third.removeSuperseded(11_000, 10_000)
    expect(await Array.fromAsync(storage.list(first.folder, { recursive: true }))).toEqual([])
    expect(await storage.stat(`${first.folder}.json`)).toBeUndefined()
    expect(await storage.stat(`${second.folder}.json`)).toBeDefined()
    await third.removeSuperseded(1e9, 10_000)
    expect((await openCheckpoint(storage, TABLE, 'f')).flowId).toBe(third.flowId)
  })
})
