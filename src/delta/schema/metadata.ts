import { fieldNamed, type StructType, struct } from '../../types/data-type.ts'
import { parseSchemaJson, printSchemaJson } from '../../types/schema-json.ts'
import type { MetadataAction } from '../log/actions.ts'

/** A table's metadata with its schema parsed. */
export interface Metadata {
  /** UUID of the table, kept for its life. */
  readonly id: string
  readonly name: string | undefined
  readonly description: string | undefined
  /** All columns, partition columns included. */
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  /** Table properties as stored, `delta.*` and others. */
  readonly configuration: Readonly<Record<string, string>>
  /** Milliseconds since the epoch. */
  readonly createdTime: number | undefined
  /** The action that this was read from or will be written as. */
  readonly action: MetadataAction
}

/**
 * Reads a `metaData` action; one without a schema, as Databricks' pipelines write first, has no columns. Partition columns
 * are named as in the schema, whatever their case.
 */
export function metadataFrom(action: MetadataAction): Metadata {
  const schema = action.schemaString === undefined ? struct([]) : parseSchemaJson(action.schemaString)
  return {
    id: action.id,
    name: action.name ?? undefined,
    description: action.description ?? undefined,
    schema,
    partitionColumns: (action.partitionColumns ?? []).map((each) => fieldNamed(schema, each)?.name ?? each),
    configuration: action.configuration ?? {},
    createdTime: action.createdTime ?? undefined,
    action,
  }
}

/** The parts of metadata that a writer may set. */
export type MetadataFields = Partial<
  Pick<Metadata, 'name' | 'description' | 'schema' | 'partitionColumns' | 'configuration'>
>

/** The same table with other fields; what is not given, known to us or not, stays as it was written. */
export function changeMetadata(before: MetadataAction, change: MetadataFields): Metadata {
  const { schema, ...rest } = change
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const action: MetadataAction = { ...before, ...given }
  const changed = metadataFrom(
    schema === undefined ? action : { ...action, schemaString: printSchemaJson(schema) },
  )
  const { partitionColumns } = changed
  return { ...changed, action: { ...changed.action, partitionColumns } }
}
