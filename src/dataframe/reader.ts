import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { PipelineError, type Position } from '../errors/index.ts'
import type { DataSource, Relation, TimeTravel } from '../plan/relation.ts'
import type { StructType } from '../types/data-type.ts'
import { parseSchema } from '../types/ddl.ts'
import { parseSchemaJson } from '../types/schema-json.ts'
import { callSite } from './call-site.ts'
import { DataFrame } from './dataframe.ts'
import { type DatasetOrName, partsOf } from './dataset.ts'
import { currentQueryContext } from './query-context.ts'
import type { ColumnsOfDdl } from './typed-columns.ts'

type OptionValue = string | number | boolean | bigint

/** A schema as DDL text (`id BIGINT, name STRING`), or a file with Spark's schema JSON, relative to the pipeline's folder. */
export type SchemaSource = string | { readonly jsonFile: string }

/** Columns that the change feed of a Delta table adds. */
type ChangeColumns<Option extends string> =
  Lowercase<Option> extends 'readchangefeed'
    ? '_change_type' | '_commit_version' | '_commit_timestamp'
    : never

/**
 * Where rows come from. `read` reads what is there now; `readStream` reads each row once, and then only new ones.
 * Immutable: `format`, `option`, `options` and `schema` give a new reader. `Columns` are those of the given
 * schema, `Added` what options add to the columns of a dataset.
 */
export class DataFrameReader<Columns extends string = string, Added extends string = never> {
  readonly #isStreaming: boolean
  readonly #format: string
  readonly #options: Readonly<Record<string, string>>
  readonly #schema: StructType | undefined

  constructor(
    isStreaming: boolean,
    format = 'delta',
    options: Readonly<Record<string, string>> = {},
    schema?: StructType,
  ) {
    this.#isStreaming = isStreaming
    this.#format = format
    this.#options = options
    this.#schema = schema
  }

  /** What the files are: `cloudFiles` (Auto Loader), `json`, `csv`, `parquet`, `text`, `delta`. */
  format(format: string): DataFrameReader<Columns, Added> {
    return new DataFrameReader(this.#isStreaming, format, this.#options, this.#schema)
  }

  /** An option of the format, such as `cloudFiles.format` or `skipChangeCommits`. */
  option<Name extends string>(
    name: Name,
    value: OptionValue,
  ): DataFrameReader<Columns, Added | ChangeColumns<Name>> {
    return this.options({ [name]: value } as Record<Name, OptionValue>)
  }

  /** Several options at once. */
  options<const Given extends Readonly<Record<string, OptionValue>>>(
    given: Given,
  ): DataFrameReader<Columns, Added | ChangeColumns<keyof Given & string>> {
    const texts = Object.entries(given).map(([name, value]) => [name, String(value)])
    const options = { ...this.#options, ...Object.fromEntries(texts) }
    return new DataFrameReader(this.#isStreaming, this.#format, options, this.#schema)
  }

  /** The columns of the files, in place of inferring them. */
  schema<const Ddl extends string>(ddl: Ddl): DataFrameReader<ColumnsOfDdl<Ddl>, Added>
  schema(source: SchemaSource): DataFrameReader<string, Added>
  schema(source: SchemaSource): DataFrameReader<string, Added> {
    return new DataFrameReader(this.#isStreaming, this.#format, this.#options, schemaOf(source))
  }

  /**
   * A dataset of the pipeline, or a table of the warehouse: `FROM name`, or `FROM STREAM name` for `readStream`.
   * The options `versionAsOf` and `timestampAsOf` read an older version of it.
   */
  table<Known extends string>(dataset: DatasetOrName<Known>): DataFrame<Known | Added> {
    const { timeTravel, options } = withTimeTravel(this.#options)
    return new DataFrame({
      kind: 'Read',
      name: partsOf(dataset),
      isStreaming: this.#isStreaming,
      options,
      ...timeTravel,
      position: callSite(),
    })
  }

  /** Files below the paths: `FROM read_files('path', format => 'json')`. Relative paths start at the pipeline's folder. */
  load(...paths: readonly string[]): DataFrame<Columns | Added> {
    return new DataFrame(this.#source(this.#format, paths, callSite()))
  }

  /** JSON, an object a line: `` FROM json.`path` `` */
  json(...paths: readonly string[]): DataFrame<Columns | Added> {
    return this.format('json').load(...paths)
  }

  /** `` FROM csv.`path` `` */
  csv(...paths: readonly string[]): DataFrame<Columns | Added> {
    return this.format('csv').load(...paths)
  }

  /** `` FROM parquet.`path` `` */
  parquet(...paths: readonly string[]): DataFrame<Columns | Added> {
    return this.format('parquet').load(...paths)
  }

  /** Lines of text in a column `value`: `` FROM text.`path` `` */
  text(...paths: readonly string[]): DataFrame<'value' | Added> {
    return new DataFrame(this.#source('text', paths, callSite()))
  }

  /** A Delta table by its path: `` FROM delta.`path` `` */
  delta(path: string): DataFrame<Columns | Added> {
    return this.format('delta').load(path)
  }

  #source(format: string, paths: readonly string[], position: Position | undefined): Relation {
    const { timeTravel, options } =
      format === 'delta' ? withTimeTravel(this.#options) : { timeTravel: {}, options: this.#options }
    const source: DataSource = {
      kind: 'DataSource',
      format,
      paths,
      options,
      isStreaming: this.#isStreaming,
      ...(this.#schema === undefined ? {} : { schema: this.#schema }),
      ...timeTravel,
      position,
    }
    return source
  }
}

/** Reads what is there now, in a materialized view, a once flow, or as the static side of a streaming join. */
export const read: DataFrameReader = new DataFrameReader(false)

/** Reads each row once, and then only new ones, in a streaming table or a flow into one. */
export const readStream: DataFrameReader = new DataFrameReader(true)

/** The schema that a DDL text or a JSON file gives. Throws the parser's conditions. */
export function schemaOf(source: SchemaSource): StructType {
  if (typeof source === 'string') return parseSchema(source)
  const path = resolve(currentQueryContext()?.folder ?? '.', source.jsonFile)
  return parseSchemaJson(schemaFileText(path))
}

function schemaFileText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new PipelineError('SCHEMA_FILE_NOT_READABLE', { path, reason: (cause as Error).message }, { cause })
  }
}

/** Spark's reader options `versionAsOf` and `timestampAsOf` as the time travel that they mean. */
function withTimeTravel(options: Readonly<Record<string, string>>): {
  timeTravel: { timeTravel?: TimeTravel }
  options: Readonly<Record<string, string>>
} {
  const rest: Record<string, string> = {}
  let timeTravel: TimeTravel | undefined
  for (const [name, value] of Object.entries(options)) {
    const key = name.toLowerCase()
    if (key === 'versionasof') timeTravel = { kind: 'version', version: Number(value) }
    else if (key === 'timestampasof') timeTravel = { kind: 'timestamp', timestamp: value }
    else rest[name] = value
  }
  return { timeTravel: timeTravel === undefined ? {} : { timeTravel }, options: rest }
}
