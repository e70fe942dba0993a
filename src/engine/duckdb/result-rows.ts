import type { DuckDBMaterializedResult, DuckDBValue } from '@duckdb/node-api'

/** All rows of a result that is there already: the client's own readers wait for a thread with each 2,048 of them. */
export function rowsOf(result: DuckDBMaterializedResult): DuckDBValue[][] {
  return chunksOf(result).flatMap((chunk) => chunk.getRows())
}

/** All rows of a result that is there already, by the names of its columns. */
export function rowObjectsOf(result: DuckDBMaterializedResult): Record<string, DuckDBValue>[] {
  const names = result.deduplicatedColumnNames()
  return chunksOf(result).flatMap((chunk) => chunk.getRowObjects(names))
}

function chunksOf(result: DuckDBMaterializedResult) {
  return Array.from({ length: result.chunkCount }, (_, index) => result.getChunk(index))
}
