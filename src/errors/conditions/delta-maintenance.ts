/** Conditions of the commands that keep Delta tables in order. Names and SQLSTATEs are Delta Lake's where it has the condition. */
export const deltaMaintenanceConditions = {
  DELTA_NON_PARTITION_COLUMN_REFERENCE: {
    message: "The predicate references the column '{columnName}', which is no partition column.",
    hint: 'Only the partition columns may be referenced: [{columnList}].',
    sqlState: '42P10',
  },
  DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST: {
    message: "The Z-Ordering column '{columnName}' does not exist in the table's schema.",
    hint: "Did you mean '{suggestion}'?",
    sqlState: '42703',
  },
  DELTA_ZORDERING_ON_PARTITION_COLUMN: {
    message: "'{colName}' is a partition column. Z-Ordering can only be performed on data columns.",
    sqlState: '42P10',
  },
  DELTA_ZORDERING_ON_COLUMN_WITHOUT_STATS: {
    message: 'Z-Ordering on {cols} would be ineffective: no statistics are collected for these columns.',
    hint: 'Set delta.dataSkippingStatsColumns or delta.dataSkippingNumIndexedCols so that statistics cover them.',
    sqlState: 'KD00D',
  },
  DELTA_CLUSTERING_WITH_ZORDER_BY: {
    message:
      'The table is clustered by {clusterBy}; OPTIMIZE of a clustered table does not support ZORDER BY ({zOrderBy}).',
    hint: 'Leave out ZORDER BY, or remove the clustering with ALTER TABLE ... CLUSTER BY NONE.',
    sqlState: '42613',
  },
  DELTA_CLUSTERING_WITH_PARTITION_PREDICATE: {
    message:
      'The table is clustered by {clusterBy}; OPTIMIZE of a clustered table does not support a predicate.',
    hint: 'Leave out WHERE: only what is not clustered yet is rewritten.',
    sqlState: '0A000',
  },
  DELTA_OPTIMIZE_FULL_NOT_SUPPORTED: {
    message:
      'OPTIMIZE FULL is only supported for clustered tables with clustering columns; {table} has none.',
    hint: 'Leave out FULL.',
    sqlState: '42601',
  },
  DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT: {
    message:
      'Vacuuming {table} with a retention of {retentionHours} hours is unsafe: it is shorter than the {configuredHours} hours of delta.deletedFileRetentionDuration, so files that readers and writers still use could be deleted.',
    hint: 'Retain at least {configuredHours} hours. If nothing else uses the table, set spark.databricks.delta.retentionDurationCheck.enabled to false.',
    sqlState: '22003',
  },
  DELTA_CANNOT_VACUUM_LITE: {
    message:
      'VACUUM LITE cannot delete all removed files of {table}: commits before version {earliest} are gone from the log, and the last VACUUM covered versions up to {vacuumed}.',
    hint: 'Run VACUUM {table} FULL once.',
    sqlState: '55000',
  },
  DELTA_CANNOT_RESTORE_TABLE_VERSION: {
    message:
      'Cannot restore {table} to version {version}. Available versions: [{startVersion}, {endVersion}].',
    sqlState: '22003',
  },
  DELTA_CANNOT_RESTORE_TIMESTAMP_EARLIER: {
    message:
      'Cannot restore {table} to the timestamp {requestedTimestamp}: it is before the earliest version available ({earliestTimestamp}).',
    sqlState: '22003',
  },
  DELTA_CANNOT_RESTORE_TIMESTAMP_GREATER: {
    message:
      'Cannot restore {table} to the timestamp {requestedTimestamp}: it is after the latest version available ({latestTimestamp}).',
    sqlState: '22003',
  },
  DELTA_RESTORE_MISSING_FILES: {
    message: 'Not all files of version {version} of {table} are there any more. Missing: {files}.',
    hint: 'Use a later version, or set spark.sql.files.ignoreMissingFiles to true to restore without their rows.',
    sqlState: '42K03',
  },
  DELTA_CLONE_UNSUPPORTED_SOURCE: {
    message: 'Cannot clone {source}: {detail}.',
    sqlState: '0AKDC',
  },
  DELTA_TABLE_ALREADY_EXISTS: {
    message: 'The Delta table {tableName} already exists.',
    hint: 'Use CREATE OR REPLACE TABLE, or CREATE TABLE IF NOT EXISTS.',
    sqlState: '42P07',
  },
  DELTA_CONVERSION_NO_FILES: {
    message: 'Cannot convert {path} to Delta: it holds no Parquet file.',
    sqlState: '42K03',
  },
  DELTA_CONVERSION_NO_PARTITION_FOUND: {
    message: 'Found no partition information in the path {path} of {table}.',
    hint: 'Folders of a partitioned table are named `column=value`, one for each partition column: {columns}.',
    sqlState: '42KD6',
  },
  DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME: {
    message:
      'Expecting {expectedColsSize} partition column(s): {expectedCols}, but found {parsedColsSize} partition column(s): {parsedCols} in the file name {path}.',
    hint: 'Name the columns with PARTITIONED BY (column type, ...).',
    sqlState: 'KD009',
  },
  DELTA_UNEXPECTED_PARTITION_COLUMN_FROM_FILE_NAME: {
    message:
      "Expecting the partition column '{expectedCol}', but found '{parsedCol}' in the file name {path}.",
    sqlState: 'KD009',
  },
  DELTA_FAILED_CAST_PARTITION_VALUE: {
    message: "Failed to cast the partition value '{value}' of {path} to {dataType}.",
    sqlState: '22018',
  },
} as const
