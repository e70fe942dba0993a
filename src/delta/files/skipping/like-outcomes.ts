import { ANY_OUTCOME, compareRanges, FALSE, NULL, type Outcomes, pointOf, type Range, TRUE } from './range.ts'
import { compareScalars } from './scalar.ts'

/** `startswith(text, prefix)`. */
export function startsWithOutcomes(text: Range, prefix: Range): Outcomes {
  const wanted = prefix.nulls ? undefined : pointOf(prefix)
  return typeof wanted === 'string' ? prefixOutcomes(text, wanted, true) : ANY_OUTCOME
}

/** `text LIKE pattern` with the backslash as escape character: decided by what stands before the first wildcard. */
export function likeOutcomes(text: Range, pattern: Range): Outcomes {
  const wanted = pattern.nulls ? undefined : pointOf(pattern)
  if (typeof wanted !== 'string') return ANY_OUTCOME
  const parts = parsePattern(wanted)
  if (parts === undefined) return ANY_OUTCOME
  const { prefix, rest } = parts
  if (rest === '') {
    return compareRanges('=', text, { min: prefix, max: prefix, nulls: false, values: true })
  }
  return prefixOutcomes(text, prefix, /^%+$/.test(rest))
}

function parsePattern(pattern: string): { prefix: string; rest: string } | undefined {
  let prefix = ''
  for (let index = 0; index < pattern.length; index++) {
    const unit = pattern[index]!
    if (unit === '%' || unit === '_') return { prefix, rest: pattern.slice(index) }
    if (unit === '\\') index++
    if (index === pattern.length) return undefined
    prefix += pattern[index]!
  }
  return { prefix, rest: '' }
}

/** `isAll` where every text with the prefix matches. */
function prefixOutcomes({ min, max, nulls, values }: Range, prefix: string, isAll: boolean): Outcomes {
  const unknown = nulls ? NULL : 0
  if (!values) return unknown
  const below = typeof max === 'string' && compareScalars(max, prefix) < 0
  const above = typeof min === 'string' && compareScalars(min, prefix) > 0 && !min.startsWith(prefix)
  if (below || above) return unknown | FALSE
  const isInside =
    typeof min === 'string' && typeof max === 'string' && min.startsWith(prefix) && max.startsWith(prefix)
  return unknown | TRUE | (isInside && isAll ? 0 : FALSE)
}
