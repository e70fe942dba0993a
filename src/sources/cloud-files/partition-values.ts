import { fitNumber } from '../../formats/fit-scalar.ts'
import { mergeTypes } from '../../formats/merge-types.ts'
import { exactDate, exactTimestamp } from '../../formats/temporal.ts'
import { DATE, type DataType, DOUBLE, LONG, STRING, TIMESTAMP, VOID } from '../../types/data-type.ts'

/** Hive's name for a partition whose value is null. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__'

/** The `name=value` folders between a source's root and a file, outermost first; null is null. */
export function partitionValuesOf(root: string, file: string): Map<string, string | null> {
  const values = new Map<string, string | null>()
  const folders = file.slice(root.length).split('/').slice(0, -1)
  for (const folder of folders) {
    const at = folder.indexOf('=')
    if (at <= 0) continue
    const value = decoded(folder.slice(at + 1))
    values.set(decoded(folder.slice(0, at)), value === NULL_PARTITION || value === '' ? null : value)
  }
  return values
}

function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run)
    } catch (error) {
      if (error instanceof URIError) return run
      throw error
    }
  })
}

/** The type that holds all of a partition column's values (Spark's partition inference); STRING where nothing else does. */
export function partitionType(values: Iterable<string | null>): DataType {
  let type: DataType = VOID
  for (const value of values) if (value !== null) type = mergeTypes(type, valueType(value))
  return type.kind === 'void' ? STRING : type
}

function valueType(text: string): DataType {
  if (fitNumber(text, LONG) === text) return LONG
  if (/^-?\d+\.\d+$/.test(text) && fitNumber(text, DOUBLE) !== undefined) return DOUBLE
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && exactDate(text) !== undefined) return DATE
  return /^\d{4}-\d{2}-\d{2}[ T]\d/.test(text) && exactTimestamp(text, 'UTC') !== undefined
    ? TIMESTAMP
    : STRING
}
