/** Conditions of a Delta table's definition: its columns, rules, properties and features. */
export const deltaSchemaConditions = {
  DELTA_COLUMN_DATA_SKIPPING_NOT_SUPPORTED_PARTITIONED_COLUMN: {
    message: "Data skipping is not supported for the partition column '{column}'.",
    hint: 'Leave it out of delta.dataSkippingStatsColumns: files are chosen by their partition values.',
    sqlState: '0AKDC',
  },
  DELTA_COLUMN_DATA_SKIPPING_NOT_SUPPORTED_TYPE: {
    message: "Data skipping is not supported for the column '{column}' of type {dataType}.",
    hint: 'Name columns in delta.dataSkippingStatsColumns whose values have an order.',
    sqlState: '0AKDC',
  },
  DELTA_DUPLICATE_DATA_SKIPPING_COLUMNS: {
    message: 'delta.dataSkippingStatsColumns names columns twice: {columns}.',
    hint: 'Name each column once; a struct stands for all of its fields.',
    sqlState: '42701',
  },
  DELTA_OPERATION_NOT_ALLOWED: {
    message: 'Operation not allowed: {operation} is not supported for Delta tables.',
    hint: '{alternative}',
    sqlState: '0AKDC',
  },
  DELTA_CANNOT_MODIFY_TABLE_PROPERTY: {
    message: 'The table property {prop} is kept by writers and cannot be set by users.',
    sqlState: '42939',
  },
  DELTA_UNSET_NON_EXISTENT_PROPERTY: {
    message: "Attempted to unset the non-existent property '{property}' of table {tableName}.",
    hint: 'Use UNSET TBLPROPERTIES IF EXISTS where it need not be set. Set are: {properties}.',
    sqlState: '42616',
  },
  DELTA_FAILED_TO_MERGE_FIELDS: {
    message:
      "Failed to merge the fields '{currentField}' and '{updateField}': the column has the type {currentType} and is given {updateType}.",
    hint: 'Cast the column in the query, or widen it: set delta.enableTypeWidening to true where the change is a widening.',
    sqlState: '22005',
  },
  DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP: {
    message:
      'ALTER TABLE CHANGE COLUMN is not supported for changing the column {fieldPath} from {oldField} to {newField}.',
    hint: '{alternative}',
    sqlState: '0AKDC',
  },
  DELTA_UNSUPPORTED_ALTER_TABLE_REPLACE_COL_OP: {
    message: 'Unsupported ALTER TABLE REPLACE COLUMNS operation: {details}.',
    hint: 'Turn on column mapping to drop columns, or widen types with ALTER COLUMN.',
    sqlState: '0AKDC',
  },
  DELTA_UNSUPPORTED_RENAME_COLUMN: {
    message: 'Column rename is not supported for the Delta table {table}, which has no column mapping.',
    hint: "Turn it on with ALTER TABLE ... SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name').",
    sqlState: '0AKDC',
  },
  DELTA_UNSUPPORTED_DROP_COLUMN: {
    message: 'DROP COLUMN is not supported for the Delta table {table}, which has no column mapping.',
    hint: "Turn it on with ALTER TABLE ... SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name').",
    sqlState: '0AKDC',
  },
  DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN: {
    message: 'Dropping partition columns ({columnList}) is not allowed.',
    sqlState: '0AKDC',
  },
  DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN: {
    message: 'Dropping clustering columns ({columnList}) is not allowed.',
    hint: 'Choose other clustering columns first with ALTER TABLE ... CLUSTER BY.',
    sqlState: '0AKDC',
  },
  DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA: {
    message: 'Cannot drop the only column of {parent}.',
    sqlState: '0AKDC',
  },
  DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE: {
    message:
      'Cannot {operation} column {columnName} because this column is referenced by the following check constraint(s):\n{constraints}',
    hint: 'Drop the constraint first, and add it again afterwards.',
    sqlState: '42K09',
  },
  DELTA_GENERATED_COLUMNS_DEPENDENT_COLUMN_CHANGE: {
    message:
      'Cannot {operation} column {columnName} because this column is referenced by the following generated column(s):\n{generatedColumns}',
    sqlState: '42K09',
  },
  DELTA_CONSTRAINT_ALREADY_EXISTS: {
    message: "Constraint '{constraintName}' already exists with the condition {oldConstraint}.",
    hint: 'Drop the old constraint first.',
    sqlState: '42710',
  },
  DELTA_CONSTRAINT_DOES_NOT_EXIST: {
    message: 'Cannot drop nonexistent constraint {constraintName} from table {tableName}.',
    hint: '{suggestion}',
    sqlState: '42704',
  },
  DELTA_NON_BOOLEAN_CHECK_CONSTRAINT: {
    message: 'CHECK constraint {name} ({expr}) should be a boolean expression, not {dataType}.',
    sqlState: '42621',
  },
  DELTA_ADD_CONSTRAINTS: {
    message: 'CHECK constraints are not set as table properties ({prop}).',
    hint: 'Use ALTER TABLE ... ADD CONSTRAINT name CHECK (condition), which checks the rows that are there.',
    sqlState: '0A000',
  },
  DELTA_NEW_CHECK_CONSTRAINT_VIOLATION: {
    message: '{numRows} rows in {tableName} violate the new CHECK constraint ({checkConstraint}).',
    hint: 'Correct or delete these rows first.',
    sqlState: '23512',
  },
  DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT: {
    message:
      "Cannot drop {feature} from {table} because it is not currently present in the table's protocol.",
    hint: 'Present are: {features}.',
    sqlState: '0AKDE',
  },
  DELTA_FEATURE_DROP_NONREMOVABLE_FEATURE: {
    message: 'Cannot drop {feature} because dropping this feature is not supported.',
    hint: 'Features that can be dropped: {droppable}. For others copy the rows to a new table.',
    sqlState: '0AKDE',
  },
  DELTA_FEATURE_DROP_DEPENDENT_FEATURE: {
    message:
      'Cannot drop table feature {feature} because some other features ({dependentFeatures}) of the table depend on it.',
    sqlState: '55000',
  },
  DELTA_CANNOT_DROP_CHECK_CONSTRAINT_FEATURE: {
    message:
      'Cannot drop the CHECK constraints table feature. The following constraints must be dropped first: {constraints}.',
    sqlState: '0AKDE',
  },
  DELTA_FEATURE_DROP_IN_USE: {
    message: 'Cannot drop {feature} from {table}: {use}.',
    hint: 'Remove it first.',
    sqlState: '55000',
  },
  DELTA_CANNOT_REPLACE_MISSING_TABLE: {
    message: 'The table {tableName} cannot be replaced as it does not exist.',
    hint: 'Use CREATE OR REPLACE TABLE to create the table.',
    sqlState: '42P01',
  },
  DELTA_GENERATED_COLUMNS_EXPR_TYPE_MISMATCH: {
    message:
      'The expression type of the generated column {columnName} is {expressionType}, but the column type is {columnType}.',
    sqlState: '42K09',
  },
  DELTA_INVALID_GENERATED_COLUMN_REFERENCES: {
    message: 'The generated column {columnName} cannot reference another generated column ({references}).',
    sqlState: '42621',
  },
  DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE: {
    message: 'DataType {dataType} is not supported for IDENTITY columns.',
    hint: 'Make the column a BIGINT.',
    sqlState: '428H2',
  },
  DELTA_IDENTITY_COLUMNS_ILLEGAL_STEP: {
    message: 'IDENTITY column step cannot be 0.',
    sqlState: '42611',
  },
  DELTA_IDENTITY_COLUMNS_WITH_GENERATED_EXPRESSION: {
    message:
      'IDENTITY column {columnName} cannot be specified with a generated column expression or a default.',
    sqlState: '42613',
  },
  DELTA_IDENTITY_COLUMNS_ALTER_NON_IDENTITY_COLUMN: {
    message:
      'ALTER TABLE ALTER COLUMN SYNC IDENTITY is only supported for IDENTITY columns, which {columnName} is not.',
    sqlState: '42811',
  },
  WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED: {
    message:
      'Failed to add column {columnName}: adding a new column with a DEFAULT to an existing Delta table is not supported.',
    hint: 'Add the column without it, then run ALTER TABLE ... ALTER COLUMN ... SET DEFAULT for future rows.',
    sqlState: '42K0G',
  },
  EXCEED_LIMIT_LENGTH: {
    message: 'Exceeds char/varchar type length limitation: {limit} in the column {columnName}.',
    hint: 'Cut the text with substring(), or make the column a STRING.',
    sqlState: '54006',
  },
} as const
