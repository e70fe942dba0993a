import type { ColumnSelection } from '../auto-cdc/index.ts'
import type { Relation } from '../plan/relation.ts'
import { formatTableName } from '../plan/table-name.ts'
import { printSpark, printSparkExpression } from '../sql/index.ts'
import type { ResolvedFlow } from './resolved-graph.ts'

/** What a flow does as Spark SQL: its query, or the statement of AUTO CDC that it is. */
export function flowText(flow: ResolvedFlow): string {
  if (flow.autoCdc !== undefined) return eventsText(flow, flow.autoCdc)
  return flow.snapshots === undefined ? printSpark(flow.query) : snapshotsText(flow, flow.snapshots)
}

function eventsText(flow: ResolvedFlow, spec: NonNullable<ResolvedFlow['autoCdc']>): string {
  return clauses(
    `AUTO CDC ${flow.once ? 'ONCE ' : ''}INTO ${flow.target}`,
    `FROM ${sourceText(flow.query)}`,
    `KEYS ${listed(spec.keys)}`,
    spec.ignoreNull &&
      `IGNORE NULL UPDATES${spec.ignoreNull.kind === 'all' ? '' : ` ON ${selection(spec.ignoreNull)}`}`,
    spec.columnsToUpdate && `COLUMNS TO UPDATE ${formatTableName([spec.columnsToUpdate])}`,
    spec.deleteWhen && `APPLY AS DELETE WHEN ${printSparkExpression(spec.deleteWhen)}`,
    spec.truncateWhen && `APPLY AS TRUNCATE WHEN ${printSparkExpression(spec.truncateWhen)}`,
    `SEQUENCE BY ${printSparkExpression(spec.sequenceBy)}`,
    spec.columns && `COLUMNS ${selection(spec.columns)}`,
    `STORED AS ${spec.scdType === 'bitemporal' ? 'BITEMPORAL' : `SCD TYPE ${spec.scdType}`}`,
    spec.trackHistory && `TRACK HISTORY ON ${selection(spec.trackHistory)}`,
    spec.systemSequenceBy && `SYSTEM SEQUENCE BY ${printSparkExpression(spec.systemSequenceBy)}`,
  )
}

function sourceText(query: Relation): string {
  if (query.kind === 'Read') return `${query.isStreaming ? 'STREAM ' : ''}${formatTableName(query.name)}`
  const text = printSpark(query)
  return query.kind === 'DataSource' ? text.slice(ALL_OF.length) : `(${text})`
}

const ALL_OF = 'SELECT *\nFROM '

/** A function that gives snapshots has no text: its first snapshot stands for all. */
function snapshotsText(flow: ResolvedFlow, { spec, source }: NonNullable<ResolvedFlow['snapshots']>): string {
  return clauses(
    `AUTO CDC INTO ${flow.target}`,
    `FROM SNAPSHOT (${printSpark(flow.query)})`,
    source.kind === 'versions' ? `WITH VERSION (${printSpark(source.version)})` : undefined,
    `KEYS ${listed(spec.keys)}`,
    `STORED AS SCD TYPE ${spec.scdType}`,
    spec.trackHistory && `TRACK HISTORY ON ${selection(spec.trackHistory)}`,
  )
}

function clauses(...texts: readonly (string | undefined)[]): string {
  return texts.filter((each) => each !== undefined).join('\n')
}

function selection(columns: ColumnSelection): string {
  if (columns.kind === 'all') return '*'
  return `${columns.kind === 'except' ? '* EXCEPT ' : ''}${listed(columns.columns)}`
}

function listed(columns: readonly string[]): string {
  return `(${columns.map((each) => formatTableName([each])).join(', ')})`
}
