import { PipelineError } from '../errors/index.ts'
import type { StructType } from '../types/data-type.ts'
import { printSchema } from '../types/ddl.ts'

/** The new fields of a batch, carried by the error as its cause. */
class UnknownFields extends Error {
  readonly fields: StructType
  constructor(fields: StructType) {
    super('new fields')
    this.fields = fields
  }
}

/** UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE: data hold `fields` (nested ones in their structs), which the schema lacks. */
export function unknownFieldsError(fields: StructType): PipelineError {
  return new PipelineError(
    'UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE',
    { unknownFieldBlob: printSchema(fields) },
    { cause: new UnknownFields(fields) },
  )
}

/** The fields with their inferred types when `error` is such an error, also where it was wrapped. */
export function unknownFieldsOf(error: unknown): StructType | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof UnknownFields) return each.fields
  }
  return undefined
}
