import { PipelineError } from '../../errors/index.ts'
import type {
  DataSource,
  Generate,
  Join,
  LocalRelation,
  Read,
  Relation,
  TimeTravel,
} from '../../plan/relation.ts'
import { DAY_TIME_INTERVAL } from '../../types/data-type.ts'
import { printSchema } from '../../types/ddl.ts'
import { quoteString } from '../string-escapes.ts'
import { printList, printSparkExpression } from './expression.ts'
import { identifier, qualified, quoted } from './identifier.ts'
import { printLiteral } from './literal.ts'
import { printInline } from './relation.ts'

/** A relation as it stands behind FROM: tables with joins, watermarks and aliases; all else as a query in parentheses. */
export function printFrom(relation: Relation): string {
  switch (relation.kind) {
    case 'Join':
      return printJoin(relation)
    case 'Generate':
      return printGenerate(relation)
    case 'SubqueryAlias': {
      const columns = relation.columns === undefined ? '' : `(${relation.columns.map(identifier).join(', ')})`
      return `${printAliased(relation.input)} AS ${identifier(relation.alias)}${columns}`
    }
    case 'WithWatermark': {
      const delay = printLiteral({
        kind: 'Literal',
        value: relation.delayMicros,
        dataType: DAY_TIME_INTERVAL,
      })
      const column = printSparkExpression(relation.eventTime)
      return `${printPrimary(relation.input)} WATERMARK ${column} DELAY OF ${delay}`
    }
    default:
      return printPrimary(relation)
  }
}

/** `VALUES (1, 'a'), (2, 'b')` */
export function printValues({ rows }: LocalRelation): string {
  return `VALUES ${rows.map((row) => `(${printList(row)})`).join(', ')}`
}

/** A watermark stands before the alias. */
function printAliased(relation: Relation): string {
  return relation.kind === 'WithWatermark' ? printFrom(relation) : printPrimary(relation)
}

/** A relation that an alias, a watermark or a join can follow. */
function printPrimary(relation: Relation): string {
  switch (relation.kind) {
    case 'Read':
      return `${stream(relation)}${qualified(relation.name)}${travel(relation.timeTravel)}${options(relation)}`
    case 'DataSource':
      return printDataSource(relation)
    case 'Scan':
      return relation.source === undefined ? `(${printInline(relation)})` : printPrimary(relation.source)
    case 'TableValuedFunction':
      return `${stream(relation)}${relation.name}(${printList(relation.arguments)})`
    case 'Join':
    case 'SubqueryAlias':
    case 'WithWatermark':
      return `(${printFrom(relation)})`
    case 'LocalRelation':
      return printTable(relation)
    default:
      return `(${printInline(relation)})`
  }
}

function printTable(relation: LocalRelation): string {
  const { columns } = relation
  if (columns.length === 0) throw unprintable('A row without columns', 'Select from it directly.')
  const values = `(${printValues(relation)})`
  const hasDefaultNames = columns.every((name, i) => name === `col${i + 1}`)
  return hasDefaultNames ? values : `(SELECT * FROM ${values} AS t(${columns.map(identifier).join(', ')}))`
}

function printJoin({ left, right, joinType, condition, usingColumns, isNatural, isLateral }: Join): string {
  const type = joinType === 'inner' ? '' : `${joinType.toUpperCase()} `
  const criteria =
    condition !== undefined
      ? ` ON ${printSparkExpression(condition)}`
      : usingColumns !== undefined
        ? ` USING (${usingColumns.map(identifier).join(', ')})`
        : ''
  const verb = `${isNatural ? 'NATURAL ' : ''}${type}JOIN ${isLateral ? 'LATERAL ' : ''}`
  const leftText = left.kind === 'Generate' ? printPrimary(left) : printFrom(left)
  const isSimple = right.kind === 'SubqueryAlias' || right.kind === 'WithWatermark'
  return `${leftText} ${verb}${isSimple ? printFrom(right) : printPrimary(right)}${criteria}`
}

function printGenerate({ input, generator, isOuter, alias, columns }: Generate): string {
  const name = alias === undefined ? '' : ` ${identifier(alias)}`
  const list = columns.length === 0 ? '' : ` AS ${columns.map(identifier).join(', ')}`
  const view = `LATERAL VIEW ${isOuter ? 'OUTER ' : ''}${printSparkExpression(generator)}${name}${list}`
  return `${printFrom(input)} ${view}`
}

function printDataSource(source: DataSource): string {
  const [first = '', ...more] = source.paths
  // Spark reads alternatives in braces as a glob.
  const path = more.length === 0 ? first : `{${source.paths.join(',')}}`
  switch (source.format) {
    case 'read_files':
      return printReadFiles(source, path)
    case 'cloudFiles':
      return printCloudFiles(source, path)
    default: {
      const schema = source.schema === undefined ? '' : ` /* as ${printSchema(source.schema)} */`
      return `${stream(source)}${source.format}.${quoted(path)}${travel(source.timeTravel)}${options(source)}${schema}`
    }
  }
}

function printReadFiles(source: DataSource, path: string): string {
  const pairs = Object.entries(source.options).map(
    ([key, value]) => `${identifier(key)} => ${quoteString(value)}`,
  )
  if (source.schema !== undefined) pairs.push(`schema => ${quoteString(printSchema(source.schema))}`)
  return `${stream(source)}read_files(${[quoteString(path), ...pairs].join(', ')})`
}

function printCloudFiles(source: DataSource, path: string): string {
  const { 'cloudFiles.format': format = '', ...rest } = source.options
  const pairs = Object.entries(rest).flatMap(([key, value]) => [quoteString(key), quoteString(value)])
  if (source.schema !== undefined) pairs.push("'schema'", quoteString(printSchema(source.schema)))
  const map = pairs.length === 0 ? '' : `, map(${pairs.join(', ')})`
  return `cloud_files(${quoteString(path)}, ${quoteString(format)}${map})`
}

function stream({ isStreaming }: { readonly isStreaming: boolean }): string {
  return isStreaming ? 'STREAM ' : ''
}

function travel(timeTravel: TimeTravel | undefined): string {
  if (timeTravel === undefined) return ''
  if (timeTravel.kind === 'version') return ` VERSION AS OF ${timeTravel.version}`
  return ` TIMESTAMP AS OF ${quoteString(timeTravel.timestamp)}`
}

function options(source: Read | DataSource): string {
  const pairs = Object.entries(source.options).map(
    ([key, value]) => `${quoteString(key)} = ${quoteString(value)}`,
  )
  return pairs.length === 0 ? '' : ` WITH (${pairs.join(', ')})`
}

function unprintable(node: string, alternative: string): PipelineError {
  return new PipelineError('UNSUPPORTED_FEATURE.SPARK_SQL_FORM', { node, alternative })
}
