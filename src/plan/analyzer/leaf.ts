import { PipelineError } from '../../errors/index.ts'
import { widerTypeOf } from '../../types/coercion.ts'
import { type DataType, LONG, type StructType, VOID } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { functionNamed } from '../functions/index.ts'
import type { DataSource, LocalRelation, Read, Scan, TableValuedFunction } from '../relation.ts'
import type { OutputColumn, ResolvedExpression, ResolvedLeaf } from '../resolved.ts'
import { castTo } from './cast.ts'
import { resolveExpression } from './expression.ts'
import { generateOver } from './generate.ts'
import { type Analyzed, shape } from './node.ts'
import { resolverOf } from './resolver.ts'
import { EMPTY_SCOPE, outputColumn, scopeOf } from './scope.ts'
import type { Definition, QueryState } from './state.ts'

/** A table, files, bound rows, or the use of a common table expression. */
export function analyzeLeaf(leaf: Read | DataSource | Scan, state: QueryState): Analyzed {
  if (leaf.kind === 'Read' && leaf.name.length === 1) {
    const definition = state.definitions.get(leaf.name[0]!.toLowerCase())
    if (definition !== undefined) return reference(definition, state)
  }
  if (leaf.kind === 'Scan') return leafOf(leaf, leaf.schema, leaf.hidden, pathName(leaf.source), state)
  const { schema, hidden } = state.context.resolveLeaf(leaf)
  return leafOf(leaf, schema, hidden, leaf.kind === 'Read' ? leaf.name : [], state)
}

/** Spark lets the columns of a table be qualified with its path: delta.`/path`.column. */
function pathName(source: Scan['source']): readonly string[] {
  return source?.kind === 'DataSource' && source.format === 'delta' ? [source.format, source.paths[0]!] : []
}

function leafOf(
  source: ResolvedLeaf['source'],
  schema: StructType,
  hiddenSchema: StructType | undefined,
  qualifier: readonly string[],
  state: QueryState,
  args?: readonly ResolvedExpression[],
): Analyzed {
  const output = columnsOf(schema, state)
  const hidden = hiddenSchema === undefined ? [] : columnsOf(hiddenSchema, state)
  const scope = scopeOf(output, qualifier, hidden)
  return {
    relation: {
      kind: 'Leaf',
      source,
      ...(args === undefined ? {} : { arguments: args }),
      ...shape(output, hidden, schema.open),
    },
    scope: schema.open ? { ...scope, open: [{ qualifier, columns: new Map() }] } : scope,
  }
}

function columnsOf(schema: StructType, state: QueryState): readonly OutputColumn[] {
  return schema.fields.map((each) => ({
    ...outputColumn(state, each.name, each.dataType, each.nullable),
    metadata: each.metadata,
  }))
}

function reference(definition: Definition, state: QueryState): Analyzed {
  const output = definition.output.map((each) => ({ ...each, id: state.ids.next++ }))
  const { open } = definition.schema
  const scope = scopeOf(output, [definition.name])
  return {
    relation: { kind: 'Reference', definition: definition.id, ...shape(output, [], open) },
    scope: open ? { ...scope, open: [{ qualifier: [definition.name], columns: new Map() }] } : scope,
  }
}

const RANGE: StructType = {
  kind: 'struct',
  fields: [{ name: 'id', dataType: LONG, nullable: false, metadata: {} }],
}

/** `range(...)`, a generator in FROM, or a function that gives a table and is known outside (`event_log`). */
export function analyzeTableFunction(node: TableValuedFunction, state: QueryState): Analyzed {
  const name = node.name.toLowerCase()
  if (name === 'range') return analyzeRange(node, state)
  if (functionNamed(name)?.kind !== 'generator') {
    const { schema, hidden } = state.context.resolveLeaf(node)
    return leafOf(node, schema, hidden, [name], state)
  }
  const call = {
    kind: 'UnresolvedFunction' as const,
    name,
    arguments: node.arguments,
    ...(node.position === undefined ? {} : { position: node.position }),
  }
  return generateOver(oneRow(), call, { isOuter: false, names: [], qualifier: [name] }, state)
}

function analyzeRange(node: TableValuedFunction, state: QueryState): Analyzed {
  const resolver = resolverOf(state, EMPTY_SCOPE)
  const given = node.arguments.slice(0, 3).map((each) => resolveExpression(each, resolver))
  if (node.arguments.length === 0 || node.arguments.length > 4) {
    throw new PipelineError('WRONG_NUM_ARGS.WITHOUT_SUGGESTION', {
      functionName: 'range',
      expectedNum: '1 to 4',
      actualNum: String(node.arguments.length),
    })
  }
  const args = given.map((each) => castTo(each, LONG, state.context.ansi))
  return leafOf(node, RANGE, undefined, ['range'], state, args)
}

/** One row without columns: what SELECT without FROM reads. */
function oneRow(): Analyzed {
  const source: LocalRelation = { kind: 'LocalRelation', rows: [[]], columns: [] }
  return { relation: { kind: 'Values', source, rows: [[]], ...shape([]) }, scope: EMPTY_SCOPE }
}

/** Literal rows; each column has the common type of its values. */
export function analyzeLocalRelation(node: LocalRelation, state: QueryState): Analyzed {
  const resolver = resolverOf(state, EMPTY_SCOPE)
  const rows = node.rows.map((row) => row.map((each) => resolveExpression(each, resolver)))
  const types = node.columns.map((_, i) => columnType(rows, i))
  const output = node.columns.map((name, i) =>
    outputColumn(
      state,
      name,
      types[i]!,
      rows.some((row) => row[i]!.nullable),
    ),
  )
  const cast = rows.map((row) => row.map((each, i) => castTo(each, types[i]!, state.context.ansi)))
  return {
    relation: { kind: 'Values', source: node, rows: cast, ...shape(output) },
    scope: scopeOf(output),
  }
}

function columnType(rows: readonly (readonly ResolvedExpression[])[], index: number): DataType {
  const types = rows.map((row) => row[index]!.dataType)
  if (types.length === 0) return VOID
  const common = widerTypeOf(types)
  if (common !== undefined) return common
  throw new PipelineError('DATATYPE_MISMATCH.DATA_DIFF_TYPES', {
    sqlExpr: 'VALUES',
    functionName: 'inline table',
    dataType: [...new Set(types.map(printSqlType))].join(' or '),
  })
}
