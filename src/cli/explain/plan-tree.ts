import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { childrenOf } from '../../plan/rewrite.ts'
import { formatTableName } from '../../plan/table-name.ts'
import { printSparkExpression } from '../../sql/index.ts'

/** A query as a tree of its operators, the result first, each with what it does in Spark SQL. */
export function planTree(relation: Relation): string {
  return [...linesOf(relation, '', '')].map((line) => `${line}\n`).join('')
}

function* linesOf(relation: Relation, first: string, rest: string): Generator<string> {
  const detail = detailOf(relation)
  yield `${first}${relation.kind}${detail === '' ? '' : ` ${detail}`}`
  const children = childrenOf(relation)
  for (const [i, child] of children.entries()) {
    const isLast = i === children.length - 1
    yield* linesOf(child, rest + (isLast ? '└─ ' : '├─ '), rest + (isLast ? '   ' : '│  '))
  }
}

function detailOf(relation: Relation): string {
  switch (relation.kind) {
    case 'Read':
      return `${relation.isStreaming ? 'STREAM ' : ''}${formatTableName(relation.name)}`
    case 'DataSource':
      return `${relation.isStreaming ? 'STREAM ' : ''}${relation.format} ${relation.paths.join(', ')}`
    case 'TableValuedFunction':
      return `${relation.name}(${list(relation.arguments)})`
    case 'LocalRelation':
      return `${relation.rows.length} rows`
    case 'Project':
      return list(relation.expressions)
    case 'Filter':
      return printSparkExpression(relation.condition)
    case 'Join':
      return joinDetail(relation)
    case 'Aggregate':
      return aggregateDetail(relation)
    case 'Sort':
      return list(relation.order)
    case 'Limit':
      return printSparkExpression(relation.limit)
    case 'Offset':
      return printSparkExpression(relation.offset)
    case 'Deduplicate':
      return `${relation.columns?.join(', ') ?? 'all columns'}${relation.withinWatermark ? ' within watermark' : ''}`
    case 'WithWatermark':
      return `${printSparkExpression(relation.eventTime)} delay ${Number(relation.delayMicros) / 1e6} seconds`
    case 'SetOperation':
      return `${relation.operation}${relation.isAll ? ' all' : ''}${relation.byName ? ' by name' : ''}`
    case 'SubqueryAlias':
      return relation.alias
    case 'WithColumns':
      return relation.columns
        .map((each) => `${each.name} = ${printSparkExpression(each.expression)}`)
        .join(', ')
    case 'WithColumnsRenamed':
      return relation.renames.map((each) => `${each.from} to ${each.to}`).join(', ')
    case 'Drop':
      return relation.columns.join(', ')
    case 'With':
      return relation.definitions.map((each) => each.name).join(', ')
    case 'Generate':
      return printSparkExpression(relation.generator)
    case 'Expect':
      return relation.rules.map((rule) => `${rule.name} (${rule.action})`).join(', ')
    case 'Scan':
      return relation.input.kind
  }
}

function joinDetail(join: Extract<Relation, { kind: 'Join' }>): string {
  if (join.usingColumns !== undefined) return `${join.joinType} using (${join.usingColumns.join(', ')})`
  return join.condition === undefined
    ? join.joinType
    : `${join.joinType} on ${printSparkExpression(join.condition)}`
}

function aggregateDetail({
  grouping,
  groupType,
  expressions,
}: Extract<Relation, { kind: 'Aggregate' }>): string {
  const keys = grouping === 'all' ? 'all' : list(grouping)
  const type = groupType === 'groupby' ? '' : `${groupType} `
  return `${list(expressions)}${keys === '' ? '' : ` by ${type}${keys}`}`
}

function list(expressions: readonly Expression[]): string {
  return expressions.map(printSparkExpression).join(', ')
}
