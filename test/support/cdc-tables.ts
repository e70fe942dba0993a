import {
  type AutoCdc,
  type AutoCdcInput,
  type AutoCdcNames,
  type AutoCdcSpec,
  applyEvents,
  checkEvents,
  hiddenStateSchema,
  identityColumns,
  knownEvents,
  liveState,
  readEvents,
  resolveAutoCdc,
  rivalMoments,
  STATE,
  snapshotEvents,
  stateOfKeys,
  surveyEvents,
  timeline,
  touchedHistory,
  touchedKeys,
  touchedRows,
} from '../../src/auto-cdc/index.ts'
import type { Engine, EngineSession } from '../../src/engine/engine.ts'
import type { Expression } from '../../src/plan/expression.ts'
import type { Relation } from '../../src/plan/relation.ts'
import type { StructType } from '../../src/types/data-type.ts'
import type { Row } from '../../src/types/row.ts'

/** What one batch did. */
export interface CdcBatchResult {
  /** What happens to a row, and the row, of the target. */
  readonly changes: readonly Row[]
  readonly lateEvents: readonly Row[]
  readonly ties: readonly Row[]
}

export interface CdcBatchOptions {
  readonly flow?: string
  /** The flow's own reading of its events, where several flows have one each. */
  readonly cdc?: AutoCdc
  /** The process dies between the hidden state's commit and the target's: the batch is not done. */
  readonly crash?: boolean
  readonly arrivedMicros?: bigint
  readonly forgetBeforeMicros?: bigint
}

const NAMES: AutoCdcNames = { flowName: 'flow', tableName: 'target' }
const CONTEXT = { timestampMicros: 0n, ansi: true }

/** A target and its hidden state in the memory of the test, changed by the plans as an update changes them. */
export class CdcTables {
  readonly cdc: AutoCdc
  readonly #engine: Engine
  readonly #source: StructType
  #committed = new Map<string, bigint>()
  #target = new Map<string, Row>()
  #hidden: Row[] = []

  constructor(engine: Engine, cdc: AutoCdcSpec | AutoCdc, source: StructType) {
    this.#engine = engine
    this.#source = source
    this.cdc = 'leaves' in cdc ? cdc : resolveAutoCdc(cdc, source, NAMES)
  }

