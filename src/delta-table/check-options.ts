import { nearest, PipelineError } from '../errors/index.ts'

/**
 * Throws UNKNOWN_METHOD_OPTION for an option that a method does not have, which types find only where they are checked: a
 * misspelt `where` would else be every row. `known` has a key for each option that there is.
 */
export function checkOptions<T extends object>(
  method: string,
  options: T,
  known: Readonly<Record<keyof T, true>>,
): void {
  const names = Object.keys(known)
  for (const option of Object.keys(options)) {
    if (names.includes(option)) continue
    const near = nearest(option, names)
    const suggestion = near === undefined ? `Its options: ${names.join(', ')}.` : `Did you mean '${near}'?`
    throw new PipelineError('UNKNOWN_METHOD_OPTION', { method, option, suggestion })
  }
}
