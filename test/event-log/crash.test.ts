import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { deprecation, EventLog, readEvents } from '../../src/event-log/index.ts'
import { memoryStorage, type Storage } from '../../src/storage/index.ts'
import { dyingStorage, type Fault, faultyStorage } from '../support/faulty-storage.ts'

let engine: Engine

beforeAll(async () => {
  engine = await openDuckdbEngine()
})

afterAll(() => engine.close())

/** What an update does with its event log: add so many events, fold them, or start over as a new process. */
type Action = number | 'fold' | 'reopen'

const FAULTS = ['before', 'after', 'torn'] as const

/** Runs actions as one update after the other; events are named 1, 2, 3 ... by their ids. */
class Run {
  emitted = 0
  /** Events whose append was said to be durable. */
  readonly acknowledged: string[] = []
  #log: EventLog | undefined

  async perform(storage: Storage, actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      this.#log ??= await openLog(storage)
      if (action === 'reopen') this.#log = undefined
      else if (action === 'fold') await this.#log.fold(engine, { smallFiles: 1 })
      else await this.#append(this.#log, action)
    }
  }

  async #append(log: EventLog, count: number): Promise<void> {
    const ids = Array.from({ length: count }, () => String(++this.emitted))
    await log.append(ids.map(event))
    this.acknowledged.push(...ids)
  }
}

function openLog(storage: Storage): Promise<EventLog> {
  const origin = { pipeline_id: 'p', pipeline_name: 'shop', update_id: 'u' }
  let micros = 1_767_225_600_000_000n
  return EventLog.open(storage, { origin, clock: { nowMicros: () => micros++ } })
}

function event(id: string) {
  return { ...deprecation(`event ${id}`), id }
}

async function idsIn(storage: Storage): Promise<string[]> {
  const events = await readEvents(storage, {}, async () => engine)
  return events.map((each) => each.id).sort((a, b) => Number(a) - Number(b))
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i + 1))
}

/** Dies at a step, looks at what is there, recovers by emitting everything again, and looks again. */
async function checkCrash(actions: readonly Action[], step: number, fault: Fault): Promise<void> {
  const storage = memoryStorage()
  const run = new Run()
  await run.perform(dyingStorage(storage, step, fault), actions).catch(() => undefined)
  const survived = await idsIn(storage)
  expect(survived).toEqual([...new Set(survived)])
  expect(survived).toEqual(expect.arrayContaining(run.acknowledged))
  expect(numbers(run.emitted)).toEqual(expect.arrayContaining(survived))
  const recovered = await openLog(storage)
  await recovered.append(numbers(run.emitted).map(event))
  expect(await idsIn(storage)).toEqual(numbers(run.emitted))
  await recovered.fold(engine)
  expect(await idsIn(storage)).toEqual(numbers(run.emitted))
}

async function writesOf(actions: readonly Action[]): Promise<number> {
  let writes = 0
  const counting = faultyStorage(memoryStorage(), () => {
    writes += 1
    return undefined
  })
  await new Run().perform(counting, actions)
  return writes
}

const SCENARIO: readonly Action[] = [2, 'fold', 1, 1, 'fold', 'reopen', 1, 'fold', 1]

describe('no event is lost or doubled', () => {
  test.each(FAULTS)('when the process dies at any of its writes (%s)', async (fault) => {
    const writes = await writesOf(SCENARIO)
    expect(writes).toBeGreaterThan(15)
    for (let step = 1; step <= writes; step++) await checkCrash(SCENARIO, step, fault)
  })

  test('when any single write fails and the process goes on', async () => {
    const writes = await writesOf(SCENARIO)
    for (let step = 1; step <= writes; step++) {
      for (const fault of ['before', 'after'] as const) {
        const storage = memoryStorage()
        let count = 0
        const shaky = faultyStorage(storage, () => (++count === step ? fault : undefined))
        const run = new Run()
        for (const action of SCENARIO) await run.perform(shaky, [action]).catch(() => undefined)
        expect(await idsIn(storage)).toEqual(numbers(run.emitted))
      }
    }
  })

  test('whatever the update does, wherever it dies', async () => {
    const action = fc.oneof(
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom('fold' as const, 'reopen' as const),
    )
    const actions = fc.array(action, { minLength: 1, maxLength: 8 })
    const crash = fc.tuple(actions, fc.integer({ min: 1, max: 25 }), fc.constantFrom(...FAULTS))
    await fc.assert(
      fc.asyncProperty(crash, ([list, step, fault]) => checkCrash(list, step, fault)),
      { numRuns: 40 },
    )
  })
})
