/** Words that DuckDB does not take as a column's or table's name without quotes, and names that call a function there. */
const RESERVED = new Set(
  `all analyse analyze and anti any array as asc asof asymmetric at authorization between bigint binary bit boolean both by
  case cast char character check coalesce collate collation column columns concurrently constraint create cross
  current_catalog current_date current_role current_schema current_time current_timestamp current_user dec decimal default
  deferrable desc describe distinct do else end except exists extract false fetch float for foreign freeze from full
  generated glob grant group grouping grouping_id having ilike in initially inner inout int integer intersect interval into
  is isnull join lambda lateral leading left like limit localtime localtimestamp map national natural nchar none not notnull
  null nullif numeric offset on only or order out outer overlaps overlay pivot pivot_longer pivot_wider placing position
  positional precision primary qualify real references returning right row rowid select semi session_user setof show similar
  smallint some struct substring summarize symmetric table tablesample then time timestamp to trailing treat trim true try_cast
  union unique unpack unpivot user using values varchar variadic verbose when where window with xmlattributes xmlconcat
  xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/),
)

/** A name as DuckDB writes it, in quotes where it needs them. */
export function identifier(name: string): string {
  const isPlain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RESERVED.has(name.toLowerCase())
  if (isPlain) return name
  // A name of DuckDB's is never empty and, so that texts can be indented, here never spans lines.
  return `"${name === '' ? ' ' : name.replaceAll('"', '""').replaceAll(/[\n\r]/g, ' ')}"`
}

/** A text as a string literal on one line. */
export function quoteText(text: string): string {
  const quoted = text.replaceAll("'", "''")
  if (!/[\n\r\t]/.test(text)) return `'${quoted}'`
  const escaped = quoted
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
  return `E'${escaped}'`
}
