/**
 * Spark SQL's data types as plain data. `kind` is the type's name in Delta's schema JSON; `unknown` alone is ours: the
 * type of a column whose source has not been read yet (a dry run on a folder that was never loaded).
 */
export type DataType =
  | PrimitiveType
  | DecimalType
  | ArrayType
  | MapType
  | StructType
  | DayTimeIntervalType
  | YearMonthIntervalType

export type PrimitiveKind =
  | 'boolean'
  | 'byte'
  | 'short'
  | 'integer'
  | 'long'
  | 'float'
  | 'double'
  | 'string'
  | 'binary'
  | 'date'
  | 'timestamp'
  | 'timestamp_ntz'
  | 'variant'
  | 'void'
  | 'unknown'

export interface PrimitiveType {
  readonly kind: PrimitiveKind
}

export interface DecimalType {
  readonly kind: 'decimal'
  /** 1 to 38 digits in all. */
  readonly precision: number
  /** Digits behind the point, 0 to precision. */
  readonly scale: number
}

export interface ArrayType {
  readonly kind: 'array'
  readonly elementType: DataType
  readonly containsNull: boolean
}

export interface MapType {
  readonly kind: 'map'
  readonly keyType: DataType
  readonly valueType: DataType
  readonly valueContainsNull: boolean
}

export interface StructType {
  readonly kind: 'struct'
  readonly fields: readonly StructField[]
  /** True while more columns may exist than are listed: the source was never read. Never stored. */
  readonly open?: boolean
}

export interface StructField {
  readonly name: string
  readonly dataType: DataType
  readonly nullable: boolean
  /** Kept losslessly: comments, column-mapping ids, anything that another writer put there. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** `INTERVAL DAY TO SECOND`, microseconds in all. */
export interface DayTimeIntervalType {
  readonly kind: 'interval day to second'
}

/** `INTERVAL YEAR TO MONTH`, months in all. */
export interface YearMonthIntervalType {
  readonly kind: 'interval year to month'
}

const primitive = <K extends PrimitiveKind>(kind: K): { readonly kind: K } => Object.freeze({ kind })

export const BOOLEAN = primitive('boolean')
export const BYTE = primitive('byte')
export const SHORT = primitive('short')
export const INTEGER = primitive('integer')
export const LONG = primitive('long')
export const FLOAT = primitive('float')
export const DOUBLE = primitive('double')
export const STRING = primitive('string')
export const BINARY = primitive('binary')
export const DATE = primitive('date')
export const TIMESTAMP = primitive('timestamp')
export const TIMESTAMP_NTZ = primitive('timestamp_ntz')
export const VARIANT = primitive('variant')
export const VOID = primitive('void')
export const UNKNOWN = primitive('unknown')
export const DAY_TIME_INTERVAL: DayTimeIntervalType = Object.freeze({ kind: 'interval day to second' })
export const YEAR_MONTH_INTERVAL: YearMonthIntervalType = Object.freeze({ kind: 'interval year to month' })

export function decimal(precision: number, scale: number): DecimalType {
  return { kind: 'decimal', precision, scale }
}

export function array(elementType: DataType, containsNull = true): ArrayType {
  return { kind: 'array', elementType, containsNull }
}

export function map(keyType: DataType, valueType: DataType, valueContainsNull = true): MapType {
  return { kind: 'map', keyType, valueType, valueContainsNull }
}

export function struct(fields: readonly StructField[]): StructType {
  return { kind: 'struct', fields }
}

export function field(name: string, dataType: DataType, nullable = true, metadata = {}): StructField {
  return { name, dataType, nullable, metadata }
}

/** The field of that name, compared without case as Spark does. */
export function fieldNamed(type: StructType, name: string): StructField | undefined {
  const wanted = name.toLowerCase()
  return type.fields.find((each) => each.name.toLowerCase() === wanted)
}
