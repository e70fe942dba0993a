import { PipelineError } from '../../errors/index.ts'
import type { DataType, StructField } from '../../types/data-type.ts'
import { printDataType } from '../../types/ddl.ts'
import { sameName } from '../../types/same-name.ts'
import { decodePath } from '../files/file-path.ts'
import type { PartitionValues } from '../log/actions.ts'

/** What a folder is named after the `=` for a null. */
const NULL_FOLDER = '__HIVE_DEFAULT_PARTITION__'

/**
 * The partition values that the folders of a path name, as Hive and Spark write them: percent-encoded. Throws where folders
 * and columns differ: DELTA_CONVERSION_NO_PARTITION_FOUND, DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME,
 * DELTA_UNEXPECTED_PARTITION_COLUMN_FROM_FILE_NAME, DELTA_FAILED_CAST_PARTITION_VALUE.
 */
export function hivePartition(path: string, columns: readonly StructField[], table: string): PartitionValues {
  const folders = path
    .split('/')
    .slice(0, -1)
    .filter((each) => each.includes('='))
    .map((each) => each.split(/=(.*)/s).slice(0, 2).map(decodePath) as [string, string])
  if (folders.length === 0 && columns.length > 0) {
    throw new PipelineError('DELTA_CONVERSION_NO_PARTITION_FOUND', { path, table, columns: namesOf(columns) })
  }
  if (folders.length !== columns.length) {
    throw new PipelineError('DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME', {
      expectedColsSize: columns.length.toString(),
      expectedCols: namesOf(columns),
      parsedColsSize: folders.length.toString(),
      parsedCols: folders.map(([name]) => name).join(', '),
      path,
    })
  }
  return Object.fromEntries(
    columns.map(({ name, dataType }, index) => {
      const [parsedCol, text] = folders[index]!
      if (!sameName(parsedCol, name)) {
        throw new PipelineError('DELTA_UNEXPECTED_PARTITION_COLUMN_FROM_FILE_NAME', {
          expectedCol: name,
          parsedCol,
          path,
        })
      }
      const value = text === NULL_FOLDER || text === '' ? null : text
      if (value !== null && !fits(value, dataType)) {
        throw new PipelineError('DELTA_FAILED_CAST_PARTITION_VALUE', {
          value,
          path,
          dataType: printDataType(dataType),
        })
      }
      return [name, value]
    }),
  )
}

function namesOf(columns: readonly StructField[]): string {
  return columns.map((each) => each.name).join(', ') || 'none'
}

/** Whether a text is a value of the type, in the forms that partition values may have (PROTOCOL.md). */
function fits(text: string, { kind }: DataType): boolean {
  switch (kind) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return /^[+-]?\d+$/.test(text)
    case 'decimal':
    case 'float':
    case 'double':
      return Number.isFinite(Number(text))
    case 'boolean':
      return /^(true|false)$/i.test(text)
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text)
    case 'timestamp':
    case 'timestamp_ntz':
      return /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?Z?$/.test(text)
    default:
      return true
  }
}
