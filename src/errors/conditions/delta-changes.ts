/** Conditions of MERGE and of the change data feed. Names and SQLSTATEs are Delta Lake's and Spark's. */
export const deltaChangesConditions = {
  DELTA_INVALID_CDC_RANGE: {
    message: 'The range of changes from version {start} to version {end} ends before it begins.',
    sqlState: '22003',
  },
  DELTA_NO_START_FOR_CDC_READ: {
    message: 'No startingVersion or startingTimestamp is given for a read of the change data feed.',
    hint: "Set one of the options, as in read.option('readChangeFeed', true).option('startingVersion', 0).",
    sqlState: '42601',
  },
  DELTA_MULTIPLE_CDC_BOUNDARY: {
    message:
      'Both {startingOrEnding}Version and {startingOrEnding}Timestamp are given for a read of the change data feed.',
    hint: 'Leave out one of the two.',
    sqlState: '42614',
  },
  DELTA_MISSING_CHANGE_DATA: {
    message:
      'The changes of versions {startVersion} to {endVersion} cannot be read: version {version} was written while the table recorded none.',
    hint: "DESCRIBE HISTORY shows when the change data feed was on. To record changes from now on set TBLPROPERTIES ('{key}' = 'true'): in the definition of a pipeline's table, for others with ALTER TABLE ... SET TBLPROPERTIES.",
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
  DELTA_MERGE_MISSING_WHEN: {
    message: 'There must be at least one WHEN clause in a MERGE.',
    hint: 'Add WHEN MATCHED THEN UPDATE SET *, WHEN NOT MATCHED THEN INSERT * or another.',
    sqlState: '42601',
  },
  DELTA_MERGE_INVALID_WHEN_CLAUSE: {
    message: 'A clause {when} cannot {action}.',
    hint: 'It takes: {allowed}.',
    sqlState: '42601',
  },
  NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION: {
    message: 'Of several WHEN MATCHED clauses only the last may be without a condition.',
    hint: 'Give the clause a condition by AND, or move it behind the others.',
    sqlState: '42613',
  },
  NON_LAST_NOT_MATCHED_BY_TARGET_CLAUSE_OMIT_CONDITION: {
    message: 'Of several WHEN NOT MATCHED [BY TARGET] clauses only the last may be without a condition.',
    hint: 'Give the clause a condition by AND, or move it behind the others.',
    sqlState: '42613',
  },
  NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION: {
    message: 'Of several WHEN NOT MATCHED BY SOURCE clauses only the last may be without a condition.',
    hint: 'Give the clause a condition by AND, or move it behind the others.',
    sqlState: '42613',
  },
  DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE: {
    message:
      'Several source rows match one row of {table} and would change it: which of them counts is not defined.',
    hint: 'Keep one source row for each key first, for example by QUALIFY row_number() OVER (PARTITION BY key ORDER BY time DESC) = 1.',
    sqlState: '21506',
  },
  DELTA_CONFLICT_SET_COLUMN: {
    message: 'The columns {columnList} are set twice, or one within the other.',
    sqlState: '42701',
  },
  DELTA_IDENTITY_COLUMNS_UPDATE_NOT_SUPPORTED: {
    message: "The identity column '{colName}' cannot be updated: the table gives its values.",
    sqlState: '42808',
  },
} as const
