/** A flow as the agenda of a continuous update sees it. */
export interface AgendaFlow {
  readonly id: string
  /**
   * The flows whose work of the same tick it must see before it starts: all that lie above what it reads as it stands. For
   * what it reads as a stream it need not wait, unless it has an interval.
   */
  readonly waitsFor: readonly string[]
  /** Milliseconds between two starts (`pipelines.trigger.interval`); undefined: at once when there is something new. */
  readonly intervalMs: number | undefined
  /** It computes everything anew: without an interval its runs take a fifth of the time at most, unless a stream waits for it. */
  readonly isRecomputed: boolean
}

interface Entry {
  readonly flow: AgendaFlow
  /** The tick of the oldest change that it has not taken; undefined when there is none. */
  pending: number | undefined
  /** The tick that it works on. */
  running: number | undefined
  startedMs: number
  notBeforeMs: number
  /** Runs that failed since one succeeded. */
  failures: number
  isHeld: boolean
  readonly rests: boolean
}

/** Milliseconds that a recomputed flow rests after a run, as times that run's length, and at most. */
const REST = { share: 4, mostMs: 60_000 }
/** Milliseconds between a failure and the next try: doubled with each one. */
const BACK_OFF = { firstMs: 1000, mostMs: 300_000 }

/**
 * Which flows of a continuous update are to run, and when. Every change from outside begins a tick, and what flows commit
 * because of it belongs to the same tick. So a flow can wait for what came before its change and need not wait for what
 * came after it, however busy its inputs are. Knows no clock: times are milliseconds that the caller gives.
 */
export class Agenda {
  readonly #entries: ReadonlyMap<string, Entry>
  readonly #concurrency: number
  #tick = 0

  /** `concurrency`: how many flows may run side by side. */
  constructor(flows: readonly AgendaFlow[], concurrency: number) {
    this.#concurrency = concurrency
    const awaited = new Set(flows.flatMap((flow) => (flow.isRecomputed ? [] : flow.waitsFor)))
    this.#entries = new Map(
      flows.map((flow) => [
        flow.id,
        {
          flow,
          pending: undefined,
          running: undefined,
          startedMs: -Infinity,
          notBeforeMs: -Infinity,
          failures: 0,
          isHeld: false,
          rests: flow.isRecomputed && !awaited.has(flow.id),
        },
      ]),
    )
  }

  /** Something from outside has changed for these flows. */
  changed(ids: Iterable<string>): void {
    this.#tick += 1
    for (const id of ids) this.#mark(id, this.#tick)
  }

  /** One of the flows `by` has committed what these flows read. */
  committed(by: readonly string[], readers: Iterable<string>): void {
    const tick = Math.min(...by.map((id) => this.#entry(id).running ?? this.#tick), this.#tick)
    for (const id of readers) this.#mark(id, tick)
  }

  /**
   * The flows that start now: those first whose change came first, and streams before recomputed flows of the same tick.
   * Recomputed flows leave half of the room to streams; streams leave them one place, where there is more than one.
   */
  start(nowMs: number): string[] {
    const ready = [...this.#entries.values()].filter((each) => this.#isReady(each, nowMs)).sort(byTurn)
    const starting = this.#thatFit(ready)
    for (const each of starting) startNow(each, nowMs)
    return starting.map((each) => each.flow.id)
  }

  #thatFit(ready: readonly Entry[]): readonly Entry[] {
    const running = [...this.#entries.values()].filter((each) => each.running !== undefined)
    const recomputing = running.filter((each) => each.flow.isRecomputed).length
    const room = this.#concurrency - running.length
    const half = Math.ceil(this.#concurrency / 2)
    const recomputed = ready.filter((each) => each.flow.isRecomputed).slice(0, half - recomputing)
    const starting = ready
      .filter((each) => !each.flow.isRecomputed || recomputed.includes(each))
      .slice(0, room)
    const [first] = recomputed
    const hasPlace = recomputing > 0 || starting.some((each) => each.flow.isRecomputed)
    if (first === undefined || hasPlace || room === 0 || this.#concurrency === 1) return starting
    return [...starting.slice(0, -1), first]
  }

  completed(id: string, nowMs: number): void {
    const entry = this.#entry(id)
    const { intervalMs } = entry.flow
    entry.running = undefined
    entry.failures = 0
    if (intervalMs !== undefined) entry.notBeforeMs = entry.startedMs + intervalMs
    else if (entry.rests) {
      entry.notBeforeMs = nowMs + Math.min(REST.share * (nowMs - entry.startedMs), REST.mostMs)
    }
  }

  /** The flow is due again after a time, in milliseconds, which is returned. */
  failed(id: string, nowMs: number): number {
    const entry = this.#entry(id)
    this.#mark(id, entry.running ?? this.#tick)
    entry.running = undefined
    const delayMs = Math.min(BACK_OFF.firstMs * 2 ** entry.failures, BACK_OFF.mostMs)
    entry.failures += 1
    entry.notBeforeMs = nowMs + delayMs
    return delayMs
  }

  /** Runs of a flow that failed since one succeeded. */
  failuresOf(id: string): number {
    return this.#entry(id).failures
  }

  /** Keeps flows from starting until `release`. */
  hold(ids: readonly string[]): void {
    for (const id of ids) this.#entry(id).isHeld = true
  }

  release(ids: readonly string[]): void {
    for (const id of ids) this.#entry(id).isHeld = false
  }

  /** When the next flow that only waits for its time is due; undefined when none does. */
  nextMs(nowMs: number): number | undefined {
    const times = [...this.#entries.values()]
      .filter((each) => each.pending !== undefined && each.notBeforeMs > nowMs)
      .map((each) => each.notBeforeMs)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  #isReady({ flow, pending, running, notBeforeMs, isHeld }: Entry, nowMs: number): boolean {
    if (pending === undefined || running !== undefined || isHeld || notBeforeMs > nowMs) return false
    return !flow.waitsFor.some((id) => this.#isAtWork(this.#entry(id), pending, nowMs))
  }

  /** One that waits for its own time, after a failure or for its interval, is not waited for. */
  #isAtWork(entry: Entry, tick: number, nowMs: number): boolean {
    const { pending = Infinity, running = Infinity, notBeforeMs } = entry
    return running <= tick || (pending <= tick && notBeforeMs <= nowMs)
  }

  #mark(id: string, tick: number): void {
    const entry = this.#entry(id)
    entry.pending = Math.min(entry.pending ?? tick, tick)
  }

  #entry(id: string): Entry {
    return this.#entries.get(id)!
  }
}

function byTurn(a: Entry, b: Entry): number {
  return a.pending! - b.pending! || Number(a.flow.isRecomputed) - Number(b.flow.isRecomputed)
}

function startNow(entry: Entry, nowMs: number): void {
  entry.running = entry.pending
  entry.pending = undefined
  entry.startedMs = nowMs
}
