import { hiddenStateSchema, isMarkedByAttempt, isStaleState, STATE } from '../../auto-cdc/index.ts'
import {
  type FileChanges,
  placedRows,
  prepareRows,
  type RowEngine,
  type RowPlaces,
  replaceRows,
  type Snapshot,
  writeRows,
} from '../../delta/index.ts'
import type { Staged } from '../../engine/engine.ts'
import {
  alias,
  attribute,
  call,
  conjunction,
  filter,
  joinOn,
  longLiteral,
  nullLiteral,
  project,
  stringLiteral,
  unionByName,
} from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import { FILE_INDEX, ROW_POSITION } from '../../plan/scan.ts'
import { LONG, STRING } from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import type { AppliedBatch, CdcBatch } from './apply-batch.ts'
import { filesToFold } from './hidden-files.ts'
import { placedCounts } from './places.ts'

/**
 * Writes the changes of the hidden state: rows that the batch makes obsolete are marked and not removed, for they count
 * until the target has the batch. They stand in files of their own, which a later batch drops unread. Undefined where there is
 * nothing to change.
 */
export async function writeHidden(
  batch: CdcBatch,
  applied: AppliedBatch,
  engine: RowEngine,
): Promise<FileChanges | undefined> {
  const { session, flowId } = batch
  const { hidden, obsolete, output, committed } = applied
  const snapshot = hidden.transaction.readSnapshot!
  const stale = isStaleState(flowId, committed)
  const additions = await session.stage(output.hiddenAdditions)
  const removals = await session.stage(output.hiddenRemovals)
  const { places } = removals.rowCount === 0n ? NOWHERE : await placedCounts(session, removals.scan, WHOLE)
  const attempts = batch.isFirst ? await ofAttempts(batch, applied, stale) : NO_ATTEMPTS
  const removed = joined(places, attempts.places)
  const folded = filesToFold(snapshot, obsolete)
  if (additions.rowCount === 0n && removed.size === 0 && folded.size === 0) return undefined
  const added = [
    ...(additions.rowCount > 0n ? [additions.scan] : []),
    ...(attempts.released === undefined ? [] : [marked(snapshot, attempts.released.scan, NO_MARK)]),
  ].map((rows) => asStored(batch, snapshot, rows, engine))
  const orderBy = batch.cdc.keys.map((each) => each.name)
  const changes = await replaceRows(session, batch.hidden, {
    snapshot,
    files: hidden.files,
    removed,
    added: added.length === 0 ? undefined : unionByName(added),
    addedCount: additions.rowCount + (attempts.released?.rowCount ?? 0n),
    changes: removals.scan,
    ...(folded.size > 0 && { folded: { files: folded, keep: call('not', stale) } }),
    orderBy,
  })
  const layout = { ...snapshot.metadata, clusteringColumns: snapshot.clusteringColumns }
  const marks = asStored(batch, snapshot, marked(snapshot, removals.scan, markOf(batch)), engine)
  const written =
    removals.rowCount > 0n
      ? await writeRows(session, batch.hidden.storage, marks, layout, { orderBy })
      : undefined
  return {
    ...changes,
    removed: [...changes.removed, ...obsolete],
    written: { ...changes.written, adds: [...changes.written.adds, ...(written?.adds ?? [])] },
  }
}

const WHOLE = stringLiteral('all')
const NOWHERE: { readonly places: RowPlaces } = { places: new Map() }

/** What attempts before this one left. */
interface Attempts {
  /** Where the rows are that go, or are written anew without their mark. */
  readonly places: RowPlaces
  /** Rows that they have marked and that have no part in this batch, whose query may have changed: the mark must not come to count. */
  readonly released?: Staged
}

const NO_ATTEMPTS: Attempts = { places: NOWHERE.places }

async function ofAttempts(
  batch: CdcBatch,
  { hidden, committed }: AppliedBatch,
  stale: Expression,
): Promise<Attempts> {
  const { session } = batch
  if (hidden.files.length === 0) return NO_ATTEMPTS
  const rows = await placedRows(batch.hidden, hidden.transaction.readSnapshot!, hidden.files)
  const isReleased = call('and', isMarkedByAttempt(batch.flowId, committed), call('not', stale))
  const untouched = joinOn(filter(rows, isReleased), hidden.rows, 'left anti', SAME_PLACE)
  const released = await session.stage(untouched)
  const { places } = await placedCounts(session, filter(rows, stale), WHOLE)
  if (released.rowCount === 0n) return { places }
  return { places: joined(places, (await placedCounts(session, released.scan, WHOLE)).places), released }
}

const SAME_PLACE = conjunction(
  [FILE_INDEX, ROW_POSITION].map((name) => call('=', attribute('l', name), attribute('r', name))),
)

function joined(left: RowPlaces, right: RowPlaces): RowPlaces {
  const all = new Map(left)
  for (const [file, rows] of right) {
    const known = all.get(file)
    all.set(file, known === undefined ? rows : Float64Array.from(new Set([...known, ...rows])).sort())
  }
  return all
}

interface Mark {
  readonly flow: Expression
  readonly batch: Expression
}

const NO_MARK: Mark = { flow: nullLiteral(STRING), batch: nullLiteral(LONG) }

/** Makes rows obsolete as soon as the target has the batch. */
function markOf({ flowId, batchId }: CdcBatch): Mark {
  return { flow: stringLiteral(flowId), batch: longLiteral(BigInt(batchId)) }
}

function marked({ metadata }: Snapshot, rows: Scan, { flow, batch }: Mark): Relation {
  return project(
    rows,
    metadata.schema.fields.map(({ name }) => {
      if (name === STATE.removedByFlow) return alias(flow, name)
      if (name === STATE.removedByBatch) return alias(batch, name)
      return attribute(name)
    }),
  )
}

/** The table may have columns that the flow has no more. */
function asStored(
  { cdc, hidden }: CdcBatch,
  { metadata }: Snapshot,
  rows: Relation,
  engine: RowEngine,
): Relation {
  if (sameType(hiddenStateSchema(cdc), metadata.schema)) return rows
  return prepareRows(rows, metadata, engine, { tableName: hidden.storage.name })
}
