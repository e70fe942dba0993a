import { PipelineError } from '../../errors/index.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import { STAGING_FOLDER, type Storage } from '../../storage/storage.ts'
import { asNullable } from '../../types/as-nullable.ts'
import { type StructType, struct } from '../../types/data-type.ts'
import { parseSchema, printSchema } from '../../types/ddl.ts'
import { OperatorHandle, type Run } from './operator-handle.ts'
import type { EventTimeProgress } from './watermark.ts'

/**
 * What a stateful flow remembers between batches: versions of sets of Parquet runs, one manifest a batch. A version is
 * written before its batch is committed and read only after, so that a crash at any point leaves the one before it.
 */
export class StateStore {
  readonly #storage: Storage
  readonly #folder: string
  readonly #owner: StateOwner

  /** `folder` lies in the flow's checkpoint. */
  constructor(storage: Storage, folder: string, owner: StateOwner) {
    this.#storage = storage
    this.#folder = folder
    this.#owner = owner
  }

  /** The state after batch `committed` (undefined: nothing yet), to be carried on into batch `next`. */
  async open(committed: number | undefined, next: number): Promise<StateVersion> {
    const before = committed === undefined ? undefined : await this.#read(committed)
    return new StateVersion(this.#storage, this.#folder, this.#owner, before ?? EMPTY, next)
  }

  /**
   * Forgets the versions before batch `oldest`, and the runs that no later one names: superseded ones, and those of batches
   * that crashed. Only while no batch is under way.
   */
  async prune(oldest: number): Promise<void> {
    const kept = new Set<string>()
    const doomed: string[] = []
    const runs: string[] = []
    for await (const { path } of this.#storage.list(this.#folder)) {
      const batch = batchOf(path)
      if (batch === undefined) runs.push(path)
      else if (batch < oldest) doomed.push(path)
      else for (const named of await this.#paths(batch)) kept.add(named)
    }
    await this.#storage.delete([...doomed, ...runs.filter((path) => !kept.has(path))])
  }

  /** Removes what a crashed batch left of runs that it did not publish. */
  cleanStaging(): Promise<void> {
    return this.#storage.deleteAll(`${this.#folder}/${STAGING_FOLDER}`)
  }

  /** Files of the state after a batch. */
  async #paths(batch: number): Promise<string[]> {
    const { operators } = await this.#read(batch)
    return operators.flatMap((each) => each.runs.flatMap((run) => run.paths))
  }

  async #read(batch: number): Promise<Manifest> {
    const path = manifestPath(this.#folder, batch)
    const bytes = await this.#storage.read(path)
    if (bytes === undefined) {
      throw new PipelineError('STATE_STORE_VERSION_NOT_FOUND', {
        flow: this.#owner.flow,
        version: String(batch),
        path,
      })
    }
    return decodeDurable(bytes, FORMAT, { storage: this.#storage.name, path }) as unknown as Manifest
  }
}

/** Whose state it is, for errors: the flow, and the table to refresh. */
export interface StateOwner {
  readonly flow: string
  readonly table: string
}

/** The kind and columns of an operator's state. They cannot change while the checkpoint lives. */
export interface OperatorState {
  readonly kind:
    | 'dedupe'
    | 'dedupeWithinWatermark'
    | 'aggregate'
    | 'rows'
    | 'joinSide'
    | 'outerJoinSide'
    | 'joinMatches'
  readonly schema: StructType
  /** The rows mean the same without further columns, which the checkpoint may have from when the query had a use for them. */
  readonly mayHoldMore?: boolean
  /** What the rows of the state mean, in SQL: groups and aggregates, the condition of a join. */
  readonly meaning?: string
}

interface Manifest {
  readonly operators: readonly OperatorManifest[]
  /** Microseconds as decimal text. */
  readonly eventTimes: readonly { readonly max: string | null; readonly delay: string }[]
  readonly watermark: string | null
  /** The watermark that the batch itself started with; absent in states of older versions. */
  readonly startedWith?: string | null
}

/** The state of one operator after a batch, and what the batch did to it. */
export interface OperatorMetrics {
  readonly kind: OperatorState['kind']
  /** Rows in its files: those that are over are among them until runs are merged. */
  readonly rows: number
  readonly bytes: number
  /** Rows that the batch has added. */
  readonly rowsWritten: number
  /** Rows that came too late for it. */
  readonly lateRows: number
}

interface OperatorManifest {
  readonly kind: OperatorState['kind']
  readonly schema: string
  /** Absent in states of older versions. */
  readonly meaning?: string
  readonly runs: readonly Run[]
}

/** Operators that give out rows when the watermark moves. */
const GIVING_OUT: ReadonlySet<OperatorState['kind']> = new Set(['aggregate', 'rows', 'outerJoinSide'])

const FORMAT: DurableFormat = { name: 'millrace.state', version: 1 }
const EMPTY: Manifest = { operators: [], eventTimes: [], watermark: null }

/** The state before one batch and, once `save`d, after it. Operators come in the order in which the query evaluates them. */
export class StateVersion {
  readonly #storage: Storage
  readonly #folder: string
  readonly #owner: StateOwner
  readonly #before: Manifest
  readonly #next: number
  readonly #after: OperatorManifest[] = []
  readonly #handles: OperatorHandle[] = []
  readonly #late = new Map<number, bigint>()

  constructor(storage: Storage, folder: string, owner: StateOwner, before: Manifest, next: number) {
    this.#storage = storage
    this.#folder = folder
    this.#owner = owner
    this.#before = before
    this.#next = next
  }

  /** No operator has remembered anything, and no event time was seen. */
  get isEmpty(): boolean {
    return this.#before === EMPTY
  }

  /** Some operator holds groups that the watermark will close. */
  get hasOpenGroups(): boolean {
    return this.#before.operators.some(({ kind, runs }) => GIVING_OUT.has(kind) && runs.length > 0)
  }

  get eventTimes(): EventTimeProgress[] {
    return this.#before.eventTimes.map(({ max, delay }) => ({
      maxMicros: max === null ? undefined : BigInt(max),
      delayMicros: BigInt(delay),
    }))
  }

