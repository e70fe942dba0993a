import { CHANGE_TYPE } from '../delta/index.ts'
import { nearest, PipelineError } from '../errors/index.ts'
import { columnNamed } from '../plan/column.ts'
import {
  type DataType,
  field,
  fieldNamed,
  type StructField,
  type StructType,
  struct,
} from '../types/data-type.ts'
import { printSqlType } from '../types/ddl.ts'
import { sameName } from '../types/same-name.ts'
import { isOrderable } from '../types/type-classes.ts'
import { checkRowByRow, typeOfSequence } from './event-expressions.ts'
import { type Leaf, type ShapedColumn, shapeColumns } from './shape.ts'
import type { AutoCdcSpec, ColumnSelection, LeftOut } from './spec.ts'
import { END_AT, RESERVED_STATE_COLUMNS, START_AT, SYSTEM_END_AT, SYSTEM_START_AT } from './state.ts'

/** A spec against the columns of its source: what all plans are made from. */
export interface AutoCdc {
  readonly spec: AutoCdcSpec
  /** How versions are made: 2 for bitemporal. */
  readonly scdType: 1 | 2
  /** The type of system times: bitemporal. */
  readonly systemType?: DataType
  readonly keys: readonly StructField[]
  /** The columns of the target beside the keys and the interval. */
  readonly columns: readonly ShapedColumn[]
  readonly leaves: readonly Leaf[]
  /** Events may leave columns out: what they supply is kept with them. */
  readonly isSparse: boolean
  readonly sequenceType: DataType
  /** The target's columns: those selected in the order of the source; SCD 2 adds `__START_AT` and `__END_AT`, bitemporal also
   * `__SYSTEM_START_AT` and `__SYSTEM_END_AT`. */
  readonly targetSchema: StructType
}

/** What errors call the flow and its target. */
export interface AutoCdcNames {
  readonly flowName: string
  readonly tableName: string
}

/**
 * Checks a spec against the columns of its source and finds out what the plans need to know.
 * Throws AUTOCDC_EMPTY_KEYS, AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA, AUTOCDC_KEY_NOT_IN_SELECTED_SCHEMA,
 * AUTOCDC_RESERVED_COLUMN_NAME_CONFLICT, AUTOCDC_IGNORE_NULL_EMPTY_COLUMN_LIST, AUTOCDC_COLUMNS_TO_UPDATE_TYPE,
 * AUTOCDC_TRUNCATE_NOT_SUPPORTED, AUTOCDC_TRACK_HISTORY_NOT_SUPPORTED, AUTOCDC_SYSTEM_SEQUENCE_MISSING,
 * AUTOCDC_SYSTEM_SEQUENCE_NOT_SUPPORTED, AUTOCDC_NON_ORDERABLE_KEY,
 * AUTOCDC_MICROBATCH_VALIDATION.NON_ORDERABLE_SEQUENCE, UNSUPPORTED_EXPR_FOR_OPERATOR and what the analyzer throws of the expressions.
 */
export function resolveAutoCdc(spec: AutoCdcSpec, source: StructType, names: AutoCdcNames): AutoCdc {
  checkClauses(spec, names)
  const keys = [...new Set(fieldsNamed(spec.keys, source, 'KEYS', names))]
  checkKeysOrderable(keys, names)
  const selected = selectedFields(spec, source, names)
  checkKeysSelected(keys, selected)
  checkReserved(selected, [...intervalColumns(spec), CHANGE_TYPE], names)
  checkReserved(keys, RESERVED_STATE_COLUMNS, names)
  checkColumnsToUpdate(spec, source, names)
  const values = selected.filter((each) => !keys.includes(each))
  const ignored = chosen(
    spec.ignoreNull ?? { kind: 'only', columns: [] },
    values,
    'IGNORE NULL UPDATES',
    names,
  )
  if (spec.ignoreNull !== undefined && ignored.length === 0 && source.open !== true) {
    throw new PipelineError('AUTOCDC_IGNORE_NULL_EMPTY_COLUMN_LIST', {})
  }
  const tracked = chosen(spec.trackHistory ?? { kind: 'all' }, values, 'TRACK HISTORY', names)
  const { ignoredBySome, ignoredByAll, isListed } = spec.amongFlows ?? leftOutBy(spec, ignored)
  const { columns, leaves } = shapeColumns(values, (name) => ({
    ignoresNull: ignored.some((each) => each.name === name),
    isNullLeftOut: has(ignoredByAll, name),
    isSparse: isListed || has(ignoredBySome, name),
    isSplit: has(ignoredBySome, name),
    isTracked: tracked.some((each) => each.name === name),
  }))
  const { sequenceBy, systemSequenceBy } = spec
  const sequenceType = typeOfSequence(sequenceBy, 'SEQUENCE BY', source, names)
  const systemType = systemSequenceBy && typeOfSequence(systemSequenceBy, 'SYSTEM SEQUENCE BY', source, names)
  if (spec.deleteWhen) checkRowByRow(spec.deleteWhen, 'APPLY AS DELETE WHEN', source)
  if (spec.truncateWhen) checkRowByRow(spec.truncateWhen, 'APPLY AS TRUNCATE WHEN', source)
  return {
    spec,
    scdType: spec.scdType === 1 ? 1 : 2,
    ...(systemType ? { systemType } : {}),
    keys,
    columns,
    leaves,
    isSparse: leaves.some((each) => each.isSparse),
    sequenceType,
    targetSchema: struct([
      ...selected,
      ...intervalColumns(spec).map((name) => field(name, isSystem(name) ? systemType! : sequenceType)),
    ]),
  }
}

