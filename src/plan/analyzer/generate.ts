import { PipelineError } from '../../errors/index.ts'
import type { Expression, UnresolvedFunction } from '../expression.ts'
import { functionNamed } from '../functions/index.ts'
import type { Generate } from '../relation.ts'
import type { OutputColumn, ResolvedCall } from '../resolved.ts'
import { resolveExpression } from './expression.ts'
import { type Analyzed, shape } from './node.ts'
import { pretty } from './pretty.ts'
import { analyzeRelation } from './relation.ts'
import { resolverOf } from './resolver.ts'
import { outputColumn } from './scope.ts'
import type { QueryState } from './state.ts'

interface Naming {
  readonly isOuter: boolean
  /** Names for the generated columns; empty for those that the function gives. */
  readonly names: readonly string[]
  readonly qualifier: readonly string[]
}

/** LATERAL VIEW. Throws UNSUPPORTED_GENERATOR.NOT_GENERATOR, NUM_TABLE_VALUE_ALIASES_MISMATCH. */
export function analyzeGenerate(node: Generate, state: QueryState): Analyzed {
  const input = analyzeRelation(node.input, state)
  const qualifier = node.alias === undefined ? [] : [node.alias]
  return generateOver(input, node.generator, { isOuter: node.isOuter, names: node.columns, qualifier }, state)
}

/** The rows of a generator beside each row of the input. */
export function generateOver(
  input: Analyzed,
  generator: Expression,
  naming: Naming,
  state: QueryState,
): Analyzed {
  const call = generatorCall(generator, input, state)
  const generated = generatedColumns(call, naming, state)
  const { relation, scope } = input
  const entries = generated.map((column) => ({
    column,
    qualifier: naming.qualifier,
    visibility: 'visible' as const,
  }))
  return {
    relation: {
      kind: 'Generate',
      input: relation,
      generator: call,
      isOuter: naming.isOuter || call.function.endsWith('_outer'),
      generated,
      ...shape([...relation.output, ...generated], relation.hidden, relation.schema.open),
    },
    scope: { entries: [...scope.entries, ...entries], open: scope.open },
  }
}

function generatorCall(generator: Expression, input: Analyzed, state: QueryState): ResolvedCall {
  const resolved = resolveExpression(generator, resolverOf(state, input.scope))
  if (resolved.kind === 'Call' && functionNamed(resolved.function)?.kind === 'generator') return resolved
  throw new PipelineError('UNSUPPORTED_GENERATOR.NOT_GENERATOR', {
    functionName: pretty(generator, input.scope),
  })
}

function generatedColumns(call: ResolvedCall, naming: Naming, state: QueryState): readonly OutputColumn[] {
  const { dataType } = call
  const isOuter = naming.isOuter || call.function.endsWith('_outer')
  const fields = dataType.kind === 'struct' ? dataType.fields : []
  if (naming.names.length > 0 && dataType.kind === 'struct' && naming.names.length !== fields.length) {
    throw new PipelineError('NUM_TABLE_VALUE_ALIASES_MISMATCH', {
      aliasesNum: String(naming.names.length),
      outColsNum: String(fields.length),
    })
  }
  if (dataType.kind !== 'struct') {
    const names = naming.names.length > 0 ? naming.names : ['col']
    return names.map((name) => outputColumn(state, name, dataType, true))
  }
  return fields.map((field, i) =>
    outputColumn(state, naming.names[i] ?? field.name, field.dataType, isOuter || field.nullable),
  )
}

interface WithSelect {
  readonly input: Analyzed
  readonly expressions: readonly Expression[]
}

/**
 * A select list with generators (`SELECT id, explode(items) AS item`): each moves below the list and its columns stand in
 * its place. Several give all combinations.
 */
export function withGenerators(
  input: Analyzed,
  expressions: readonly Expression[],
  state: QueryState,
): WithSelect {
  return expressions
    .filter((each) => generatorOf(each) !== undefined)
    .reduce((select, generator) => withGenerator(select, generator, state), { input, expressions })
}

function withGenerator(
  { input, expressions }: WithSelect,
  generator: Expression,
  state: QueryState,
): WithSelect {
  const names = generator.kind === 'Alias' ? [generator.name] : []
  // A qualifier that no name can have keeps the new columns apart from the input's.
  const qualifier = [`$generated${state.ids.next++}`]
  const naming = { isOuter: false, names, qualifier }
  const generated = generateOver(input, generatorOf(generator)!, naming, state)
  const columns = generated.relation.output.slice(input.relation.output.length)
  const entries = generated.scope.entries.map((each) =>
    each.qualifier === qualifier ? { ...each, visibility: 'unlisted' as const } : each,
  )
  return {
    input: { relation: generated.relation, scope: { entries, open: generated.scope.open } },
    expressions: expressions.flatMap((each): readonly Expression[] =>
      each === generator
        ? columns.map(({ name }) => ({ kind: 'UnresolvedAttribute', parts: [...qualifier, name] }))
        : [each],
    ),
  }
}

function generatorOf(expression: Expression): UnresolvedFunction | undefined {
  if (expression.kind === 'Alias') return generatorOf(expression.child)
  if (expression.kind !== 'UnresolvedFunction') return undefined
  return functionNamed(expression.name)?.kind === 'generator' ? expression : undefined
}
