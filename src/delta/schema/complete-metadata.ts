import { createHash, randomUUID } from 'node:crypto'
import { PipelineError } from '../../errors/index.ts'
import { type DataType, fieldNamed, type StructField, type StructType } from '../../types/data-type.ts'
import { allFields } from '../../types/nested-types.ts'
import { COLUMN_ID, MAPPING_MODE, MAX_COLUMN_ID, PHYSICAL_NAME } from './column-mapping.ts'
import { changeMetadata, type Metadata } from './metadata.ts'
import { columnMappingOf } from './physical-name.ts'

export const ROW_ID_COLUMN = 'delta.rowTracking.materializedRowIdColumnName'
export const ROW_COMMIT_VERSION_COLUMN = 'delta.rowTracking.materializedRowCommitVersionColumnName'

/**
 * Metadata with what its own properties ask for and writers give: ids and physical names of mapped columns (PROTOCOL.md,
 * Column Mapping), names of the hidden columns of row tracking. `before` is what the table had, undefined where it is
 * created. A table that is replaced loses its columns with its rows, and may change how they are mapped. The same input gives
 * the same names, so that files can be written before the commit.
 * Throws DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE.
 */
export function completeMetadata(
  metadata: Metadata,
  before?: Metadata,
  { isReplaced = false }: { isReplaced?: boolean } = {},
): Metadata {
  return withRowTrackingColumns(withColumnMapping(metadata, before, isReplaced))
}

function withColumnMapping(metadata: Metadata, before: Metadata | undefined, isReplaced: boolean): Metadata {
  const mode = columnMappingOf(metadata)
  const earlier = before === undefined || isReplaced ? mode : columnMappingOf(before)
  if (mode !== earlier && !(earlier === 'none' && mode === 'name')) {
    throw new PipelineError('DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE', {
      oldMode: earlier,
      newMode: mode,
    })
  }
  if (mode === 'none') return metadata
  const isUpgrade = before !== undefined && earlier === 'none'
  let maxId = Math.max(
    Number(before?.configuration[MAX_COLUMN_ID] ?? 0),
    Number(metadata.configuration[MAX_COLUMN_ID] ?? 0),
    largestId(metadata.schema),
  )
  const mapper: Mapper = {
    nextId: () => ++maxId,
    nameFor: (field, id, known) => (isUpgrade && known ? field.name : physicalNameFor(metadata.id, id)),
  }
  const schema = mapStruct(metadata.schema, isReplaced ? undefined : before?.schema, mapper)
  const configuration = {
    ...metadata.configuration,
    [MAPPING_MODE]: mode,
    [MAX_COLUMN_ID]: maxId.toString(),
  }
  return changeMetadata(metadata.action, { schema, configuration })
}

interface Mapper {
  readonly nextId: () => number
  /** `known`: the table has had the column before. */
  readonly nameFor: (field: StructField, id: number, known: boolean) => string
}

/** Fields without an id take that of the field that the table had under their name, or the next one. */
function mapStruct(type: StructType, before: DataType | undefined, mapper: Mapper): StructType {
  const fields = type.fields.map((field) => {
    const earlier = before?.kind === 'struct' ? fieldNamed(before, field.name) : undefined
    return {
      ...mapField(field, earlier, mapper),
      dataType: mapType(field.dataType, earlier?.dataType, mapper),
    }
  })
  return { ...type, fields }
}

function mapField(field: StructField, earlier: StructField | undefined, mapper: Mapper): StructField {
  if (field.metadata[COLUMN_ID] !== undefined && field.metadata[PHYSICAL_NAME] !== undefined) return field
  const known = earlier?.metadata ?? {}
  const id = known[COLUMN_ID] ?? field.metadata[COLUMN_ID] ?? mapper.nextId()
  const name = known[PHYSICAL_NAME] ?? mapper.nameFor(field, Number(id), earlier !== undefined)
  return { ...field, metadata: { ...field.metadata, [COLUMN_ID]: id, [PHYSICAL_NAME]: name } }
}

function mapType(type: DataType, before: DataType | undefined, mapper: Mapper): DataType {
  switch (type.kind) {
    case 'struct':
      return mapStruct(type, before, mapper)
    case 'array':
      return {
        ...type,
        elementType: mapType(
          type.elementType,
          before?.kind === 'array' ? before.elementType : undefined,
          mapper,
        ),
      }
    case 'map': {
      const earlier = before?.kind === 'map' ? before : undefined
      return {
        ...type,
        keyType: mapType(type.keyType, earlier?.keyType, mapper),
        valueType: mapType(type.valueType, earlier?.valueType, mapper),
      }
    }
    default:
      return type
  }
}

function largestId(schema: StructType): number {
  return allFields(schema).reduce((most, each) => Math.max(most, Number(each.metadata[COLUMN_ID] ?? 0)), 0)
}

/** `col-<uuid>`, as Spark names them. An id is given once in the life of a table, and so is its name. */
function physicalNameFor(tableId: string, columnId: number): string {
  const hex = createHash('sha256').update(`${tableId}/${columnId}`).digest('hex')
  return `col-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

function withRowTrackingColumns(metadata: Metadata): Metadata {
  const { configuration } = metadata
  if (configuration['delta.enableRowTracking']?.toLowerCase() !== 'true') return metadata
  if (configuration[ROW_ID_COLUMN] !== undefined && configuration[ROW_COMMIT_VERSION_COLUMN] !== undefined) {
    return metadata
  }
  return changeMetadata(metadata.action, {
    configuration: {
      ...configuration,
      [ROW_ID_COLUMN]: `_row-id-col-${randomUUID()}`,
      [ROW_COMMIT_VERSION_COLUMN]: `_row-commit-version-col-${randomUUID()}`,
    },
  })
}
