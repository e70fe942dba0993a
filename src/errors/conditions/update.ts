/** Conditions of running updates, and of the files that updates keep between runs. */
export const updateConditions = {
  UNSUPPORTED_FORMAT_VERSION: {
    message:
      "'{path}' is a {format} of format version {found}; this version of Millrace reads versions up to {supported}.",
    hint: 'It was written by a newer Millrace: upgrade, or use another storage folder.',
    sqlState: '0A000',
  },
  DAMAGED_FILE: {
    message: "'{path}' in {storage} is not a whole {format}: {detail}.",
    hint: 'Restore the file from a backup, or start over with a full refresh.',
    sqlState: '58030',
  },
  UPDATE_ALREADY_RUNNING: {
    message:
      'Pipeline {pipelineId} is being updated already: update {updateId}, process {pid} on host {host}, since {since}.',
    hint: 'Wait for it, or stop that process.',
    sqlState: '55006',
  },
  STATE_STORE_VERSION_NOT_FOUND: {
    message: "Flow {flow} has committed batch {version}, but its state '{path}' is missing.",
    hint: 'Restore the file from a backup, or start over with a full refresh.',
    sqlState: '58030',
  },
  STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA: {
    message:
      'The stateful operators of flow {flow} are not those of its checkpoint: the checkpoint has {stateOperator}, the query {queryOperator}.',
    hint: 'Start over with a full refresh of {table} (`millrace run --full-refresh {table}`), or keep its rows and let the flow alone start over (`--reset-checkpoint`).',
    sqlState: '42K03',
  },
  STREAMING_SOURCES_CHANGED: {
    message:
      'Streaming sources of flow {flow} were added or removed: its checkpoint has [{checkpointSources}], the query [{querySources}].',
    hint: 'Start over with a full refresh of {table} (`millrace run --full-refresh {table}`), or give the new query a flow of its own.',
    sqlState: '42K03',
  },
  TABLE_OR_VIEW_ALREADY_EXISTS: {
    message:
      'Cannot define the view {relationName}: a table of that name is in {folder}, and queries would read it.',
    hint: 'Drop the table, which nothing fills any more: millrace query "DROP TABLE {relationName}". Or give the view another name.',
    sqlState: '42P07',
  },
  STREAMING_TABLE_MISSING: {
    message:
      'Table {tableName} is gone: there is none in {folder}. Flow {flowName} has read its source for it, and would go on behind what it has read.',
    hint: 'Restore the folder; where `warehouse` is another one, move the tables to it. Or start over: millrace run --full-refresh {tableName}.',
    sqlState: '42P01',
  },
  CANNOT_UPDATE_PARTITION_COLUMNS: {
    message:
      'Table {tableName} is partitioned by ({existingPartitionColumns}); the definition wants ({requestedPartitionColumns}).',
    hint: 'Undo the change, or start over with a full refresh: `millrace run --full-refresh {tableName}`.',
    sqlState: '42000',
  },
  CANNOT_UPDATE_TABLE_SCHEMA: {
    message:
      'Column {column} of table {tableName} is {existingType}; the definition makes it {requestedType}.',
    hint: "Cast it to {existingType}, or start over with a full refresh of {tableName}. A wider type is taken by a table with TBLPROPERTIES ('delta.enableTypeWidening' = 'true').",
    sqlState: '42000',
  },
  'EXPECTATION_VIOLATION.VERBOSITY_ALL': {
    message:
      "Flow '{flowName}' failed to meet the expectation: {expectationsViolated}. Columns of the rule: {values}. Input data ({origin}): {inputData}. Output record: {outputRecord}.",
    hint: 'Correct the data or the rule; nothing of the batch was committed.',
    sqlState: '22000',
  },
  'EXPECTATION_VIOLATION.VERBOSITY_OUTPUT': {
    message:
      "Flow '{flowName}' failed to meet the expectation: {expectationsViolated}. Output record: {outputRecord}.",
    hint: 'Correct the data or the rule; nothing of the batch was committed.',
    sqlState: '22000',
  },
  'EXPECTATION_VIOLATION.VERBOSITY_NONE': {
    message: "Flow '{flowName}' failed to meet an expectation.",
    hint: 'Correct the data or the rule; nothing of the batch was committed.',
    sqlState: '22000',
  },
  FOREACH_BATCH_USER_FUNCTION_ERROR: {
    message:
      "The function of sink '{sink}' stopped with an error in batch {batchId} of flow '{flow}': {reason}",
    hint: 'The batch comes again with the next update, with the same id and rows.',
    sqlState: '39000',
  },
  UNKNOWN_DATASET_SELECTED: {
    message: "'{name}' is not a table of this pipeline.",
    hint: '{suggestion}',
    sqlState: '42P01',
  },
  UNKNOWN_FLOW_SELECTED: {
    message: "'{name}' is not a flow of this pipeline.",
    hint: '{suggestion}',
    sqlState: '42704',
  },
  FLOW_WITHOUT_CHECKPOINT: {
    message: "Flow '{flow}' has no checkpoint to reset: it writes the {kind} {table}.",
    hint: 'Only flows into streaming tables and sinks remember where they are. Use a full refresh.',
    sqlState: '42809',
  },
  OVERLAPPING_REFRESH_SELECTIONS: {
    message: 'Selected for both a refresh and a full refresh: {names}.',
    hint: 'Name each table once.',
    sqlState: '42000',
  },
  FULL_REFRESH_NOT_ALLOWED: {
    message: "Table {tableName} may not be fully refreshed: it has 'pipelines.reset.allowed' = 'false'.",
    hint: 'Leave it out of the selection, or change the property.',
    sqlState: '42000',
  },
  DELTA_NOT_NULL_CONSTRAINT_VIOLATED: {
    message:
      'NOT NULL constraint violated for column {columnName} of table {tableName}: {count} rows hold NULL.',
    hint: 'Add an expectation that drops or quarantines such rows, or let the column be NULL.',
    sqlState: '23502',
  },
  LEASE_LOST: {
    message:
      'Update {updateId} of pipeline {pipelineId} no longer holds the lease (its token {token}, now {current}): {detail}.',
    hint: 'Nothing was committed after that. The other update goes on from what this one had finished.',
    sqlState: '40001',
  },
} as const
