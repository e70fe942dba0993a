import {
  type DataFrame,
  type Dataset,
  type DatasetOrName,
  datasetNamed,
  partsOf,
} from '../dataframe/index.ts'
import { PipelineError } from '../errors/index.ts'
import { formatTableName } from '../plan/table-name.ts'
import {
  checkAppendFlow,
  type FlowOptions,
  outputOf,
  type TableOptions,
  type TemporaryViewOptions,
  textOptions,
} from './dataset-options.ts'
import { locating, originHere } from './define-here.ts'
import type { DatasetKind, DefinitionOrigin, FlowDefinition } from './definition.ts'
import { activeRegistry, type Registry } from './registry.ts'

/**
 * What a dataset or flow is computed from. It is called when the pipeline is resolved, maybe more than once, and must
 * only describe the query: it returns what `read`, `readStream` or `sql` gives.
 */
export type QueryFunction<Columns extends string = string> = () => DataFrame<Columns>

/**
 * A table that keeps what it has: each update adds the rows that are new in its sources. The query must read a stream;
 * without one, flows fill it (`appendFlow`).
 *
 * `CREATE OR REFRESH STREAMING TABLE name AS query`
 */
export function streamingTable<Columns extends string>(
  name: string,
  query: QueryFunction<Columns>,
): Dataset<Columns>
export function streamingTable<Columns extends string = string>(
  name: string,
  options?: TableOptions,
  query?: QueryFunction<Columns>,
): Dataset<Columns>
export function streamingTable(
  name: string,
  ...rest: readonly (TableOptions | QueryFunction | undefined)[]
): Dataset {
  return define('streamingTable', 'streaming_table', name, rest)
}

/**
 * A table that always equals its query, as of the last update. The query must be a batch query.
 *
 * `CREATE OR REFRESH MATERIALIZED VIEW name AS query`
 */
export function materializedView<Columns extends string>(
  name: string,
  query: QueryFunction<Columns>,
): Dataset<Columns>
export function materializedView<Columns extends string>(
  name: string,
  options: TableOptions,
  query: QueryFunction<Columns>,
): Dataset<Columns>
export function materializedView(
  name: string,
  ...rest: readonly (TableOptions | QueryFunction | undefined)[]
): Dataset {
  return define('materializedView', 'materialized_view', name, rest)
}

/**
 * A named query that the datasets of this pipeline can read, kept nowhere. Its rows are those of a stream or of a batch,
 * as its query says, and it is read in the same way.
 *
 * `CREATE TEMPORARY VIEW name AS query`
 */
export function temporaryView<Columns extends string>(
  name: string,
  query: QueryFunction<Columns>,
): Dataset<Columns>
export function temporaryView<Columns extends string>(
  name: string,
  options: TemporaryViewOptions,
  query: QueryFunction<Columns>,
): Dataset<Columns>
export function temporaryView(
  name: string,
  ...rest: readonly (TemporaryViewOptions | QueryFunction | undefined)[]
): Dataset {
  return define('temporaryView', 'temporary_view', name, rest)
}

/**
 * One more flow into a streaming table, with its own place in its source. Columns match by name. With `once` the query is
 * a batch query that runs in the first update after it is defined, and again after a full refresh of the table.
 *
 * `CREATE FLOW name AS INSERT INTO [ONCE] target BY NAME query`
 */
export function appendFlow<Columns extends string>(
  options: FlowOptions & { readonly target: DatasetOrName; readonly name: string },
  query: QueryFunction<Columns>,
): void {
  const origin = originHere()
  locating(origin, () => {
    const registry = activeRegistry('appendFlow')
    checkAppendFlow(options)
    registry.registerFlow({
      name: options.name,
      target: partsOf(options.target),
      once: options.once ?? false,
      ...(options.comment === undefined ? {} : { comment: options.comment }),
      query: relationOf(options.name, query),
      configuration: textOptions(options.configuration),
      isDefault: false,
      origin,
    })
  })
}

function define(
  element: string,
  kind: DatasetKind,
  name: string,
  rest: readonly (TableOptions | QueryFunction | undefined)[],
): Dataset {
  const origin = originHere()
  return locating(origin, () => {
    const registry = activeRegistry(element)
    const query = rest.find((each) => typeof each === 'function')
    const options = (rest.find((each) => typeof each === 'object') ?? {}) as TableOptions
    const dataset = datasetNamed<string>(name)
    registry.registerOutput(outputOf({ element, kind, dataset, options, origin }))
    if (query !== undefined) registerDefaultFlow(registry, dataset, options, query, origin)
    return dataset
  })
}

function registerDefaultFlow(
  registry: Registry,
  dataset: Dataset,
  options: TableOptions,
  query: QueryFunction,
  origin: DefinitionOrigin,
): void {
  registry.registerFlow({
    name: dataset.name.at(-1)!,
    target: dataset.name,
    once: false,
    query: relationOf(formatTableName(dataset.name), query),
    configuration: textOptions(options.configuration),
    isDefault: true,
    origin,
  })
}

/** The query function, giving the plan of the DataFrame that it returns. */
function relationOf(flow: string, query: QueryFunction): NonNullable<FlowDefinition['query']> {
  return () => {
    const result: unknown = query()
    if (typeof result === 'object' && result !== null && 'relation' in result) {
      return result.relation as ReturnType<NonNullable<FlowDefinition['query']>>
    }
    throw new PipelineError('FLOW_FUNCTION_RETURNS_NO_QUERY', { flow, actual: describe(result) })
  }
}

function describe(value: unknown): string {
  if (value instanceof Promise) return 'a promise'
  return value === null || typeof value !== 'object' ? String(value) : 'another object'
}
