/** Conditions of MERGE and of the change data feed. Names and SQLSTATEs are Delta Lake's and Spark's. */
export const deltaChangesConditions = {
  DELTA_INVALID_CDC_RANGE: {
    message: 'The range of changes from version {start} to version {end} ends before it begins.',
    sqlState: '22003',
  },
  DELTA_MISSING_CHANGE_DATA: {
    message:
      'The changes of versions {startVersion} to {endVersion} cannot be read: version {version} was written while the table recorded none.',
    hint: "DESCRIBE HISTORY shows when the change data feed was on. To record changes from now on: ALTER TABLE ... SET TBLPROPERTIES ('{key}' = 'true').",
    sqlState: 'KD002',
  },
  DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA: {
    message:
      'The changes of versions {start} to {end} cannot be read with the columns {readSchema}: version {incompatibleVersion} has the columns {dataSchema}.',
    hint: 'Read the changes up to the version before the columns changed, and those after it, apart.',
    sqlState: '0AKDC',
  },
  DELTA_CHANGE_DATA_FILE_NOT_FOUND: {
    message: 'The file {filePath} of {table}, which holds changes of version {version}, is gone.',
    hint: 'VACUUM deletes files of changes when they are older than the retention of deleted files. Read the changes from a later version on.',
    sqlState: '42K03',
  },
  RESERVED_CDC_COLUMNS_ON_WRITE: {
    message: 'The columns {columnList} have names that the change data feed needs for itself.',
    hint: 'Rename or drop the columns, or set {config} to false.',
    sqlState: '42939',
  },
} as const
