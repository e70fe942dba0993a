import type { DataType } from '../../types/data-type.ts'

const NAMES = {
  boolean: 'BOOLEAN',
  byte: 'TINYINT',
  short: 'SMALLINT',
  integer: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  string: 'VARCHAR',
  binary: 'BLOB',
  date: 'DATE',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
  timestamp_ntz: 'TIMESTAMP',
  variant: 'VARIANT',
  void: 'INTEGER',
  unknown: 'VARCHAR',
  'interval day to second': 'INTERVAL',
  'interval year to month': 'INTERVAL',
} as const

/** The DuckDB type that holds a Spark type's values. */
export function duckdbType(type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'array':
      return `${duckdbType(type.elementType)}[]`
    case 'map':
      return `MAP(${duckdbType(type.keyType)}, ${duckdbType(type.valueType)})`
    case 'struct':
      return `STRUCT(${type.fields.map((each) => `"${each.name.replaceAll('"', '""')}" ${duckdbType(each.dataType)}`).join(', ')})`
    default:
      return NAMES[type.kind]
  }
}
