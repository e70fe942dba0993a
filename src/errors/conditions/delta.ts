/** Conditions of tables and of the storage below them. Names and SQLSTATEs are Delta Lake's where it has the condition. */
export const deltaConditions = {
  STORAGE_FULL: {
    message: 'No space is left to write {path} ({code}).',
    hint: 'Free some space and run again: what was not committed is written anew.',
    sqlState: '53100',
  },
  STORAGE_WITHOUT_LINKS: {
    message:
      'The file system of {path} has no hard links ({code}), so a commit there cannot be made all at once.',
    hint: 'Move the warehouse and the storage to a file system with hard links, such as ext4, xfs, APFS, NTFS or NFS.',
    sqlState: '0A000',
  },
  STORAGE_OBJECT_EXISTS: {
    message: '{path} exists already and is never overwritten.',
    sqlState: '42710',
  },
  STORAGE_PATH_OUTSIDE_ROOT: {
    message: "The path '{path}' leads out of {root}.",
    hint: 'Paths are relative to the root of their storage, without `..`.',
    sqlState: '42K03',
  },
  STORAGE_ERROR: {
    message: 'Cannot {action} {path}: {detail}',
    sqlState: '58030',
  },
  INVALID_JSON_DATA_TYPE: {
    message: 'Failed to convert the JSON string {invalidType} to a data type.',
    sqlState: '2203G',
  },
  DELTA_UNSUPPORTED_DATA_TYPES: {
    message: "Column '{column}' has the type '{dataType}', which is not supported.",
    sqlState: '0AKDC',
  },
  DELTA_PATH_DOES_NOT_EXIST: {
    message: "{path} doesn't exist, or is not a Delta table.",
    sqlState: '42K03',
  },
  DELTA_INVALID_LOG_FILE: {
    message: 'Cannot read {place} of the Delta log: {detail}',
    hint: 'The file was damaged after it was written. Restore it from a backup or from another copy of the table.',
    sqlState: 'XXKDS',
  },
  DELTA_VERSION_CHECKSUM_MISMATCH: {
    message:
      'The {what} of {table} in version {version} is {found} by its log, but {expected} by its checksum {file}.',
    hint: 'A file of the log was damaged or changed by hand. Restore the log from a backup; where you know that it is right, delete the checksum.',
    sqlState: 'XXKDS',
  },
  DELTA_STATE_RECOVER_ERROR: {
    message:
      'The {operation} of the Delta table {table} could not be recovered while reconstructing version {version}.',
    hint: 'Did you manually delete files in the _delta_log directory?',
    sqlState: 'XXKDS',
  },
  DELTA_VERSIONS_NOT_CONTIGUOUS: {
    message:
      'Versions of {table} are not contiguous: {file} is missing between versions {startVersion} and {endVersion}, needed to load version {versionToLoad}.',
    hint: 'Did you manually delete files in the _delta_log directory?',
    sqlState: 'KD00C',
  },
  DELTA_TRUNCATED_TRANSACTION_LOG: {
    message:
      '{file} of {table} is missing and no checkpoint stands in for it, so version {version} cannot be reconstructed.',
    hint: 'Did you manually delete files in the _delta_log directory?',
    sqlState: '42K03',
  },
  DELTA_LOG_FILE_NOT_FOUND: {
    message: '{file} of {table} is gone, so what version {version} changed cannot be read.',
    hint: 'The log keeps commits for delta.logRetentionDuration. Read the whole table, or start at a later version.',
    sqlState: '42K03',
  },
  DELTA_INVALID_PROTOCOL_VERSION: {
    message:
      'Unsupported Delta protocol version: {table} requires reader version {reader} and writer version {writer}; this version of Millrace supports reader versions 1 to 3 and writer versions 1 to 7.',
    hint: 'Upgrade Millrace.',
    sqlState: 'KD004',
  },
  DELTA_UNSUPPORTED_FEATURES_FOR_READ: {
    message: 'Cannot read {table}: it requires table features that are not supported: {features}.',
    hint: 'Upgrade Millrace, or drop the features with ALTER TABLE ... DROP FEATURE in the system that wrote them.',
    sqlState: '56038',
  },
  DELTA_UNSUPPORTED_FEATURES_FOR_WRITE: {
    message:
      'Cannot write to {table}: it uses table features that are not supported for writing: {features}.',
    hint: 'Upgrade Millrace, or leave out the table property or column type that asks for the feature.',
    sqlState: '56038',
  },
  DELTA_UNSUPPORTED_FILE_LOCATION: {
    message: "The data file {path} of {table} is in a store ('{scheme}') that is not supported.",
    sqlState: '0A000',
  },
  DELTA_INVALID_DELETION_VECTOR: {
    message: 'The deletion vector of {file} in {table} cannot be read: {detail}.',
    hint: 'The file was damaged after it was written. Restore it from a backup or from another copy of the table.',
    sqlState: 'XXKDS',
  },
  DELTA_VIOLATE_CONSTRAINT_WITH_VALUES: {
    message:
      'CHECK constraint {constraintName} ({expression}) of {tableName} violated by row with values:\n{values}',
    hint: 'Leave such rows out of the query, or correct them in it.',
    sqlState: '23001',
  },
  DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED: {
    message: 'Providing values for the GENERATED ALWAYS AS IDENTITY column {colName} is not supported.',
    hint: 'Leave the column out of the query: the table numbers its rows itself.',
    sqlState: '42808',
  },
  DELTA_ROW_ID_ASSIGNMENT_WITHOUT_STATS: {
    message: 'Row ids cannot be given to the rows of {path}: its statistics do not count them.',
    hint: 'Compute statistics for the table first, or write the file anew.',
    sqlState: '22000',
  },
  DELTA_UNSUPPORTED_FEATURES_IN_CONFIG: {
    message: "The table feature '{feature}', which the properties of {table} ask for, is not known.",
    hint: '{suggestion}',
    sqlState: '56038',
  },
  DELTA_UNSUPPORTED_FEATURE_STATUS: {
    message: "The status of the table feature {feature} must be 'supported', not '{status}'.",
    sqlState: '0AKDE',
  },
  DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE: {
    message: "Changing the column mapping mode from '{oldMode}' to '{newMode}' is not supported.",
    hint: "A table that exists can go from 'none' to 'name'. ALTER TABLE ... DROP FEATURE columnMapping takes it away; for another mode, create a table and copy the rows.",
    sqlState: '0AKDC',
  },
  DELTA_CANNOT_MODIFY_APPEND_ONLY: {
    message: 'The table {table} is configured to only allow appends.',
    hint: 'To permit updates and deletes, set its property delta.appendOnly to false.',
    sqlState: '42809',
  },
  DELTA_DUPLICATE_COLUMNS_FOUND: {
    message: "Found the duplicate column '{column}' in the table's schema (names are compared without case).",
    sqlState: '42711',
  },
  DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME: {
    message:
      "The column name '{column}' holds a space, a line break or one of the characters , ; = ( ) or a curly brace.",
    hint: "Rename the column, for example with an alias in the query, or give the table any names: TBLPROPERTIES ('delta.columnMapping.mode' = 'name').",
    sqlState: '42K05',
  },
  DELTA_COLUMN_NOT_FOUND_IN_SCHEMA: {
    message: "Couldn't find column '{column}' in: {columns}.",
    hint: "Did you mean '{suggestion}'?",
    sqlState: '42703',
  },
  DELTA_INVALID_PARTITION_COLUMN_TYPE: {
    message: "Using column '{name}' of type {dataType} as a partition column is not supported.",
    sqlState: '42996',
  },
  DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION: {
    message: 'Cannot use all columns for partition columns.',
    sqlState: '428FT',
  },
  DELTA_CLUSTERING_WITH_PARTITION: {
    message: 'A table is either clustered or partitioned; this one is partitioned by {partitionColumns}.',
    hint: 'Leave out one of the two.',
    sqlState: '42000',
  },
  DELTA_VERSION_NOT_FOUND: {
    message:
      'Cannot time travel the Delta table {table} to version {userVersion}. Available versions: [{earliest}, {latest}].',
    sqlState: '22003',
  },
  DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION: {
    message:
      'The provided timestamp ({userTimestamp}) is before the earliest version available to this table ({commitTs}, version {version}).',
    hint: 'Use a timestamp at or after {commitTs}.',
    sqlState: '42816',
  },
  DELTA_TIMESTAMP_GREATER_THAN_COMMIT: {
    message:
      'The provided timestamp ({providedTimestamp}) is after the latest version available to this table ({lastCommitTs}, version {version}).',
    hint: 'Use a timestamp at or before {lastCommitTs}.',
    sqlState: '42816',
  },
  DELTA_PROTOCOL_CHANGED: {
    message:
      'Version {version} of {table}, committed by {operation} in the meantime, is in conflict: {detail}.',
    hint: 'Run again on the new version.',
    sqlState: '2D521',
  },
  DELTA_METADATA_CHANGED: {
    message:
      'Version {version} of {table}, committed by {operation} in the meantime, is in conflict: {detail}.',
    hint: 'Run again on the new version.',
    sqlState: '2D521',
  },
  DELTA_CONCURRENT_TRANSACTION: {
    message:
      'Version {version} of {table}, committed by {operation} in the meantime, is in conflict: {detail}.',
    hint: 'Another instance of the same flow is running; only one may.',
    sqlState: '2D521',
  },
  DELTA_CONCURRENT_APPEND: {
    message:
      'Version {version} of {table}, committed by {operation} in the meantime, is in conflict: {detail}.',
    hint: 'Run again on the new version.',
    sqlState: '2D521',
  },
  DELTA_CONCURRENT_DELETE_READ: {
    message:
      'Version {version} of {table}, committed by {operation} in the meantime, is in conflict: {detail}.',
    hint: 'Run again on the new version.',
    sqlState: '2D521',
  },
  DELTA_CONCURRENT_DELETE_DELETE: {
    message:
      'Version {version} of {table}, committed by {operation} in the meantime, is in conflict: {detail}.',
    hint: 'Run again on the new version.',
    sqlState: '2D521',
  },
} as const
