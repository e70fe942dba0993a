import { PipelineError } from '../../errors/index.ts'

/** What Java's regular expressions have and RE2, which always takes linear time, has not. */
const ABSENT: readonly { readonly pattern: RegExp; readonly construct: string }[] = [
  { pattern: /^\(\?<?[=!]/, construct: 'lookaround' },
  { pattern: /^\(\?>/, construct: 'an atomic group' },
  { pattern: /^\\[1-9]/, construct: 'a back reference' },
  { pattern: /^\\k</, construct: 'a back reference' },
  { pattern: /^\\[GRXZ]/, construct: 'this escape' },
  { pattern: /^(?:[*+?]|\{\d+(?:,\d*)?\})\+/, construct: 'a possessive quantifier' },
]

/** POSIX classes as Java writes them. */
const POSIX = /^\\([pP])\{(Alpha|Digit|Alnum|Upper|Lower|Punct|Graph|Print|Blank|Cntrl|XDigit|Space|ASCII)\}/

/**
 * A literal Java pattern in RE2's syntax: named groups and POSIX classes are rewritten. What RE2 cannot do is refused:
 * UNSUPPORTED_REGEXP names the construct; a pattern that is wrong in both is INVALID_PARAMETER_VALUE.PATTERN.
 */
export function toRe2(pattern: string, functionName: string): string {
  let result = ''
  let inClass = false
  for (let i = 0; i < pattern.length; ) {
    const rest = pattern.slice(i)
    if (!inClass) refuseAbsent(rest, pattern)
    const [taken, given] = token(rest, inClass)
    if (given === '[' && !inClass) inClass = true
    else if (given === ']' && inClass && !/\[\^?$/.test(result)) inClass = false
    if (inClass && rest.startsWith('&&')) unsupported(pattern, 'an intersection of classes')
    result += given
    i += taken
  }
  return checked(result, pattern, functionName)
}

/** How many groups a pattern captures. */
export function groupCount(pattern: string): number {
  const plain = pattern.replace(/\\./g, '').replace(/\[\^?\]?[^\]]*\]/g, '')
  return (plain.match(/\((?!\?)|\(\?P?</g) ?? []).length
}

/** True when the pattern matches exactly its own text. */
export function isPlainText(pattern: string): boolean {
  return pattern !== '' && !/[\\^$.|?*+()[\]{}]/.test(pattern)
}

/** A literal replacement with `$1`, `${name}` and `\$` in RE2's syntax. */
export function toRe2Replacement(replacement: string): string {
  return replacement.replace(/\\(.)|\$(\d)|(\\)/gs, (_, escaped?: string, group?: string) =>
    group === undefined ? (escaped ?? '\\').replace('\\', '\\\\') : `\\${group}`,
  )
}

function token(rest: string, inClass: boolean): [number, string] {
  const posix = POSIX.exec(rest)
  if (posix !== null) {
    const name = `[:${posix[1] === 'P' ? '^' : ''}${posix[2]!.toLowerCase()}:]`
    return [posix[0].length, inClass ? name : `[${name}]`]
  }
  if (rest.startsWith('\\')) return [2, rest.slice(0, 2)]
  if (!inClass && /^\(\?<[A-Za-z]/.test(rest)) return [3, '(?P<']
  return [1, rest[0]!]
}

function refuseAbsent(rest: string, pattern: string): void {
  const absent = ABSENT.find((each) => each.pattern.test(rest))
  if (absent !== undefined) unsupported(pattern, absent.construct)
}

function unsupported(regexp: string, construct: string): never {
  throw new PipelineError('UNSUPPORTED_REGEXP', { regexp, construct })
}

/** JavaScript's own parser finds what is wrong in either dialect, once RE2's spellings are undone. */
function checked(re2: string, pattern: string, functionName: string): string {
  const comparable = re2
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:\^?\w+:\]/g, 'a')
    .replace(/\(\?[a-zA-Z]+\)/g, '')
    .replace(/\(\?[a-zA-Z]+:/g, '(?:')
  try {
    new RegExp(comparable)
  } catch (cause) {
    throw new PipelineError('INVALID_PARAMETER_VALUE.PATTERN', { functionName, value: pattern }, { cause })
  }
  return re2
}
