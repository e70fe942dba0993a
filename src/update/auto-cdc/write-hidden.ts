import { hiddenStateSchema, isStaleState, STATE } from '../../auto-cdc/index.ts'
import {
  type AddFile,
  type FileChanges,
  placedRows,
  prepareRows,
  type RowEngine,
  type RowPlaces,
  replaceRows,
  type Snapshot,
} from '../../delta/index.ts'
import { alias, attribute, call, filter, longLiteral, project, stringLiteral } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import { sameType } from '../../types/same-type.ts'
import type { AppliedBatch, CdcBatch } from './apply-batch.ts'
import { placedCounts } from './places.ts'

/** Files below this size are put together when there are so many of them. Bytes. */
const SMALL_FILE = 2 << 20
const MOST_SMALL_FILES = 16

/**
 * Writes the changes of the hidden state: rows that the batch makes obsolete are marked and not removed, for they count
 * until the target has the batch; what batches before it have marked goes when small files are put together. Undefined where
 * there is nothing to change.
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
  const small = smallFiles(snapshot)
  const isFolded = small.size >= MOST_SMALL_FILES
  if (additions.rowCount === 0n && removed.size === 0 && !isFolded) return undefined
  const added = [
    ...(additions.rowCount > 0n ? [additions.scan] : []),
    ...(removals.rowCount > 0n ? [marked(batch, snapshot, removals.scan)] : []),
  ].map((rows) => asStored(batch, snapshot, rows, engine))
  return replaceRows(session, batch.hidden, {
    snapshot,
    files: hidden.files,
    removed,
    added: added.length === 0 ? undefined : added.reduce(union),
    addedCount: additions.rowCount + removals.rowCount,
    changes: removals.scan,
    ...(isFolded && { folded: { files: small, keep: call('not', stale) } }),
    orderBy: batch.cdc.keys.map((each) => each.name),
  })
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

function smallFiles(snapshot: Snapshot): ReadonlySet<AddFile> {
  return new Set([...snapshot.files()].filter((each) => each.size < SMALL_FILE))
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

function union(left: Relation, right: Relation): Relation {
  return { kind: 'SetOperation', left, right, operation: 'union', isAll: true, byName: true }
}
