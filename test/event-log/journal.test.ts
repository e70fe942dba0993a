import { describe, expect, test } from 'vitest'
import { deprecation, EventLog, type PipelineEvent, readEvents } from '../../src/event-log/index.ts'
import { memoryStorage, type Storage } from '../../src/storage/index.ts'
import { faultyStorage } from '../support/faulty-storage.ts'

const START = 1_767_225_600_000_000n // 2026-01-01T00:00:00Z
const ORIGIN = { pipeline_id: 'shop-id', pipeline_name: 'shop', update_id: 'update-1' }

function openLog(storage: Storage, more: Partial<Parameters<typeof EventLog.open>[1]> = {}) {
  return EventLog.open(storage, { origin: ORIGIN, clock: { nowMicros: () => START }, ...more })
}

const noEngine = () => Promise.reject(new Error('the engine was opened'))

async function messages(storage: Storage): Promise<string[]> {
  return (await readEvents(storage, {}, noEngine)).map((event) => event.message)
}

async function files(storage: Storage): Promise<string[]> {
  return (await Array.fromAsync(storage.list('events'))).map((file) => file.path)
}

const FIRST_FILE = 'events/journal-00000001767225600000.ndjson'
const SECOND_FILE = 'events/journal-00000001767225600001.ndjson'

describe('the journal of an event log', () => {
  test('is readable at once, without an engine', async () => {
    const storage = memoryStorage()
    const log = await openLog(storage)
    const [event] = await log.append([
      deprecation('LIVE is deprecated', { dataset_name: 'main.shop.orders' }),
    ])
    expect(await readEvents(storage, {}, noEngine)).toEqual([event])
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sequence: { data_plane_id: { instance: 'update-1', seq_no: 1_767_225_600_000_000 } },
      origin: { ...ORIGIN, dataset_name: 'main.shop.orders' },
      timestamp: '2026-01-01T00:00:00.000000Z',
      message: 'LIVE is deprecated',
      level: 'WARN',
      maturity_level: 'STABLE',
      error: null,
      details: { deprecation: { message: 'LIVE is deprecated' } },
      event_type: 'deprecation',
    })
  })

  test('orders events also when the clock stands still', async () => {
    const storage = memoryStorage()
    const log = await openLog(storage)
    await log.append(['a', 'b', 'c'].map((message) => deprecation(message)))
    const events = await readEvents(storage, {}, noEngine)
    expect(events.map((event) => [event.message, event.timestamp.slice(-8)])).toEqual([
      ['a', '.000000Z'],
      ['b', '.000001Z'],
      ['c', '.000002Z'],
    ])
  })

  test('writes what is emitted in one moment at once', async () => {
    const storage = memoryStorage()
    let writes = 0
    const counting = faultyStorage(storage, () => {
      writes++
      return undefined
    })
    const log = await openLog(counting)
    log.emit(deprecation('a'))
    log.emit(deprecation('b'), deprecation('c'))
    await log.flush()
    expect(writes).toBe(1)
    expect(await messages(storage)).toEqual(['a', 'b', 'c'])
  })

  test('tells an observer of each event before it is durable', async () => {
    const seen: PipelineEvent[] = []
    const log = await openLog(memoryStorage(), { onEvent: (event) => seen.push(event) })
    log.emit(deprecation('a'))
    expect(seen.map((event) => event.message)).toEqual(['a'])
    await log.flush()
  })

  test('goes on in the file of the update before', async () => {
    const storage = memoryStorage()
    await (await openLog(storage)).append([deprecation('a')])
    await (await openLog(storage)).append([deprecation('b')])
    expect(await files(storage)).toEqual([FIRST_FILE])
    expect(await messages(storage)).toEqual(['a', 'b'])
  })

  test('cuts a torn tail, and the next update starts a file of its own', async () => {
    const storage = memoryStorage()
    await (await openLog(storage)).append([deprecation('a'), deprecation('b')])
    const whole = (await storage.read(FIRST_FILE))!
    for (const lost of [1, 10, 150]) {
      await storage.put(FIRST_FILE, whole.subarray(0, whole.length - lost))
      expect(await messages(storage)).toEqual(['a'])
    }
    await (await openLog(storage)).append([deprecation('c')])
    expect(await files(storage)).toEqual([FIRST_FILE, SECOND_FILE])
    expect(await messages(storage)).toEqual(['a', 'c'])
  })

  test('has no events when it was torn in its first line', async () => {
    const storage = memoryStorage()
    await storage.put(FIRST_FILE, new TextEncoder().encode('{"format":"millr'))
    expect(await messages(storage)).toEqual([])
    await (await openLog(storage)).append([deprecation('a')])
    expect(await messages(storage)).toEqual(['a'])
  })

  test('of a newer Millrace is refused by name, by writers and by readers', async () => {
    const storage = memoryStorage()
    await storage.put(
      FIRST_FILE,
      new TextEncoder().encode(
        `{"format":"millrace.event-journal","version":2}\n{"?":"${'-'.repeat(99)}"}\n`,
      ),
    )
    const refusal = {
      condition: 'UNSUPPORTED_FORMAT_VERSION',
      parameters: { path: FIRST_FILE, format: 'millrace.event-journal', found: '2', supported: '1' },
    }
    await expect(openLog(storage)).rejects.toMatchObject(refusal)
    await expect(messages(storage)).rejects.toMatchObject(refusal)
  })

  test('goes on in another file when a write fails, whether or not the write happened', async () => {
    for (const happens of [true, false]) {
      const storage = memoryStorage()
      let fails = true
      const unreliable = faultyStorage(storage, (operation) => {
        if (operation !== 'append' || !fails) return undefined
        return happens ? 'after' : 'before'
      })
      const log = await openLog(unreliable)
      await log.append([deprecation('a')])
      await log.append([deprecation('b')])
      fails = false
      await log.append([deprecation('c')])
      expect(await files(storage)).toEqual([FIRST_FILE, SECOND_FILE])
      expect(await messages(storage)).toEqual(['a', 'b', 'c'])
    }
  })

  test('keeps events that could not be written until they can be', async () => {
    const storage = memoryStorage()
    let isFull = true
    const full = faultyStorage(storage, () => (isFull ? 'before' : undefined))
    const log = await openLog(full)
    await expect(log.append([deprecation('a')])).rejects.toThrow('failed before')
    isFull = false
    await log.append([deprecation('b')])
    expect(await messages(storage)).toEqual(['a', 'b'])
  })

  test('holds no secret, wherever it would have stood', async () => {
    const storage = memoryStorage()
    const log = await openLog(storage, { secrets: () => ['hunter2', ''] })
    const draft = deprecation('login hunter2 failed')
    const [event] = await log.append([{ ...draft, details: { hunter2: ['x-hunter2', { a: 'hunter2' }] } }])
    expect(event?.message).toBe('login [REDACTED] failed')
    expect(event?.details).toEqual({
      deprecation: { '[REDACTED]': ['x-[REDACTED]', { a: '[REDACTED]' }] },
    })
    expect(Buffer.from((await storage.read(FIRST_FILE))!).toString()).not.toContain('hunter2')
  })
})

