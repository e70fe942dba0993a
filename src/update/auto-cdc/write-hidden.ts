import { hiddenStateSchema, isStaleState, STATE } from '../../auto-cdc/index.ts'
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
import { alias, attribute, call, filter, longLiteral, project, stringLiteral } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import { sameType } from '../../types/same-type.ts'
import type { AppliedBatch, CdcBatch } from './apply-batch.ts'
import { filesToFold, obsoleteFiles } from './hidden-files.ts'
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
  const { hidden, output, committed } = applied
  const snapshot = hidden.transaction.readSnapshot!
  const stale = isStaleState(flowId, committed)
  const additions = await session.stage(output.hiddenAdditions)
  const removals = await session.stage(output.hiddenRemovals)
  const { places } = removals.rowCount === 0n ? NOWHERE : await placedCounts(session, removals.scan, WHOLE)
  const removed = batch.isFirst ? joined(places, await stalePlaces(batch, applied, stale)) : places
  const obsolete = obsoleteFiles(snapshot, committed)
  const folded = filesToFold(snapshot, obsolete)
  if (additions.rowCount === 0n && removed.size === 0 && folded.size === 0) return undefined
  const orderBy = batch.cdc.keys.map((each) => each.name)
  const changes = await replaceRows(session, batch.hidden, {
    snapshot,
    files: hidden.files,
    removed,
    added: additions.rowCount > 0n ? asStored(batch, snapshot, additions.scan, engine) : undefined,
    addedCount: additions.rowCount,
    changes: removals.scan,
    ...(folded.size > 0 && { folded: { files: folded, keep: call('not', stale) } }),
    orderBy,
  })
  const layout = { ...snapshot.metadata, clusteringColumns: snapshot.clusteringColumns }
  const marks = asStored(batch, snapshot, marked(batch, snapshot, removals.scan), engine)
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

/** Where the rows are that an attempt before this one left. */
async function stalePlaces(batch: CdcBatch, { hidden }: AppliedBatch, stale: Expression): Promise<RowPlaces> {
  const snapshot = hidden.transaction.readSnapshot!
  if (hidden.files.length === 0) return NOWHERE.places
  const rows = await placedRows(batch.hidden, snapshot, hidden.files)
  return (await placedCounts(batch.session, filter(rows, stale), WHOLE)).places
}

function joined(left: RowPlaces, right: RowPlaces): RowPlaces {
  const all = new Map(left)
  for (const [file, rows] of right) {
    const known = all.get(file)
    all.set(file, known === undefined ? rows : Float64Array.from(new Set([...known, ...rows])).sort())
  }
  return all
}

/** Rows that are obsolete as soon as the target has the batch. */
function marked({ flowId, batchId }: CdcBatch, { metadata }: Snapshot, rows: Scan): Relation {
  return project(
    rows,
    metadata.schema.fields.map(({ name }) => {
      if (name === STATE.removedByFlow) return alias(stringLiteral(flowId), name)
      if (name === STATE.removedByBatch) return alias(longLiteral(BigInt(batchId)), name)
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
