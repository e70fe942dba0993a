import type { AutoCdcSpec, ColumnSelection } from '../auto-cdc/index.ts'
import { PipelineError, type Position } from '../errors/index.ts'
import type { AutoCdcClauses, ColumnChoice, NamedColumn } from '../sql/index.ts'
import type { FlowChanges } from './flow-changes.ts'

/**
 * What the clauses of AUTO CDC say of how the rows of their source change a table.
 * Throws UNSUPPORTED_FEATURE.CLAUSE for snapshots of a flow that runs once, or that are stored bitemporally.
 */
export function changesOfClauses(
  clauses: AutoCdcClauses,
  { once, position }: { readonly once: boolean; readonly position: Position },
): FlowChanges {
  const places = { columnPlaces: columnPlaces(clauses) }
  const { snapshot, storedAs = 1 } = clauses
  if (snapshot === undefined) return { kind: 'auto_cdc', spec: specOf(clauses), ...places }
  if (once) throw unsupported('AUTO CDC ONCE of FROM SNAPSHOT', position)
  if (storedAs === 'bitemporal') throw unsupported('STORED AS BITEMPORAL of FROM SNAPSHOT', position)
  const { version } = snapshot
  return {
    kind: 'auto_cdc_snapshot',
    spec: {
      keys: namesOf(clauses.keys),
      scdType: storedAs,
      ...selected('trackHistory', clauses.trackHistory),
    },
    source: version === undefined ? { kind: 'periodic' } : { kind: 'versions', version },
    ...places,
  }
}

function specOf(clauses: AutoCdcClauses): AutoCdcSpec {
  const { columnsToUpdate, deleteWhen, truncateWhen, systemSequenceBy } = clauses
  return {
    keys: namesOf(clauses.keys),
    sequenceBy: clauses.sequenceBy!,
    scdType: clauses.storedAs ?? 1,
    ...(systemSequenceBy === undefined ? {} : { systemSequenceBy }),
    ...selected('columns', clauses.columns),
    ...selected('ignoreNull', clauses.ignoreNull),
    ...selected('trackHistory', clauses.trackHistory),
    ...(columnsToUpdate === undefined ? {} : { columnsToUpdate: columnsToUpdate.name }),
    ...(deleteWhen === undefined ? {} : { deleteWhen }),
    ...(truncateWhen === undefined ? {} : { truncateWhen }),
  }
}

function unsupported(clause: string, position: Position): PipelineError {
  return new PipelineError('UNSUPPORTED_FEATURE.CLAUSE', { clause, alternative: '' }, { position })
}

function selected<Key extends string>(key: Key, choice: ColumnChoice | undefined) {
  return (choice === undefined ? {} : { [key]: selectionOf(choice) }) as Partial<Record<Key, ColumnSelection>>
}

function selectionOf(choice: ColumnChoice): ColumnSelection {
  return choice.kind === 'all' ? choice : { kind: choice.kind, columns: namesOf(choice.columns) }
}

function namesOf(columns: readonly NamedColumn[]): readonly string[] {
  return columns.map((each) => each.name)
}

function columnPlaces(clauses: AutoCdcClauses): ReadonlyMap<string, Position> {
  const listed = (choice: ColumnChoice | undefined) =>
    choice === undefined || choice.kind === 'all' ? [] : choice.columns
  const { keys, columns, ignoreNull, trackHistory, columnsToUpdate = [] } = clauses
  const named = [keys, listed(columns), listed(ignoreNull), listed(trackHistory), columnsToUpdate].flat()
  return new Map(named.toReversed().map((each) => [each.name.toLowerCase(), each.position]))
}
