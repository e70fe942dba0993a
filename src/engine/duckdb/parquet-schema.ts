import { accessSync, constants } from 'node:fs'
import {
  type DuckDBConnection,
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api'
import { PipelineError } from '../../errors/index.ts'
import { readFailure } from '../../formats/file-chunks.ts'
import type { FileSchemaReader } from '../../formats/infer-files.ts'
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INTEGER,
  LONG,
  map,
  SHORT,
  STRING,
  type StructType,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from '../../types/data-type.ts'
import { quoteString } from './quote.ts'

/** Reads the schemas of Parquet files on a connection. */
export function fileSchemaReader(connection: DuckDBConnection): FileSchemaReader {
  return { parquetSchema: (path) => parquetSchema(connection, path) }
}

/** The columns of a Parquet file in Spark's types. Throws FAILED_READ_FILE.*. */
export async function parquetSchema(connection: DuckDBConnection, path: string): Promise<StructType> {
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    throw readFailure(error, path)
  }
  try {
    const pattern = path.replace(/[*?[\]{}]/g, '[$&]')
    const result = await connection.run(`SELECT * FROM read_parquet(${quoteString(pattern)}) LIMIT 0`)
    const names = result.columnNames()
    return struct(result.columnTypes().map((type, i) => field(names[i]!, sparkType(type))))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause)
    throw new PipelineError('FAILED_READ_FILE.NO_HINT', { path, reason }, { cause })
  }
}

/** The Spark type that holds a DuckDB type's values; types that Spark lacks become wider ones, or text. */
function sparkType(type: DuckDBType): DataType {
  if (type instanceof DuckDBDecimalType) return decimal(type.width, type.scale)
  if (type instanceof DuckDBListType) return array(sparkType(type.valueType))
  if (type instanceof DuckDBMapType) return map(sparkType(type.keyType), sparkType(type.valueType))
  if (type instanceof DuckDBStructType) {
    return struct(type.entryNames.map((name, i) => field(name, sparkType(type.entryTypes[i]!))))
  }
  return SIMPLE[type.typeId] ?? STRING
}

const SIMPLE: Readonly<Partial<Record<DuckDBTypeId, DataType>>> = {
  [DuckDBTypeId.BOOLEAN]: BOOLEAN,
  [DuckDBTypeId.TINYINT]: BYTE,
  [DuckDBTypeId.SMALLINT]: SHORT,
  [DuckDBTypeId.INTEGER]: INTEGER,
  [DuckDBTypeId.BIGINT]: LONG,
  [DuckDBTypeId.UTINYINT]: SHORT,
  [DuckDBTypeId.USMALLINT]: INTEGER,
  [DuckDBTypeId.UINTEGER]: LONG,
  [DuckDBTypeId.UBIGINT]: decimal(20, 0),
  [DuckDBTypeId.FLOAT]: FLOAT,
  [DuckDBTypeId.DOUBLE]: DOUBLE,
  [DuckDBTypeId.DATE]: DATE,
  [DuckDBTypeId.TIMESTAMP]: TIMESTAMP_NTZ,
  [DuckDBTypeId.TIMESTAMP_S]: TIMESTAMP_NTZ,
  [DuckDBTypeId.TIMESTAMP_MS]: TIMESTAMP_NTZ,
  [DuckDBTypeId.TIMESTAMP_NS]: TIMESTAMP_NTZ,
  [DuckDBTypeId.TIMESTAMP_TZ]: TIMESTAMP,
  [DuckDBTypeId.BLOB]: BINARY,
}
