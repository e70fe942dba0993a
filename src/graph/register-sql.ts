import { PipelineError, type Position } from '../errors/index.ts'
import { formatTableName } from '../plan/table-name.ts'
import {
  type CreateAutoCdcFlow,
  type CreateDataset,
  type CreateFlow,
  parseStatements,
  type Statement,
} from '../sql/index.ts'
import { schemaOfColumns } from './declared-schema.ts'
import type { DefinitionOrigin, FlowDefinition, OutputDefinition } from './definition.ts'
import type { Registry } from './registry.ts'
import { changesOfClauses } from './sql-changes.ts'
import { substitute } from './substitute.ts'

/** What the statements so far of a file set for those that follow; every file starts anew. */
interface Scope {
  readonly catalog?: string
  readonly schema?: string
  readonly settings: Readonly<Record<string, string>>
}

/**
 * Registers what a SQL file defines. `file` is its path for positions. Throws SQL_CONF_NOT_FOUND, the parser's
 * conditions, INVALID_TABLE_NAME for names that are empty, and UNSUPPORTED_PIPELINE_STATEMENT for statements that define nothing.
 */
export function registerSql(
  registry: Registry,
  file: string,
  text: string,
  configuration: Readonly<Record<string, string>>,
): void {
  const substituted = substitute(text, configuration, file)
  const { interpolations } = substituted
  let scope: Scope = { settings: {} }
  for (const statement of parseStatements(substituted.text, { file, interpolations })) {
    scope = applied(statement, scope)
    register(registry, statement, scope)
  }
}

function applied(statement: Statement, scope: Scope): Scope {
  switch (statement.kind) {
    case 'SetConfiguration':
      return { ...scope, settings: { ...scope.settings, [statement.key]: statement.value } }
    case 'UseCatalog':
      return { catalog: statement.catalog, settings: scope.settings }
    case 'UseSchema': {
      const [schema, catalog = scope.catalog] = statement.name.toReversed()
      return { catalog, schema, settings: scope.settings }
    }
    default:
      return scope
  }
}

function register(registry: Registry, statement: Statement, scope: Scope): void {
  switch (statement.kind) {
    case 'CreateDataset': {
      registry.registerOutput(outputOf(statement, scope))
      const flow = defaultFlowOf(statement, scope)
      if (flow !== undefined) registry.registerFlow(flow)
      return
    }
    case 'CreateFlow':
      registry.registerFlow(flowOf(statement, scope))
      return
    case 'CreateAutoCdcFlow':
      registry.registerFlow(autoCdcFlowOf(statement, scope))
      return
    case 'QueryStatement':
      throw unsupported('a query', statement)
    case 'DescribeStatement':
      throw unsupported('DESCRIBE', statement)
  }
}

function unsupported(name: string, { position }: Statement): PipelineError {
  return new PipelineError('UNSUPPORTED_PIPELINE_STATEMENT', { statement: name }, { position })
}

function outputOf(statement: CreateDataset, scope: Scope): OutputDefinition {
  checkName(statement.name, statement.position)
  const schema = isView(statement) ? undefined : schemaOfColumns(statement.columns)
  return {
    kind: statement.type,
    name: statement.name,
    ...(statement.comment === undefined ? {} : { comment: statement.comment }),
    isPrivate: statement.isPrivate,
    ...quarantineOf(statement),
    partitionColumns: statement.partitionedBy,
    ...(statement.clusterBy === undefined ? {} : { clusterBy: statement.clusterBy }),
    ...(schema === undefined ? {} : { schema }),
    columnComments: commentsOf(statement),
    expectations: statement.expectations.map(({ name, action, text, condition, position }) => ({
      name,
      action,
      condition: text,
      expression: condition,
      position,
    })),
    origin: originOf(statement, scope),
  }
}

/** SQL's form of the option `quarantine`: the property `pipelines.quarantine`, a table's name or `true`. */
function quarantineOf({
  tableProperties,
}: CreateDataset): Pick<OutputDefinition, 'tableProperties' | 'quarantine'> {
  const given = Object.entries(tableProperties).find(([key]) => key.toLowerCase() === 'pipelines.quarantine')
  if (given === undefined) return { tableProperties }
  const [key, value] = given
  const { [key]: _, ...others } = tableProperties
  if (value.toLowerCase() === 'false') return { tableProperties: others }
  return { tableProperties: others, quarantine: value.toLowerCase() === 'true' ? true : value }
}

function defaultFlowOf(statement: CreateDataset, scope: Scope): FlowDefinition | undefined {
  const { columns, name, changes } = statement
  const query = changes?.source ?? statement.query
  if (query === undefined) return undefined
  const renames = isView(statement) && columns.length > 0
  const relation = renames
    ? ({
        kind: 'SubqueryAlias',
        input: query,
        alias: name.at(-1)!,
        columns: columns.map((c) => c.name),
      } as const)
    : query
  return {
    name: name.at(-1)!,
    target: name,
    once: statement.once,
    query: () => relation,
    configuration: scope.settings,
    isDefault: true,
    ...(changes === undefined ? {} : { changes: changesOfClauses(changes, statement) }),
    origin: originOf(statement, scope),
  }
}

function autoCdcFlowOf(statement: CreateAutoCdcFlow, scope: Scope): FlowDefinition {
  const { name, target, changes, position } = statement
  return {
    name: name === undefined ? target.at(-1)! : singleName(name, position),
    target,
    once: statement.once,
    ...(statement.comment === undefined ? {} : { comment: statement.comment }),
    query: () => changes.source,
    configuration: scope.settings,
    isDefault: false,
    hasNameOfTarget: name === undefined,
    changes: changesOfClauses(changes, statement),
    origin: originOf(statement, scope),
  }
}

/** An identifier in backticks may be empty. Throws INVALID_TABLE_NAME. */
function checkName(parts: readonly string[], position: Position): void {
  if (!parts.includes('')) return
  throw new PipelineError('INVALID_TABLE_NAME', { name: formatTableName(parts) }, { position })
}

function singleName(name: readonly string[], position: Position): string {
  checkName(name, position)
  if (name.length === 1) return name[0]!
  const flowName = formatTableName(name)
  throw new PipelineError('MULTIPART_FLOW_NAME_NOT_SUPPORTED', { flowName }, { position })
}

function flowOf(statement: CreateFlow, scope: Scope): FlowDefinition {
  return {
    name: singleName(statement.name, statement.position),
    target: statement.target,
    once: statement.once,
    ...(statement.comment === undefined ? {} : { comment: statement.comment }),
    query: () => statement.query,
    configuration: scope.settings,
    isDefault: false,
    origin: originOf(statement, scope),
  }
}

/** The column list of a view names its columns by place; that of a table declares types or comments by name. */
function isView({ type }: CreateDataset): boolean {
  return type === 'temporary_view' || type === 'persisted_view'
}

function commentsOf({ columns }: CreateDataset): Readonly<Record<string, string>> {
  return Object.fromEntries(
    columns.flatMap(({ name, comment }) => (comment === undefined ? [] : [[name, comment]])),
  )
}

function originOf({ position }: Statement, { catalog, schema }: Scope): DefinitionOrigin {
  return {
    language: 'sql',
    position,
    ...(catalog === undefined ? {} : { catalog }),
    ...(schema === undefined ? {} : { schema }),
  }
}
