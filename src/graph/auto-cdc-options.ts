import { type AutoCdcSpec, type ColumnSelection, plainColumnName } from '../auto-cdc/index.ts'
import { type DatasetOrName, isDataset } from '../dataframe/index.ts'
import { PipelineError } from '../errors/index.ts'
import { Column, columnNamed } from '../plan/column.ts'
import type { Expression } from '../plan/expression.ts'
import { parseExpression } from '../sql/index.ts'
import { ANY, checkOptions, FLAG, type Form, isText, SETTINGS, TEXT, wrongForm } from './check-options.ts'

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
  /** An event empties the table where this is true: SQL text or a column. SCD type 1 only. `APPLY AS TRUNCATE WHEN` */
  readonly applyAsTruncates?: string | Column
  /** Columns that the target gets; the keys are among them. Default: all. `COLUMNS (a, b)` */
  readonly columnList?: readonly SourceColumn<NoInfer<Columns>>[]
  /** Columns that the target does not get. `COLUMNS * EXCEPT (a, b)` */
  readonly exceptColumnList?: readonly SourceColumn<NoInfer<Columns>>[]
  /** 1: the newest row of each key, the default. 2: all versions, with `__START_AT` and `__END_AT`. `STORED AS SCD TYPE` */
  readonly storedAsScdType?: 1 | 2 | '1' | '2'
  /** Columns whose change begins a new version. SCD type 2 only. Default: all but the keys. `TRACK HISTORY ON (a, b)` */
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

const isColumn = (value: unknown): boolean => isText(value) || value instanceof Column
const DATASET: Form = {
  expected: 'a dataset or the name of one',
  accepts: (value) => isText(value) || isDataset(value),
}
const COLUMN: Form = { expected: 'a column or the name of one', accepts: isColumn }
const COLUMNS: Form = {
  expected: "a list of columns, such as ['id']",
  accepts: (value) => Array.isArray(value) && value.every(isColumn),
}
const CONDITION: Form = { expected: 'a condition: SQL text or a column', accepts: isColumn }
const PLAIN_COLUMN: Form = { expected: 'a plain column of the source', accepts: ANY.accepts }

const FLOW_OPTIONS: Readonly<Record<string, Form>> = {
  target: DATASET,
  keys: COLUMNS,
  trackHistoryColumnList: COLUMNS,
  trackHistoryExceptColumnList: COLUMNS,
  name: TEXT,
  comment: TEXT,
  configuration: SETTINGS,
}

const AUTO_CDC_OPTIONS: Readonly<Record<string, Form>> = {
  ...FLOW_OPTIONS,
  source: DATASET,
  sequenceBy: COLUMN,
  ignoreNullUpdates: FLAG,
  ignoreNullUpdatesColumnList: COLUMNS,
  ignoreNullUpdatesExceptColumnList: COLUMNS,
  columnsToUpdate: COLUMN,
  applyAsDeletes: CONDITION,
  applyAsTruncates: CONDITION,
  columnList: COLUMNS,
  exceptColumnList: COLUMNS,
  storedAsScdType: {
    expected: '1 or 2',
    accepts: (value) => ['1', '2'].includes(String(value)),
  },
  once: FLAG,
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

/** Checks the options of `autoCdcFlow`. Throws UNSUPPORTED_DATASET_OPTION and INVALID_DATASET_OPTION. */
export function checkAutoCdcOptions(options: AutoCdcOptions): void {
  const name = String(options.name ?? '')
  checkOptions({ element: 'autoCdcFlow', name, options }, AUTO_CDC_OPTIONS, FOREIGN_OPTIONS)
  for (const option of ['target', 'source', 'keys', 'sequenceBy'] as const) {
    if (options[option] === undefined) throw wrongForm(option, name, AUTO_CDC_OPTIONS[option]!, undefined)
  }
}

/** What the options say of how events apply. Throws AUTOCDC_EXCLUSIVE_ARGUMENTS, AUTOCDC_MULTIPART_COLUMN_IDENTIFIER. */
export function autoCdcSpec(flowName: string, options: AutoCdcOptions): AutoCdcSpec {
  const { columnsToUpdate, applyAsDeletes, applyAsTruncates, sequenceBy } = options
  const selection = selectionOf(flowName, options)
  return {
    keys: namesOf('keys', flowName, options.keys),
    sequenceBy: typeof sequenceBy === 'string' ? columnNamed(sequenceBy).expression : sequenceBy.expression,
    scdType: String(options.storedAsScdType ?? 1) === '2' ? 2 : 1,
    ...selected('columns', selection('columnList', 'exceptColumnList')),
    ...selected('ignoreNull', ignoredNulls(flowName, options, selection)),
    ...(columnsToUpdate === undefined
      ? {}
      : { columnsToUpdate: nameOf('columnsToUpdate', flowName, columnsToUpdate) }),
    ...selected('trackHistory', selection('trackHistoryColumnList', 'trackHistoryExceptColumnList')),
    ...(applyAsDeletes === undefined ? {} : { deleteWhen: conditionOf(applyAsDeletes) }),
    ...(applyAsTruncates === undefined ? {} : { truncateWhen: conditionOf(applyAsTruncates) }),
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

function conditionOf(condition: string | Column): Expression {
  return typeof condition === 'string' ? parseExpression(condition) : condition.expression
}
