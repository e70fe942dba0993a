import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Agenda, type AgendaFlow } from '../../../src/update/continuous/agenda.ts'

function stream(id: string, waitsFor: readonly string[] = [], intervalMs?: number): AgendaFlow {
  return { id, waitsFor, intervalMs, isRecomputed: false }
}

function view(id: string, waitsFor: readonly string[], intervalMs?: number): AgendaFlow {
  return { id, waitsFor, intervalMs, isRecomputed: true }
}

test('a flow runs at once when something is new, and once for all that came before its start', () => {
  const agenda = new Agenda([stream('a')], 4)
  expect(agenda.start(0)).toEqual([])
  agenda.changed(['a'])
  agenda.changed(['a'])
  expect(agenda.start(0)).toEqual(['a'])
  expect(agenda.start(1)).toEqual([])
  agenda.changed(['a'])
  expect(agenda.start(2)).toEqual([])
  agenda.completed('a', 3)
  expect(agenda.start(3)).toEqual(['a'])
})

test('a flow that streams from another starts with its first commit, while that goes on', () => {
  const agenda = new Agenda([stream('bronze'), stream('silver')], 4)
  agenda.changed(['bronze'])
  agenda.start(0)
  agenda.committed(['bronze'], ['silver'])
  expect(agenda.start(1)).toEqual(['silver'])
})

test('a flow waits for all that lies above its static inputs and came before it', () => {
  const flows = [stream('raw'), stream('dimension'), stream('sales'), stream('facts', ['dimension', 'raw'])]
  const agenda = new Agenda(flows, 4)
  agenda.changed(['raw'])
  agenda.changed(['sales'])
  expect(agenda.start(0)).toEqual(['raw', 'sales'])
  agenda.committed(['sales'], ['facts'])
  agenda.completed('sales', 1)
  expect(agenda.start(1)).toEqual([])
  agenda.committed(['raw'], ['dimension'])
  agenda.completed('raw', 2)
  expect(agenda.start(2)).toEqual(['dimension'])
  agenda.completed('dimension', 3)
  expect(agenda.start(3)).toEqual(['facts'])
})

test('what comes to the static inputs later is not waited for, so that a busy one starves nobody', () => {
  const agenda = new Agenda([stream('dimension'), stream('facts', ['dimension'])], 4)
  agenda.changed(['dimension', 'facts'])
  expect(agenda.start(0)).toEqual(['dimension'])
  agenda.changed(['dimension'])
  agenda.completed('dimension', 1)
  expect(agenda.start(1)).toEqual(['facts', 'dimension'])
})

test('flows whose change came first come first, and streams before views of the same tick', () => {
  const agenda = new Agenda([view('v', []), stream('a'), stream('b'), view('w', [])], 1)
  agenda.changed(['w'])
  agenda.changed(['b'])
  agenda.changed(['v', 'a'])
  const started = [1, 2, 3, 4].map((nowMs) => {
    const [id] = agenda.start(nowMs)
    agenda.completed(id!, nowMs)
    return id
  })
  expect(started).toEqual(['w', 'b', 'a', 'v'])
})

test('with room for one, a stream that always has something new keeps nobody from running', () => {
  const agenda = new Agenda([stream('a'), stream('b'), view('m', ['a', 'b'])], 1)
  agenda.changed(['a', 'b'])
  const started = Array.from({ length: 9 }, (_, turn) => {
    const [id] = agenda.start(turn * 10)
    agenda.changed(['a'])
    if (id !== 'm') agenda.committed([id!], ['m'])
    agenda.completed(id!, turn * 10 + 10)
    return id
  })
  expect(started).toEqual(['a', 'b', 'm', 'a', 'a', 'a', 'a', 'm', 'a'])
})

test('streams leave one place to views', () => {
  const agenda = new Agenda([stream('a'), stream('b'), stream('c'), view('v', []), view('w', [])], 3)
  agenda.changed(['a', 'b', 'c'])
  agenda.changed(['v', 'w'])
  expect(agenda.start(0)).toEqual(['a', 'b', 'v'])
  agenda.completed('a', 1)
  expect(agenda.start(1)).toEqual(['c'])
})

test('an interval counts from start to start', () => {
  const agenda = new Agenda([stream('a', [], 1000)], 4)
  agenda.changed(['a'])
  agenda.start(0)
  agenda.completed('a', 300)
  agenda.changed(['a'])
  expect(agenda.start(999)).toEqual([])
  expect(agenda.nextMs(999)).toBe(1000)
  expect(agenda.start(1000)).toEqual(['a'])
})

test('a flow that waits for its own time is not waited for', () => {
  const agenda = new Agenda([stream('dimension', [], 60_000), stream('facts', ['dimension'])], 4)
  agenda.changed(['dimension'])
  agenda.start(0)
  agenda.completed('dimension', 1)
  agenda.changed(['dimension', 'facts'])
  expect(agenda.start(2)).toEqual(['facts'])
})

