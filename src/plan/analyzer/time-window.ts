import { BOOLEAN } from '../../types/data-type.ts'
import type { Expression, UnresolvedFunction } from '../expression.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { transformExpression } from '../rewrite.ts'
import { sameExpression } from '../same-expression.ts'
import { constantOf } from './cast.ts'
import { resolveExpression } from './expression.ts'
import { filtered } from './filter.ts'
import { generateOver } from './generate.ts'
import { type Analyzed, projectNode } from './node.ts'
import { passedThrough } from './pass-through.ts'
import { resolverOf } from './resolver.ts'
import { outputColumn } from './scope.ts'
import type { QueryState } from './state.ts'

/**
 * `window(ts, size[, slide[, start]])` in a select list or GROUP BY (Spark's TimeWindowing): a column `window` of the rows
 * below, one row for a tumbling window, a row for each window that holds it for a sliding one. Rows without a time fall out.
 */
export function withTimeWindows(
  input: Analyzed,
  expressions: readonly Expression[],
  state: QueryState,
): { readonly input: Analyzed; readonly expressions: readonly Expression[] } {
  const windows: { readonly call: UnresolvedFunction; readonly qualifier: string }[] = []
  let current = input
  const attach = (node: Expression): Expression => {
    if (node.kind !== 'UnresolvedFunction' || node.name !== 'window') return node
    let known = windows.find((each) => sameExpression(each.call, node))
    if (known === undefined) {
      known = { call: node, qualifier: `$window${state.ids.next++}` }
      current = withWindow(current, node, known.qualifier, state)
      windows.push(known)
    }
    return {
      kind: 'UnresolvedAttribute',
      parts: [known.qualifier, 'window'],
      ...(node.position === undefined ? {} : { position: node.position }),
    }
  }
  const rewritten = expressions.map((each) => transformExpression(each, attach))
  return { input: current, expressions: rewritten }
}

function withWindow(
  input: Analyzed,
  call: UnresolvedFunction,
  qualifier: string,
  state: QueryState,
): Analyzed {
  const resolved = resolveExpression(call, resolverOf(state, input.scope))
  const [time, size, slide] = resolved.kind === 'Call' ? resolved.arguments : []
  const isSliding = size !== undefined && constantOf(size) !== constantOf(slide!)
  if (isSliding) {
    const generator = { ...call, name: '$sliding_windows' }
    const naming = { isOuter: false, names: ['window'], qualifier: [qualifier] }
    return unlisted(generateOver(input, generator, naming, state), qualifier)
  }
  const { relation, scope } = time === undefined ? input : filtered(input, isNotNull(time))
  const column = outputColumn(state, 'window', resolved.dataType, false)
  const expressions = [...passedThrough(relation.output), { column, expression: resolved }]
  return unlisted(
    {
      relation: projectNode(relation, expressions, passedThrough(relation.hidden), relation.schema.open),
      scope: {
        entries: [...scope.entries, { column, qualifier: [qualifier], visibility: 'visible' }],
        open: scope.open,
      },
    },
    qualifier,
  )
}

/** `window` is named, never part of `*`. */
function unlisted(analyzed: Analyzed, qualifier: string): Analyzed {
  const entries = analyzed.scope.entries.map((each) =>
    each.qualifier[0] === qualifier ? { ...each, visibility: 'unlisted' as const } : each,
  )
  return { relation: analyzed.relation, scope: { entries, open: analyzed.scope.open } }
}

function isNotNull(time: ResolvedExpression): ResolvedExpression {
  return {
    kind: 'Call',
    function: 'isnotnull',
    signature: 0,
    arguments: [time],
    dataType: BOOLEAN,
    nullable: false,
  }
}
