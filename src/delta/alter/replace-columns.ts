import { PipelineError } from '../../errors/index.ts'
import { fieldNamed, type StructField } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import type { Metadata } from '../schema/metadata.ts'
import { columnMappingOf } from '../schema/physical-name.ts'
import { allowsWidening, widenField } from '../schema/type-widening.ts'

/**
 * The fields of a new list of columns, each with what the table keeps of the one of its name.
 * Throws DELTA_UNSUPPORTED_ALTER_TABLE_REPLACE_COL_OP for a column that would be lost, retyped or made NOT NULL.
 */
export function changedFields(metadata: Metadata, wanted: readonly StructField[]): StructField[] {
  const { schema } = metadata
  const lost = schema.fields.filter(
    (each) => fieldNamed({ kind: 'struct', fields: wanted }, each.name) === undefined,
  )
  if (lost.length > 0 && columnMappingOf(metadata) === 'none') {
    throw unsupported(`dropping columns (${lost.map((each) => each.name).join(', ')})`)
  }
  return wanted.map((field) => {
    const known = fieldNamed(schema, field.name)
    if (known === undefined) return added(field)
    const same = widenField(known, field.dataType, allowsWidening(metadata) ? undefined : () => false)
    if (same === undefined) {
      const [from, to] = [printSqlType(known.dataType), printSqlType(field.dataType)]
      throw unsupported(`changing the type of ${known.name} from ${from} to ${to}`)
    }
    if (known.nullable && !field.nullable) throw unsupported(`making ${known.name} NOT NULL`)
    return {
      ...same,
      name: field.name,
      nullable: field.nullable,
      metadata: { ...same.metadata, ...field.metadata },
    }
  })
}

function added(field: StructField): StructField {
  if (field.nullable) return field
  throw unsupported(`adding the NOT NULL column ${field.name}`)
}

function unsupported(details: string): PipelineError {
  return new PipelineError('DELTA_UNSUPPORTED_ALTER_TABLE_REPLACE_COL_OP', { details })
}
