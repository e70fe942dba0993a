import {
  type AutoCdc,
  type AutoCdcInput,
  type AutoCdcOutput,
  applyEvents,
  type CommittedBatches,
  checkEvents,
  isMarkedByAttempt,
  isStaleState,
  type KnownEvents,
  knownEvents,
  liveState,
  readEvents,
  rivalMoments,
  stateOfKeys,
  surveyEvents,
  timeline,
  touchedHistory,
  touchedKeys,
  touchedRows,
} from '../../auto-cdc/index.ts'
import {
  type AddFile,
  boundsAll,
  fileMayMatch,
  filesWhere,
  placedRows,
  type Transaction,
} from '../../delta/index.ts'
import type { EngineSession } from '../../engine/engine.ts'
import { attribute, call, filter, TRUE } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import type { OpenTable } from '../tables/tables.ts'
import { obsoleteFiles } from './hidden-files.ts'
import { type KeyCondition, keyCondition } from './key-condition.ts'

/** A batch of change events and what it is applied to. */
export interface CdcBatch {
  readonly cdc: AutoCdc
  readonly session: EngineSession
  /** The flow's rows, as the session computes them. */
  readonly rows: Relation
  readonly target: OpenTable
  readonly hidden: OpenTable
  /** The flow's id in the log of the target. */
  readonly flowId: string
  readonly batchId: number
  /** The batch's time and the time before which hidden events are folded, microseconds since the epoch. */
  readonly arrivedMicros: bigint
  readonly forgetBeforeMicros: bigint | undefined
  /** What an attempt before this one may have left in the hidden state goes with the batch. */
  readonly isFirst: boolean
}

/** A batch whose effect is computed, on versions of both tables that its transactions hold to. */
export interface AppliedBatch {
  readonly eventCount: bigint
  readonly committed: CommittedBatches
  readonly target: ReadTable
  readonly hidden: ReadTable
  /** Files of the hidden state of which no row counts any more. They were not read. */
  readonly obsolete: ReadonlySet<AddFile>
  readonly output: AutoCdcOutput
}

/** The rows of a table that a batch looked at. */
export interface ReadTable {
  readonly transaction: Transaction
  /** The files that the places of `rows` count. */
  readonly files: readonly AddFile[]
  /** The touched rows with their places, held by the session. */
  readonly rows: Scan
  readonly rowCount: bigint
}

/**
 * Computes what a batch changes. Of both tables only files that can hold its keys are read. The hidden state is looked at
 * before the target: what reaches the target in between is not taken for something that never happened.
 * Throws AUTOCDC_MICROBATCH_VALIDATION.*.
 */
export async function applyBatch(batch: CdcBatch): Promise<AppliedBatch> {
  const { cdc, session } = batch
  const stage = async (query: Relation) => (await session.stage(query)).scan
  const events = await stage(readEvents(cdc, batch.rows))
  const [survey] = await session.rows(surveyEvents(cdc, events))
  const { eventCount, truncateCount } = await checkEvents(cdc, survey!, {
    tableName: batch.target.identifier,
    batchId: String(batch.batchId),
    source: batch.rows,
    readValue: async (query) => (await session.rows(query))[0]![0]!,
  })
  const isWhole = truncateCount > 0n
  const hasTruncates = isWhole || holdsTruncates(batch)
  const keys = await session.stage(touchedKeys(cdc, events))
  const condition = isWhole ? EVERYWHERE : await keyCondition(session, cdc.keys, keys)
  const committed = committedBatches(batch.target)

  const obsolete = obsoleteFiles(batch.hidden.delta.snapshot, committed)
  const wanted = hasTruncates ? orTruncate(cdc, condition) : condition
  const hidden = await readHidden(batch, { committed, obsolete }, wanted, (live) =>
    isWhole ? live : stateOfKeys(cdc, live, { keys: keys.scan, hasTruncates }),
  )
  const history = await stage(touchedHistory(cdc, events, hidden.rows, batch.forgetBeforeMicros))
  const target = await readTable(batch, batch.target, condition, (rows) =>
    isWhole ? rows : touchedRows(cdc, rows, history),
  )
  const input = {
    events,
    target: target.rows,
    hidden: hidden.rows,
    hiddenCount: hidden.rowCount,
    hasTruncates,
    history,
    flow: batch.flowId,
    batch: BigInt(batch.batchId),
    arrivedMicros: batch.arrivedMicros,
    ...(batch.forgetBeforeMicros !== undefined && { forgetBeforeMicros: batch.forgetBeforeMicros }),
  }
  const known = await knownOf(cdc, session, input)
  const output = applyEvents(cdc, await stage(timeline(cdc, input, known)), input)
  return { eventCount, committed, target, hidden, obsolete, output }
}

async function knownOf(cdc: AutoCdc, session: EngineSession, input: AutoCdcInput): Promise<KnownEvents> {
  const events = (await session.stage(knownEvents(cdc, input))).scan
  const rivals = await session.stage(rivalMoments(cdc, input, events))
  return { events, rivals: rivals.scan, rivalCount: rivals.rowCount }
}

const EVERYWHERE: KeyCondition = { files: TRUE, rows: TRUE }

/** The last batch of each flow that has reached the target. */
function committedBatches({ delta }: OpenTable): CommittedBatches {
  return new Map([...delta.snapshot.transactions].map(([appId, { version }]) => [appId, version]))
}

/** Whether some file of the hidden state can hold a truncate, of this flow or another. */
function holdsTruncates({ cdc, hidden }: CdcBatch): boolean {
  if (cdc.scdType !== 1) return false
  const { snapshot } = hidden.delta
  return filesWhere(snapshot, fileMayMatch(snapshot.metadata, isTruncate(cdc))).length > 0
}

/** Rows of truncates have no keys: they lie where a key is NULL. */
function isTruncate({ keys }: AutoCdc): Expression {
  const key = keys.find((each) => boundsAll(each.dataType)) ?? keys[0]!
  return call('isnull', attribute(key.name))
}

function orTruncate(cdc: AutoCdc, { files, rows }: KeyCondition): KeyCondition {
  return { files: call('or', files, isTruncate(cdc)), rows: call('or', rows, isTruncate(cdc)) }
}

function readHidden(
  batch: CdcBatch,
  { committed, obsolete }: Pick<AppliedBatch, 'committed' | 'obsolete'>,
  { files, rows }: KeyCondition,
  choose: (live: Relation) => Relation,
): Promise<ReadTable> {
  const { flowId, isFirst } = batch
  const ofAttempts = call('or', isStaleState(flowId, committed), isMarkedByAttempt(flowId, committed))
  const condition = { files: isFirst ? call('or', files, ofAttempts) : files, rows }
  const chooseLive = (placed: Relation) => choose(liveState(placed, committed))
  return readTable(batch, batch.hidden, condition, chooseLive, obsolete)
}

async function readTable(
  { session }: CdcBatch,
  { delta, storage }: OpenTable,
  condition: KeyCondition,
  choose: (rows: Relation) => Relation,
  except: ReadonlySet<AddFile> = new Set(),
): Promise<ReadTable> {
  const transaction = delta.startTransaction()
  const snapshot = transaction.readSnapshot!
  const mayMatch = fileMayMatch(snapshot.metadata, condition.files)
  const files = filesWhere(snapshot, mayMatch).filter((each) => !except.has(each))
  transaction.readFiles(files, mayMatch)
  const placed = await placedRows({ storage }, snapshot, files)
  const rows = await session.stage(choose(filter(placed, condition.rows)))
  return { transaction, files, rows: rows.scan, rowCount: rows.rowCount }
}
