import { type Dataset, datasetNamed } from '../dataframe/index.ts'
import { nearest, PipelineError } from '../errors/index.ts'
import type { StructType } from '../types/data-type.ts'
import type { Value } from '../types/row.ts'
import { checkOptions, FLAG, isText, SETTINGS, TEXT } from './check-options.ts'
import { locating, originHere } from './define-here.ts'
import type { OutputDefinition } from './definition.ts'
import { activeRegistry } from './registry.ts'

/** Where flows send rows that the pipeline does not keep. */
export type Sink = DeltaSink | ForeachBatchSink

/** A Delta table that the pipeline adds to and does not own: by its folder, or by its name in the catalog. */
export interface DeltaSink {
  readonly format: 'delta'
  /** Relative to the folder of the spec. */
  readonly path?: string
  readonly tableName?: string
  /** New columns of the rows become the table's; by default they are refused. */
  readonly mergeSchema: boolean
}

export interface ForeachBatchSink {
  readonly format: 'foreachBatch'
  readonly handler: BatchHandler
}

/** A row of a batch: BIGINT as bigint, DECIMAL and times as text, STRUCT as an object, MAP as a Map. */
export type BatchRow = { readonly [column: string]: Value }

/** The rows that a flow gives a function, readable until it ends: `for await (const row of batch)`, as often as needed. */
export interface SinkBatch extends AsyncIterable<BatchRow> {
  /** The flow that the rows come from; with the batch's id it names the batch for ever. */
  readonly flow: string
  readonly rowCount: bigint
  readonly schema: StructType
  /** All rows at once. */
  toArray(): Promise<BatchRow[]>
}

/**
 * Takes one batch that has rows. The ids of a flow's batches count from 0, and from 0 again after a full refresh; batches without
 * rows have theirs. A batch that a crash or an error interrupted comes again with its id and the same rows.
 */
export type BatchHandler = (batch: SinkBatch, batchId: number) => Promise<void> | void

/** What a sink of Databricks' `create_sink` takes. */
export interface SinkOptions {
  readonly format: 'delta'
  /** `path` or `tableName`, and `mergeSchema`. */
  readonly options: {
    readonly path?: string
    readonly tableName?: string
    readonly mergeSchema?: boolean
  }
  readonly comment?: string
}

/**
 * A Delta table elsewhere that append flows write: their rows are added, each batch exactly once; the table is made with the first.
 * Neither a full refresh nor maintenance touches it.
 *
 * ```ts
 * createSink('exports', { format: 'delta', options: { path: '/lake/exports/orders' } })
 * appendFlow({ target: 'exports', name: 'export_orders' }, () => readStream.table('orders'))
 * ```
 */
export function createSink(name: string, sink: SinkOptions): Dataset {
  return registerSink('createSink', name, sink.comment, () => deltaSink(name, sink))
}

/**
 * A function of yours that append flows give their batches: for writes that a table alone cannot do. Each batch comes at least
 * once.
 *
 * ```ts
 * foreachBatchSink('alerts', async (batch, batchId) => {
 *   for await (const row of batch) await notify(row.customer, `${batch.flow}:${batchId}`)
 * })
 * ```
 */
export function foreachBatchSink(name: string, handler: BatchHandler): Dataset {
  return registerSink('foreachBatchSink', name, undefined, () => {
    if (typeof handler === 'function') return { format: 'foreachBatch', handler }
    throw invalid(name, 'its second argument must be a function of a batch and its id')
  })
}

function registerSink(
  element: string,
  name: string,
  comment: string | undefined,
  sinkOf: () => Sink,
): Dataset {
  const origin = originHere()
  return locating(origin, () => {
    const dataset = datasetNamed<string>(name)
    if (dataset.name.length > 1)
      throw invalid(name, 'its name must be a single word, without catalog and schema')
    activeRegistry(element).registerOutput({ ...sinkOutput(dataset.name, sinkOf()), comment, origin })
    return dataset
  })
}

function sinkOutput(name: readonly string[], sink: Sink): Omit<OutputDefinition, 'origin'> {
  return {
    kind: 'sink',
    name,
    isPrivate: false,
    tableProperties: {},
    partitionColumns: [],
    columnComments: {},
    expectations: [],
    sink,
  }
}

function deltaSink(name: string, sink: SinkOptions): DeltaSink {
  checkOptions({ element: 'createSink', name, options: sink }, SINK_OPTIONS, {})
  if (sink.format !== 'delta') throw unknownFormat(name, sink.format)
  const { options = {} } = sink
  checkOptions({ element: 'createSink', name, options }, DELTA_OPTIONS, {})
  const { path, tableName, mergeSchema = false } = options
  if ((path === undefined) === (tableName === undefined)) {
    throw invalid(name, 'it needs one of the options `path` and `tableName`')
  }
  return {
    format: 'delta',
    mergeSchema,
    ...(path === undefined ? { tableName } : { path }),
  }
}

const SINK_OPTIONS = { format: TEXT, options: SETTINGS, comment: TEXT }
const DELTA_OPTIONS = {
  path: TEXT,
  tableName: TEXT,
  mergeSchema: FLAG,
}

function unknownFormat(name: string, format: unknown): PipelineError {
  const isNear = isText(format) && nearest(String(format), ['delta']) !== undefined
  const what = `its format must be 'delta', not ${JSON.stringify(format)}`
  return invalid(name, isNear ? what : `${what}; for anything else write a foreachBatchSink`)
}

function invalid(sink: string, reason: string): PipelineError {
  return new PipelineError('INVALID_SINK', { sink, reason })
}