test.each([
  { tookMs: 100, restsMs: 400 },
  { tookMs: 60_000, restsMs: 60_000 },
])('a view that took $tookMs ms rests for $restsMs ms', ({ tookMs, restsMs }) => {
  const agenda = new Agenda([view('gold', [])], 4)
  agenda.changed(['gold'])
  agenda.start(0)
  agenda.completed('gold', tookMs)
  agenda.changed(['gold'])
  expect(agenda.start(tookMs + restsMs - 1)).toEqual([])
  expect(agenda.start(tookMs + restsMs)).toEqual(['gold'])
})

test('a view that a stream joins does not rest', () => {
  const agenda = new Agenda([view('customers', []), stream('facts', ['customers'])], 4)
  agenda.changed(['customers'])
  agenda.start(0)
  agenda.completed('customers', 100)
  agenda.changed(['customers', 'facts'])
  expect(agenda.start(101)).toEqual(['customers'])
})

test('a failed flow is tried again later and later; a success forgets its failures', () => {
  const agenda = new Agenda([stream('a')], 4)
  agenda.changed(['a'])
  const delays = Array.from({ length: 11 }, (_, i) => {
    const nowMs = i * 1_000_000
    expect(agenda.start(nowMs)).toEqual(['a'])
    return agenda.failed('a', nowMs) / 1000
  })
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
  expect(agenda.failuresOf('a')).toBe(11)
  agenda.start(20_000_000)
  agenda.completed('a', 20_000_000)
  expect(agenda.failuresOf('a')).toBe(0)
})

test('a failed flow keeps nobody waiting while it waits', () => {
  const agenda = new Agenda([stream('dimension'), stream('facts', ['dimension'])], 4)
  agenda.changed(['dimension', 'facts'])
  agenda.start(0)
  agenda.failed('dimension', 1)
  expect(agenda.start(2)).toEqual(['facts'])
})

test('views leave half of the room to streams', () => {
  const flows = [view('v', []), view('w', []), view('x', []), stream('a'), stream('b')]
  const agenda = new Agenda(flows, 4)
  agenda.changed(['v', 'w', 'x'])
  expect(agenda.start(0)).toEqual(['v', 'w'])
  agenda.changed(['a', 'b'])
  expect(agenda.start(1)).toEqual(['a', 'b'])
})

test('a flow that is held starts when it is released', () => {
  const agenda = new Agenda([view('gold', [])], 4)
  agenda.changed(['gold'])
  agenda.hold(['gold'])
  expect(agenda.start(0)).toEqual([])
  agenda.release(['gold'])
  expect(agenda.start(0)).toEqual(['gold'])
})

test('whatever happens in whatever order, every change is taken in the end', () => {
  const flows = [
    stream('raw'),
    stream('dimension', [], 50),
    stream('sales'),
    stream('facts', ['raw', 'dimension']),
    view('gold', ['raw', 'dimension', 'sales', 'facts']),
  ]
  const readers: Record<string, string[]> = {
    raw: ['dimension'],
    dimension: ['facts', 'gold'],
    sales: ['facts'],
    facts: ['gold'],
    gold: [],
  }
  const step = fc.oneof(
    fc.record({ kind: fc.constant('change' as const), at: fc.nat(2) }),
    fc.record({ kind: fc.constantFrom('complete' as const, 'fail' as const), at: fc.nat(4) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, concurrency) => {
      const agenda = new Agenda(flows, concurrency)
      const running: string[] = []
      const stale = new Set<string>()
      let nowMs = 0
      const start = () => {
        for (const id of agenda.start(nowMs)) {
          running.push(id)
          stale.delete(id)
        }
        expect(running.length).toBeLessThanOrEqual(concurrency)
      }
      const end = (id: string, isFailed: boolean) => {
        running.splice(running.indexOf(id), 1)
        if (isFailed) {
          agenda.failed(id, nowMs)
          stale.add(id)
          return
        }
        agenda.committed([id], readers[id]!)
        for (const each of readers[id]!) stale.add(each)
        agenda.completed(id, nowMs)
      }
      for (const { kind, at } of steps) {
        nowMs += 10
        const id = kind === 'change' ? flows[at]!.id : running[at % Math.max(1, running.length)]
        if (kind === 'change') {
          agenda.changed([id!])
          stale.add(id!)
        } else if (id !== undefined) end(id, kind === 'fail')
        start()
      }
      for (let turns = 0; turns < 100 && (running.length > 0 || stale.size > 0); turns++) {
        nowMs = Math.max(nowMs, agenda.nextMs(nowMs) ?? nowMs)
        start()
        for (const id of [...running]) end(id, false)
      }
      expect([...stale]).toEqual([])
    }),
  )
})