  /** The watermark that the next batch starts with. */
  get watermarkMicros(): bigint | undefined {
    return this.#before.watermark === null ? undefined : BigInt(this.#before.watermark)
  }

  /** The watermark that the batch before started with: what it gave out ended before that. */
  get previousWatermarkMicros(): bigint | undefined {
    const { startedWith } = this.#before
    return typeof startedWith === 'string' ? BigInt(startedWith) : undefined
  }

  /** The number of the batch that carries the state on. */
  get batchId(): number {
    return this.#next
  }

  /** The next operator's state, empty at first. Throws when the query's operators are not those of the checkpoint. */
  operator(state: OperatorState): OperatorHandle {
    const index = this.#after.length
    const known = this.#before.operators[index]
    const { kind, meaning } = state
    const schema = printSchema(asNullable(state.schema))
    const own = { kind, schema, ...(meaning !== undefined && { meaning }) }
    if (known !== undefined && !isSameOperator(known, own, state.mayHoldMore)) {
      throw new PipelineError('STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA', {
        ...this.#owner,
        stateOperator: inWords(known),
        queryOperator: inWords(own),
      })
    }
    const runs = known?.runs ?? []
    const entry = this.#after.push({ ...own, runs }) - 1
    const handle = new OperatorHandle(this.#storage, this.#folder, state.schema, runs, (next) => {
      this.#after[entry] = { ...own, runs: next }
    })
    this.#handles.push(handle)
    return handle
  }

  /** Counts rows that were too late for the operator that comes next. */
  countLate(rows: bigint): void {
    const index = this.#after.length
    this.#late.set(index, (this.#late.get(index) ?? 0n) + rows)
  }

  /** What the batch has made of each operator's state. */
  get operators(): OperatorMetrics[] {
    return this.#after.map(({ kind, runs }, i) => ({
      kind,
      rows: runs.reduce((sum, run) => sum + run.rows, 0),
      bytes: runs.reduce((sum, run) => sum + (run.bytes ?? 0), 0),
      rowsWritten: this.#handles[i]!.rowsWritten,
      lateRows: Number(this.#late.get(i) ?? 0n),
    }))
  }

  /** Makes the state after the batch durable under the batch's id. A replay of the batch writes it again. */
  async save(eventTimes: readonly EventTimeProgress[], watermarkMicros: bigint | undefined): Promise<void> {
    if (!this.isEmpty && this.#before.operators.length !== this.#after.length) {
      throw new PipelineError('STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA', {
        ...this.#owner,
        stateOperator: this.#before.operators.map((each) => each.kind).join(', ') || 'none',
        queryOperator: this.#after.map((each) => each.kind).join(', ') || 'none',
      })
    }
    const manifest: Manifest = {
      operators: this.#after,
      eventTimes: eventTimes.map(({ maxMicros, delayMicros }) => ({
        max: maxMicros === undefined ? null : String(maxMicros),
        delay: String(delayMicros),
      })),
      watermark: watermarkMicros === undefined ? null : String(watermarkMicros),
      startedWith: this.#before.watermark,
    }
    await this.#storage.put(manifestPath(this.#folder, this.#next), encodeDurable(FORMAT, manifest))
  }
}

type OperatorIdentity = Omit<OperatorManifest, 'runs'>

function isSameOperator(known: OperatorIdentity, own: OperatorIdentity, mayHoldMore = false): boolean {
  const isSameMeaning = known.meaning === undefined || known.meaning === own.meaning
  const isSameSchema = known.schema === own.schema || (mayHoldMore && holds(known.schema, own.schema))
  return known.kind === own.kind && isSameSchema && isSameMeaning
}

function holds(schema: string, columns: string): boolean {
  const [all, some] = [schema, columns].map((each) =>
    parseSchema(each).fields.map((column) => printSchema(struct([column]))),
  )
  return some!.every((each) => all!.includes(each))
}

function inWords({ kind, schema, meaning }: OperatorIdentity): string {
  return `${kind}(${schema})${meaning === undefined ? '' : ` of ${meaning}`}`
}

function manifestPath(folder: string, batch: number): string {
  return `${folder}/${String(batch).padStart(20, '0')}.json`
}

function batchOf(path: string): number | undefined {
  const match = /\/(\d{20})\.json$/.exec(path)
  return match === null ? undefined : Number(match[1])
}
