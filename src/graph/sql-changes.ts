import type { AutoCdcSpec, ColumnSelection } from '../auto-cdc/index.ts'
import { PipelineError, type Position } from '../errors/index.ts'
import type { AutoCdcClauses, ColumnChoice, NamedColumn } from '../sql/index.ts'
import type { FlowChanges } from './flow-changes.ts'

/** What the clauses of AUTO CDC say of how the rows of their source change a table. */
export function changesOfClauses(clauses: AutoCdcClauses, position: Position): FlowChanges {
  return { kind: 'auto_cdc', spec: specOf(clauses, position), columnPlaces: columnPlaces(clauses) }
}

function specOf(clauses: AutoCdcClauses, position: Position): AutoCdcSpec {
  const { columnsToUpdate, deleteWhen, truncateWhen, storedAs: scdType = 1 } = clauses
  if (scdType === 'bitemporal') throw unsupported('STORED AS BITEMPORAL', position)
  if (clauses.snapshot !== undefined) throw unsupported('FROM SNAPSHOT', position)
  return {
    keys: namesOf(clauses.keys),
    sequenceBy: clauses.sequenceBy!,
    scdType,
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
