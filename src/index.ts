/** What definition files import: datasets, flows, and the reading of their inputs. Columns and functions are in `millrace/functions`. */
export {
  type Configuration,
  conf,
  DataFrame,
  type DataFrameReader,
  type Dataset,
  type GroupedData,
  read,
  readStream,
  type SchemaSource,
  sql,
} from './dataframe/index.ts'
export type { Condition, Position } from './errors/index.ts'
export { PipelineError, UnresolvedPipelineError } from './errors/index.ts'
export type { AutoCdcOptions, SnapshotFlowOptions, SourceColumn } from './graph/auto-cdc-options.ts'
export type { FlowOptions, Rules, TableOptions, TemporaryViewOptions } from './graph/dataset-options.ts'
export {
  appendFlow,
  materializedView,
  type QueryFunction,
  streamingTable,
  temporaryView,
} from './graph/define.ts'
export { autoCdcFlow, autoCdcFromSnapshotFlow } from './graph/define-auto-cdc.ts'
export { secret } from './graph/secrets.ts'
export {
  type BatchHandler,
  type BatchRow,
  createSink,
  foreachBatchSink,
  type SinkBatch,
  type SinkOptions,
} from './graph/sinks.ts'
export type { SnapshotFunction, SnapshotVersion, VersionedSnapshot } from './graph/snapshot-versions.ts'
export { Column } from './plan/column.ts'