  /** The target's rows, ordered by their text. */
  get target(): readonly Row[] {
    return sorted([...this.#target.values()])
  }

  /** Columns of the hidden state's rows that count. */
  state(...columns: readonly (keyof typeof STATE)[]): readonly Row[] {
    const names = hiddenStateSchema(this.cdc).fields.map((each) => each.name)
    const indices = columns.map((each) => names.indexOf(STATE[each]))
    return this.#live().map((row) => indices.map((index) => row[index]!))
  }

  /** Deletes rows of the target by hand. */
  deleteByHand(condition: (row: Row) => boolean): void {
    for (const [key, row] of this.#target) if (condition(row)) this.#target.delete(key)
  }

  /** Applies one batch of events, rows of the source. */
  apply(events: readonly Row[], options: CdcBatchOptions = {}): Promise<CdcBatchResult> {
    return this.#apply(events, (source) => source, options)
  }

  /** Applies a snapshot, rows of the source, of a version. */
  applySnapshot(
    snapshot: readonly Row[],
    version: Expression,
    options: CdcBatchOptions = {},
  ): Promise<CdcBatchResult> {
    return this.#apply(
      snapshot,
      (source, target) => snapshotEvents(this.cdc, source, target, version),
      options,
    )
  }

  async #apply(
    rows: readonly Row[],
    eventsOf: (source: Relation, target: Relation) => Relation,
    options: CdcBatchOptions,
  ): Promise<CdcBatchResult> {
    const session = await this.#engine.openSession(CONTEXT)
    const held = await Promise.all([
      this.#engine.holdRows(this.#source, [rows]),
      this.#engine.holdRows(this.cdc.targetSchema, [[...this.#target.values()]]),
      this.#engine.holdRows(hiddenStateSchema(this.cdc), [this.#hidden]),
    ])
    try {
      const [source, target, hidden] = held.map((each) => each.scan)
      return await this.#applyIn(session, [eventsOf(source!, target!), target!, hidden!], options)
    } finally {
      await session.close()
      for (const each of held) await each.release()
    }
  }

  async #applyIn(
    session: EngineSession,
    [source, target, hidden]: readonly [Relation, Relation, Relation],
    { flow = 'flow', cdc = this.cdc, crash = false, arrivedMicros = 0n, forgetBeforeMicros }: CdcBatchOptions,
  ): Promise<CdcBatchResult> {
    const stage = async (query: Relation) => (await session.stage(query)).scan
    const events = await stage(readEvents(cdc, source))
    const [survey] = await session.rows(surveyEvents(cdc, events))
    const { truncateCount } = await checkEvents(cdc, survey!, {
      tableName: 'target',
      batchId: '1',
      source,
      readValue: async (query) => (await session.rows(query))[0]![0]!,
    })
    const keys = await stage(touchedKeys(cdc, events))
    const live = liveState(hidden, this.#committed)
    const batch = (this.#committed.get(flow) ?? 0n) + 1n
    const isWhole = truncateCount > 0n
    const hasTruncates = cdc.scdType === 1
    const state = await session.stage(isWhole ? live : stateOfKeys(cdc, live, { keys, hasTruncates }))
    const history = await stage(touchedHistory(cdc, events, state.scan, forgetBeforeMicros))
    const input: AutoCdcInput = {
      events,
      target: isWhole ? target : await stage(touchedRows(cdc, target, history)),
      hidden: state.scan,
      hiddenCount: state.rowCount,
      hasTruncates,
      history,
      flow,
      batch,
      arrivedMicros,
      forgetBeforeMicros,
    }
    const known = await stage(knownEvents(cdc, input))
    const rivals = await session.stage(rivalMoments(cdc, input, known))
    const held = await stage(
      timeline(cdc, input, { events: known, rivals: rivals.scan, rivalCount: rivals.rowCount }),
    )
    const output = applyEvents(cdc, held, input)
    const changes = await session.rows(output.targetChanges)
    const result = {
      changes,
      lateEvents: await session.rows(output.lateEvents),
      ties: await session.rows(output.ties),
    }
    this.#commitHidden(
      {
        touched: await session.rows(state.scan),
        additions: await session.rows(output.hiddenAdditions),
        removals: await session.rows(output.hiddenRemovals),
      },
      flow,
      batch,
    )
    if (!crash) this.#commitTarget(changes, flow, batch)
    return result
  }

  /** Rows that an attempt of the batch marked, and that it does not touch any more, are as they were. */
  #commitHidden(
    { touched, additions, removals }: Readonly<Record<'touched' | 'additions' | 'removals', readonly Row[]>>,
    flow: string,
    batch: bigint,
  ): void {
    const names = hiddenStateSchema(this.cdc).fields.map((each) => each.name)
    const [by, at] = [names.indexOf(STATE.removedByFlow), names.indexOf(STATE.removedByBatch)]
    const isTouched = new Set(touched.map(text))
    const isRemoved = new Set(removals.map(text))
    const kept = this.#live(flow).map((row) => {
      if (isRemoved.has(text(row))) return row.with(by, flow).with(at, batch)
      const isReleased = row[by] === flow && !isTouched.has(text(row))
      return isReleased ? row.with(by, null).with(at, null) : row
    })
    this.#hidden = [...kept, ...additions]
  }

  #commitTarget(changes: readonly Row[], flow: string, batch: bigint): void {
    for (const [change, ...row] of changes) {
      const key = this.#identity(row)
      if ((change === 'insert') === this.#target.has(key)) throw new Error(`${change} of ${text(row)}`)
      if (change === 'update' && text(this.#target.get(key)!) === text(row))
        throw new Error(`idle ${text(row)}`)
      if (change === 'delete') this.#target.delete(key)
      else this.#target.set(key, row)
    }
    this.#committed.set(flow, batch)
  }

  /** The rows that count; with a flow, also the unfinished ones of other flows. */
  #live(exceptAttemptsOf?: string): Row[] {
    const names = hiddenStateSchema(this.cdc).fields.map((each) => each.name)
    const reached = (row: Row, flowColumn: string, batchColumn: string): boolean => {
      const flow = row[names.indexOf(flowColumn)] as string | null
      const batch = row[names.indexOf(batchColumn)] as bigint | null
      return flow !== null && batch !== null && batch <= (this.#committed.get(flow) ?? 0n)
    }
    return this.#hidden.filter((row) => {
      const isAdded = reached(row, STATE.addedByFlow, STATE.addedByBatch)
      const isOfOther =
        exceptAttemptsOf !== undefined && row[names.indexOf(STATE.addedByFlow)] !== exceptAttemptsOf
      return (isAdded || isOfOther) && !reached(row, STATE.removedByFlow, STATE.removedByBatch)
    })
  }

  #identity(row: Row): string {
    const names = this.cdc.targetSchema.fields.map((each) => each.name)
    const identity = identityColumns(this.cdc)
    return text(row.filter((_, i) => identity.includes(names[i]!)))
  }
}

/** Rows in the order of their text. */
export function sorted(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => (text(a) < text(b) ? -1 : 1))
}

function text(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`
    return value instanceof Map ? [...value] : value
  })
}
