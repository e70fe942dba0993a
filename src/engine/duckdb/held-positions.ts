import { BIGINT, type DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import type { DeltaScanFile } from '../../plan/scan.ts'
import type { ScanBranch } from './delta-scan.ts'

/** Beyond this many positions, their text in a query takes longer to parse than the files to read. */
const LISTED_LIMIT = 2000
const CHUNK_ROWS = 2048

let tables = 0

/**
 * Puts the row positions of large branches of a scan into temporary tables `(file, position)` of the connection, the file by
 * its place in the branch. They stay until the connection closes.
 */
export async function holdPositions(
  connection: DuckDBConnection,
  branches: readonly ScanBranch[],
): Promise<ReadonlyMap<ScanBranch, string>> {
  const held = new Map<ScanBranch, string>()
  for (const branch of branches) {
    const count = branch.files.reduce((sum, each) => sum + positionsOf(each).length, 0)
    if (count <= LISTED_LIMIT) continue
    const table = `positions_${++tables}`
    await connection.run(`CREATE TEMP TABLE ${table} (file BIGINT, position BIGINT)`)
    await append(connection, table, branch)
    held.set(branch, table)
  }
  return held
}

async function append(connection: DuckDBConnection, table: string, { files }: ScanBranch): Promise<void> {
  const appender = await connection.createAppender(table)
  for (const [index, file] of files.entries()) {
    const positions = positionsOf(file)
    for (let at = 0; at < positions.length; at += CHUNK_ROWS) {
      const values = Array.from(positions.subarray(at, at + CHUNK_ROWS), BigInt)
      const chunk = DuckDBDataChunk.create([BIGINT, BIGINT], values.length)
      chunk.setColumnValues(0, new Array(values.length).fill(BigInt(index)))
      chunk.setColumnValues(1, values)
      appender.appendDataChunk(chunk)
    }
  }
  appender.closeSync()
}

function positionsOf({ keptRows, deletedRows }: DeltaScanFile): Float64Array {
  return keptRows ?? deletedRows ?? new Float64Array(0)
}
