import { formatPosition, PipelineError, UnresolvedPipelineError } from '../errors/index.ts'
import type { EventError, StackFrame } from './event.ts'

/**
 * An error as the `error` column holds it. The root cause comes first: readers of the log look at `exceptions[0]`.
 * `fatal` says that the update ends with it. Of a pipeline that does not resolve, all failures come first, in their order.
 */
export function eventError(error: unknown, options: { readonly fatal: boolean }): EventError {
  return { fatal: options.fatal, exceptions: causesOf(error).reverse().map(exceptionOf) }
}

function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let each = error; each !== undefined && each !== null; ) {
    if (chain.includes(each)) break
    chain.push(each)
    if (each instanceof UnresolvedPipelineError) return [...chain, ...each.failures.toReversed()]
    each = each instanceof Error ? each.cause : undefined
  }
  return chain
}

function exceptionOf(error: unknown): EventError['exceptions'][number] {
  if (error instanceof PipelineError) {
    return {
      class_name: error.name,
      message: conditionText(error),
      error_class: error.condition,
      sql_state: error.sqlState,
      stack: [],
    }
  }
  const isError = error instanceof Error
  return {
    class_name: isError ? error.name : typeof error,
    message: isError ? error.message : String(error),
    error_class: null,
    sql_state: null,
    stack: isError ? framesOf(error) : [],
  }
}

function conditionText(error: PipelineError): string {
  const where = error.position === undefined ? '' : ` (${formatPosition(error.position)})`
  const hint = error.hint === undefined ? '' : ` ${error.hint}`
  return `[${error.condition}] ${error.message}${where}${hint} SQLSTATE: ${error.sqlState}`
}

/** `at Class.method (file:line:column)`, the form of V8's stacks. */
function framesOf(error: Error): StackFrame[] {
  const frames: StackFrame[] = []
  for (const line of (error.stack ?? '').split('\n')) {
    const match = /^\s+at (?:async )?(?:(\S+) \()?(.+?):(\d+):\d+\)?$/.exec(line)
    if (match === null) continue
    const names = match[1]?.split('.') ?? []
    frames.push({
      declaring_class: names.length > 1 ? names.slice(0, -1).join('.') : null,
      method_name: names.at(-1) ?? null,
      file_name: match[2]!,
      line_number: Number(match[3]),
    })
  }
  return frames
}
