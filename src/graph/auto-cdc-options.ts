import {
  type AutoCdcSpec,
  type ColumnSelection,
  plainColumnName,
  type SnapshotSpec,
} from '../auto-cdc/index.ts'
import { type DatasetOrName, partsOf } from '../dataframe/index.ts'
import { PipelineError, type Position } from '../errors/index.ts'
import { Column, columnNamed } from '../plan/column.ts'
import type { Expression } from '../plan/expression.ts'
import { parseExpression } from '../sql/index.ts'
import {
  ANY,
  checkOptions,
  checkRequired,
  DATASET,
  FLAG,
  type Form,
  isText,
  NAME,
  SETTINGS,
  TEXT,
  wrongForm,
} from './check-options.ts'
import { placeText } from './place-text.ts'
import type { SnapshotFunction } from './snapshot-versions.ts'

/** A column of the source: its name, or `col('name')`. */
export type SourceColumn<Columns extends string = string> = Columns | Column

/** What `autoCdcFlow` is told. Columns are those of the source; lists of them and lists of exceptions exclude each other. */
export interface AutoCdcOptions<Columns extends string = string> {
  /** The streaming table, defined without a query, that the changes are applied to. `INTO` */
  readonly target: DatasetOrName
  /** The dataset with the events, which is read as a stream. `FROM STREAM` */
  readonly source: DatasetOrName<Columns>
  /** Columns that identify a row. `KEYS (a, b)` */
  readonly keys: readonly SourceColumn<NoInfer<Columns>>[]
  /** What orders the events of a key: a column, or an expression such as `struct('changed_at', 'id')`. `SEQUENCE BY` */
  readonly sequenceBy: SourceColumn<NoInfer<Columns>>
  /** NULL in an event means "not supplied": the row keeps its value. `IGNORE NULL UPDATES` */
  readonly ignoreNullUpdates?: boolean
  /** ... for these columns alone. `IGNORE NULL UPDATES ON (a, b)` */
  readonly ignoreNullUpdatesColumnList?: readonly SourceColumn<NoInfer<Columns>>[]
  /** ... for all columns but these. `IGNORE NULL UPDATES ON * EXCEPT (a, b)` */
  readonly ignoreNullUpdatesExceptColumnList?: readonly SourceColumn<NoInfer<Columns>>[]
  /** A column of the source, ARRAY<STRING>, that names the columns which the event supplies. `COLUMNS TO UPDATE a` */
  readonly columnsToUpdate?: SourceColumn<NoInfer<Columns>>
  /** An event is a delete where this is true: SQL text or a column. `APPLY AS DELETE WHEN` */
  readonly applyAsDeletes?: string | Column
  /** An event empties the table of rows up to its sequence where this is true: SQL text or a column. SCD type 1 only. `APPLY AS TRUNCATE WHEN` */
  readonly applyAsTruncates?: string | Column
  /** Columns that the target gets; the keys are among them. Default: all. `COLUMNS (a, b)` */
  readonly columnList?: readonly SourceColumn<NoInfer<Columns>>[]
  /** Columns that the target does not get. `COLUMNS * EXCEPT (a, b)` */
  readonly exceptColumnList?: readonly SourceColumn<NoInfer<Columns>>[]
  /**
   * 1: the newest row of each key, the default. 2: all versions, with `__START_AT` and `__END_AT`. bitemporal: besides, what was known
   * when, with `__SYSTEM_START_AT` and `__SYSTEM_END_AT`. `STORED AS SCD TYPE`
   */
  readonly storedAsScdType?: 1 | 2 | '1' | '2' | 'bitemporal'
  /** When an event became known; for bitemporal tables alone. `SYSTEM SEQUENCE BY` */
  readonly systemSequenceBy?: SourceColumn<NoInfer<Columns>>
  /** Columns whose change begins a new version. SCD type 2 and bitemporal tables only. Default: all but the keys. `TRACK HISTORY ON (a, b)` */
  readonly trackHistoryColumnList?: readonly SourceColumn<NoInfer<Columns>>[]
  /** Columns whose change alters the version in place. `TRACK HISTORY ON * EXCEPT (a, b)` */
  readonly trackHistoryExceptColumnList?: readonly SourceColumn<NoInfer<Columns>>[]
  /** Default: the target's name. `CREATE FLOW name AS` */
  readonly name?: string
  /** Runs in the first update after its definition, and after a full refresh of the target. `AUTO CDC ONCE` */
  readonly once?: boolean
  readonly comment?: string
  readonly configuration?: Readonly<Record<string, string | number | boolean>>
}

