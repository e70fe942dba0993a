import { nearest, PipelineError } from '../../errors/index.ts'
import { sameName } from '../../types/same-name.ts'
import { constantOf } from '../analyzer/cast.ts'
import type { ResolvedExpression } from '../resolved.ts'

/** Options of a JSON function, a map of constants: names are compared without case. */
export function jsonOptions(
  functionName: string,
  given: ResolvedExpression | undefined,
  allowed: readonly string[],
): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  if (given === undefined) return options
  const parts =
    given.kind === 'Call' && given.function === 'map' ? given.arguments.map(constantOf) : [undefined]
  for (let i = 0; i < parts.length; i += 2) {
    const [name, value] = [parts[i], parts[i + 1]]
    if (typeof name !== 'string' || typeof value !== 'string') throw notConstant(functionName)
    const known = allowed.find((each) => sameName(each, name))
    if (known === undefined) throw unknown(functionName, name, allowed)
    options.set(known, value)
  }
  return options
}

function notConstant(functionName: string): PipelineError {
  return new PipelineError('INVALID_JSON_OPTIONS.NOT_CONSTANT', { functionName })
}

function unknown(functionName: string, option: string, allowed: readonly string[]): PipelineError {
  const near = nearest(option, allowed)
  return new PipelineError('INVALID_JSON_OPTIONS.UNKNOWN', {
    functionName,
    option,
    suggestion: near === undefined ? `Its options are ${allowed.join(', ')}.` : `Did you mean ${near}?`,
  })
}
