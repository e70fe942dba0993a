import type { DuckDBConnection } from '@duckdb/node-api'
import { physicalName } from '../../delta/index.ts'
import type { DeltaScan } from '../../plan/scan.ts'
import { type DataType, type StructField, struct } from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import { holdsKind } from '../../types/type-classes.ts'
import { elementNode, entryNodes, type ParquetNode, parquetTrees, withVariants } from './parquet-tree.ts'
import { physicalField, VARIANT_BYTES } from './physical-columns.ts'

/** The columns of one file; undefined where their names follow from the table's schema. */
export type FileLayout = readonly ParquetNode[] | undefined

/**
 * The layouts of a scan's files, by path, where they matter: with column mapping by id, whose files may name columns as
 * they like, and for variants, which are stored in two forms.
 */
export async function fileLayouts(
  connection: DuckDBConnection,
  scan: DeltaScan,
): Promise<ReadonlyMap<string, readonly ParquetNode[]>> {
  const hasVariants = holdsKind(scan.tableSchema, ['variant'])
  if ((!hasVariants && scan.columnMapping !== 'id') || scan.files.length === 0) return new Map()
  const paths = scan.files.map((each) => each.path)
  const trees = await parquetTrees(connection, paths)
  return hasVariants ? withVariants(connection, trees) : trees
}

/** A column of a table as the files of a layout hold it: names and, of variants, the form. */
export function storedField(scan: DeltaScan, column: StructField, layout: FileLayout): StructField {
  if (layout !== undefined) return fieldIn(column, layout, scan.columnMapping)
  return scan.columnMapping === 'none' ? column : physicalField(column)
}

type Mapping = DeltaScan['columnMapping']

function fieldIn(column: StructField, nodes: readonly ParquetNode[], mapping: Mapping): StructField {
  const wanted = mapping === 'none' ? column.name : physicalName(column)
  const node = nodeOf(column, wanted, nodes, mapping)
  return { ...column, name: node?.name ?? wanted, dataType: typeIn(column.dataType, node, mapping) }
}

/** Files without ids, from before the table had them, are read by name, and so are the hidden columns of row tracking. */
function nodeOf(
  column: StructField,
  name: string,
  nodes: readonly ParquetNode[],
  mapping: Mapping,
): ParquetNode | undefined {
  const id = column.metadata['delta.columnMapping.id']
  if (mapping === 'id' && id !== undefined && nodes.some((each) => each.fieldId !== undefined)) {
    return nodes.find((each) => each.fieldId === id)
  }
  return nodes.find((each) => sameName(each.name, name))
}

function typeIn(type: DataType, node: ParquetNode | undefined, mapping: Mapping): DataType {
  switch (type.kind) {
    case 'struct':
      return struct(type.fields.map((each) => fieldIn(each, node?.children ?? [], mapping)))
    case 'array':
      return { ...type, elementType: typeIn(type.elementType, elementNode(node), mapping) }
    case 'map': {
      const [key, value] = entryNodes(node)
      return {
        ...type,
        keyType: typeIn(type.keyType, key, mapping),
        valueType: typeIn(type.valueType, value, mapping),
      }
    }
    case 'variant':
      return (node?.isVariant ?? true) ? type : VARIANT_BYTES
    default:
      return type
  }
}
