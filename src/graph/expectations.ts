import { PipelineError, type Position } from '../errors/index.ts'
import { analyze } from '../plan/analyzer/analyze.ts'
import type { Expression } from '../plan/expression.ts'
import { functionNamed } from '../plan/functions/index.ts'
import type { Read } from '../plan/relation.ts'
import { walkExpression } from '../plan/rewrite.ts'
import { parseExpression } from '../sql/index.ts'
import type { StructType } from '../types/data-type.ts'
import { printSqlType } from '../types/ddl.ts'
import type { Dataset } from './dataset-index.ts'
import type { Expectation } from './definition.ts'
import { placeText } from './place-text.ts'
import type { DatasetRule } from './resolved-graph.ts'

/**
 * The rules of a dataset, checked against the columns of its query: each condition is a BOOLEAN of the row alone, without
 * subqueries, aggregates and windows, and names are unique. Gives the rules that hold, and the errors of the others.
 */
export function resolveExpectations(
  dataset: Dataset,
  schema: StructType,
  ansi: boolean,
): { readonly rules: readonly DatasetRule[]; readonly failures: readonly PipelineError[] } {
  const rules: DatasetRule[] = []
  const failures: PipelineError[] = []
  const names = new Set<string>()
  for (const expectation of dataset.definition.expectations) {
    const position = expectation.position ?? dataset.definition.origin.position
    try {
      checkName(expectation, names, dataset.identifier)
      rules.push(resolveRule(expectation, dataset, schema, ansi, position))
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error
      // Text inside of TypeScript has no lines of its own in the file: the definition is the place to look at.
      if (error.position?.file === undefined) {
        error.position = { ...position, within: partOf(expectation) }
      }
      failures.push(error)
    }
  }
  return { rules, failures }
}

function checkName({ name }: Expectation, names: Set<string>, datasetName: string): void {
  if (names.has(name)) throw new PipelineError('DUPLICATE_EXPECTATION', { datasetName, name })
  names.add(name)
}

function resolveRule(
  expectation: Expectation,
  dataset: Dataset,
  schema: StructType,
  ansi: boolean,
  position: Position,
): DatasetRule {
  const { name, action, condition: text } = expectation
  const condition = placeText(expectation.expression ?? parseExpression(text), position, partOf(expectation))
  checkConstructs(name, condition)
  const row: Read = { kind: 'Read', name: dataset.parts, isStreaming: false, options: {} }
  const { schema: result } = analyze(
    { kind: 'Project', input: row, expressions: [condition] },
    { resolveLeaf: () => ({ schema }), ansi },
  )
  const { dataType } = result.fields[0]!
  if (dataType.kind !== 'boolean' && dataType.kind !== 'unknown') {
    throw new PipelineError('INVALID_EXPECTATION.NOT_BOOLEAN', { name, actual: printSqlType(dataType) })
  }
  return { name, action, condition, text, position }
}

/** How errors call the part of a definition that is a rule. */
function partOf({ name }: Expectation): string {
  return `the expectation '${name}'`
}

function checkConstructs(name: string, condition: Expression): void {
  for (const node of walkExpression(condition)) {
    const construct = forbiddenConstruct(node)
    if (construct === undefined) continue
    const context = node.position === undefined ? {} : { position: node.position }
    throw new PipelineError('INVALID_EXPECTATION.UNSUPPORTED_EXPRESSION', { name, construct }, context)
  }
}

function forbiddenConstruct(node: Expression): string | undefined {
  if (node.kind === 'SubqueryExpression') return 'a subquery'
  if (node.kind === 'WindowExpression') return 'a window function'
  if (node.kind !== 'UnresolvedFunction') return undefined
  const kind = functionNamed(node.name)?.kind
  return kind === undefined || kind === 'scalar' ? undefined : `the ${kind} function ${node.name}`
}
