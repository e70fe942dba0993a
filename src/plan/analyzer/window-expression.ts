import { PipelineError } from '../../errors/index.ts'
import type { FrameBoundary, WindowExpression } from '../expression.ts'
import { functionNamed } from '../functions/index.ts'
import type { ResolvedBoundary, ResolvedCall, ResolvedExpression, ResolvedWindow } from '../resolved.ts'
import { resolveCall } from './call.ts'
import { resolveExpression, resolveSortOrder } from './expression.ts'
import { pretty } from './pretty.ts'
import type { Resolver } from './resolver.ts'

/** Throws UNSUPPORTED_EXPR_FOR_WINDOW, WINDOW_FUNCTION_AND_FRAME_MISMATCH. */
export function resolveWindow(node: WindowExpression, resolver: Resolver): ResolvedWindow {
  const call = windowedCall(node, resolver)
  const orderBy = node.orderBy.map((each) => resolveSortOrder(each, resolver))
  if (orderBy.length === 0 && functionNamed(call.function)?.kind === 'window') {
    throw new PipelineError('WINDOW_FUNCTION_AND_FRAME_MISMATCH', { funcName: call.function })
  }
  const window: ResolvedWindow = {
    kind: 'Window',
    function: call,
    partitionBy: node.partitionBy.map((each) => resolveExpression(each, resolver)),
    orderBy,
    ...(node.frame === undefined
      ? {}
      : {
          frame: {
            type: node.frame.type,
            lower: boundary(node.frame.lower, resolver),
            upper: boundary(node.frame.upper, resolver),
          },
        }),
    dataType: call.dataType,
    nullable: call.nullable,
  }
  resolver.seen.windows.push(window)
  return window
}

function windowedCall(node: WindowExpression, resolver: Resolver): ResolvedCall {
  const { function: written } = node
  const resolved: ResolvedExpression | undefined =
    written.kind === 'UnresolvedFunction' ? resolveCall(written, resolver, true) : undefined
  const kind = resolved?.kind === 'Call' ? functionNamed(resolved.function)?.kind : undefined
  if (resolved?.kind === 'Call' && (kind === 'aggregate' || kind === 'window')) return resolved
  throw new PipelineError('UNSUPPORTED_EXPR_FOR_WINDOW', { sqlExpr: pretty(written, resolver.scope) })
}

function boundary(bound: FrameBoundary, resolver: Resolver): ResolvedBoundary {
  if (!('value' in bound)) return bound
  return { kind: bound.kind, value: resolveExpression(bound.value, resolver) }
}
