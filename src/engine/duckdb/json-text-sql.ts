import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import { quoteIdentifier, quoteString } from './quote.ts'

/** A field of an object: its name, the expression of its value, and that one's type. */
export type Member = readonly [name: string, value: string, type: DuckDBType]

/**
 * The expression for an object as JSON text in the forms of PROTOCOL.md, Per-file Statistics: decimals with all their
 * digits, timestamps with milliseconds (microseconds where there are any), nothing for what is null. `int96` tells that
 * timestamps come from that old form, which has no zone and means UTC.
 */
export function objectTextSql(members: readonly Member[], int96: boolean): string {
  const texts = members.map(([name, value, type]) => {
    const text = valueTextSql(value, type, int96)
    return `CASE WHEN ${value} IS NOT NULL THEN ${quoteString(`${JSON.stringify(name)}:`)} || ${text} END`
  })
  return `('{' || concat_ws(',', ${texts.join(', ')}) || '}')`
}

/** The same for a struct; null where it is null. */
export function structTextSql(value: string, type: DuckDBType, int96: boolean): string {
  return `CASE WHEN ${value} IS NOT NULL THEN ${valueTextSql(value, type, int96)} END`
}

function valueTextSql(value: string, type: DuckDBType, int96: boolean): string {
  switch (type.typeId) {
    case DuckDBTypeId.STRUCT:
      return objectTextSql(
        type.entryNames.map((name, index) => [
          name,
          `${value}.${quoteIdentifier(name)}`,
          type.entryTypes[index]!,
        ]),
        int96,
      )
    case DuckDBTypeId.DECIMAL:
      return `CAST(${value} AS VARCHAR)`
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return `CASE WHEN isfinite(${value}) THEN CAST(to_json(${value}) AS VARCHAR) END`
    case DuckDBTypeId.TIMESTAMP_TZ:
      return timestampSql(value, 'Z')
    case DuckDBTypeId.TIMESTAMP:
      return timestampSql(value, int96 ? 'Z' : '')
    default:
      return `CAST(to_json(${value}) AS VARCHAR)`
  }
}

function timestampSql(value: string, zone: 'Z' | ''): string {
  const micros = `epoch_us(${value})`
  const text = (fraction: '%g' | '%f') =>
    `strftime(make_timestamp(${micros}), '"%Y-%m-%dT%H:%M:%S.${fraction}${zone}"')`
  return `CASE WHEN ${micros} % 1000 = 0 THEN ${text('%g')} ELSE ${text('%f')} END`
}
