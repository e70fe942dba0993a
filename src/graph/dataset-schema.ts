import { PipelineError } from '../errors/index.ts'
import { type DataType, fieldNamed, type StructField, type StructType, struct } from '../types/data-type.ts'
import { printSchema, printSqlType } from '../types/ddl.ts'
import { sameType } from '../types/same-type.ts'

/** The schema that one flow gives its target. */
export interface FlowSchema {
  readonly flow: string
  readonly schema: StructType
}

/**
 * The columns of all flows into one table, matched by name: those of the first, then what the others add; fields of structs
 * likewise. A column must have one type in all of them. Throws FLOW_SCHEMAS_NOT_COMPATIBLE.
 */
export function mergedSchema(tableName: string, flows: readonly FlowSchema[]): StructType {
  const merged = new Map<string, { field: StructField; flow: string }>()
  for (const { flow, schema } of flows) {
    for (const field of schema.fields) {
      const key = field.name.toLowerCase()
      const before = merged.get(key)
      if (before === undefined) merged.set(key, { field, flow })
      else merged.set(key, { field: mergedField(tableName, before, { field, flow }), flow: before.flow })
    }
  }
  const fields = [...merged.values()].map((each) => each.field)
  return withOpenness(struct(fields), flows)
}

/**
 * The columns of all flows into one table as the rows of each flow have them. Columns of change events that the table does not get
 * may have a type in each. Throws FLOW_SCHEMAS_NOT_COMPATIBLE for the others.
 */
export function schemasOfEach(
  tableName: string,
  flows: readonly FlowSchema[],
  table: StructType,
): readonly StructType[] {
  return flows.map((own) => {
    const others = flows.filter((each) => each !== own)
    return others.reduce((seen, { flow, schema }) => {
      const isShared = ({ name }: StructField) =>
        fieldNamed(table, name) !== undefined || fieldNamed(seen.schema, name) === undefined
      const shared = { ...schema, fields: schema.fields.filter(isShared) }
      return { flow: seen.flow, schema: mergedSchema(tableName, [seen, { flow, schema: shared }]) }
    }, own).schema
  })
}

/**
 * The schema that a table with a declared one has. As in Spark, the flows may leave columns out, which are then NULL, but bring no
 * others and no other types. Throws USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE with both schemas and what differs.
 */
export function checkDeclared(tableName: string, declared: StructType, inferred: StructType): StructType {
  const differences = inferred.fields.flatMap((field) => difference(field, fieldNamed(declared, field.name)))
  if (differences.length === 0) return declared
  throw notCompatible(tableName, declared, inferred, `${differences.join('; ')}.`)
}

function notCompatible(
  tableName: string,
  declared: StructType,
  inferred: StructType,
  difference: string,
): PipelineError {
  return new PipelineError('USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE', {
    tableName,
    specifiedDataSchema: printSchema(declared),
    inferredDataSchema: printSchema(inferred),
    difference,
  })
}

/** Throws USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE where a table declares columns that the snapshots of it lack. */
export function checkOfSnapshots(tableName: string, declared: StructType, inferred: StructType): void {
  const missing = declared.fields.filter(({ name }) => fieldNamed(inferred, name) === undefined)
  if (missing.length === 0 || inferred.open) return
  const names = missing.map((each) => each.name).join(', ')
  const difference = `${names}: declared, but the snapshots do not have it.`
  throw notCompatible(tableName, declared, inferred, difference)
}

/** Throws COLUMN_ALREADY_EXISTS where a table, or a sink, would get two columns of one name. */
export function checkUniqueColumns(tableName: string, schema: StructType): void {
  const seen = new Set<string>()
  for (const { name } of schema.fields) {
    const key = name.toLowerCase()
    if (seen.has(key)) throw new PipelineError('COLUMN_ALREADY_EXISTS', { tableName, columnName: name })
    seen.add(key)
  }
}

/** The schema with comments on its columns, by name without case. */
export function withComments(schema: StructType, comments: Readonly<Record<string, string>>): StructType {
  const byName = new Map(Object.entries(comments).map(([name, comment]) => [name.toLowerCase(), comment]))
  const commented = (field: StructField): StructField => {
    const comment = byName.get(field.name.toLowerCase())
    return comment === undefined ? field : { ...field, metadata: { ...field.metadata, comment } }
  }
  return byName.size === 0 ? schema : { ...schema, fields: schema.fields.map(commented) }
}

function mergedField(
  tableName: string,
  left: { field: StructField; flow: string },
  right: { field: StructField; flow: string },
): StructField {
  const nullable = left.field.nullable || right.field.nullable
  if (isUndecided(left.field.dataType)) return { ...right.field, nullable }
  const dataType = mergedType(left.field.dataType, right.field.dataType)
  if (dataType !== undefined) return { ...left.field, dataType, nullable }
  throw new PipelineError('FLOW_SCHEMAS_NOT_COMPATIBLE', {
    tableName,
    columnName: left.field.name,
    left: printSqlType(left.field.dataType),
    leftFlow: left.flow,
    right: printSqlType(right.field.dataType),
    rightFlow: right.flow,
  })
}

/** The type that holds both: the fields of structs are those of the first and then what the second adds. */
function mergedType(left: DataType, right: DataType): DataType | undefined {
  if (isUndecided(left)) return right
  if (isUndecided(right) || sameType(left, right)) return left
  if (left.kind === 'struct' && right.kind === 'struct') return mergedStruct(left, right)
  if (left.kind === 'array' && right.kind === 'array') {
    const elementType = mergedType(left.elementType, right.elementType)
    return elementType && { ...left, elementType, containsNull: left.containsNull || right.containsNull }
  }
  if (left.kind === 'map' && right.kind === 'map' && sameType(left.keyType, right.keyType)) {
    const valueType = mergedType(left.valueType, right.valueType)
    const valueContainsNull = left.valueContainsNull || right.valueContainsNull
    return valueType && { ...left, valueType, valueContainsNull }
  }
  return undefined
}

/** A field that only one of them has is NULL in rows of the other. */
function mergedStruct(left: StructType, right: StructType): StructType | undefined {
  const fields: StructField[] = []
  for (const field of left.fields) {
    const other = fieldNamed(right, field.name)
    const dataType = other === undefined ? field.dataType : mergedType(field.dataType, other.dataType)
    if (dataType === undefined) return undefined
    fields.push({ ...field, dataType, nullable: other === undefined || field.nullable || other.nullable })
  }
  const added = right.fields.filter(({ name }) => fieldNamed(left, name) === undefined)
  return struct([...fields, ...added.map((each) => ({ ...each, nullable: true }))])
}

function difference(inferred: StructField, declared: StructField | undefined): string[] {
  const actual = printSqlType(inferred.dataType)
  if (declared === undefined) return [`${inferred.name} ${actual} is not declared`]
  if (isUndecided(inferred.dataType) || sameType(inferred.dataType, declared.dataType)) return []
  return [`${inferred.name} is declared as ${printSqlType(declared.dataType)}, the query gives ${actual}`]
}

function isUndecided({ kind }: DataType): boolean {
  return kind === 'unknown' || kind === 'void'
}

function withOpenness(schema: StructType, flows: readonly FlowSchema[]): StructType {
  return flows.some((each) => each.schema.open) ? { ...schema, open: true } : schema
}
