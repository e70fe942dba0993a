import type { Dataset, SchemaSource } from '../dataframe/index.ts'
import { formatTableName } from '../plan/table-name.ts'
import {
  ANY,
  checkOptions,
  checkRequired,
  DATASET,
  FLAG,
  type Form,
  isList,
  isMapOf,
  isText,
  NAME,
  SETTINGS,
  TEXT,
} from './check-options.ts'
import { declaredSchema } from './declared-schema.ts'
import type { DatasetKind, DefinitionOrigin, Expectation, OutputDefinition } from './definition.ts'

/** Rules by name: each a SQL condition over the output columns of the dataset's query. */
export type Rules = Readonly<Record<string, string>>

/** Options that a temporary view takes, and so does every table. */
export interface TemporaryViewOptions {
  readonly comment?: string
  /** Rules that are counted; their violations stay. `CONSTRAINT name EXPECT (condition)` */
  readonly expect?: Rules
  /** Rows that break these rules are left out. `... ON VIOLATION DROP ROW` */
  readonly expectOrDrop?: Rules
  /** A row that breaks one of these rules fails the update, and nothing of its batch is written. `... ON VIOLATION FAIL UPDATE` */
  readonly expectOrFail?: Rules
  /** Keeps rejected rows in a table of this name; `true` is `<name>_quarantine`. */
  readonly quarantine?: string | true
  /** Settings for this query alone, such as `spark.sql.ansi.enabled`. Databricks' `spark_conf`. */
  readonly configuration?: Readonly<Record<string, string | number | boolean>>
}

/** Options of streaming tables and materialized views. */
export interface TableOptions extends TemporaryViewOptions {
  /** `TBLPROPERTIES (key = value)` */
  readonly tableProperties?: Readonly<Record<string, string | number | boolean>>
  /** `PARTITIONED BY (columns)`: a folder for each value. Not together with `clusterBy`. */
  readonly partitionBy?: readonly string[]
  /** `CLUSTER BY (columns)`, at most four, or `CLUSTER BY AUTO`. */
  readonly clusterBy?: readonly string[] | 'auto'
  /** All columns, as DDL text or a file with Spark's schema JSON; it must be what the query gives. */
  readonly schema?: SchemaSource
  /** Kept in the pipeline's storage and invisible outside of the pipeline. `CREATE PRIVATE ...` */
  readonly private?: boolean
}

/** Options of an additional flow. */
export interface FlowOptions {
  readonly comment?: string
  readonly once?: boolean
  readonly configuration?: Readonly<Record<string, string | number | boolean>>
}

const COLUMNS: Form = { expected: "a list of column names, such as ['date']", accepts: isList }
const RULES: Form = { expected: 'conditions by name, as texts', accepts: isMapOf(isText) }

const VIEW_OPTIONS: Readonly<Record<string, Form>> = {
  comment: TEXT,
  expect: RULES,
  expectOrDrop: RULES,
  expectOrFail: RULES,
  quarantine: { expected: 'a table name or true', accepts: (value) => NAME.accepts(value) || value === true },
  configuration: SETTINGS,
}

const TABLE_OPTIONS: Readonly<Record<string, Form>> = {
  ...VIEW_OPTIONS,
  tableProperties: SETTINGS,
  partitionBy: COLUMNS,
  clusterBy: {
    expected: "a list of column names or 'auto'",
    accepts: (value) => isList(value) || value === 'auto',
  },
  schema: ANY,
  private: FLAG,
}

const APPEND_FLOW_OPTIONS: Readonly<Record<string, Form>> = {
  target: DATASET,
  name: NAME,
  once: FLAG,
  comment: TEXT,
  configuration: SETTINGS,
}

/** Spellings of other systems, and what to write here. */
const FOREIGN_OPTIONS: Readonly<Record<string, string>> = {
  path: 'Tables live in the warehouse: set `warehouse:` in the pipeline spec, or register a table elsewhere under `tables:`.',
  location: 'Tables live in the warehouse: set `warehouse:` in the pipeline spec.',
  name: 'The name is the first argument.',
  query: 'The query is the last argument.',
  spark_conf: "It is called 'configuration' here.",
  table_properties: "It is called 'tableProperties' here.",
  partition_cols: "It is called 'partitionBy' here.",
  cluster_by: "It is called 'clusterBy' here.",
  cluster_by_auto: "Write clusterBy: 'auto'.",
  temporary: "It is called 'private' here.",
  expect_all: "It is called 'expect' here.",
  expect_all_or_drop: "It is called 'expectOrDrop' here.",
  expect_all_or_fail: "It is called 'expectOrFail' here.",
}

/** The definition that the options of a TypeScript call give. Throws for options that do not exist or have a wrong form. */
export function outputOf(call: {
  readonly element: string
  readonly kind: DatasetKind
  readonly dataset: Dataset
  readonly options: TableOptions
  readonly origin: DefinitionOrigin
}): OutputDefinition {
  const { kind, dataset, options, origin } = call
  const name = formatTableName(dataset.name)
  const forms = kind === 'temporary_view' ? VIEW_OPTIONS : TABLE_OPTIONS
  checkOptions({ element: call.element, name, options }, forms, FOREIGN_OPTIONS)
  return {
    kind,
    name: dataset.name,
    ...(options.comment === undefined ? {} : { comment: options.comment }),
    isPrivate: options.private ?? false,
    tableProperties: textOptions(options.tableProperties),
    partitionColumns: options.partitionBy ?? [],
    ...(options.clusterBy === undefined ? {} : { clusterBy: options.clusterBy }),
    ...(options.schema === undefined ? {} : { schema: declaredSchema(options.schema) }),
    columnComments: {},
    expectations: expectationsOf(options, origin),
    ...(options.quarantine === undefined ? {} : { quarantine: options.quarantine }),
    origin,
  }
}

/** Checks the options of `appendFlow`. Throws UNSUPPORTED_DATASET_OPTION, INVALID_ and MISSING_DATASET_OPTION. */
export function checkAppendFlow(options: FlowOptions & { readonly name?: unknown }): void {
  const name = NAME.accepts(options.name) ? String(options.name) : 'appendFlow'
  const call = { element: 'appendFlow', name, options }
  const foreign = { spark_conf: FOREIGN_OPTIONS.spark_conf!, flow_name: "It is called 'name' here." }
  checkOptions(call, APPEND_FLOW_OPTIONS, foreign)
  checkRequired(call, APPEND_FLOW_OPTIONS, {
    target: "Name the streaming table or the sink that gets the rows: target: 'orders'.",
    name: "Name the flow, which its place in the sources goes by: name: 'orders_of_2024'.",
  })
}

/** Numbers and booleans as the texts that they are stored as. */
export function textOptions(
  options: Readonly<Record<string, string | number | boolean>> = {},
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, String(value)]))
}

function expectationsOf(options: TemporaryViewOptions, origin: DefinitionOrigin): readonly Expectation[] {
  const rules = (given: Rules | undefined, action: Expectation['action']): Expectation[] =>
    Object.entries(given ?? {}).map(([name, condition]) => ({
      name,
      condition,
      action,
      position: origin.position,
    }))
  return [
    ...rules(options.expect, 'warn'),
    ...rules(options.expectOrDrop, 'drop'),
    ...rules(options.expectOrFail, 'fail'),
  ]
}
