import type { Expression, Literal } from '../../src/plan/expression.ts'
import type { Relation } from '../../src/plan/relation.ts'
import { printDataType } from '../../src/types/ddl.ts'

/** A tree on one line, operators first: `(+ a (* b 1:int))`. */
export function shortForm(node: Expression): string {
  switch (node.kind) {
    case 'Literal':
      return shortLiteral(node)
    case 'UnresolvedAttribute':
      return node.parts.join('.')
    case 'UnresolvedStar':
      return `${node.target ? `${node.target.join('.')}.` : ''}*${node.except ? ` except ${node.except.map((parts) => parts.join('.'))}` : ''}`
    case 'UnresolvedFunction':
      return list(node.name, [
        ...(node.distinct ? ['distinct'] : []),
        ...node.arguments.map(shortForm),
        ...(node.withinGroup ? [list('within', node.withinGroup.map(shortForm))] : []),
        ...(node.filter ? [list('filter', [shortForm(node.filter)])] : []),
        ...(node.nulls ? [`${node.nulls}-nulls`] : []),
      ])
    case 'Alias':
      return list('as', [shortForm(node.child), node.name])
    case 'Cast':
      return list(node.mode === 'try' ? 'try_cast' : 'cast', [
        shortForm(node.child),
        printDataType(node.dataType),
      ])
    case 'UnresolvedExtractValue':
      return list(node.isField ? 'field' : 'item', [shortForm(node.child), shortForm(node.extraction)])
    case 'CaseWhen':
      return list('case', [
        ...node.branches.map(({ condition, value }) =>
          list('when', [shortForm(condition), shortForm(value)]),
        ),
        ...(node.otherwise ? [shortForm(node.otherwise)] : []),
      ])
    case 'LambdaFunction':
      return list('->', [`[${node.parameters}]`, shortForm(node.body)])
    case 'WindowExpression':
      return list('over', [
        shortForm(node.function),
        ...(node.partitionBy.length > 0 ? [list('partition', node.partitionBy.map(shortForm))] : []),
        ...(node.orderBy.length > 0 ? [list('order', node.orderBy.map(shortForm))] : []),
        ...(node.frame
          ? [list(node.frame.type, [node.frame.lower, node.frame.upper].map(shortBoundary))]
          : []),
      ])
    case 'SortOrder':
      return list(`${node.direction}-nulls-${node.nulls}`, [shortForm(node.child)])
    case 'SubqueryExpression':
      return list(`${node.negated ? 'not-' : ''}${node.type}`, [
        ...(node.values ?? []).map(shortForm),
        shortRelation(node.plan),
      ])
    case 'NamedArgument':
      return list('=>', [node.name, shortForm(node.value)])
  }
}

/** A relation on one line, outermost node first: `Project[a](Filter[(> a 1)](Read[t]))`. */
export function shortRelation(node: Relation): string {
  const over = (details: string, ...inputs: readonly Relation[]) =>
    `${node.kind}${details === '' ? '' : `[${details}]`}${inputs.length === 0 ? '' : `(${inputs.map(shortRelation).join(', ')})`}`
  const forms = (expressions: readonly Expression[]) => expressions.map(shortForm).join(', ')
  const travel = (at: { kind: string; version?: number; timestamp?: string } | undefined) =>
    at === undefined ? '' : ` at ${at.version ?? at.timestamp}`
  const options = (of: Readonly<Record<string, string>>) =>
    Object.entries(of)
      .map(([key, value]) => `, ${key}=${value}`)
      .join('')
  switch (node.kind) {
    case 'Read':
      return over(
        `${node.isStreaming ? 'stream ' : ''}${node.name.join('.')}${travel(node.timeTravel)}${options(node.options)}`,
      )
    case 'DataSource':
      return over(
        `${node.isStreaming ? 'stream ' : ''}${node.format} ${node.paths}${travel(node.timeTravel)}${options(node.options)}${node.schema ? `, schema=${printDataType(node.schema)}` : ''}`,
      )
    case 'TableValuedFunction':
      return over(`${node.isStreaming ? 'stream ' : ''}${list(node.name, node.arguments.map(shortForm))}`)
    case 'LocalRelation':
      return over(node.columns.length === 0 ? '' : `${node.columns}: ${node.rows.map(forms).join('; ')}`)
    case 'Project':
      return over(
        `${forms(node.expressions)}${node.qualify ? ` qualify ${shortForm(node.qualify)}` : ''}`,
        node.input,
      )
    case 'Filter':
      return over(shortForm(node.condition), node.input)
    case 'Join': {
      const words = [node.isNatural ? 'natural ' : '', node.isLateral ? 'lateral ' : '', node.joinType]
      const criteria = node.condition
        ? ` on ${shortForm(node.condition)}`
        : node.usingColumns
          ? ` using ${node.usingColumns}`
          : ''
      return over(words.join('') + criteria, node.left, node.right)
    }
    case 'Aggregate': {
      const by = node.grouping === 'all' ? 'all' : forms(node.grouping)
      const sets = node.groupingSets ? ` sets ${node.groupingSets.map((set) => `{${set}}`).join('')}` : ''
      const type = node.groupType === 'groupby' ? 'by' : node.groupType
      const rest = [
        node.having ? ` having ${shortForm(node.having)}` : '',
        node.qualify ? ` qualify ${shortForm(node.qualify)}` : '',
      ]
      return over(
        `${forms(node.expressions)} ${type}${by === '' ? '' : ` ${by}`}${sets}${rest.join('')}`,
        node.input,
      )
    }
    case 'Sort':
      return over(forms(node.order), node.input)
    case 'Limit':
      return over(shortForm(node.limit), node.input)
    case 'Offset':
      return over(shortForm(node.offset), node.input)
    case 'Deduplicate':
      return over(node.columns?.join(', ') ?? '', node.input)
    case 'WithWatermark':
      return over(`${shortForm(node.eventTime)} ${node.delayMicros}us`, node.input)
    case 'SetOperation':
      return over(
        `${node.operation}${node.isAll ? ' all' : ''}${node.byName ? ' by name' : ''}`,
        node.left,
        node.right,
      )
    case 'SubqueryAlias':
      return over(`${node.alias}${node.columns ? `: ${node.columns}` : ''}`, node.input)
    case 'With': {
      const definitions = node.definitions.map(
        ({ name, columns, query }) => `${name}${columns ? `: ${columns}` : ''} = ${shortRelation(query)}`,
      )
      return over(definitions.join('; '), node.input)
    }
    case 'Generate':
      return over(
        `${node.isOuter ? 'outer ' : ''}${shortForm(node.generator)} ${node.alias ?? ''}: ${node.columns}`,
        node.input,
      )
    default:
      throw new Error(`SQL text has no ${node.kind}`)
  }
}

function shortBoundary(boundary: { readonly kind: string; readonly value?: Expression }): string {
  return boundary.value === undefined ? boundary.kind : list(boundary.kind, [shortForm(boundary.value)])
}

/** `1:int`, `'text'`, `null`. */
function shortLiteral({ value, dataType }: Literal): string {
  if (dataType.kind === 'string') return `'${value}'`
  if (value === null || dataType.kind === 'boolean') return String(value)
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
  return `${text}:${printDataType(dataType)}`
}

function list(name: string, items: readonly string[]): string {
  return `(${[name, ...items].join(' ')})`
}

/** The tree as plain data without positions, so that two texts can be compared. */
export function withoutPositions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPositions)
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, each]) => key !== 'position' && each !== undefined)
      .map(([key, each]) => [key, withoutPositions(each)]),
  )
}
