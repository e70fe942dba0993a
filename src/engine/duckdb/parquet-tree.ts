import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteList } from './quote.ts'

/** A column of a Parquet file, or a group in one, as the file names it. */
export interface ParquetNode {
  readonly name: string
  readonly fieldId: number | undefined
  readonly children: readonly ParquetNode[]
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

/** The element of a list: below a repeated group, or, in files of old writers, that group itself. */
export function elementNode(list: ParquetNode | undefined): ParquetNode | undefined {
  const repeated = list?.children[0]
  return repeated?.children.length === 1 ? repeated.children[0] : repeated
}

/** Key and value of a map. */
export function entryNodes(map: ParquetNode | undefined): readonly (ParquetNode | undefined)[] {
  return map?.children[0]?.children ?? []
}
