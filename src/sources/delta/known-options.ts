import { nearest, PipelineError } from '../../errors/index.ts'
import { sameName } from '../../types/same-name.ts'
import { checkValue, type OptionKind } from '../option-value.ts'

/**
 * Options as written, under the spelling of `kinds`; names ignore case. Throws UNKNOWN_SOURCE_OPTION with the nearest name,
 * and INVALID_OPTION_VALUE for a text that is no value of its kind.
 */
export function knownOptions(
  written: Readonly<Record<string, string>>,
  kinds: Readonly<Record<string, OptionKind>>,
): Record<string, string> {
  const names = Object.keys(kinds)
  const options: Record<string, string> = {}
  for (const [name, value] of Object.entries(written)) {
    const known = names.find((each) => sameName(each, name))
    if (known === undefined) {
      const near = nearest(name, names)
      const suggestion = near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`
      throw new PipelineError('UNKNOWN_SOURCE_OPTION', { source: 'delta', option: name, suggestion })
    }
    checkValue(known, kinds[known]!, value)
    options[known] = value
  }
  return options
}
