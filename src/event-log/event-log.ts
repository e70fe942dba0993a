import type { Engine } from '../engine/engine.ts'
import { setting } from '../settings/settings.ts'
import type { Storage } from '../storage/storage.ts'
import type { EventDraft, EventOrigin, PipelineEvent } from './event.ts'
import { eventId } from './event-id.ts'
import { encodeEvent, originOf } from './event-schema.ts'
import { isoMicros } from './event-time.ts'
import { foldJournals } from './fold.ts'
import { appendToJournal, createJournal, EMPTY_JOURNAL_BYTES, isAppendable, listJournals } from './journal.ts'
import type { Maintenance } from './maintenance.ts'
import { redacted } from './redact.ts'

/** A journal file that is larger is not appended to by the next update. */
const JOURNAL_BYTES = 1 << 20
/** Journals are folded into the table when they hold this much ... */
const FOLD_BYTES = 1 << 20
/** ... or when the oldest of them was last written this long ago. */
const FOLD_AFTER_MS = 10 * 60_000

export interface EventLogOptions {
  /** The pipeline and the update: part of every event's origin. */
  readonly origin: EventOrigin
  readonly clock: { nowMicros(): bigint }
  /** The pipeline's configuration, for `pipelines.eventLog.retention`. */
  readonly configuration?: Readonly<Record<string, string>>
  /** Every event, in order, at once; it is durable a little later. */
  readonly onEvent?: (event: PipelineEvent) => void
  /** Values that must not appear in any event. */
  readonly secrets?: () => readonly string[]
}

/**
 * The writing end of a pipeline's event log, for one update that holds the pipeline's lease. Events go to a journal in
 * `storage`, from where `fold` moves them into the Delta table.
 */
export class EventLog {
  readonly #storage: Storage
  readonly #options: EventLogOptions
  #journal: { readonly number: number; readonly isNew: boolean }
  #pending: string[] = []
  #draining: Promise<void> | undefined
  #failure: unknown
  #lastMicros = 0n
  readonly #retentionMs: number
  #unfoldedBytes: number
  #oldestMs: number
  #isFirstFold: boolean

  private constructor(storage: Storage, options: EventLogOptions, start: JournalStart) {
    this.#storage = storage
    this.#options = options
    this.#retentionMs = retentionMsOf(options.configuration)
    this.#journal = start.journal
    this.#unfoldedBytes = start.unfoldedBytes
    this.#oldestMs = start.oldestMs
    this.#isFirstFold = start.isFirstUpdate
  }

  /** Looks at the journals' names and writes nothing. Throws UNSUPPORTED_FORMAT_VERSION, PIPELINE_SPEC_INVALID_FIELD. */
  static async open(storage: Storage, options: EventLogOptions): Promise<EventLog> {
    const nowMs = Number(options.clock.nowMicros() / 1000n)
    return new EventLog(storage, options, await findStart(storage, nowMs))
  }

