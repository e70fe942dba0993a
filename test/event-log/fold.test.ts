import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DeltaTable } from '../../src/delta/index.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { deprecation, EventLog, type Maintenance, readEvents } from '../../src/event-log/index.ts'
import { memoryStorage, type Storage } from '../../src/storage/index.ts'
import { storageFolder } from '../../src/storage/storage-folder.ts'

const START_MS = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000
const TABLE = 'system/events'

let engine: Engine

beforeAll(async () => {
  engine = await openDuckdbEngine()
})

afterAll(() => engine.close())

/** A pipeline's storage with a clock that the test moves. */
class Pipeline {
  nowMs = START_MS
  readonly storage: Storage = memoryStorage(() => this.nowMs)

  log(updateId = 'u', configuration: Record<string, string> = {}): Promise<EventLog> {
    const origin = { pipeline_id: 'shop-id', pipeline_name: 'shop', update_id: updateId }
    const clock = { nowMicros: () => BigInt(this.nowMs) * 1000n }
    return EventLog.open(this.storage, { origin, clock, configuration })
  }

  /** One update a millisecond later with these events, folded. */
  async update(messages: readonly string[], maintenance?: Partial<Maintenance>): Promise<void> {
    this.nowMs += 1
    const log = await this.log()
    await log.append(messages.map((message) => deprecation(message)))
    await log.fold(engine, maintenance)
  }

  async messages(): Promise<string[]> {
    return (await readEvents(this.storage, {}, async () => engine)).map((event) => event.message)
  }

  table(): Promise<DeltaTable> {
    return DeltaTable.open(storageFolder(this.storage, TABLE), engine.deltaPort)
  }

  async journals(): Promise<string[]> {
    return (await Array.fromAsync(this.storage.list('events', { recursive: true }))).map((each) => each.path)
  }

  async dataFiles(): Promise<string[]> {
    const files = await Array.fromAsync(this.storage.list(TABLE))
    return files.map((each) => each.path).filter((path) => path.endsWith('.parquet'))
  }
}

