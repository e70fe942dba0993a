/** `millrace/delta`: Delta tables for programs, without any pipeline. Columns and functions are in `millrace/functions`. */
export { DataFrame, type DataFrameReader, read } from '../dataframe/index.ts'
export type {
  CloneResult,
  HistoryEntry,
  OptimizeMetrics,
  OptimizeResult,
  RestoreResult,
  TableDetail,
  VacuumResult,
} from '../delta/index.ts'
export type { Value } from '../engine/engine.ts'
export { type Condition as ErrorCondition, PipelineError } from '../errors/index.ts'
export { Column } from '../plan/column.ts'
export type { DataType, StructField, StructType } from '../types/data-type.ts'
export { MergeBuilder, type MergeNames, type MergeResult } from './builders/merge-builder.ts'
export { OptimizeBuilder } from './builders/optimize-builder.ts'
export { type ColumnOptions, TableBuilder } from './builders/table-builder.ts'
export type { Assigned, Assignments, Condition } from './condition.ts'
export { DeltaTable } from './delta-table.ts'
export { executeSql } from './execute-sql.ts'
export type { ReadOptions } from './read-query.ts'
export type { RowSource } from './rows/row-source.ts'
export type { CellValue, InputRow, OutputRow } from './rows/table-row.ts'
export type { EngineOptions } from './shared-engine.ts'
export type { ConvertOptions, DeltaTableOptions } from './table-options.ts'
export type { At, ChangeResult, OverwriteOptions, WriteOptions, WriteResult } from './table-types.ts'
