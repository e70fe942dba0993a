import type { Scan } from '../../plan/relation.ts'
import type { DeltaScan, DeltaScanFile } from '../../plan/scan.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import { type DataType, fieldNamed, type StructField, struct } from '../../types/data-type.ts'
import { quoteIdentifier, quoteList, quoteString } from './quote.ts'

/**
 * A Delta scan as a DuckDB relation with the scan's columns, cast to its types. Each file is matched to them by name,
 * without case: columns that it lacks are null, others are ignored, narrower types are widened. Partition values and what a
 * change feed adds are constants of the file. The connection's TimeZone must be UTC.
 */
export function deltaScanSql(scan: Scan & { readonly input: DeltaScan }): string {
  const { files } = scan.input
  const columns = scan.schema.fields.map((each, index) => columnOf(scan.input, each, index))
  const whole = files.filter((each) => each.deletedRows === undefined)
  const partial = files.filter((each) => each.deletedRows !== undefined)
  const branches = [whole, partial].filter((each) => each.length > 0)
  if (branches.length === 0) return emptyRelation(scan.schema.fields)
  return `(${branches.map((each) => branchSql(each, columns)).join(' UNION ALL ')})`
}

/** Where a column's values come from. */
type Column =
  | {
      readonly kind: 'data'
      readonly field: StructField
      readonly physical: StructField
      readonly name: string
    }
  | {
      readonly kind: 'constant'
      readonly field: StructField
      readonly valueOf: (file: DeltaScanFile) => string | null
    }

function columnOf(scan: DeltaScan, wanted: StructField, index: number): Column {
  const constant = constantOf(scan, wanted)
  if (constant !== undefined) return { kind: 'constant', field: wanted, valueOf: constant }
  const stored = fieldNamed(scan.tableSchema, wanted.name) ?? wanted
  const field = { ...stored, name: wanted.name }
  const physical = scan.columnMapping === 'none' ? field : physicalField(field)
  // A name of our own, so that no column hides the virtual ones: file_index, file_row_number.
  return { kind: 'data', field, physical, name: `c${index}` }
}

function constantOf(
  scan: DeltaScan,
  field: StructField,
): ((file: DeltaScanFile) => string | null) | undefined {
  if (field.dataType.kind === 'void') return () => null
  const name = field.name.toLowerCase()
  const partition = scan.partitionColumns.find((each) => each.toLowerCase() === name)
  if (partition !== undefined) return partitionValue(scan, partition)
  if (!scan.files.some((each) => each.change)) return undefined
  if (name === '_commit_version') return (file) => file.change?.version.toString() ?? null
  if (name === '_commit_timestamp') {
    return (file) => (file.change ? new Date(file.change.timestampMs).toISOString() : null)
  }
  const isTyped = scan.files.every((each) => each.change?.type !== undefined)
  return name === '_change_type' && isTyped ? (file) => file.change?.type ?? null : undefined
}

/** Values stand under the logical name, or under the physical one with column mapping. Empty means null. */
function partitionValue(scan: DeltaScan, column: string): (file: DeltaScanFile) => string | null {
  const field = fieldNamed(scan.tableSchema, column)
  const physical = field === undefined ? column : physicalName(field)
  return ({ partitionValues }) => (partitionValues[physical] ?? partitionValues[column]) || null
}

function branchSql(files: readonly DeltaScanFile[], columns: readonly Column[]): string {
  const data = columns.filter((each) => each.kind === 'data')
  const schema = data.map(
    ({ physical, name }) =>
      `${quoteString(physical.name)}: {name: ${quoteString(name)}, ` +
      `type: ${quoteString(duckdbType(physical.dataType))}, default_value: NULL}`,
  )
  const options = schema.length === 0 ? '' : `, schema = MAP {${schema.join(', ')}}`
  const paths = quoteList(files.map((each) => each.path))
  const select = columns.map((each) => `${columnSql(each, files)} AS ${quoteIdentifier(each.field.name)}`)
  const from = `read_parquet(${paths}, hive_partitioning = false${options}) AS f`
  return `SELECT ${select.join(', ') || '1'} FROM ${from}${withoutDeleted(files)}`
}