/** What `autoCdcFromSnapshotFlow` is told. */
export interface SnapshotFlowOptions<Columns extends string = string>
  extends Pick<
    AutoCdcOptions<Columns>,
    | 'target'
    | 'keys'
    | 'trackHistoryColumnList'
    | 'trackHistoryExceptColumnList'
    | 'name'
    | 'comment'
    | 'configuration'
  > {
  /** A dataset, which each update reads whole; or a function that gives snapshots one after the other. `FROM SNAPSHOT` */
  readonly source: DatasetOrName<Columns> | SnapshotFunction
  /** 1: the newest row of each key, the default. 2: all versions, with `__START_AT` and `__END_AT`. `STORED AS SCD TYPE` */
  readonly storedAsScdType?: 1 | 2 | '1' | '2'
}

const isColumn = (value: unknown): boolean => isText(value) || value instanceof Column
const COLUMN: Form = { expected: 'a column or the name of one', accepts: isColumn }
const COLUMNS: Form = {
  expected: "a list of columns, such as ['id']",
  accepts: (value) => Array.isArray(value) && value.every(isColumn),
}
const CONDITION: Form = { expected: 'a condition: SQL text or a column', accepts: isColumn }
const PLAIN_COLUMN: Form = { expected: 'a plain column of the source', accepts: ANY.accepts }

const oneOf = (...values: readonly string[]): Form => ({
  expected: `one of ${values.join(', ')}`,
  accepts: (value) => values.includes(String(value)),
})

const FLOW_OPTIONS: Readonly<Record<string, Form>> = {
  target: DATASET,
  keys: COLUMNS,
  trackHistoryColumnList: COLUMNS,
  trackHistoryExceptColumnList: COLUMNS,
  name: NAME,
  comment: TEXT,
  configuration: SETTINGS,
}

const AUTO_CDC_OPTIONS: Readonly<Record<string, Form>> = {
  ...FLOW_OPTIONS,
  source: DATASET,
  sequenceBy: COLUMN,
  storedAsScdType: oneOf('1', '2', 'bitemporal'),
  systemSequenceBy: COLUMN,
  ignoreNullUpdates: FLAG,
  ignoreNullUpdatesColumnList: COLUMNS,
  ignoreNullUpdatesExceptColumnList: COLUMNS,
  columnsToUpdate: COLUMN,
  applyAsDeletes: CONDITION,
  applyAsTruncates: CONDITION,
  columnList: COLUMNS,
  exceptColumnList: COLUMNS,
  once: FLAG,
}

const SNAPSHOT_OPTIONS: Readonly<Record<string, Form>> = {
  ...FLOW_OPTIONS,
  storedAsScdType: oneOf('1', '2'),
  source: {
    expected: 'a dataset, the name of one, or a function that gives snapshots',
    accepts: (value) => DATASET.accepts(value) || typeof value === 'function',
  },
}

/** Spellings of other systems: the option of the same name in camel case, but for these. */
const FOREIGN_OPTIONS: Readonly<Record<string, string>> = {
  flow_name: "It is called 'name' here.",
  flowName: "It is called 'name' here.",
  ...Object.fromEntries(
    Object.keys(AUTO_CDC_OPTIONS).map((name) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      `It is called '${name}' here.`,
    ]),
  ),
}

/** What must be given, and how. */
const REQUIRED = {
  target: "Name a streaming table that is defined without a query: target: 'customers'.",
  source: "Name the dataset that the rows come from: source: 'changes'.",
  keys: "Name the columns that identify a row: keys: ['id'].",
  sequenceBy: "Name what orders the events of a key: sequenceBy: 'changed_at'.",
}

/** Checks the options of `autoCdcFlow`. Throws UNSUPPORTED_DATASET_OPTION, INVALID_ and MISSING_DATASET_OPTION. */
export function checkAutoCdcOptions(options: AutoCdcOptions): void {
  checkFlowOptions('autoCdcFlow', options, AUTO_CDC_OPTIONS, REQUIRED)
}

/** Checks the options of `autoCdcFromSnapshotFlow`. Throws what `checkAutoCdcOptions` throws. */
export function checkSnapshotOptions(options: SnapshotFlowOptions): void {
  const { sequenceBy: _, ...required } = REQUIRED
  checkFlowOptions('autoCdcFromSnapshotFlow', options, SNAPSHOT_OPTIONS, required)
}

function checkFlowOptions(
  element: string,
  options: { readonly name?: unknown; readonly target?: unknown },
  forms: Readonly<Record<string, Form>>,
  required: Readonly<Record<string, string>>,
): void {
  const call = { element, name: flowNameOf(options) ?? element, options }
  checkOptions(call, forms, FOREIGN_OPTIONS)
  checkRequired(call, forms, required)
}

/** The flow's name, whatever else is wrong; undefined where neither it nor its target's is a name. */
function flowNameOf({
  name,
  target,
}: {
  readonly name?: unknown
  readonly target?: unknown
}): string | undefined {
  if (NAME.accepts(name)) return name as string
  return DATASET.accepts(target) ? partsOf(target as DatasetOrName).at(-1) : undefined
}

