/** Conditions of a pipeline's spec, its definition files and its graph. */
export const graphConditions = {
  PIPELINE_SPEC_FILE_NOT_FOUND: {
    message: "No pipeline spec file was found in '{dir_path}' or its parent folders.",
    hint: 'Create pipeline.yml there, or run `millrace init <name>`.',
    sqlState: '42K0N',
  },
  MULTIPLE_PIPELINE_SPEC_FILES_FOUND: {
    message: "The folder '{dir_path}' holds more than one pipeline spec file: {files}.",
    hint: 'Keep one of them, or name one with --spec.',
    sqlState: '42K0N',
  },
  PIPELINE_SPEC_NOT_READABLE: {
    message: "The pipeline spec '{file}' cannot be read: {reason}",
    sqlState: '42K0N',
  },
  PIPELINE_SPEC_UNEXPECTED_FIELD: {
    message: "The pipeline spec has a field '{field_name}' that it should not have.",
    hint: '{suggestion}',
    sqlState: '42K0N',
  },
  PIPELINE_SPEC_MISSING_REQUIRED_FIELD: {
    message: "The pipeline spec lacks the required field '{field_name}'.",
    sqlState: '42K0N',
  },
  PIPELINE_SPEC_INVALID_FIELD: {
    message: "The field '{field_name}' of the pipeline spec must be {expected}, not {actual}.",
    sqlState: '42K0N',
  },
  PIPELINE_SPEC_CONFLICTING_FIELDS: {
    message:
      "The pipeline spec gives both '{first}' and '{second}', which mean the same thing, different values.",
    sqlState: '42K0N',
  },
  PIPELINE_LIBRARY_NOT_FOUND: {
    message: "The library '{library}' of the pipeline spec names no file below '{folder}'.",
    hint: 'Write a path, or a pattern such as transformations/**, relative to the folder of the spec.',
    sqlState: '42K0N',
  },
  PIPELINE_UNSUPPORTED_DEFINITIONS_FILE_EXTENSION: {
    message: "Millrace cannot load the definitions file '{file_path}'.",
    hint: '{advice}',
    sqlState: '42K0N',
  },
  DEFINITION_FILE_SYNTAX: {
    message: "'{file_path}' cannot be loaded: {reason}",
    hint: '{advice}',
    sqlState: '42601',
  },
  DEFINITION_FILE_FAILED: {
    message: "'{file_path}' stopped with an error while it was loaded: {reason}",
    sqlState: '38000',
  },
  FLOW_FUNCTION_FAILED: {
    message: "The query function of '{flow}' stopped with an error: {reason}",
    sqlState: '38000',
  },
  FLOW_FUNCTION_RETURNS_NO_QUERY: {
    message: "The query function of '{flow}' must return a DataFrame, not {actual}.",
    hint: 'Return what read, readStream or sql gives, without awaiting anything.',
    sqlState: '38000',
  },
  GRAPH_ELEMENT_DEFINED_OUTSIDE_OF_DECLARATIVE_PIPELINE: {
    message: '{element} can only be used in the definition files of a pipeline, while Millrace loads them.',
    hint: 'Run the pipeline with `millrace run`; a definition must not stand inside a query function.',
    sqlState: '0A000',
  },
  SQL_CONF_NOT_FOUND: {
    message: "The configuration has no key '{sqlConf}'.",
    hint: '{suggestion}',
    sqlState: '42K0I',
  },
  SECRET_NOT_FOUND: {
    message: "The secret '{name}' has no value: {reason}",
    hint: 'Set the environment variable, or say under `secrets:` in the pipeline spec where the value is kept.',
    sqlState: '42704',
  },
  SCHEMA_FILE_NOT_READABLE: {
    message: "The schema file '{path}' cannot be read: {reason}",
    hint: "It holds Spark's JSON form of a schema; its path is relative to the pipeline's folder.",
    sqlState: '42K0N',
  },
  STREAM_OF_QUERY: {
    message: 'STREAM takes the name of a table, not a query.',
    hint: 'Leave it out: a DataFrame of readStream is a stream already.',
    sqlState: '42601',
  },
  INVALID_TABLE_NAME: {
    message: "'{name}' is not a table name: it must have one to three parts separated by dots.",
    hint: 'Put a part with special characters in backticks: `my-table`.',
    sqlState: '42602',
  },
  UNSUPPORTED_DATASET_OPTION: {
    message: "{element} '{name}' has no option '{option}'.",
    hint: '{advice}',
    sqlState: '42616',
  },
  INVALID_DATASET_OPTION: {
    message: "The option '{option}' of '{name}' must be {expected}, not {actual}.",
    sqlState: '42616',
  },
  MISSING_DATASET_OPTION: {
    message: "{element} '{name}' lacks the option '{option}', {expected}.",
    hint: '{advice}',
    sqlState: '42616',
  },
  UNSUPPORTED_PIPELINE_STATEMENT: {
    message: 'A definition file cannot hold this statement: {statement}.',
    hint: 'It may hold CREATE STREAMING TABLE, MATERIALIZED VIEW, VIEW, TEMPORARY VIEW, CREATE FLOW, SET and USE.',
    sqlState: '0A000',
  },
  MULTIPART_FLOW_NAME_NOT_SUPPORTED: {
    message: "The flow name '{flowName}' has several parts, but a flow name is a single one.",
    sqlState: '42601',
  },
  MULTIPART_TEMPORARY_VIEW_NAME_NOT_SUPPORTED: {
    message:
      "The temporary view name '{viewName}' has several parts, but a temporary view belongs to the pipeline, not to a schema.",
    sqlState: '42601',
  },
  'PIPELINE_DUPLICATE_IDENTIFIERS.DATASET': {
    message:
      "The dataset '{datasetName}' is defined twice: as a {datasetType1} at {position1}, and as a {datasetType2}.",
    sqlState: '42710',
  },
  'PIPELINE_DUPLICATE_IDENTIFIERS.FLOW': {
    message:
      "The flow '{flowName}' is defined twice: for {datasetName1} at {position1}, and for {datasetName2}.",
    hint: 'Give each flow a name of its own: CREATE FLOW name AS ..., or the option name. A flow without one has the name of its table.',
    sqlState: '42710',
  },
  DUPLICATE_EXPECTATION: {
    message: "The dataset '{datasetName}' has two expectations named '{name}'.",
    sqlState: '42710',
  },
  DUPLICATE_FLOW_SQL_CONF: {
    message:
      "'{datasetName}' gets two values for the configuration key '{key}': from '{flowName1}' and from '{flowName2}'.",
    hint: 'A flow takes over the configuration of the views that it reads: give the key the same value in both.',
    sqlState: '42710',
  },
  RUN_EMPTY_PIPELINE: {
    message: 'The pipeline has no tables: it needs at least one streaming table or materialized view.',
    hint: 'Its libraries are: {libraries}',
    sqlState: '42617',
  },
  PIPELINE_DATASET_WITHOUT_FLOW: {
    message: "No flow writes to the dataset '{identifier}'.",
    hint: 'Give its definition a query, or define a flow with it as the target.',
    sqlState: '0A000',
  },
  TABLE_WITHOUT_CHANGE_FEED: {
    message: "The changes of the table '{tableName}' cannot be read: it does not record them.",
    hint: "Set TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') in the definition of {shortName} (tableProperties in TypeScript). Versions that are there already have no changes: read from a later startingVersion, or do a full refresh.",
    sqlState: 'KD002',
  },
  INVALID_SINK: {
    message: "The sink '{sink}' is not valid: {reason}.",
    sqlState: '42K0F',
  },
  INVALID_SINK_FLOW: {
    message: "Flow '{flow}' cannot write the sink '{sink}': {reason}.",
    hint: 'A sink takes the new rows of a streaming query, by appendFlow or CREATE FLOW.',
    sqlState: '42809',
  },
  SINK_CANNOT_BE_READ: {
    message: "'{sink}' is a sink, which cannot be read.",
    hint: 'Read what its flows read, or the table behind it by its own name or path.',
    sqlState: '42809',
  },
  INVALID_FLOW_TARGET: {
    message: "The flow '{flowName}' cannot write to '{datasetName}', which is a {datasetType}.",
    hint: 'Only a streaming table or a sink takes more flows than the query of its definition.',
    sqlState: '42809',
  },
  MATERIALIZED_VIEW_WITH_MULTIPLE_QUERIES: {
    message: "The materialized view '{tableName}' has several queries: {queries}. It can have one.",
    hint: 'Join them with UNION, or make it a streaming table.',
    sqlState: '42000',
  },
  'INVALID_FLOW_QUERY_TYPE.BATCH_RELATION_FOR_STREAMING_TABLE': {
    message:
      "The flow '{flowIdentifier}' is a batch query, but its target '{tableIdentifier}' is a streaming table.",
    hint: 'Read a stream (readStream, STREAM), make the target a materialized view, or make the flow a once flow.',
    sqlState: '42000',
  },
  'INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_MATERIALIZED_VIEW': {
    message:
      "The flow '{flowIdentifier}' reads a stream, but its target '{tableIdentifier}' is a materialized view.",
    hint: 'Read without streaming (read, no STREAM), or make the target a streaming table.',
    sqlState: '42000',
  },
  'INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_ONCE_FLOW': {
    message: "The flow '{flowIdentifier}' runs once, but its query reads a stream.",
    hint: 'Read without streaming (read, no STREAM).',
    sqlState: '42000',
  },
  'INVALID_FLOW_QUERY_TYPE.AUTOCDC_RELATION_FOR_TEMPORARY_VIEW': {
    message:
      "The flow '{flowIdentifier}' applies changes, but its target '{viewIdentifier}' is a temporary view.",
    hint: 'Changes are applied to a streaming table without a query: CREATE STREAMING TABLE t.',
    sqlState: '42000',
  },
  'INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_SNAPSHOT_FLOW': {
    message: "The flow '{flowIdentifier}' compares snapshots, but it reads a stream.",
    hint: 'Read without streaming (read, no STREAM): a snapshot is all rows as they are. Streams of changes go into AUTO CDC without SNAPSHOT.',
    sqlState: '42000',
  },
  'INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_PERSISTED_VIEW': {
    message: "The view '{viewIdentifier}' reads a stream, but its readers outside the pipeline cannot.",
    hint: 'Make it a temporary view, or read without streaming.',
    sqlState: '42000',
  },
  INCOMPATIBLE_BATCH_VIEW_READ: {
    message: "'{datasetIdentifier}' is a batch view and cannot be read as a stream.",
    hint: 'Use read (without STREAM in SQL), or let the view read a stream.',
    sqlState: '42000',
  },
  INCOMPATIBLE_STREAMING_VIEW_READ: {
    message: "'{datasetIdentifier}' is a streaming view and must be read as a stream.",
    hint: 'Use readStream (STREAM in SQL).',
    sqlState: '42000',
  },
  CIRCULAR_DEPENDENCY: {
    message:
      "'{downstreamDataset}' reads '{upstreamDataset}', which itself depends on '{downstreamDataset}'.",
    hint: 'The circle is {circle}. Datasets of a pipeline must not depend on each other in a circle.',
    sqlState: '42P20',
  },
  TABLE_OR_VIEW_NOT_FOUND: {
    message: "The table or view '{relationName}' cannot be found.",
    hint: '{suggestion}',
    sqlState: '42P01',
  },
  UNRESOLVABLE_TABLE_VALUED_FUNCTION: {
    message: "'{name}' is not a function that gives a table.",
    hint: '{suggestion}',
    sqlState: '42883',
  },
  INVALID_RESETTABLE_DEPENDENCY: {
    message:
      "The table '{downstreamTable}' must keep its rows ({resetAllowedKey} is false), but it reads {upstreamResettableTables}, which a full refresh empties.",
    hint: "Set '{resetAllowedKey}' to 'false' on what it reads as well.",
    sqlState: '42000',
  },
  INVALID_TEMP_OBJ_REFERENCE: {
    message:
      "The view '{persistedViewName}' stays in the catalog and cannot read the temporary view '{temporaryViewName}'.",
    hint: 'Make it a temporary view, or make what it reads a materialized view.',
    sqlState: '42K0F',
  },
  USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE: {
    message:
      "The schema declared for '{tableName}' is not the one its query gives.\nDeclared: {specifiedDataSchema}\nInferred: {inferredDataSchema}",
    hint: '{difference}',
    sqlState: '42K09',
  },
  FLOW_SCHEMAS_NOT_COMPATIBLE: {
    message:
      "The flows of '{tableName}' disagree about the column '{columnName}': {left} in '{leftFlow}', {right} in '{rightFlow}'.",
    hint: 'Cast the column to one type in both.',
    sqlState: '42825',
  },
  'INVALID_EXPECTATION.NOT_BOOLEAN': {
    message: "The condition of the expectation '{name}' is of type {actual}, not BOOLEAN.",
    sqlState: '42804',
  },
  'INVALID_EXPECTATION.UNSUPPORTED_EXPRESSION': {
    message:
      "The condition of the expectation '{name}' contains {construct}; it can only use the columns of the row itself.",
    sqlState: '0A000',
  },
  EXPECTATION_ON_PERSISTED_VIEW: {
    message: "The view '{datasetName}' cannot have expectations: its readers evaluate it, not the pipeline.",
    hint: 'Make it a temporary view or a materialized view.',
    sqlState: '0A000',
  },
  QUARANTINE_WITHOUT_EXPECTATIONS: {
    message: "'{datasetName}' asks for a quarantine but has no expectation that could reject a row.",
    hint: 'Add rules with expectOrDrop or expectOrFail.',
    sqlState: '42617',
  },
  DELTA_UNKNOWN_CONFIGURATION: {
    message: "Unknown table property '{config}' on '{datasetName}'.",
    hint: '{suggestion}',
    sqlState: 'F0000',
  },
  INVALID_TABLE_PROPERTY: {
    message: "The table property '{property}' of '{datasetName}' must be {expected}, not '{actual}'.",
    sqlState: '42616',
  },
  SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED: {
    message: "'{datasetName}' has both clustering and partition columns, but can have one of them.",
    sqlState: '42908',
  },
  DELTA_CLUSTER_BY_INVALID_NUM_COLUMNS: {
    message:
      "'{datasetName}' is clustered by {actualColumns} columns, but at most {numColumnsLimit} are allowed.",
    sqlState: '54000',
  },
  DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED: {
    message:
      "'{datasetName}' cannot be clustered by '{columnName}' of type {dataType}: its values have no order.",
    sqlState: '0A000',
  },
  COLUMN_ALREADY_EXISTS: {
    message: "The query of '{tableName}' gives two columns named '{columnName}'.",
    hint: 'Select the columns by name, or rename one of them.',
    sqlState: '42711',
  },
  UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK: {
    message: "The flow '{flowName}' uses {statefulOperator} on a stream without a watermark.",
    hint: '{advice}',
    sqlState: '0A000',
  },
  EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE: {
    message: "The event time '{eventName}' has the invalid type {eventType}, but expected TIMESTAMP.",
    hint: '{advice}',
    sqlState: '42K09',
  },
  UNSUPPORTED_STREAMING_OPERATION: {
    message: 'A streaming query cannot do this: {operation}.',
    hint: '{advice}',
    sqlState: '0A000',
  },
  NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING: {
    message:
      'A streaming query cannot use window functions (OVER): they would have to see all rows of the stream.',
    hint: "Group by time windows (`window(time, '1 hour')`), or compute it in a materialized view.",
    sqlState: '42KDE',
  },
  UNRESOLVED_PIPELINE: {
    message: 'The pipeline has {failures}.',
    sqlState: '42000',
  },
} as const