function columnSql(column: Column, files: readonly DeltaScanFile[]): string {
  if (column.kind === 'data')
    return logical(`f.${column.name}`, column.field.dataType, column.physical.dataType)
  const values = files.map(column.valueOf)
  return constantSql(values, column.field.dataType)
}

/** One constant where all files agree, else a list to look the file's up in. */
function constantSql(values: readonly (string | null)[], type: DataType): string {
  const literal = (value: string | null) => (value === null ? 'NULL' : quoteString(value))
  const isBinary = type.kind === 'binary'
  const duckdb = isBinary ? 'VARCHAR' : duckdbType(type)
  const isSame = values.every((each) => each === values[0])
  const value = isSame
    ? `CAST(${literal(values[0]!)} AS ${duckdb})`
    : `CAST([${values.map(literal).join(', ')}] AS ${duckdb}[])[CAST(f.file_index AS BIGINT) + 1]`
  return isBinary ? `encode(${value})` : value
}

/** Leaves out the rows that deletion vectors name, by their position in the file. */
function withoutDeleted(files: readonly DeltaScanFile[]): string {
  const deleted = files.flatMap(({ deletedRows }, index) =>
    deletedRows === undefined ? [] : [`(${index}, [${deletedRows.join(', ')}]::BIGINT[])`],
  )
  if (deleted.length === 0) return ''
  const rows = `SELECT v.file, unnest(v.rows) AS position FROM (VALUES ${deleted.join(', ')}) AS v(file, rows)`
  return ` ANTI JOIN (${rows}) AS d ON f.file_index = d.file AND f.file_row_number = d.position`
}

/** The field as it is named in data files, nested ones too (PROTOCOL.md, Column Mapping). */
function physicalField(field: StructField): StructField {
  return { ...field, name: physicalName(field), dataType: physicalType(field.dataType) }
}

function physicalName(field: StructField): string {
  const name = field.metadata['delta.columnMapping.physicalName']
  return typeof name === 'string' ? name : field.name
}

function physicalType(type: DataType): DataType {
  switch (type.kind) {
    case 'struct':
      return struct(type.fields.map(physicalField))
    case 'array':
      return { ...type, elementType: physicalType(type.elementType) }
    case 'map':
      return { ...type, keyType: physicalType(type.keyType), valueType: physicalType(type.valueType) }
    default:
      return type
  }
}

/** Gives nested fields their logical names back; other values pass as they are. */
function logical(value: string, type: DataType, physical: DataType, depth = 0): string {
  if (type === physical || duckdbType(type) === duckdbType(physical)) return value
  const item = `x${depth}`
  if (type.kind === 'struct' && physical.kind === 'struct') {
    const fields = type.fields.map((each, index) => {
      const stored = physical.fields[index]!
      const inner = logical(`${value}.${quoteIdentifier(stored.name)}`, each.dataType, stored.dataType, depth)
      return `${quoteIdentifier(each.name)} := ${inner}`
    })
    return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`
  }
  if (type.kind === 'array' && physical.kind === 'array') {
    const inner = logical(item, type.elementType, physical.elementType, depth + 1)
    return `list_transform(${value}, lambda ${item}: ${inner})`
  }
  if (type.kind === 'map' && physical.kind === 'map') {
    const key = logical(`${item}.key`, type.keyType, physical.keyType, depth + 1)
    const item2 = logical(`${item}.value`, type.valueType, physical.valueType, depth + 1)
    const entry = `struct_pack(key := ${key}, value := ${item2})`
    return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: ${entry}))`
  }
  return value
}

function emptyRelation(fields: readonly StructField[]): string {
  const columns = fields.map(
    (each) => `CAST(NULL AS ${duckdbType(each.dataType)}) AS ${quoteIdentifier(each.name)}`,
  )
  return `(SELECT ${columns.join(', ') || '1'} WHERE false)`
}
