/** Conditions of AUTO CDC. Names and SQLSTATEs are Apache Spark's where it has them. */
export const autoCdcConditions = {
  AUTOCDC_EMPTY_KEYS: {
    message: "AUTO CDC flow '{flowName}' names no keys.",
    hint: 'Name the columns that identify a row: keys: [...] or KEYS (...).',
    sqlState: '42000',
  },
  AUTOCDC_MULTIPART_COLUMN_IDENTIFIER: {
    message:
      "AUTO CDC takes plain columns, not fields or qualified names: '{columnName}' has the parts {nameParts}.",
    hint: 'Name a column of the source. A name with a dot in it stands in backticks.',
    sqlState: '42703',
  },
  AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA: {
    message:
      "{clause} of the AUTO CDC flow '{flowName}' names {missingColumns}. The columns that it can name are {availableColumns} ({caseSensitivity}).",
    hint: '{suggestion}',
    sqlState: '42703',
  },
  AUTOCDC_KEY_NOT_IN_SELECTED_SCHEMA: {
    message:
      'The keys {missingKeys} of AUTO CDC are not among the columns that it writes: {selectedColumns}.',
    hint: 'Keep the keys in the column list.',
    sqlState: '42703',
  },
  AUTOCDC_NON_ORDERABLE_KEY: {
    message:
      "The key {columnName} of the AUTO CDC flow '{flowName}' is {dataType}, of which no two values can be compared.",
    hint: 'Name keys without maps and variants in them, or make such a one text in a view that the flow reads.',
    sqlState: '42K09',
  },
  AUTOCDC_RESERVED_COLUMN_NAME_CONFLICT: {
    message:
      "The source of the AUTO CDC flow '{flowName}' has a column '{columnName}', a name that AUTO CDC uses itself: {reservedColumnName}.",
    hint: 'Rename it in a view that the flow reads, or leave it out with the column list.',
    sqlState: '42710',
  },
  AUTOCDC_IGNORE_NULL_EMPTY_COLUMN_LIST: {
    message: 'IGNORE NULL UPDATES of AUTO CDC covers no column.',
    hint: 'Name at least one column that is not a key, or leave the clause out.',
    sqlState: '42000',
  },
  AUTOCDC_EXCLUSIVE_ARGUMENTS: {
    message: "AUTO CDC flow '{flowName}' has both {argument1} and {argument2}.",
    hint: 'Give one of the two.',
    sqlState: '42000',
  },
  AUTOCDC_TARGET_WITH_OTHER_FLOWS: {
    message:
      "The table '{tableName}' gets the changes of the flow '{flowName}', and so cannot be written by {otherFlow}.",
    hint: 'Give each its own table: one that AUTO CDC writes needs no query (CREATE STREAMING TABLE t), and several AUTO CDC flows can write it.',
    sqlState: '42000',
  },
  AUTOCDC_FLOWS_NOT_COMPATIBLE: {
    message:
      "The AUTO CDC flows '{flowName1}' and '{flowName2}' into the table '{tableName}' do not agree on the {aspect}: {value1} and {value2}.",
    hint: 'Rows that several flows change need one meaning: bring them to the same in the flows, or in views that they read.',
    sqlState: '42000',
  },
  AUTOCDC_SNAPSHOT_FUNCTION_RESULT: {
    message:
      "The snapshot function of the flow '{flowName}' must give null, or an object of a DataFrame, df, and a number, bigint, text, Date or Uint8Array, version: not {actual}.",
    hint: 'It gives null when there is no snapshot behind the latest version.',
    sqlState: '38000',
  },
  AUTOCDC_SNAPSHOT_SCHEMA_UNKNOWN: {
    message:
      "The flow '{flowName}' has no first snapshot: its function gives null for the latest version null, so that the columns of its target are not known.",
    hint: 'Declare them with the option schema of the target, with __START_AT and __END_AT for SCD type 2, and the function need not have one yet.',
    sqlState: '42000',
  },
  AUTOCDC_SNAPSHOT_DUPLICATE_KEY: {
    message:
      "The snapshot {version} of the flow '{flowName}' for table {tableName} has several rows that differ for the key {sample} (keys like this: {keyCount}). Nothing was applied.",
    hint: 'The keys identify a row of a snapshot: name more columns as keys, or leave one row of each in the query of the snapshot. The next update takes the snapshot anew.',
    sqlState: '22000',
  },
  AUTOCDC_SNAPSHOT_NULL_KEY: {
    message:
      "The snapshot {version} of the flow '{flowName}' for table {tableName} has rows whose key {columnName} is NULL ({nullCount}), such as {sample}. Nothing was applied.",
    hint: 'The keys identify a row of a snapshot: leave such rows out in its query. The next update takes the snapshot anew.',
    sqlState: '22000',
  },
  AUTOCDC_SNAPSHOT_VERSION_NOT_ONE_COLUMN: {
    message:
      'The query of WITH VERSION gives {count} columns ({columns}); it must give one, the next version.',
    hint: 'Select one value, such as min(version) of those that are greater than last_snapshot_version().',
    sqlState: '42000',
  },
  AUTOCDC_SNAPSHOT_VERSION_NOT_ATOMIC: {
    message: 'The query of WITH VERSION gives a version of type {dataType}, which is no single value.',
    hint: 'Give a number, text, date, timestamp or bytes: the parts of a STRUCT can be put together to one text.',
    sqlState: '42K09',
  },
  AUTOCDC_TARGET_READ_AS_STREAM: {
    message:
      "The table '{tableName}' cannot be read as a stream of rows: the AUTO CDC flow '{flowName}' changes rows of it.",
    hint: 'Read it without STREAM, or its changes: set the table property delta.enableChangeDataFeed, and read with the option readChangeFeed. skipChangeCommits takes only what commits add that change nothing.',
    sqlState: '0A000',
  },
  AUTOCDC_TARGET_FORGETS_BATCHES: {
    message:
      'The table {tableName} forgets after {duration} which batches have reached it, by which AUTO CDC knows what is done.',
    hint: 'Remove the table property delta.setTransactionRetentionDuration.',
    sqlState: '0A000',
  },
  AUTOCDC_TRUNCATE_NOT_SUPPORTED: {
    message: 'APPLY AS TRUNCATE works with SCD type 1 only; the flow stores SCD type {scdType}.',
    hint: 'Leave the clause out, or store SCD type 1.',
    sqlState: '0A000',
  },
  AUTOCDC_TRACK_HISTORY_NOT_SUPPORTED: {
    message:
      'TRACK HISTORY works with SCD type 2 and bitemporal tables only; the flow stores SCD type {scdType}.',
    hint: 'Leave the clause out, or store SCD type 2 or a bitemporal table.',
    sqlState: '0A000',
  },
  AUTOCDC_COLUMNS_TO_UPDATE_TYPE: {
    message:
      'COLUMNS TO UPDATE takes a column that holds a list of column names; {columnName} is {dataType}.',
    hint: 'Give it the type ARRAY<STRING>.',
    sqlState: '42K09',
  },
  AUTOCDC_SYSTEM_SEQUENCE_MISSING: {
    message: "AUTO CDC flow '{flowName}' stores a bitemporal table without saying when events became known.",
    hint: 'Say it with SYSTEM SEQUENCE BY (systemSequenceBy).',
    sqlState: '42000',
  },
  AUTOCDC_SYSTEM_SEQUENCE_NOT_SUPPORTED: {
    message: 'SYSTEM SEQUENCE BY works with bitemporal tables only; the flow stores SCD type {scdType}.',
    hint: 'Leave the clause out, or store the table as bitemporal.',
    sqlState: '0A000',
  },
  AUTOCDC_SNAPSHOT_VERSION_NOT_ASCENDING: {
    message:
      "The versions of snapshots must ascend: flow '{flowName}' gives table {tableName} version {version} after {lastVersion}.",
    hint: 'Give each snapshot a greater version than the one before, or start over with a full refresh.',
    sqlState: '22000',
  },
  AUTOCDC_SNAPSHOT_VERSION_TYPE: {
    message:
      "The snapshot function of the flow '{flowName}' gives the version {version}, which is {actualType}: versions of table {tableName} are {versionType}, which cannot hold it.",
    hint: 'Give all versions one type (whole numbers are BIGINT, others DOUBLE), or, with SCD type 2, declare the columns of the target with __START_AT and __END_AT of a type that holds all of them. A table that has versions takes another type with a full refresh.',
    sqlState: '22000',
  },
  'AUTOCDC_MICROBATCH_VALIDATION.NULL_KEY': {
    message:
      'Batch {batchId} of table {tableName} has events whose key {columnName} is NULL ({nullCount} of {eventCount}), such as {sample}. Nothing was applied.',
    hint: 'Filter such events out in a view that the flow reads, or drop them with an expectation.',
    sqlState: '22000',
  },
  'AUTOCDC_MICROBATCH_VALIDATION.NULL_SEQUENCE': {
    message:
      'Batch {batchId} of table {tableName} has events whose {sequence} is NULL ({nullCount} of {eventCount}), such as {sample}. Nothing was applied.',
    hint: 'Filter such events out in a view that the flow reads, or drop them with an expectation. What may be missing of a struct gets a value: struct(a, coalesce(b, 0)).',
    sqlState: '22000',
  },
  'AUTOCDC_MICROBATCH_VALIDATION.NON_ORDERABLE_SEQUENCE': {
    message: 'AUTO CDC of table {tableName} cannot order events by a sequence of type {dataType}.',
    hint: 'Sequence by numbers, text, dates, timestamps or a struct of these.',
    sqlState: '22000',
  },
  'AUTOCDC_INVALID_STATE.KEY_SCHEMA_DRIFT': {
    message:
      "AUTO CDC flow '{flowName}' has the keys {expectedKeySchema}; its table {tableName} was built with {recordedKeySchema} (kept in {auxTableName}).",
    hint: 'Undo the change, or start over with a full refresh: millrace run --full-refresh {tableName}.',
    sqlState: '42000',
  },
  'AUTOCDC_INVALID_STATE.SEQUENCING_TYPE_DRIFT': {
    message:
      'AUTO CDC of table {tableName} is sequenced by {expectedSequencingType}; its table was built with {recordedSequencingType}.',
    hint: 'Cast the sequence to {recordedSequencingType}, or start over with a full refresh: millrace run --full-refresh {tableName}.',
    sqlState: '42000',
  },
  'AUTOCDC_INVALID_STATE.SCD_TYPE_DRIFT': {
    message:
      'AUTO CDC of table {tableName} stores SCD type {expectedScdType}; its table was built with SCD type {recordedScdType}.',
    hint: 'Undo the change, or start over with a full refresh: millrace run --full-refresh {tableName}.',
    sqlState: '42000',
  },
  'AUTOCDC_INVALID_STATE.TARGET_WITH_OTHER_ROWS': {
    message:
      'AUTO CDC is to keep the versions of rows in table {tableName}, which has rows that are no versions: another kind of flow wrote them.',
    hint: 'Start over with a full refresh: millrace run --full-refresh {tableName}. Or give the target another name.',
    sqlState: '42000',
  },
  'AUTOCDC_INVALID_STATE.TRACK_HISTORY_DRIFT': {
    message:
      'AUTO CDC of table {tableName} tracks the history of {expectedTrackHistoryColumns}; its table was built tracking {recordedTrackHistoryColumns}.',
    hint: 'Undo the change, or start over with a full refresh: millrace run --full-refresh {tableName}. Columns that are new in the source may be tracked or not.',
    sqlState: '42000',
  },
  'AUTOCDC_INVALID_STATE.AUXILIARY_TABLE_MISSING': {
    message: 'The hidden state of table {tableName} is gone, without which its changes cannot be applied.',
    hint: 'Start over with a full refresh: millrace run --full-refresh {tableName}.',
    sqlState: '42000',
  },
  'AUTOCDC_INVALID_STATE.AUXILIARY_TABLE_PROPERTY_MISSING': {
    message: "The hidden state of table {tableName} lacks its property '{propertyName}'.",
    hint: 'Start over with a full refresh: millrace run --full-refresh {tableName}.',
    sqlState: '42000',
  },
} as const
