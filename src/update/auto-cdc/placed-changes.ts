import { CHANGE, identityColumns } from '../../auto-cdc/index.ts'
import { type RowPlaces, rowIdentityOf, type Snapshot } from '../../delta/index.ts'
import { alias, attribute, call, conjunction, joinOn, project } from '../../plan/build.ts'
import { col, lit, when } from '../../plan/column-functions/core.ts'
import { rowNumber } from '../../plan/column-functions/window.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import { FILE_INDEX, ROW_POSITION } from '../../plan/scan.ts'
import { Window } from '../../plan/window-spec.ts'
import { fieldNamed } from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import type { CdcBatch } from './apply-batch.ts'
import { type PlacedCounts, placedCounts } from './places.ts'

/**
 * The changes of a target, as `changedRows` gives them, held by the session. Where the table has several rows for one, which only an INSERT
 * by hand makes, one of them is updated and the others are deleted.
 */
export async function placedChanges(
  batch: CdcBatch,
  snapshot: Snapshot,
  changes: Relation,
  rows: Relation,
): Promise<PlacedCounts & { readonly changed: Scan }> {
  const { session, cdc } = batch
  const found = (await session.stage(changedRows(batch, snapshot, changes, rows))).scan
  const placed = await placedCounts(session, found, attribute(CHANGE))
  if (!isAnyTwice(placed.places)) return { ...placed, changed: found }
  const { fields } = snapshot.metadata.schema
  const identity = identityColumns(cdc).map((name) =>
    newName(fields.findIndex((each) => sameName(each.name, name))),
  )
  const changed = (await session.stage(withoutSurplus(found, identity))).scan
  return { ...(await placedCounts(session, changed, attribute(CHANGE))), changed }
}

function isAnyTwice(places: RowPlaces): boolean {
  return [...places.values()].some((rows) => rows.some((row, i) => row === rows[i + 1]))
}

/** The columns of a change: those of the table as they will be, and as they are. */
export const newName = (index: number): string => `_new_${index}`
export const oldName = (index: number): string => `_old_${index}`

/**
 * Each change with the place of the row that it is about: CHANGE, the place, the row's identity where the table tracks rows,
 * and the table's columns as they will be and as they are. Columns that the flow does not have stay as they are.
 */
function changedRows({ cdc }: CdcBatch, { metadata }: Snapshot, changes: Relation, rows: Relation): Relation {
  const isSame = conjunction(
    identityColumns(cdc).map((name) => call('=', attribute('l', name), attribute('r', name))),
  )
  const rowId = rowIdentityOf(metadata)?.rowId
  const { fields } = metadata.schema
  return project(joinOn(changes, rows, 'left', isSame), [
    alias(attribute('l', CHANGE), CHANGE),
    alias(attribute('r', FILE_INDEX), FILE_INDEX),
    alias(attribute('r', ROW_POSITION), ROW_POSITION),
    ...(rowId === undefined ? [] : [alias(attribute('r', rowId), rowId)]),
    ...fields.map(({ name }, i) => {
      const isOfFlow = fieldNamed(cdc.targetSchema, name) !== undefined
      return alias(attribute(isOfFlow ? 'l' : 'r', name), newName(i))
    }),
    ...fields.map(({ name }, i) => alias(attribute('r', name), oldName(i))),
  ])
}

const RANK = '_rank'

/**
 * Changes of a table that has several rows where there should be one, which only an INSERT by hand makes: each is found for each
 * of them. One is updated, the others go. `identity` names the columns by which rows are told apart.
 */
function withoutSurplus(changed: Scan, identity: readonly string[]): Relation {
  const places = [FILE_INDEX, ROW_POSITION]
  const isRepeated = col(CHANGE).eq('insert').not().and(col(RANK).gt(1))
  const once = ranked(changed, [CHANGE, ...places, ...identity])
  const perRow: Relation = { kind: 'Filter', input: once, condition: isRepeated.not().expression }
  const isSurplus = col(CHANGE).eq('update').and(col(RANK).gt(1))
  const expressions = changed.schema.fields.map(({ name }) => {
    const value = name === CHANGE ? when(isSurplus, lit('delete')).otherwise(col(CHANGE)) : col(name)
    return value.as(name).expression
  })
  return { kind: 'Project', input: ranked(perRow, [CHANGE, ...identity]), expressions }
}

/** Numbers the rows that are alike in some columns, by their place. */
function ranked(input: Relation, columns: readonly string[]): Relation {
  const alike = Window.partitionBy(...columns).orderBy(FILE_INDEX, ROW_POSITION)
  const { expression } = rowNumber().over(alike)
  return { kind: 'WithColumns', input, columns: [{ name: RANK, expression }] }
}