function leftOutBy(spec: AutoCdcSpec, ignored: readonly StructField[]): LeftOut {
  const names = ignored.map((each) => each.name)
  return { ignoredBySome: names, ignoredByAll: names, isListed: spec.columnsToUpdate !== undefined }
}

/** What the events of flows into one table leave out together. */
export function leftOutAmong(flows: readonly AutoCdc[]): LeftOut {
  const ignored = flows.map(({ leaves }) =>
    leaves.filter((each) => each.ignoresNull).map((each) => each.path[0]!),
  )
  const some = [...new Set(ignored.flat())]
  return {
    ignoredBySome: some,
    ignoredByAll: some.filter((name) => ignored.every((each) => has(each, name))),
    isListed: flows.some(({ spec }) => spec.columnsToUpdate !== undefined),
  }
}

function has(names: readonly string[], name: string): boolean {
  return names.some((each) => sameName(each, name))
}

/** The name of a plain column as users write it, backticks taken off. Throws AUTOCDC_MULTIPART_COLUMN_IDENTIFIER. */
export function plainColumnName(text: string): string {
  const { expression } = columnNamed(text)
  const parts = expression.kind === 'UnresolvedAttribute' ? expression.parts : [text]
  if (parts.length === 1) return parts[0]!
  throw new PipelineError('AUTOCDC_MULTIPART_COLUMN_IDENTIFIER', {
    columnName: text,
    nameParts: parts.join(', '),
  })
}

function checkClauses(spec: AutoCdcSpec, { flowName }: AutoCdcNames): void {
  if (spec.keys.length === 0) throw new PipelineError('AUTOCDC_EMPTY_KEYS', { flowName })
  const scdType = String(spec.scdType)
  if (spec.scdType === 'bitemporal' && spec.systemSequenceBy === undefined) {
    throw new PipelineError('AUTOCDC_SYSTEM_SEQUENCE_MISSING', { flowName })
  }
  if (spec.scdType !== 'bitemporal' && spec.systemSequenceBy !== undefined) {
    throw new PipelineError('AUTOCDC_SYSTEM_SEQUENCE_NOT_SUPPORTED', { scdType })
  }
  if (spec.scdType !== 1 && spec.truncateWhen !== undefined) {
    throw new PipelineError('AUTOCDC_TRUNCATE_NOT_SUPPORTED', { scdType })
  }
  if (spec.scdType === 1 && spec.trackHistory !== undefined) {
    throw new PipelineError('AUTOCDC_TRACK_HISTORY_NOT_SUPPORTED', { scdType })
  }
}

function selectedFields(spec: AutoCdcSpec, source: StructType, names: AutoCdcNames): readonly StructField[] {
  const list = spec.columnsToUpdate?.toLowerCase()
  return chosen(spec.columns ?? { kind: 'all' }, source.fields, 'COLUMNS', names, source.open).filter(
    (each) => each.name.toLowerCase() !== list,
  )
}