  /**
   * Adds events and returns them with their id, time and sequence. They are written soon, together with others of the
   * same moment; `flush` waits for that.
   */
  emit(...drafts: readonly EventDraft[]): readonly PipelineEvent[] {
    const events = drafts.map((draft) => this.#stamp(draft))
    for (const event of events) {
      this.#pending.push(encodeEvent(event))
      this.#options.onEvent?.(event)
    }
    this.#draining ??= this.#drain()
    return events
  }

  /** Resolves when everything emitted so far is durable; throws when it could not be written. */
  async flush(): Promise<void> {
    if (this.#pending.length > 0) this.#draining ??= this.#drain()
    await this.#draining
    if (this.#failure === undefined) return
    const failure = this.#failure
    this.#failure = undefined
    throw failure
  }

  /** `emit` and `flush`. */
  async append(drafts: readonly EventDraft[]): Promise<readonly PipelineEvent[]> {
    const events = this.emit(...drafts)
    await this.flush()
    return events
  }

  /**
   * True when the journals should be folded while an engine is open anyway: after a pipeline's first update, so that the
   * table exists, and when they have grown or waited enough.
   */
  isFoldDue(): boolean {
    if (this.#unfoldedBytes === 0) return false
    const isOld = this.#nowMs() - this.#oldestMs >= FOLD_AFTER_MS
    return this.#isFirstFold || isOld || this.#unfoldedBytes >= FOLD_BYTES
  }

  /**
   * Moves everything emitted so far into the Delta table, and tidies that. Nothing is lost when it fails: the events stay
   * in the journals.
   */
  async fold(engine: Engine, maintenance: Partial<Maintenance> = {}): Promise<void> {
    await this.flush()
    if (this.#unfoldedBytes === 0) return
    const folded = this.#unfoldedBytes
    const upTo = await this.#seal()
    const retentionMs = this.#retentionMs
    await foldJournals(this.#storage, {
      retentionMs,
      ...maintenance,
      engine,
      clock: this.#options.clock,
      upTo,
    })
    this.#unfoldedBytes -= folded
    this.#oldestMs = this.#nowMs()
    this.#isFirstFold = false
  }

  /**
   * Starts the next journal file, so that nothing is added to those before it, and returns the number of the last of
   * those. A file newer than all folded ones stands from then on: no number is ever given twice.
   */
  async #seal(): Promise<number> {
    const sealed = this.#journal.isNew ? this.#journal.number - 1 : this.#journal.number
    this.#journal = { number: sealed + 1, isNew: true }
    await this.#write([])
    return sealed
  }

  #stamp(draft: EventDraft): PipelineEvent {
    const { origin, secrets } = this.#options
    const micros = this.#nextMicros()
    const event: PipelineEvent = {
      id: draft.id ?? eventId(),
      sequence: {
        data_plane_id: { instance: origin.update_id ?? origin.pipeline_id, seq_no: Number(micros) },
      },
      origin: originOf({ ...origin, ...draft.origin }),
      timestamp: isoMicros(micros),
      message: draft.message,
      level: draft.level,
      maturity_level: draft.maturity_level ?? 'STABLE',
      error: draft.error ?? null,
      details: { [draft.event_type]: draft.details },
      event_type: draft.event_type,
    }
    return redacted(event, secrets?.() ?? [])
  }

  /** Times of an update's events never repeat, so that they order the events also when the clock stands still. */
  #nextMicros(): bigint {
    const now = this.#options.clock.nowMicros()
    this.#lastMicros = now > this.#lastMicros ? now : this.#lastMicros + 1n
    return this.#lastMicros
  }

  async #drain(): Promise<void> {
    try {
      await new Promise(setImmediate)
      while (this.#pending.length > 0) {
        const lines = this.#pending
        this.#pending = []
        await this.#write(lines)
      }
      this.#failure = undefined
    } catch (error) {
      this.#failure = error
    } finally {
      this.#draining = undefined
    }
  }

  /** An attempt that failed may have written all the same: the next file takes the lines then, and ids tell doubles. */
  async #write(lines: readonly string[]): Promise<void> {
    for (const attempt of [1, 2]) {
      try {
        await this.#writeOnce(lines)
        break
      } catch (error) {
        this.#journal = { number: this.#journal.number + 1, isNew: true }
        if (attempt < 2) continue
        this.#pending = [...lines, ...this.#pending]
        throw error
      }
    }
    for (const line of lines) this.#unfoldedBytes += line.length
  }

  async #writeOnce(lines: readonly string[]): Promise<void> {
    if (!this.#journal.isNew) return appendToJournal(this.#storage, this.#journal.number, lines)
    let { number } = this.#journal
    while ((await createJournal(this.#storage, number, lines)) === 'exists') number++
    this.#journal = { number, isNew: false }
  }

  #nowMs(): number {
    return Number(this.#options.clock.nowMicros() / 1000n)
  }
}

interface JournalStart {
  readonly journal: { readonly number: number; readonly isNew: boolean }
  readonly unfoldedBytes: number
  readonly oldestMs: number
  readonly isFirstUpdate: boolean
}

async function findStart(storage: Storage, nowMs: number): Promise<JournalStart> {
  const files = await listJournals(storage)
  const last = files.at(-1)
  // The first number is a time, not 1: when a user deletes the journals, it is still newer than all folded ones.
  if (last === undefined) {
    return { journal: { number: nowMs, isNew: true }, unfoldedBytes: 0, oldestMs: nowMs, isFirstUpdate: true }
  }
  const canAppend = last.sizeBytes < JOURNAL_BYTES && (await isAppendable(storage, last))
  return {
    journal: canAppend ? { number: last.number, isNew: false } : { number: last.number + 1, isNew: true },
    unfoldedBytes: files.reduce((sum, each) => sum + each.sizeBytes - EMPTY_JOURNAL_BYTES, 0),
    oldestMs: files[0]!.modifiedMs,
    isFirstUpdate: false,
  }
}

/** Databricks keeps events for as long as a pipeline; here they are one machine's files. */
const DEFAULT_RETENTION_MS = 30 * 86_400_000

function retentionMsOf(configuration: Readonly<Record<string, string>> = {}): number {
  const micros = setting(configuration, 'pipelines.eventLog.retention')
  return micros === undefined ? DEFAULT_RETENTION_MS : Number(micros / 1000n)
}
