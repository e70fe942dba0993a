import type { Expression } from '../plan/expression.ts'
import type { Relation, Scan } from '../plan/relation.ts'
import type { StructType } from '../types/data-type.ts'
import type { Row } from '../types/row.ts'
import type { WrittenDataFile } from './files/written-file.ts'
import type { DeltaPort } from './port.ts'

/**
 * What commands need done with rows: an engine runs the queries that they build. Queries are bound: their leaves are Scans
 * and literal rows.
 */
export interface RowEngine {
  readonly deltaPort: DeltaPort

  /** The columns of a query, with Spark's types. Throws the analyzer's conditions. */
  schemaOf(query: Relation): StructType

  /** The SQL text of a constraint, default or generated column as an expression. Throws PARSE_SYNTAX_ERROR. */
  parseExpression(text: string): Expression

  /** An expression as Spark SQL text, as operationParameters show it. */
  printExpression(expression: Expression): string

  /** The columns of a Parquet file, by a local path. Throws FAILED_READ_FILE.*. */
  parquetSchema(localPath: string): Promise<StructType>

  /** A connection of its own for one command. */
  openSession(): Promise<RowSession>
}

/** One command's connection. Queries of a session run one after the other. */
export interface RowSession {
  /** All rows of a (small) query. */
  rows(query: Relation): Promise<readonly Row[]>

  /** The same rows, a chunk at a time, for results of any size. */
  stream(query: Relation): AsyncIterable<readonly Row[]>

  /** Holds a query's rows until the session closes, so that several queries read the same ones. */
  stage(query: Relation): Promise<{ readonly scan: Scan; readonly rowCount: bigint }>

  /** Writes a query's rows as Parquet files below a local folder. */
  write(request: WriteRequest): Promise<WriteResult>

  close(): Promise<void>
}

export interface WriteRequest {
  readonly query: Relation
  /**
   * Types the files must have, partition columns included; the query's columns are matched by name and cast. With column
   * mapping its field metadata gives the names and ids in the files.
   */
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  /** Default: `none`. */
  readonly columnMapping?: 'none' | 'name' | 'id'
  /** Local folder, created if absent; files get unique names in it. */
  readonly folder: string
  /** Rows wanted sorted by these columns of the query, which the schema may lack, within and across the files. */
  readonly orderBy?: readonly string[]
  /** Size at which a file is ended and the next begun, in bytes (roughly). */
  readonly targetFileSize?: number
}

export interface WriteResult {
  readonly files: readonly WrittenFile[]
  readonly rowCount: bigint
}

/** A Parquet file as the engine wrote it, not yet part of any table. */
export interface WrittenFile extends WrittenDataFile {
  readonly localPath: string
}
