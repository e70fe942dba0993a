import {
  type DuckDBConnection,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api'
import { quoteList, quoteString } from './quote.ts'

/** A column of a Parquet file, or a group in one, as the file names it. */
export interface ParquetNode {
  readonly name: string
  readonly fieldId: number | undefined
  readonly children: readonly ParquetNode[]
  /** Whether DuckDB reads it as a variant; known where `withVariants` looked. */
  readonly isVariant?: boolean
}

/** The columns of Parquet files, by path. Reads the files' footers. */
export async function parquetTrees(
  connection: DuckDBConnection,
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly ParquetNode[]>> {
  const result = await connection.runAndReadAll(
    `SELECT file_name, name, field_id, num_children FROM parquet_schema(${quoteList(paths)})`,
  )
  const files = Map.groupBy(result.getRows(), ([file]) => String(file))
  return new Map([...files].map(([file, rows]) => [file, treeOf(rows.values()).children]))
}

/** Rows come in depth-first order, each with the number of its children. */
function treeOf(rows: Iterator<readonly unknown[]>): ParquetNode {
  const [, name, fieldId, count] = rows.next().value as readonly unknown[]
  const children = Array.from({ length: Number(count ?? 0) }, () => treeOf(rows))
  return { name: String(name), fieldId: fieldId === null ? undefined : Number(fieldId), children }
}

/**
 * Tells which columns DuckDB reads as variants: those that are shredded or have Parquet's logical type VARIANT, which
 * `parquet_schema` does not show.
 */
export async function withVariants(
  connection: DuckDBConnection,
  trees: ReadonlyMap<string, readonly ParquetNode[]>,
): Promise<ReadonlyMap<string, readonly ParquetNode[]>> {
  const marked = new Map<string, readonly ParquetNode[]>()
  for (const [path, nodes] of trees) {
    const read = `read_parquet(${quoteString(path)}, hive_partitioning = false)`
    const query = await connection.prepare(`SELECT * FROM ${read}`)
    marked.set(
      path,
      nodes.map((each, column) => withVariant(each, query.columnType(column))),
    )
    query.destroySync()
  }
  return marked
}

function withVariant(node: ParquetNode, type: DuckDBType): ParquetNode {
  if (type.typeId === DuckDBTypeId.VARIANT) return { ...node, isVariant: true }
  const types = innerTypes(node, type)
  return {
    ...node,
    isVariant: false,
    children: node.children.map((each, place) => (types[place] ? withVariant(each, types[place]) : each)),
  }
}

/** The types of a node's children. The groups that Parquet puts into a list and a map count as what they hold. */
function innerTypes(node: ParquetNode, type: DuckDBType): readonly DuckDBType[] {
  if (type instanceof DuckDBStructType) return type.entryTypes
  if (type instanceof DuckDBMapType)
    return [new DuckDBStructType(['key', 'value'], [type.keyType, type.valueType])]
  if (!(type instanceof DuckDBListType)) return []
  const isWrapped = elementNode(node) !== node.children[0]
  return [isWrapped ? new DuckDBStructType(['element'], [type.valueType]) : type.valueType]
}

/** The element of a list: below a repeated group, or, in files of old writers, that group itself. */
export function elementNode(list: ParquetNode | undefined): ParquetNode | undefined {
  const repeated = list?.children[0]
  return repeated?.children.length === 1 ? repeated.children[0] : repeated
}

/** Key and value of a map. */
export function entryNodes(map: ParquetNode | undefined): readonly (ParquetNode | undefined)[] {
  return map?.children[0]?.children ?? []
}