describe('folding', () => {
  test('moves events into the table and leaves an empty journal behind', async () => {
    const pipeline = new Pipeline()
    const log = await pipeline.log()
    const emitted = await log.append([
      deprecation('a', { flow_name: 'f', batch_id: 7 }),
      { ...deprecation('b'), error: { fatal: true, exceptions: [] } },
    ])
    await log.fold(engine)
    expect(await pipeline.journals()).toEqual([`events/journal-0000000${START_MS + 1}.ndjson`])
    expect(await readEvents(pipeline.storage, {}, async () => engine)).toEqual(emitted)
  })

  test.skipIf(!existsSync('/dev/full'))(
    'on a full disk fails by name, and leaves the events where they are',
    async () => {
      const pipeline = new Pipeline()
      await (await pipeline.log()).append([deprecation('a')])
      const folder = mkdtempSync(join(tmpdir(), 'millrace-full-'))
      const path = join(folder, 'events')
      symlinkSync('/dev/full', path)
      const stagingPath = pipeline.storage.stagingPath.bind(pipeline.storage)
      pipeline.storage.stagingPath = async () => path
      await expect(pipeline.log().then((log) => log.fold(engine))).rejects.toMatchObject({
        condition: 'STORAGE_FULL',
        parameters: { path, code: 'ENOSPC' },
      })
      expect(readdirSync(folder)).toEqual([])
      rmSync(folder, { recursive: true })
      pipeline.storage.stagingPath = stagingPath
      expect(await pipeline.messages()).toEqual(['a'])
    },
  )

  test('writes a Delta table with the documented columns', async () => {
    const pipeline = new Pipeline()
    await pipeline.update(['a'])
    const { snapshot } = await pipeline.table()
    expect(snapshot.metadata.schema.fields.map((each) => [each.name, each.dataType.kind])).toEqual([
      ['id', 'string'],
      ['sequence', 'struct'],
      ['origin', 'struct'],
      ['timestamp', 'timestamp'],
      ['message', 'string'],
      ['level', 'string'],
      ['maturity_level', 'string'],
      ['error', 'struct'],
      ['details', 'string'],
      ['event_type', 'string'],
    ])
    expect([snapshot.protocol.minReaderVersion, snapshot.protocol.minWriterVersion]).toEqual([1, 2])
    expect(snapshot.transactionVersion('event-log')).toBe(BigInt(START_MS + 1))
  })

  test('keeps the order of updates, in the table and behind it', async () => {
    const pipeline = new Pipeline()
    await pipeline.update(['a', 'b'])
    pipeline.nowMs += 1000
    await pipeline.update(['c'])
    pipeline.nowMs += 1000
    await (await pipeline.log()).append([deprecation('d')])
    expect(await pipeline.messages()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('is nothing when there is nothing to fold', async () => {
    const pipeline = new Pipeline()
    await (await pipeline.log()).fold(engine)
    expect(await pipeline.journals()).toEqual([])
    await pipeline.update(['a'])
    await (await pipeline.log()).fold(engine)
    expect((await pipeline.table()).snapshot.version).toBe(1)
  })

  test('goes on with an event that recovery emits again as one event', async () => {
    const pipeline = new Pipeline()
    const again = { ...deprecation('batch 7 committed'), id: '7' }
    const log = await pipeline.log()
    await log.append([again])
    await log.fold(engine)
    await log.append([again, deprecation('b'), again])
    expect(await pipeline.messages()).toEqual(['batch 7 committed', 'b'])
    await log.fold(engine)
    expect(await pipeline.messages()).toEqual(['batch 7 committed', 'b'])
  })

  test('is due after the first update, and then by size and by age', async () => {
    const pipeline = new Pipeline()
    const first = await pipeline.log()
    expect(first.isFoldDue()).toBe(false)
    await first.append([deprecation('first')])
    expect(first.isFoldDue()).toBe(true)
    await first.fold(engine)
    const log = await pipeline.log()
    expect(log.isFoldDue()).toBe(false)
    await log.append([deprecation('a')])
    expect(log.isFoldDue()).toBe(false)
    pipeline.nowMs += 10 * 60_000
    expect(log.isFoldDue()).toBe(true)
    expect((await pipeline.log()).isFoldDue()).toBe(true)
    await log.fold(engine)
    expect(log.isFoldDue()).toBe(false)
    await log.append([deprecation('x'.repeat(1 << 20))])
    expect(log.isFoldDue()).toBe(true)
    expect((await pipeline.log()).isFoldDue()).toBe(true)
  })

  test('puts a journal with a damaged line aside and keeps its other events', async () => {
    const pipeline = new Pipeline()
    const log = await pipeline.log()
    await log.append(['a', 'b', 'c'].map((message) => deprecation(message)))
    const [path] = await pipeline.journals()
    const text = new TextDecoder().decode(await pipeline.storage.read(path!))
    await pipeline.storage.put(path!, new TextEncoder().encode(text.replace('"message":"b"', '"message":"b')))
    await log.fold(engine)
    expect(await pipeline.messages()).toEqual(['a', 'c'])
    expect(await pipeline.journals()).toEqual([
      `events/damaged/journal-0000000${START_MS}.ndjson`,
      `events/journal-0000000${START_MS + 1}.ndjson`,
    ])
  })

  test('never gives a journal number twice, also when the journals are deleted by hand', async () => {
    const pipeline = new Pipeline()
    await pipeline.update(['a'])
    await pipeline.storage.deleteAll('events')
    pipeline.nowMs += 1000
    await pipeline.update(['b'])
    expect(await pipeline.messages()).toEqual(['a', 'b'])
  })
})

describe('reading needs the engine', () => {
  const closed = () => Promise.reject(new Error('the engine was opened'))

  test('only for what is not in the journals', async () => {
    const pipeline = new Pipeline()
    await pipeline.update(['old'])
    pipeline.nowMs += 1000
    const log = await pipeline.log('u2')
    await log.append([{ ...deprecation('asked'), event_type: 'create_update' }, deprecation('new')])
    const read = async (filter: Parameters<typeof readEvents>[1]) =>
      (await readEvents(pipeline.storage, filter, closed)).map((event) => event.message)
    expect(await read({ limit: 2 })).toEqual(['asked', 'new'])
    expect(await read({ updateId: 'u2' })).toEqual(['asked', 'new'])
    expect(await read({ sinceMicros: BigInt(pipeline.nowMs) * 1000n + 1n })).toEqual(['new'])
    await expect(read({ limit: 3 })).rejects.toThrow('the engine was opened')
    await expect(read({ updateId: 'u' })).rejects.toThrow('the engine was opened')
    await expect(read({})).rejects.toThrow('the engine was opened')
  })

  test.each([
    [{}, ['old', 'new 1', 'new 2']],
    [{ limit: 2 }, ['new 1', 'new 2']],
    [{ updateId: 'u' }, ['old', 'new 1', 'new 2']],
    [{ updateId: 'other' }, []],
    [{ levels: ['WARN'] as const, eventTypes: ['deprecation'] as const }, ['old', 'new 1', 'new 2']],
    [{ dataset: 'orders' }, ['new 2']],
    [{ untilMicros: BigInt(START_MS + 1) * 1000n }, ['old']],
    [{ sinceMicros: BigInt(START_MS + 2) * 1000n }, ['new 1', 'new 2']],
  ])('and then filters the same way: %o', async (filter, expected) => {
    const pipeline = new Pipeline()
    await pipeline.update(['old'])
    pipeline.nowMs += 1000
    const log = await pipeline.log()
    await log.append([deprecation('new 1'), deprecation('new 2', { dataset_name: 'orders' })])
    await log.fold(engine)
    const events = await readEvents(pipeline.storage, filter, async () => engine)
    expect(events.map((event) => event.message)).toEqual(expected)
  })
})

describe('the table stays small', () => {
  test('files of a day that is over become one', async () => {
    const pipeline = new Pipeline()
    for (const message of ['a', 'b', 'c']) await pipeline.update([message])
    expect((await pipeline.table()).snapshot.numFiles).toBe(3)
    pipeline.nowMs += DAY_MS
    await pipeline.update(['d'])
    const { snapshot } = await pipeline.table()
    expect(snapshot.numFiles).toBe(2)
    expect([...snapshot.files()].map((file) => JSON.parse(file.stats!).numRecords)).toEqual([1, 3])
    expect(await pipeline.messages()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('files of today become one when they are many, without a change of data', async () => {
    const pipeline = new Pipeline()
    for (const message of ['a', 'b', 'c']) await pipeline.update([message], { smallFiles: 2 })
    const table = await pipeline.table()
    expect(table.snapshot.numFiles).toBe(1)
    const [last] = await table.history(1)
    expect(last?.operation).toBe('OPTIMIZE')
    for await (const commit of table.changes(table.snapshot.version)) {
      expect([...commit.adds, ...commit.removes].map((file) => file.dataChange)).toEqual([
        false,
        false,
        false,
        false,
      ])
    }
    expect(await pipeline.messages()).toEqual(['a', 'b', 'c'])
  })

  test('files that are large enough are left alone', async () => {
    const pipeline = new Pipeline()
    for (const message of ['a', 'b', 'c'])
      await pipeline.update([message], { smallFiles: 1, smallBytes: 100 })
    expect((await pipeline.table()).snapshot.numFiles).toBe(3)
  })

  test('events older than the retention go', async () => {
    const pipeline = new Pipeline()
    await pipeline.update(['old'])
    pipeline.nowMs += 30 * DAY_MS - 1
    await pipeline.update(['kept: exactly thirty days old'])
    expect(await pipeline.messages()).toEqual(['old', 'kept: exactly thirty days old'])
    await pipeline.update(['new'])
    expect(await pipeline.messages()).toEqual(['kept: exactly thirty days old', 'new'])
  })

  test('the retention is a setting', async () => {
    const pipeline = new Pipeline()
    await pipeline.update(['old'])
    pipeline.nowMs += DAY_MS + 1
    const log = await pipeline.log('u', { 'pipelines.eventLog.retention': '24 hours' })
    await log.append([deprecation('new')])
    await log.fold(engine)
    expect(await pipeline.messages()).toEqual(['new'])
    await expect(pipeline.log('u', { 'pipelines.eventLog.retention': 'a month' })).rejects.toMatchObject({
      condition: 'PIPELINE_SPEC_INVALID_FIELD',
      parameters: {
        field_name: 'configuration.pipelines.eventLog.retention',
        expected: "a length of time such as '10 seconds'",
        actual: "'a month'",
      },
    })
  })

  test('files of no version are deleted after the grace period', async () => {
    const pipeline = new Pipeline()
    await pipeline.update(['a'])
    await pipeline.update(['b'], { smallFiles: 1 })
    expect(await pipeline.dataFiles()).toHaveLength(3)
    pipeline.nowMs += 7 * DAY_MS - 2
    await pipeline.update(['c'])
    expect(await pipeline.dataFiles()).toHaveLength(4)
    await pipeline.update(['d'])
    expect(await pipeline.dataFiles()).toHaveLength(3)
    expect(await pipeline.messages()).toEqual(['a', 'b', 'c', 'd'])
  })
})
