import type { EngineSession } from '../engine/engine.ts'
import { PipelineError } from '../errors/index.ts'
import type { ResolvedFlow } from '../graph/resolved-graph.ts'
import { call, filter, project } from '../plan/build.ts'
import type { Rule } from '../plan/relation.ts'
import { walkExpression } from '../plan/rewrite.ts'
import type { DatasetCounts } from './stateful/batch.ts'

/** How much of a violating row an error may show (`pipelines.expectations.verbosity`; Databricks' sub-conditions). */
export type Verbosity = 'ALL' | 'OUTPUT' | 'NONE'

/** A flow's verbosity, by its configuration: everything unless it says less. */
export function verbosityOf(flow: ResolvedFlow): Verbosity {
  const wanted = flow.configuration['pipelines.expectations.verbosity']
    ?.toUpperCase()
    .replace(/^VERBOSITY_/, '')
  return wanted === 'OUTPUT' || wanted === 'NONE' ? wanted : 'ALL'
}

/**
 * The error of a batch in which a `fail` rule is broken; undefined when none is. It names the flow and the rules and, as far
 * as the verbosity allows, shows a row that broke them with the columns that the rules look at.
 */
export async function expectationViolation(
  session: EngineSession,
  flow: string,
  evaluated: readonly DatasetCounts[],
  verbosity: Verbosity,
): Promise<PipelineError | undefined> {
  for (const each of evaluated) {
    const broken = each.rules.filter((rule) => rule.action === 'fail' && failedCount(each, rule) > 0n)
    if (broken.length === 0) continue
    return violationError(session, flow, each, broken, verbosity)
  }
  return undefined
}

async function violationError(
  session: EngineSession,
  flow: string,
  counts: DatasetCounts,
  broken: readonly Rule[],
  verbosity: Verbosity,
): Promise<PipelineError> {
  const context = { dataset: counts.dataset, position: broken[0]!.condition.position }
  const expectationsViolated = broken
    .map((rule) => `'${rule.name}' (${failedCount(counts, rule)} rows)`)
    .join(', ')
  if (verbosity === 'NONE')
    return new PipelineError('EXPECTATION_VIOLATION.VERBOSITY_NONE', { flowName: flow }, context)
  const row = await violatingRow(session, counts, broken[0]!)
  const outputRecord = JSON.stringify(row)
  if (verbosity === 'OUTPUT') {
    const parameters = { flowName: flow, expectationsViolated, outputRecord }
    return new PipelineError('EXPECTATION_VIOLATION.VERBOSITY_OUTPUT', parameters, context)
  }
  const inputData = JSON.stringify(columnsOf(broken, row))
  return new PipelineError(
    'EXPECTATION_VIOLATION.VERBOSITY_ALL',
    { flowName: flow, expectationsViolated, inputData, outputRecord },
    context,
  )
}

/** The first row that breaks the rule, by column, in text forms. */
async function violatingRow(
  session: EngineSession,
  counts: DatasetCounts,
  rule: Rule,
): Promise<Record<string, unknown>> {
  const rejects = counts.rejects!
  const isBroken = call('not', call('coalesce', rule.condition, FALSE))
  const fields = rejects.schema.fields.slice(0, -1)
  const columns = fields.map((each) => ({ kind: 'UnresolvedAttribute', parts: [each.name] }) as const)
  const [row] = await session.rows({
    kind: 'Limit',
    input: project(filter(rejects, isBroken), columns),
    limit: { kind: 'Literal', value: 1, dataType: { kind: 'integer' } },
  })
  return Object.fromEntries(fields.map((each, i) => [each.name, plain(row![i])]))
}

const FALSE = { kind: 'Literal', value: false, dataType: { kind: 'boolean' } } as const

function columnsOf(rules: readonly Rule[], row: Record<string, unknown>): Record<string, unknown> {
  const named: Record<string, unknown> = {}
  for (const rule of rules) {
    for (const node of walkExpression(rule.condition)) {
      if (node.kind !== 'UnresolvedAttribute') continue
      const name = Object.keys(row).find((each) => each.toLowerCase() === node.parts.at(-1)!.toLowerCase())
      if (name !== undefined) named[name] = row[name]
    }
  }
  return named
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

function failedCount(counts: DatasetCounts, rule: Rule): bigint {
  return counts.counts.find((each) => each.name === rule.name)!.failed
}