/** What the options say of how events apply. Throws AUTOCDC_EXCLUSIVE_ARGUMENTS, AUTOCDC_MULTIPART_COLUMN_IDENTIFIER. */
export function autoCdcSpec(flowName: string, options: AutoCdcOptions, definition: Position): AutoCdcSpec {
  const { columnsToUpdate, applyAsDeletes, applyAsTruncates, sequenceBy, systemSequenceBy } = options
  const placed = (expression: Expression, option: string) => placeText(expression, definition, option)
  const selection = selectionOf(flowName, options)
  return {
    keys: namesOf('keys', flowName, options.keys),
    sequenceBy: placed(expressionOf(sequenceBy), 'sequenceBy'),
    scdType: options.storedAsScdType === 'bitemporal' ? 'bitemporal' : scdTypeOf(options.storedAsScdType),
    ...(systemSequenceBy === undefined
      ? {}
      : { systemSequenceBy: placed(expressionOf(systemSequenceBy), 'systemSequenceBy') }),
    ...selected('columns', selection('columnList', 'exceptColumnList')),
    ...selected('ignoreNull', ignoredNulls(flowName, options, selection)),
    ...(columnsToUpdate === undefined
      ? {}
      : { columnsToUpdate: nameOf('columnsToUpdate', flowName, columnsToUpdate) }),
    ...selected('trackHistory', selection('trackHistoryColumnList', 'trackHistoryExceptColumnList')),
    ...(applyAsDeletes === undefined
      ? {}
      : { deleteWhen: placed(conditionOf(applyAsDeletes), 'applyAsDeletes') }),
    ...(applyAsTruncates === undefined
      ? {}
      : { truncateWhen: placed(conditionOf(applyAsTruncates), 'applyAsTruncates') }),
  }
}

/** What the options say of how snapshots are compared. Throws what `autoCdcSpec` throws. */
export function snapshotSpec(flowName: string, options: SnapshotFlowOptions): SnapshotSpec {
  const tracked = selectionOf(flowName, options)('trackHistoryColumnList', 'trackHistoryExceptColumnList')
  return {
    keys: namesOf('keys', flowName, options.keys),
    scdType: scdTypeOf(options.storedAsScdType),
    ...selected('trackHistory', tracked),
  }
}

type ListOption = Extract<keyof AutoCdcOptions, `${string}olumnList`>
type Selection = (only: ListOption, except: ListOption) => ColumnSelection | undefined

/** The selection that one of two lists gives. */
function selectionOf(flowName: string, options: Pick<AutoCdcOptions, ListOption>): Selection {
  return (only, except) => {
    const [columns, exceptions] = [options[only], options[except]]
    if (columns !== undefined && exceptions !== undefined) throw exclusive(flowName, only, except)
    if (columns !== undefined) return { kind: 'only', columns: namesOf(only, flowName, columns) }
    if (exceptions === undefined) return undefined
    return { kind: 'except', columns: namesOf(except, flowName, exceptions) }
  }
}

function ignoredNulls(
  flowName: string,
  { ignoreNullUpdates }: AutoCdcOptions,
  selection: Selection,
): ColumnSelection | undefined {
  const lists = ['ignoreNullUpdatesColumnList', 'ignoreNullUpdatesExceptColumnList'] as const
  const listed = selection(...lists)
  if (ignoreNullUpdates !== true) return listed
  if (listed === undefined) return { kind: 'all' }
  throw exclusive(flowName, 'ignoreNullUpdates', lists[listed.kind === 'only' ? 0 : 1])
}

function exclusive(flowName: string, argument1: string, argument2: string): PipelineError {
  return new PipelineError('AUTOCDC_EXCLUSIVE_ARGUMENTS', { flowName, argument1, argument2 })
}

function selected<Key extends string>(key: Key, selection: ColumnSelection | undefined) {
  return (selection === undefined ? {} : { [key]: selection }) as Partial<Record<Key, ColumnSelection>>
}

function namesOf(option: string, flowName: string, columns: readonly SourceColumn[]): readonly string[] {
  return columns.map((each) => nameOf(option, flowName, each))
}

function nameOf(option: string, flowName: string, column: SourceColumn): string {
  if (typeof column === 'string') return plainColumnName(column)
  const { expression } = column
  if (expression.kind !== 'UnresolvedAttribute') {
    throw wrongForm(option, flowName, PLAIN_COLUMN, 'an expression')
  }
  if (expression.parts.length === 1) return expression.parts[0]!
  return plainColumnName(expression.parts.join('.'))
}

function scdTypeOf(storedAsScdType: SnapshotFlowOptions['storedAsScdType']): 1 | 2 {
  return String(storedAsScdType ?? 1) === '2' ? 2 : 1
}

function expressionOf(column: SourceColumn): Expression {
  return typeof column === 'string' ? columnNamed(column).expression : column.expression
}

function conditionOf(condition: string | Column): Expression {
  return typeof condition === 'string' ? parseExpression(condition) : condition.expression
}
