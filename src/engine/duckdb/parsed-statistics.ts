import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import { quoteIdentifier } from './quote.ts'

/**
 * The expression for a checkpoint's `stats_parsed` as the JSON text of `stats`, with the text forms of PROTOCOL.md,
 * Per-file Statistics: decimals with all their digits, timestamps with milliseconds (microseconds where there are any),
 * nothing for what is null. `int96` tells that the file holds timestamps in that old form, which has no zone and means UTC.
 */
export function parsedStatisticsSql(column: string, type: DuckDBType, int96: boolean): string {
  return `CASE WHEN ${column} IS NOT NULL THEN
    CAST(json_merge_patch('{}', to_json(${valueSql(column, type, int96)})) AS VARCHAR) END`
}

function valueSql(value: string, type: DuckDBType, int96: boolean): string {
  switch (type.typeId) {
    case DuckDBTypeId.STRUCT: {
      const members = type.entryNames.map((name, index) => {
        const member = `${value}.${quoteIdentifier(name)}`
        return `${quoteIdentifier(name)} := ${valueSql(member, type.entryTypes[index]!, int96)}`
      })
      return `struct_pack(${members.join(', ')})`
    }
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return `CASE WHEN isfinite(${value}) THEN ${value} END`
    case DuckDBTypeId.TIMESTAMP_TZ:
      return timestampSql(value, 'Z')
    case DuckDBTypeId.TIMESTAMP:
      return timestampSql(value, int96 ? 'Z' : '')
    default:
      return value
  }
}

function timestampSql(value: string, zone: 'Z' | ''): string {
  const micros = `epoch_us(${value})`
  const text = (fraction: '%g' | '%f') =>
    `strftime(make_timestamp(${micros}), '%Y-%m-%dT%H:%M:%S.${fraction}${zone}')`
  return `CASE WHEN ${micros} % 1000 = 0 THEN ${text('%g')} ELSE ${text('%f')} END`
}
