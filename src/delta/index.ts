export { type ColumnChange, changeColumn, syncIdentity } from './alter/change-column.ts'
export { fieldOfColumn, type NewColumn } from './alter/column-definition.ts'
export { addColumns, dropColumns, renameColumn, replaceColumns } from './alter/columns.ts'
export { addConstraint, type Constraint, dropConstraint } from './alter/constraints.ts'
export {
  beginTable,
  type CreateMode,
  type CreateOptions,
  commitTable,
  createTable,
  type TableCreation,
  type TableDefinition,
} from './alter/create-table.ts'
export { dropFeature } from './alter/drop-feature.ts'
export { addFeature, upgradeProtocol } from './alter/features.ts'
export { clusterBy, setComment, setTableProperties, unsetTableProperties } from './alter/properties.ts'
export { bindScans, type ScannedVersion, unboundScan } from './bind-scans.ts'
export {
  CHANGE_COLUMNS,
  CHANGE_TYPE,
  changeFeedSchema,
  readsChangeFeed,
} from './change-feed/change-columns.ts'
export { type ChangeFeed, changeFeedScan } from './change-feed/change-feed-scan.ts'
export {
  type ChangeFeedOptions,
  type ChangeRange,
  changeRange,
} from './change-feed/change-range.ts'
export { hasChangeFeed, type WrittenChanges, writeChangeFiles } from './change-feed/write-change-files.ts'
export { fits, type WrittenFor, writtenFor } from './commit/written-for.ts'
export type { CommitOptions } from './commit-info.ts'
export { usesDeletionVectors } from './deletion-vector/uses-deletion-vectors.ts'
export type { ChangeResult } from './dml/change-result.ts'
export { type DeleteOptions, deleteRows } from './dml/delete-rows.ts'
export { applyChanges, type FileChanges } from './dml/file-changes.ts'
export type { MergeAction, MergeAssignment, MergeClause } from './dml/merge/merge-clause.ts'
export { type MergeOptions, type MergeResult, mergeInto } from './dml/merge/merge-into.ts'
export { placedRows, type RowPlaces } from './dml/placed-rows.ts'
export { type RowReplacement, replaceRows } from './dml/replace-rows.ts'
export { type UpdateOptions, updateRows } from './dml/update-rows.ts'
export { addFileFrom } from './files/add-file.ts'
export {
  conditionsTest,
  type FileFacts,
  type FileTest,
  fileMayMatch,
  filesWhere,
  type MatchOptions,
  matchingFiles,
  partitionFilter,
} from './files/file-match.ts'
export { dataFilePath, decodePath, encodePath } from './files/file-path.ts'
export { boundsAll } from './files/statistics-bounds.ts'
export type { WrittenColumn, WrittenDataFile } from './files/written-file.ts'
export type {
  AddCdcFile,
  AddFile,
  Commit,
  CommitInfo,
  DeletionVectorDescriptor,
  DomainMetadata,
  PartitionValues,
  Protocol,
  RemoveFile,
  SetTransaction,
} from './log/actions.ts'
export type { HistoryEntry } from './log/history.ts'
export { commitStamp, keepsFiles, keepsRows } from './log/keeps-rows.ts'
export {
  type AutoCompactOptions,
  autoCompact,
  hasManySmallFiles,
  isAutoCompactDue,
} from './maintenance/auto-compact.ts'
export { computeStatistics } from './maintenance/compute-statistics.ts'
export { type ConvertOptions, type ConvertResult, convertToDelta } from './maintenance/convert-to-delta.ts'
export { type OptimizeOptions, optimize, reorgPurge } from './maintenance/optimize.ts'
export type { OptimizeMetrics, OptimizeResult } from './maintenance/optimize-metrics.ts'
export { type RestoreOptions, type RestoreResult, restore } from './maintenance/restore.ts'
export { type CloneOptions, type CloneResult, shallowClone } from './maintenance/shallow-clone.ts'
export { type TableDetail, tableDetail } from './maintenance/table-detail.ts'
export { type VacuumOptions, type VacuumResult, vacuum } from './maintenance/vacuum.ts'
export { isVacuumDue } from './maintenance/vacuum-log.ts'
export { clusteredFiles, isOrderedFile } from './maintenance/z-cube.ts'
export type { CheckpointChunk, DeltaPort } from './port.ts'
export type { RowEngine, RowSession, WriteRequest, WriteResult, WrittenFile } from './row-engine.ts'
export {
  type RowIdentity,
  rowIdentityFields,
  rowIdentityOf,
  withRowIdentity,
} from './row-tracking/row-identity.ts'
export { deltaScanOf, rowMetadata } from './scan.ts'
export { definedSchema, logicalPath, physicalPath } from './schema/column-mapping.ts'
export { defaultOf, generationExpressionOf, identityOf } from './schema/column-rules.ts'
export type { ColumnPath, ColumnPlace } from './schema/edit-schema.ts'
export { growStruct } from './schema/grow-struct.ts'
export { mergeSchemas } from './schema/merge-schemas.ts'
export type { Metadata } from './schema/metadata.ts'
export { physicalName, physicalNaming } from './schema/physical-name.ts'
export { checkedProperty } from './schema/property-rules.ts'
export { storedProperties } from './schema/protocol-request.ts'
export { readerSchema } from './schema/reader-schema.ts'
export { STATISTICS_COLUMNS } from './schema/statistics-columns.ts'
export { allowsWidening, widenField } from './schema/type-widening.ts'
export type { Snapshot } from './snapshot.ts'
export { type CreateTableOptions, DeltaTable } from './table.ts'
export type { TableContext } from './table-context.ts'
export { type CommitResult, type MetadataChange, Transaction } from './transaction.ts'
export { appendRows } from './write/append-rows.ts'
export { createTableAs } from './write/create-table-as.ts'
export { fileShape } from './write/file-shape.ts'
export { fitColumn } from './write/fit-column.ts'
export { type OverwriteOptions, overwriteRows } from './write/overwrite-rows.ts'
export { defaultValue, hasRowRules, type PrepareOptions, prepareRows } from './write/prepare-rows.ts'
export { truncateTable } from './write/truncate-table.ts'
export type { WriteCommandOptions, WriteCommandResult } from './write/write-command.ts'
export { publishFiles, type WrittenRows, writeRows } from './write/write-rows.ts'