/** The fields that a selection chooses, in the order of the schema. */
function chosen(
  selection: ColumnSelection,
  fields: readonly StructField[],
  clause: keyof typeof OPTION_OF,
  names: AutoCdcNames,
  isOpen = false,
): readonly StructField[] {
  if (selection.kind === 'all') return fields
  const listed = fieldsNamed(selection.columns, { ...struct(fields), open: isOpen }, clause, names)
  return fields.filter((each) => listed.includes(each) === (selection.kind === 'only'))
}

/** The clauses that name columns, and their options in TypeScript, where a list of exceptions has its own. */
const OPTION_OF = {
  KEYS: 'keys',
  COLUMNS: 'columnList',
  'IGNORE NULL UPDATES': 'ignoreNullUpdatesColumnList',
  'TRACK HISTORY': 'trackHistoryColumnList',
  'COLUMNS TO UPDATE': 'columnsToUpdate',
} as const

/** The fields of these names. Throws AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA. */
export function fieldsNamed(
  columns: readonly string[],
  schema: StructType,
  clause: keyof typeof OPTION_OF,
  { flowName }: AutoCdcNames,
): readonly StructField[] {
  const missing = columns.filter((name) => fieldNamed(schema, name) === undefined)
  if (missing.length > 0 && schema.open !== true) {
    const available = schema.fields.map((each) => each.name)
    const near = nearest(missing[0]!, available)
    throw new PipelineError('AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA', {
      caseSensitivity: 'case-insensitive',
      flowName,
      clause: `${clause} (${OPTION_OF[clause]})`,
      missingColumns: missing.join(', '),
      availableColumns: available.join(', '),
      suggestion: near === undefined ? 'Name one of these.' : `Did you mean '${near}'?`,
    })
  }
  return columns.flatMap((name) => fieldNamed(schema, name) ?? [])
}

/** Throws AUTOCDC_NON_ORDERABLE_KEY for keys that cannot be compared. */
function checkKeysOrderable(keys: readonly StructField[], { flowName }: AutoCdcNames): void {
  const wrong = keys.find((each) => !isOrderable(each.dataType))
  if (wrong === undefined) return
  const dataType = printSqlType(wrong.dataType)
  throw new PipelineError('AUTOCDC_NON_ORDERABLE_KEY', { flowName, columnName: wrong.name, dataType })
}

function checkKeysSelected(keys: readonly StructField[], selected: readonly StructField[]): void {
  const missing = keys.filter((each) => !selected.includes(each))
  if (missing.length === 0) return
  throw new PipelineError('AUTOCDC_KEY_NOT_IN_SELECTED_SCHEMA', {
    missingKeys: missing.map((each) => each.name).join(', '),
    selectedColumns: selected.map((each) => each.name).join(', '),
  })
}

/** Throws AUTOCDC_RESERVED_COLUMN_NAME_CONFLICT. */
export function checkReserved(
  fields: readonly StructField[],
  reserved: readonly string[],
  { flowName }: AutoCdcNames,
): void {
  for (const { name } of fields) {
    const reservedColumnName = reserved.find((each) => sameName(each, name))
    if (reservedColumnName === undefined) continue
    throw new PipelineError('AUTOCDC_RESERVED_COLUMN_NAME_CONFLICT', {
      columnName: name,
      flowName,
      reservedColumnName,
    })
  }
}

function checkColumnsToUpdate(
  { columnsToUpdate }: AutoCdcSpec,
  source: StructType,
  names: AutoCdcNames,
): void {
  if (columnsToUpdate === undefined) return
  for (const { name, dataType } of fieldsNamed([columnsToUpdate], source, 'COLUMNS TO UPDATE', names)) {
    if (dataType.kind === 'array' && dataType.elementType.kind === 'string') continue
    throw new PipelineError('AUTOCDC_COLUMNS_TO_UPDATE_TYPE', {
      columnName: name,
      dataType: printSqlType(dataType),
    })
  }
}

/** The columns that the target has beside those of the source. */
export function intervalColumns({ scdType }: Pick<AutoCdcSpec, 'scdType'>): readonly string[] {
  if (scdType === 1) return []
  return scdType === 2 ? [START_AT, END_AT] : [START_AT, END_AT, SYSTEM_START_AT, SYSTEM_END_AT]
}

function isSystem(name: string): boolean {
  return name === SYSTEM_START_AT || name === SYSTEM_END_AT
}