describe('reading events', () => {
  async function twoUpdates(): Promise<Storage> {
    const storage = memoryStorage()
    for (const [i, update] of ['u1', 'u2'].entries()) {
      const clock = { nowMicros: () => START + BigInt(i) * 60_000_000n }
      const log = await openLog(storage, { origin: { ...ORIGIN, update_id: update }, clock })
      await log.append([
        { ...deprecation(`${update} info`), level: 'INFO' },
        deprecation(`${update} warning`, { dataset_name: 'main.shop.orders' }),
      ])
    }
    return storage
  }

  test.each([
    [{}, ['u1 info', 'u1 warning', 'u2 info', 'u2 warning']],
    [{ updateId: 'u1' }, ['u1 info', 'u1 warning']],
    [{ levels: ['WARN'] as const }, ['u1 warning', 'u2 warning']],
    [{ eventTypes: ['flow_progress'] as const }, []],
    [{ dataset: 'main.shop.orders' }, ['u1 warning', 'u2 warning']],
    [{ sinceMicros: START + 60_000_000n }, ['u2 info', 'u2 warning']],
    [{ untilMicros: START }, ['u1 info']],
    [{ limit: 3 }, ['u1 warning', 'u2 info', 'u2 warning']],
    [{ limit: 0 }, []],
  ])('by %o', async (filter, expected) => {
    const events = await readEvents(await twoUpdates(), filter, noEngine)
    expect(events.map((event) => event.message)).toEqual(expected)
  })
})
